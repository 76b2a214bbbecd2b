//! Where a bot's updates go: `setWebhook`, `deleteWebhook`, `getWebhookInfo`; and `getMe`. core.telegram.org/bots/api#setwebhook

use serde_json::{Value, json};
use url::Url;

use super::call::Call;
use super::refusal::{BotError, Verdict};
use super::shop::Shop;
use crate::json::{given, merge};
use crate::secret::Secret;

/// The ports that Telegram posts to.
const PORTS: [u16; 4] = [443, 80, 88, 8443];

/// The bot, as it sees itself.
pub(super) fn me(shop: &Shop) -> Value {
    let mut bot = shop.lock().bot();
    let abilities = json!({ "can_join_groups": true, "can_read_all_group_messages": false,
        "supports_inline_queries": false, "can_connect_to_business": false, "has_main_web_app": false });
    merge(&mut bot, abilities);
    bot
}

/// `setWebhook`; an empty address takes it away.
pub(super) fn set(shop: &Shop, call: &Call) -> Verdict<Value> {
    let url = call.word("url").unwrap_or_default();
    if url.is_empty() {
        return Ok(delete(shop));
    }
    fits(&url)?;
    let secret = call.word("secret_token").unwrap_or_default();
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    if secret.len() > 256 || !secret.bytes().all(plain) {
        return Err(BotError::bad("secret token contains unallowed characters or is too long"));
    }
    let connections = call.word("max_connections").map(|many| many.parse::<u8>().unwrap_or_default());
    if connections.is_some_and(|many| !(1..=100).contains(&many)) {
        return Err(BotError::bad("max_connections is not within 1 and 100"));
    }
    let allowed = match call.json_of("allowed_updates")? {
        None => None,
        Some(list) => Some(kinds(&list)?),
    };
    let account = &mut shop.lock().account;
    account.webhook_url = Some(url);
    account.secret_token = Secret::from(secret);
    // Not named: as before. An empty list: the usual ones again.
    if let Some(allowed) = allowed {
        account.allowed_updates = Some(allowed).filter(|allowed| !allowed.is_empty());
    }
    Ok(json!({ "ok": true, "result": true, "description": "Webhook was set" }))
}

/// https on Telegram's ports, or plain http on this machine, which only a sandbox takes.
fn fits(url: &str) -> Verdict {
    let url = Url::parse(url).map_err(|_| BotError::bad("bad webhook: invalid webhook URL specified"))?;
    let local = matches!(url.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"));
    match (url.scheme(), url.port_or_known_default()) {
        ("http", _) if local => Ok(()),
        ("https", Some(port)) if PORTS.contains(&port) => Ok(()),
        ("https", _) => {
            Err(BotError::bad("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443"))
        }
        _ => Err(BotError::bad("bad webhook: An HTTPS URL must be provided for webhook")),
    }
}

fn kinds(list: &Value) -> Verdict<Vec<String>> {
    let kinds =
        list.as_array().ok_or_else(|| BotError::bad("can't parse allowed_updates: a list is expected"))?;
    Ok(kinds.iter().filter_map(Value::as_str).map(str::to_owned).collect())
}

/// `deleteWebhook`.
pub(super) fn delete(shop: &Shop) -> Value {
    let account = &mut shop.lock().account;
    account.webhook_url = None;
    account.secret_token = Secret::default();
    json!({ "ok": true, "result": true, "description": "Webhook was deleted" })
}

/// `getWebhookInfo`. What could not be posted was given up, so that nothing is pending.
pub(super) fn info(shop: &Shop) -> Value {
    let state = shop.lock();
    let account = &state.account;
    let (date, why) = state.hook_error.clone().unzip();
    given([
        ("url", account.webhook_url.clone().unwrap_or_default().into()),
        ("has_custom_certificate", false.into()),
        ("pending_update_count", 0.into()),
        ("max_connections", 1.into()),
        ("last_error_date", date.map_or(Value::Null, Value::from)),
        ("last_error_message", why.map_or(Value::Null, Value::from)),
        ("allowed_updates", account.allowed_updates.clone().map_or(Value::Null, Value::from)),
    ])
}
