//! `check` and `openapi`: nothing is opened, nothing is stored.

use std::fmt::Write;

use super::{Config, Ended, Outcome, shop, show};
use crate::{
    http,
    outfit::Outfit,
    settings::{Settings, TelemetrySettings},
};

pub(super) fn check(outfit: &Outfit, config: &Config) -> Outcome {
    let settings = shop::settings(outfit, config)?;
    show::print(&summary(&settings))
}

pub(super) fn openapi(outfit: &Outfit) -> Outcome {
    let text = http::document(outfit).map_err(Ended::wrong)?;
    show::print(text.trim_end())
}

/// Who would be told how the house works. An address may hold a password: its host is shown.
fn telemetry(settings: &TelemetrySettings) -> Vec<String> {
    let otlp = settings.otlp.as_ref().and_then(|url| url.host_str());
    let page = settings.prometheus.then(|| match settings.prometheus_address {
        Some(address) => format!("a page for Prometheus at {address}/metrics"),
        None => "a page for Prometheus at /metrics".to_owned(),
    });
    let reports = settings.sentry_dsn.is_some().then(|| "error reports".to_owned());
    otlp.map(|host| format!("traces and figures to {host}")).into_iter().chain(page).chain(reports).collect()
}

/// What would run. Writing into a text cannot fail.
fn summary(settings: &Settings) -> String {
    let server = &settings.server;
    let address = std::net::SocketAddr::new(server.bind, server.port);
    let mut text = format!("the settings are in order\n\nlistens on    {address}\n");
    let _ = writeln!(text, "role          {}", server.role.word());
    let _ = writeln!(text, "layout        {}", settings.layout.words());
    let _ = writeln!(text, "data          {}", settings.data().display());
    for told in telemetry(&settings.telemetry) {
        let _ = writeln!(text, "telemetry     {told}");
    }
    for storefront in &settings.storefronts {
        let facts = &storefront.facts;
        let _ = writeln!(
            text,
            "storefront    {} ({}), flow {}, {}, {}, {}",
            facts.id,
            facts.name,
            storefront.flow,
            facts.zone,
            facts.locale,
            facts.currency.code()
        );
    }
    for endpoint in &settings.endpoints {
        let paths = [vec![endpoint.path()], endpoint.paths.clone()].concat().join(", ");
        let trust = if endpoint.verify { "" } else { "   SIGNATURES ARE NOT CHECKED: local trials only" };
        let _ = writeln!(text, "endpoint      {paths}{trust}");
    }
    for account in &settings.accounts {
        let kept = settings.secrets.keyring.is_some() && account.account.tokens.is_some();
        let token = if kept { ", its token is exchanged before it ends" } else { "" };
        let _ = writeln!(text, "account       {} for {}{token}", account.key, account.storefront);
    }
    if let Some(keyring) = &settings.secrets.keyring {
        let ids: Vec<_> = keyring.ids().collect();
        let _ = writeln!(text, "master key    {}; the first seals, all open", ids.join(", "));
    }
    for key in &settings.keys {
        let names: Vec<_> = key.storefronts.iter().map(ToString::to_string).collect();
        let _ =
            writeln!(text, "API key       {} for {}, {} a minute", key.id, names.join(", "), key.per_minute);
    }
    text.trim_end().to_owned()
}
