//! `[[endpoint]]` and `[[account]]`: where providers call us, and through which accounts we write.

use std::{collections::BTreeSet, sync::Arc};

use tradepost_domain::{AccountKey, StorefrontId};
use tradepost_ports::{
    Adapter, Webhook,
    adapter::{Account, BadValue, Key, Values},
};

use ipnet::IpNet;

use super::{section::Section, server::nets, storefront::plain, twice};
use crate::outfit::Outfit;

/// An app's or subscription's callback with its own secret; serves one or many accounts.
pub struct EndpointSettings {
    /// The channel, such as `instagram`.
    pub kind: &'static str,
    /// Its name in the path `/webhooks/{channel}/{name}`.
    pub name: String,
    /// Further paths under which it is reachable.
    pub paths: Vec<String>,
    /// Are signatures checked? Never switched off but in local mode.
    pub verify: bool,
    /// Addresses that may call; all when empty.
    pub allow: Vec<IpNet>,
    /// What reads it.
    pub webhook: Arc<dyn Webhook>,
    /// What it is made of, for signing a trial call.
    pub values: Values,
}

impl EndpointSettings {
    /// Its path.
    pub fn path(&self) -> String {
        path_of(self.kind, &self.name)
    }
}

fn path_of(kind: &str, name: &str) -> String {
    format!("/webhooks/{kind}/{name}")
}

/// An account that we write through.
pub struct AccountSettings {
    /// Kind and the provider's id.
    pub key: AccountKey,
    /// Whose it is.
    pub storefront: StorefrontId,
    /// The connected account.
    pub account: Account,
}

pub(super) fn endpoints(root: &mut Section<'_>, outfit: &Outfit, local: bool) -> Vec<EndpointSettings> {
    let (mut paths, mut endpoints) = (Vec::new(), Vec::new());
    for section in root.tables("endpoint") {
        endpoints.extend(endpoint(section, outfit, local, &mut paths));
    }
    twice(root.report, paths, "the path");
    endpoints
}

/// Notes its paths even when the rest of it is wrong.
fn endpoint(
    mut section: Section<'_>,
    outfit: &Outfit,
    local: bool,
    taken: &mut Vec<(String, String)>,
) -> Option<EndpointSettings> {
    let adapter = channel(&mut section, outfit);
    let name = section.required_text("name", "main").filter(|name| plain(&section, "name", name));
    let paths = extra_paths(&mut section);
    let verify = section.flag("verify_signatures").unwrap_or(true);
    if !verify && !local {
        let mend =
            "remove the line, or set local = true under [server] on a machine that nobody else reaches";
        section.fault("verify_signatures", "may be false in local mode only", mend);
    }
    let allow = nets(&mut section, "allow");
    let Some(adapter) = adapter else {
        section.abandon();
        return None;
    };
    if let Some(name) = &name {
        taken.push((section.path_of("name"), path_of(adapter.kind(), name)));
    }
    taken.extend(paths.iter().map(|path| (section.path_of("paths"), path.clone())));
    let values = section.values(adapter.endpoint_keys());
    let webhook = complete(adapter.endpoint_keys(), &values)
        .then(|| told(&section, adapter.webhook(&values)).flatten())
        .flatten();
    if webhook.is_none() && adapter.reader().is_none() {
        section.fault("channel", format!("{} never calls us", adapter.kind()), "remove this endpoint");
    }
    section.finish();
    Some(EndpointSettings {
        kind: adapter.kind(),
        name: name?,
        paths,
        verify,
        allow,
        webhook: webhook?,
        values,
    })
}

pub(super) fn accounts(
    root: &mut Section<'_>,
    outfit: &Outfit,
    storefronts: &BTreeSet<String>,
    seals: bool,
) -> Vec<AccountSettings> {
    let (mut ids, mut accounts) = (Vec::new(), Vec::new());
    for section in root.tables("account") {
        accounts.extend(account(section, outfit, storefronts, seals, &mut ids));
    }
    twice(root.report, ids, "the account");
    accounts
}

fn account(
    mut section: Section<'_>,
    outfit: &Outfit,
    storefronts: &BTreeSet<String>,
    seals: bool,
    taken: &mut Vec<(String, String)>,
) -> Option<AccountSettings> {
    let adapter = channel(&mut section, outfit);
    let id = section.required_text("id", "17841400000000001");
    let storefront = section.required_text("storefront", "corner-shop");
    if let Some(name) = &storefront {
        known_storefront(&section, "storefront", name, storefronts);
    }
    let Some(adapter) = adapter else {
        section.abandon();
        return None;
    };
    let key = id.as_deref().map(|id| AccountKey::of(adapter.kind(), id));
    if let Some(key) = &key {
        taken.push((section.path_of("id"), key.to_string()));
    }
    let values = section.values(adapter.account_keys());
    if values.flag("refresh") == Some(true) && !seals {
        let mend = "add master_key_env = \"TRADEPOST_MASTER_KEY\" under [secrets] (`tradepost secrets new-key` makes a key), or remove this line";
        section.fault("refresh", "needs a master key, since the new token is kept under seal", mend);
    }
    let account = complete(adapter.account_keys(), &values)
        .then(|| told(&section, adapter.account(id.as_deref().unwrap_or_default(), &values)))
        .flatten();
    section.finish();
    Some(AccountSettings { key: key?, storefront: StorefrontId::new(storefront?), account: account? })
}

fn channel<'o>(section: &mut Section<'_>, outfit: &'o Outfit) -> Option<&'o dyn Adapter> {
    let kinds = outfit.kinds();
    let given = section.required_text("channel", kinds.first().unwrap_or(&"…"))?;
    let adapter = outfit.adapter(&given);
    if adapter.is_none() {
        let mend = format!("use one of: {}", kinds.join(", "));
        section.fault("channel", format!("\"{given}\" is not a channel of this build"), mend);
    }
    adapter
}

/// Is every required value there? What is missing was told already, and an adapter is asked only when nothing is.
fn complete(keys: &[Key], values: &Values) -> bool {
    keys.iter().filter(|key| key.required).all(|key| values.has(key.name))
}

fn told<T>(section: &Section<'_>, made: Result<T, Vec<BadValue>>) -> Option<T> {
    let tell = |bad: BadValue| section.fault(&bad.key, bad.wrong, bad.mend);
    made.map_err(|refused| refused.into_iter().for_each(tell)).ok()
}

/// Paths that shops have registered elsewhere already. The house's own paths are not to be had.
fn extra_paths(section: &mut Section<'_>) -> Vec<String> {
    let paths = section.texts("paths");
    let (fit, unfit): (Vec<_>, Vec<_>) = paths.into_iter().partition(|path| fits(path));
    for path in unfit {
        let mend = "begin with / and use letters, digits, dashes and underscores; /health and /v1 are the house's own";
        section.fault("paths", format!("\"{path}\" cannot be a webhook's path"), mend);
    }
    fit
}

fn fits(path: &str) -> bool {
    let parts: Option<Vec<&str>> = path.strip_prefix('/').map(|rest| rest.split('/').collect());
    parts.is_some_and(|parts| {
        !matches!(parts[0], "health" | "v1")
            && parts.iter().all(|part| {
                !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
            })
    })
}

pub(super) fn known_storefront(section: &Section<'_>, key: &str, name: &str, storefronts: &BTreeSet<String>) {
    if !storefronts.contains(name) {
        let known = storefronts.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
        let mend = format!("use one of: {known}; or add a [[storefront]] with id = \"{name}\"");
        section.fault(key, format!("there is no storefront \"{name}\""), mend);
    }
}
