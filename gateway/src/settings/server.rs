//! `[server]` and `[log]`.

use std::{net::IpAddr, path::PathBuf, time::Duration};

use ipnet::IpNet;

use super::section::Section;

/// What a process does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Role {
    /// Everything.
    #[default]
    All,
    /// Takes webhooks and requests.
    Web,
    /// Answers, sends, and does what time brings about.
    Worker,
}

impl Role {
    /// The role as the settings name it.
    pub fn word(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Web => "web",
            Self::Worker => "worker",
        }
    }

    /// Does it take webhooks and requests?
    pub fn takes(self) -> bool {
        self != Self::Worker
    }

    /// Does it answer and send?
    pub fn works(self) -> bool {
        self != Self::Web
    }
}

/// The HTTP door.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerSettings {
    /// What this process does.
    pub role: Role,
    /// The address it listens on; `::` is every address of both families.
    pub bind: IpAddr,
    /// The port; 0 takes any free one.
    pub port: u16,
    /// Is this a local trial, in which signature checks may be switched off?
    pub local: bool,
    /// Longest request body, in bytes.
    pub most_body_bytes: usize,
    /// Connections at the same time.
    pub most_connections: usize,
    /// How long a client may take for its request's headers.
    pub header_wait: Duration,
    /// How long a client may take for its request's body.
    pub body_wait: Duration,
    /// How long a request may take in all.
    pub request_wait: Duration,
    /// How long a stop waits for what is in hand.
    pub stop_wait: Duration,
    /// Proxies whose word about the client's address is believed.
    pub trusted: Vec<IpNet>,
    /// Requests in a second, of all clients together; `None` for any number.
    pub per_second: Option<u32>,
    /// Requests to the API in a minute from one client's address; `None` for any number.
    pub address_per_minute: Option<u32>,
    /// Web pages that may use the API from a browser.
    pub origins: Vec<String>,
}

impl Default for ServerSettings {
    fn default() -> Self {
        Self {
            role: Role::All,
            bind: IpAddr::from([0_u16; 8]),
            port: 8080,
            local: false,
            most_body_bytes: 3 * 1024 * 1024,
            most_connections: 1000,
            header_wait: Duration::from_secs(10),
            body_wait: Duration::from_secs(15),
            request_wait: Duration::from_secs(75),
            stop_wait: Duration::from_secs(20),
            trusted: Vec::new(),
            per_second: None,
            address_per_minute: Some(600),
            origins: Vec::new(),
        }
    }
}

/// Where the house keeps files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreSettings {
    /// The data directory: the embedded store's file, and the lock that keeps a second process out.
    pub data: PathBuf,
}

/// How the house logs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogSettings {
    /// How lines look.
    pub format: LogFormat,
    /// Which lines are written: a level, or directives such as `info,tradepost_engine=debug`.
    pub level: String,
}

impl Default for LogSettings {
    fn default() -> Self {
        Self { format: LogFormat::Auto, level: "info".to_owned() }
    }
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// Readable in a terminal, else JSON.
    Auto,
    /// One JSON object per line.
    Json,
    /// For people.
    Readable,
}

pub(super) fn server(mut section: Section<'_>) -> Option<ServerSettings> {
    let usual = ServerSettings::default();
    let role = match section.word("role", &["all", "web", "worker"]).as_deref() {
        Some("web") => Role::Web,
        Some("worker") => Role::Worker,
        _ => Role::All,
    };
    let bind = bind(&mut section, usual.bind);
    let port = section.number("port", 0, 65_535).and_then(|port| u16::try_from(port).ok());
    let local = section.flag("local");
    let body = section.number("most_body_bytes", 1024, 64 * 1024 * 1024);
    let connections = section.number("most_connections", 1, 1_000_000);
    let header_wait = section.duration("header_wait");
    let body_wait = section.duration("body_wait");
    let request_wait = section.duration("request_wait");
    let stop_wait = section.duration("stop_wait");
    let trusted = nets(&mut section, "trusted");
    let per_second = most(&mut section, "per_second", usual.per_second);
    let address_per_minute = most(&mut section, "address_per_minute", usual.address_per_minute);
    let origins = origins(&mut section);
    section.finish();
    Some(ServerSettings {
        role,
        bind,
        port: port.unwrap_or(usual.port),
        local: local.unwrap_or(usual.local),
        most_body_bytes: body.and_then(|bytes| usize::try_from(bytes).ok()).unwrap_or(usual.most_body_bytes),
        most_connections: connections.and_then(|n| usize::try_from(n).ok()).unwrap_or(usual.most_connections),
        header_wait: header_wait.unwrap_or(usual.header_wait),
        body_wait: body_wait.unwrap_or(usual.body_wait),
        request_wait: request_wait.unwrap_or(usual.request_wait),
        stop_wait: stop_wait.unwrap_or(usual.stop_wait),
        trusted,
        per_second,
        address_per_minute,
        origins,
    })
}

/// A number of requests; 0 is any number.
fn most(section: &mut Section<'_>, key: &str, usual: Option<u32>) -> Option<u32> {
    let set = section.number(key, 0, 1_000_000).and_then(|number| u32::try_from(number).ok());
    set.map_or(usual, |most| Some(most).filter(|most| *most > 0))
}

/// Addresses and nets, such as `10.0.0.0/8` or `::1`.
pub(super) fn nets(section: &mut Section<'_>, key: &str) -> Vec<IpNet> {
    let mut nets = Vec::new();
    for text in section.texts(key) {
        match text.parse::<IpNet>().or_else(|_| text.parse::<IpAddr>().map(IpNet::from)) {
            Ok(net) => nets.push(net),
            Err(_) => {
                let mend = "write addresses such as \"203.0.113.7\" and nets such as \"10.0.0.0/8\"";
                section.fault(key, format!("\"{text}\" is neither an address nor a net"), mend);
            }
        }
    }
    nets
}

/// Origins as browsers send them: scheme, host, perhaps a port.
fn origins(section: &mut Section<'_>) -> Vec<String> {
    let origins = section.texts("origins");
    for origin in &origins {
        let uri = origin.parse::<poem::http::Uri>().ok();
        let fits = uri.is_some_and(|uri| {
            matches!(uri.scheme_str(), Some("http" | "https"))
                && uri.host().is_some()
                && !origin.trim_start_matches("https://").trim_start_matches("http://").contains('/')
        });
        if !fits {
            let mend = "write scheme and host only, such as \"https://shop.example\"";
            section.fault("origins", format!("\"{origin}\" is not an origin"), mend);
        }
    }
    origins
}

fn bind(section: &mut Section<'_>, usual: IpAddr) -> IpAddr {
    let Some(text) = section.text("bind") else { return usual };
    text.parse().unwrap_or_else(|_| {
        let mend = "write \"::\" for every address, \"127.0.0.1\" for this machine only";
        section.fault("bind", format!("\"{text}\" is not an IP address"), mend);
        usual
    })
}

pub(super) fn log(mut section: Section<'_>) -> Option<LogSettings> {
    let format = match section.word("format", &["auto", "json", "readable"]).as_deref() {
        Some("json") => LogFormat::Json,
        Some("readable") => LogFormat::Readable,
        _ => LogFormat::Auto,
    };
    let level = section.text("level").unwrap_or_else(|| LogSettings::default().level);
    if let Err(error) = level.parse::<tracing_subscriber::filter::EnvFilter>() {
        let mend = "use error, warn, info, debug or trace, or directives such as \"info,hyper=warn\"";
        section.fault("level", format!("\"{level}\" is not a level: {error}"), mend);
    }
    section.finish();
    Some(LogSettings { format, level })
}
