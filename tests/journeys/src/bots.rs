//! The shops' bots on Telegram, one each.

use tradepost_sandbox::{Sandbox, TelegramAccount};

use crate::house::{BOT, STALLS_BOT};

/// The bots, as the provider has them. Both number their updates alike.
pub fn all() -> Vec<TelegramAccount> {
    let kinds =
        ["message", "edited_message", "callback_query", "message_reaction", "my_chat_member", "moon_rose"];
    let bot = |id: &str| TelegramAccount {
        allowed_updates: Some(kinds.map(str::to_owned).into()),
        ..TelegramAccount::new(id)
    };
    [BOT, STALLS_BOT].map(bot).into()
}

/// Tells the provider where to call.
pub fn call_back(sandbox: &Sandbox, address: &str) {
    for (bot, name) in [(BOT, "main"), (STALLS_BOT, "stall")] {
        let url = format!("http://{address}/webhooks/telegram/{name}");
        sandbox.set_webhook(bot, url).expect("a bot of the sandbox");
    }
}

/// The bots in the gateway's settings.
pub fn settings(sandbox: &str) -> String {
    let bots = [(BOT, "main", "shop"), (STALLS_BOT, "stall", "stall")];
    let one = |(bot, name, storefront)| {
        format!(
            r#"[[endpoint]]
channel = "telegram"
name = "{name}"
account = "{bot}"
secret_token = "secret-token-of-{bot}"
[[account]]
channel = "telegram"
id = "{bot}"
storefront = "{storefront}"
token = "{bot}:token-{bot}"
base = "{sandbox}/"
time_limit = "60 s"
"#
        )
    };
    bots.map(one).concat()
}

/// Is it a bot?
pub fn is_bot(account: &str) -> bool {
    [BOT, STALLS_BOT].contains(&account)
}
