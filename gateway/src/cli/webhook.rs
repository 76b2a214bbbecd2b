//! `webhook`: reads a raw payload, or sends one signed as the provider would.

use std::{io::Read, path::PathBuf};

use bytes::Bytes;
use tradepost_domain::Arrival;
use tradepost_ports::{Headers, Unverified};

use super::{Config, Ended, Outcome, shop, show};
use crate::{
    outfit::Outfit,
    post::post,
    settings::{EndpointSettings, Settings},
};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Prints the events of a raw payload as JSON, one per line. Needs no settings, checks no signature, stores nothing.
    Parse {
        /// The channel, such as instagram.
        channel: String,
        /// The payload; - is standard input.
        file: PathBuf,
        /// Prints one JSON array instead.
        #[arg(long)]
        array: bool,
    },
    /// Signs a payload with an endpoint's secret and posts it to the running house.
    Send {
        #[command(flatten)]
        config: Config,
        /// The endpoint: its name, or channel/name.
        endpoint: String,
        /// The payload; - is standard input.
        file: PathBuf,
        /// Where the house listens; this machine and the settings' port when left out.
        #[arg(long, value_name = "HOST:PORT")]
        to: Option<String>,
    },
}

pub(super) async fn run(outfit: &Outfit, command: Command) -> Outcome {
    match command {
        Command::Parse { channel, file, array } => parse(outfit, &channel, &file, array),
        Command::Send { config, endpoint, file, to } => send(outfit, &config, &endpoint, &file, to).await,
    }
}

fn parse(outfit: &Outfit, channel: &str, file: &PathBuf, array: bool) -> Outcome {
    let kinds = || outfit.kinds().join(", ");
    let reader = outfit.adapter(channel).and_then(tradepost_ports::Adapter::reader).ok_or_else(|| {
        Ended::usage(format!("`{channel}` is no channel with webhooks; use one of: {}", kinds()))
    })?;
    let raw = Unverified::new(Headers::default(), Vec::new(), payload(file)?);
    let arrivals = reader.parse(&raw.trusted_by_operator()).map_err(Ended::wrong)?;
    show::print(&normalised(&arrivals, array).map_err(Ended::wrong)?)
}

fn normalised(arrivals: &[Arrival], array: bool) -> Result<String, serde_json::Error> {
    if array {
        return serde_json::to_string_pretty(arrivals);
    }
    let lines: Result<Vec<_>, _> = arrivals.iter().map(serde_json::to_string).collect();
    Ok(lines?.join("\n"))
}

async fn send(outfit: &Outfit, config: &Config, name: &str, file: &PathBuf, to: Option<String>) -> Outcome {
    let settings = shop::settings(outfit, config)?;
    let endpoint = endpoint(&settings, name)?;
    let body = payload(file)?;
    let signature = outfit
        .adapter(endpoint.kind)
        .and_then(|adapter| adapter.sign(&endpoint.values, &body))
        .ok_or_else(|| Ended::wrong(format!("{} does not sign", endpoint.kind)))?;
    let to = to.unwrap_or_else(|| format!("127.0.0.1:{}", settings.server.port));
    let answer = post(&to, &endpoint.path(), &signature, body)
        .await
        .map_err(|error| Ended::wrong(format!("failed to post to {to}: {error:#}")))?;
    show::print(format!("{} {}", answer.status, answer.body).trim_end())?;
    match answer.status {
        200..300 => Ok(()),
        status => Err(Ended::wrong(format!("the house answered {status}"))),
    }
}

fn endpoint<'a>(settings: &'a Settings, name: &str) -> Result<&'a EndpointSettings, Ended> {
    let named: Vec<_> = settings
        .endpoints
        .iter()
        .filter(|one| one.name == name || format!("{}/{}", one.kind, one.name) == name || one.path() == name)
        .collect();
    let known = || {
        settings
            .endpoints
            .iter()
            .map(|one| format!("{}/{}", one.kind, one.name))
            .collect::<Vec<_>>()
            .join(", ")
    };
    match named.as_slice() {
        [one] => Ok(one),
        [] => Err(Ended::usage(format!("there is no endpoint `{name}`; known are: {}", known()))),
        _ => Err(Ended::usage(format!("`{name}` is the name of several endpoints: {}", known()))),
    }
}

fn payload(file: &PathBuf) -> Result<Bytes, Ended> {
    let mut bytes = Vec::new();
    let read = match file.to_str() {
        Some("-") => std::io::stdin().read_to_end(&mut bytes).map(drop),
        _ => std::fs::read(file).map(|found| bytes = found),
    };
    read.map_err(|error| Ended::usage(format!("failed to read {}: {error}", file.display())))?;
    Ok(bytes.into())
}
