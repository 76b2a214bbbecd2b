//! `[server]` and `[log]`.

use std::{net::IpAddr, path::PathBuf, time::Duration};

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
    })
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
