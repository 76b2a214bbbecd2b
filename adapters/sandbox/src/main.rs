//! `tradepost-sandbox`: the sandbox as a process of its own.

#![forbid(unsafe_code)]

use std::io::Write;
use std::path::PathBuf;

use clap::Parser;
use serde_json::json;
use tokio::signal::unix::{SignalKind, signal};
use tradepost_sandbox::{InstagramAccount, Sandbox, SandboxConfig, TelegramAccount, WhatsappAccount};

/// Providers' protocols over real HTTP on 127.0.0.1, for tests. Prints one JSON line when ready: {"ready":true,"address":…,"base_url":…}.
#[derive(Parser)]
#[command(name = "tradepost-sandbox", version)]
struct Options {
    /// Port; 0 takes a free one. Overrides the file's.
    #[arg(long)]
    port: Option<u16>,
    /// Settings as JSON, see the README.
    #[arg(long)]
    config: Option<PathBuf>,
    /// An Instagram account, everything else made up from its id; ID=URL also sets its webhook address. May be repeated.
    #[arg(long, value_name = "ID[=WEBHOOK_URL]")]
    account: Vec<String>,
    /// A WhatsApp number by its phone_number_id, everything else made up from it; ID=URL also sets its webhook address. May be repeated.
    #[arg(long, value_name = "ID[=WEBHOOK_URL]")]
    whatsapp: Vec<String>,
    /// A Telegram bot by its id, everything else made up from it; ID=URL also sets its webhook address. May be repeated.
    #[arg(long, value_name = "ID[=WEBHOOK_URL]")]
    telegram: Vec<String>,
    /// Appends the log to this file, as JSON lines. Overrides the file's.
    #[arg(long)]
    log: Option<PathBuf>,
    /// Prints the bare port instead of the JSON line.
    #[arg(long)]
    print_port: bool,
}

impl Options {
    fn config(&self) -> Result<SandboxConfig, String> {
        let mut config = match &self.config {
            None => SandboxConfig::default(),
            Some(path) => {
                let text =
                    std::fs::read(path).map_err(|error| format!("read {}: {error}", path.display()))?;
                serde_json::from_slice(&text)
                    .map_err(|error| format!("understand {}: {error}", path.display()))?
            }
        };
        config.port = self.port.unwrap_or(config.port);
        config.log_file = self.log.clone().or(config.log_file);
        for account in &self.account {
            let (id, url) = id_and_url(account);
            config.instagram.push(InstagramAccount { webhook_url: url, ..InstagramAccount::new(id) });
        }
        for account in &self.whatsapp {
            let (id, url) = id_and_url(account);
            config.whatsapp.push(WhatsappAccount { webhook_url: url, ..WhatsappAccount::new(id) });
        }
        for account in &self.telegram {
            let (id, url) = id_and_url(account);
            config.telegram.push(TelegramAccount { webhook_url: url, ..TelegramAccount::new(id) });
        }
        Ok(config)
    }
}

/// `ID` or `ID=URL`.
fn id_and_url(account: &str) -> (&str, Option<String>) {
    match account.split_once('=') {
        Some((id, url)) => (id, Some(url.to_owned())),
        None => (account, None),
    }
}

#[tokio::main]
async fn main() -> std::process::ExitCode {
    match run(Options::parse()).await {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("tradepost-sandbox: failed to {error}");
            std::process::ExitCode::FAILURE
        }
    }
}

async fn run(options: Options) -> Result<(), String> {
    let sandbox = Sandbox::start(options.config()?).await.map_err(|error| error.to_string())?;
    let mut terminated =
        signal(SignalKind::terminate()).map_err(|error| format!("listen for signals: {error}"))?;
    let port = sandbox.address().port();
    let line = match options.print_port {
        true => port.to_string(),
        false => json!({ "ready": true, "address": sandbox.address(), "port": port, "base_url": sandbox.base_url() }).to_string(),
    };
    writeln!(std::io::stdout(), "{line}").map_err(|error| format!("print the address: {error}"))?;
    tokio::select! {
        _ = terminated.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
    sandbox.stop().await;
    Ok(())
}
