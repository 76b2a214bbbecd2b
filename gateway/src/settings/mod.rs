//! The settings: one `tradepost.toml`, read whole, every fault told at once. `gateway/default.toml` is the manual.

mod channel;
mod fault;
mod key;
mod layout;
mod secrets;
mod section;
mod server;
mod storefront;
mod telemetry;

use std::{
    collections::BTreeSet,
    fmt,
    path::{Path, PathBuf},
};

pub use channel::{AccountSettings, EndpointSettings};
pub use fault::{Fault, SettingsError};
use figment::{
    Figment,
    providers::{Format, Toml},
};
pub use layout::{DatabaseSettings, Layout, WireSettings};
pub use secrets::SecretsSettings;
pub use server::{LogFormat, LogSettings, Role, ServerSettings, StoreSettings};
pub use storefront::StorefrontSettings;
pub use telemetry::TelemetrySettings;

use self::{fault::Report, section::Section};
use crate::{adapters::direct::Caller, outfit::Outfit, spool::Room};

/// Where settings come from beside the file: the environment, and files that hold secrets.
pub trait World {
    /// A variable of the environment.
    fn variable(&self, name: &str) -> Option<String>;
    /// A file's text, or why there is none.
    fn file(&self, path: &Path) -> Result<String, String>;
}

/// The process's own environment and disk.
pub struct Machine;

impl World for Machine {
    fn variable(&self, name: &str) -> Option<String> {
        std::env::var(name).ok()
    }
    fn file(&self, path: &Path) -> Result<String, String> {
        std::fs::read_to_string(path).map_err(|error| error.to_string())
    }
}

/// Everything that was set, checked.
pub struct Settings {
    /// The HTTP door.
    pub server: ServerSettings,
    /// Where the house keeps files.
    pub store: StoreSettings,
    /// On which servers it stands.
    pub layout: Layout,
    /// How much is spooled on this machine while PostgreSQL is away.
    pub spool: Room,
    /// How the house logs.
    pub log: LogSettings,
    /// Who is told how it works.
    pub telemetry: TelemetrySettings,
    /// What seals the secrets that it keeps.
    pub secrets: SecretsSettings,
    /// Who sells.
    pub storefronts: Vec<StorefrontSettings>,
    /// Where providers call us.
    pub endpoints: Vec<EndpointSettings>,
    /// Through which accounts we write.
    pub accounts: Vec<AccountSettings>,
    /// Who may use the API.
    pub keys: Vec<Caller>,
}

/// Counts only: much of it is secret.
impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("storefronts", &self.storefronts.len())
            .field("endpoints", &self.endpoints.len())
            .field("accounts", &self.accounts.len())
            .field("keys", &self.keys.len())
            .finish_non_exhaustive()
    }
}

impl Settings {
    /// Reads and checks a settings file. Relative paths in it are relative to its folder.
    pub fn load(path: &Path, outfit: &Outfit, world: &dyn World) -> Result<Self, SettingsError> {
        let text =
            world.file(path).map_err(|reason| SettingsError::NoFile { path: path.to_owned(), reason })?;
        let base = path.parent().map(Path::to_path_buf).unwrap_or_default();
        Self::read(&text, &base, outfit, world).map_err(SettingsError::Faults)
    }

    /// Checks the text of a settings file.
    pub fn read(text: &str, base: &Path, outfit: &Outfit, world: &dyn World) -> Result<Self, Vec<Fault>> {
        Self::read_noting(text, base, outfit, world).0
    }

    /// As [`Settings::read`]; also tells which keys the code asked for, so that a test can hold the manual to them.
    pub fn read_noting(
        text: &str,
        base: &Path,
        outfit: &Outfit,
        world: &dyn World,
    ) -> (Result<Self, Vec<Fault>>, BTreeSet<String>) {
        let report = Report::new(world, base);
        let settings =
            parse(text, world, &report).and_then(|values| all(Section::root(values, &report), outfit));
        let (mut faults, asked) = report.into_faults();
        faults.sort();
        faults.dedup();
        match settings {
            Some(settings) if faults.is_empty() => (Ok(settings), asked),
            _ => (Err(faults), asked),
        }
    }

    /// The lock and the store's file stand there.
    pub fn data(&self) -> &PathBuf {
        &self.store.data
    }
}

/// `PORT` overrides `server.port`: hosting services hand the port over so.
fn parse(
    text: &str,
    world: &dyn World,
    report: &Report<'_>,
) -> Option<serde_json::Map<String, serde_json::Value>> {
    let mut figment = Figment::from(Toml::string(text));
    if let Some(port) = world.variable("PORT").filter(|port| !port.is_empty()) {
        figment = match port.parse::<i64>() {
            Ok(port) => figment.merge(("server.port", port)),
            Err(_) => figment.merge(("server.port", port)),
        };
    }
    match figment.extract() {
        Ok(values) => Some(values),
        Err(error) => {
            let wrong = format!("is no TOML: {}", error.to_string().trim());
            report.fault("the file", wrong, "see toml.io for how tables, texts and lists are written");
            None
        }
    }
}

fn all(mut root: Section<'_>, outfit: &Outfit) -> Option<Settings> {
    let server = server::server(root.table("server"));
    let layout = layout::layout(root.table("store"), root.table("coordinator"));
    if let (Some(server), Some((_, layout))) = (&server, &layout)
        && let Some(wrong) = layout.refusal(server.role)
    {
        let mend = "give [store] postgres and [coordinator] redis, or take the role away";
        root.report.fault("server.role", wrong, mend);
    }
    let spool = layout::spool(root.table("spool"));
    let log = server::log(root.table("log"));
    let telemetry = telemetry::telemetry(root.table("telemetry"));
    let (secrets, seals) = secrets::secrets(root.table("secrets"));
    let storefronts = storefront::storefronts(&mut root, outfit);
    let names = storefronts.iter().map(|storefront| storefront.name.clone()).collect();
    let local = server.as_ref().is_none_or(|server| server.local);
    let endpoints = channel::endpoints(&mut root, outfit, local);
    let accounts = channel::accounts(&mut root, outfit, &names, seals);
    let keys = key::keys(&mut root, &names);
    root.finish();
    let (store, layout) = layout?;
    Some(Settings {
        server: server?,
        store,
        layout,
        spool,
        log: log?,
        telemetry: telemetry?,
        secrets,
        storefronts: storefronts.into_iter().filter_map(|named| named.settings).collect(),
        endpoints,
        accounts,
        keys,
    })
}

/// Reports names that stand twice; `entries` are the path of the key and the name.
fn twice(report: &Report<'_>, entries: impl IntoIterator<Item = (String, String)>, what: &str) {
    let mut seen = std::collections::BTreeMap::new();
    for (path, name) in entries {
        if let Some(first) = seen.get(&name) {
            let wrong = format!("{what} \"{name}\" is taken already by {first}");
            report.fault(path, wrong, "give each its own");
        } else {
            seen.insert(name, path);
        }
    }
}
