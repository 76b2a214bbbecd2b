//! `gateway/default.toml` is the manual: it loads, and every key that the code knows stands in it.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use tradepost_gateway::{
    adapters,
    settings::{ServerSettings, Settings},
};

use crate::fixture::Made;

const MANUAL: &str = include_str!("../default.toml");

/// The manual with every setting that is switched off switched on, except the second spelling of a secret.
fn all_on() -> String {
    let on = |line: &str| match line.strip_prefix('#') {
        Some(rest) if rest.starts_with(|c: char| c.is_ascii_lowercase() || c == '[') => rest.to_owned(),
        _ => line.to_owned(),
    };
    MANUAL.lines().map(on).collect::<Vec<_>>().join("\n")
}

fn world() -> Made {
    let secret = "a-secret-of-more-than-24-characters";
    let names = [
        "WEBSITE_API_KEY",
        "FACEBOOK_APP_SECRET",
        "FACEBOOK_VERIFY_TOKEN",
        "INSTAGRAM_PAGE_ACCESS_TOKEN",
        "WHATSAPP_APP_SECRET",
        "WHATSAPP_VERIFY_TOKEN",
        "WHATSAPP_TOKEN",
        "WAPI_WEBHOOK_TOKEN",
        "WAPI_WEBHOOK_SECRET",
        "WAPI_TOKEN",
        "DATABASE_URL",
        "REDIS_URL",
    ];
    let mut variables: BTreeMap<_, _> = names.map(|name| (name, secret)).into();
    variables.insert("OTLP_HEADERS", "authorization=Bearer a-secret");
    variables.insert("TRADEPOST_MASTER_KEY", "9ayiPGUe0SWv3Oo4nBLqTLTZKxzPPWrYJOrpmSwfBSk=");
    Made { variables, ..Made::default() }
}

/// proves: PL-02
#[test]
fn the_manual_loads_as_it_is_and_states_the_defaults() {
    let settings = Settings::read(MANUAL, Path::new(""), &adapters::shipped(), &Made::default());
    let settings = settings.expect("the manual loads");
    assert_eq!(settings.server, ServerSettings::default());
    let empty = "[[storefront]]\nid = \"corner-shop\"\nname = \"Corner Shop\"\ncurrency = \"USD\"";
    let usual = Settings::read(empty, Path::new(""), &adapters::shipped(), &Made::default()).expect("loads");
    assert_eq!((&usual.log, &usual.store), (&settings.log, &settings.store));
    assert_eq!(usual.storefronts[0].facts, settings.storefronts[0].facts);
    let tuning = tradepost_engine::StorefrontTuning::default();
    let stated = &settings.storefronts[0].measures;
    assert_eq!(stated.quiet, Some(tuning.quiet));
    assert_eq!(stated.quiet_most, Some(tuning.quiet_most));
    assert_eq!(stated.idle_after, Some(tuning.idle_after));
    assert_eq!(stated.reply_valid, Some(tuning.reply_valid));
    assert_eq!(stated.notice_valid, Some(tuning.notice_valid));
    assert_eq!(stated.app_pause, Some(tuning.app_pause));
    assert_eq!(stated.keep, Some(tuning.keep));
    assert_eq!(stated.show_signals, Some(tuning.show_signals));
}

/// proves: PL-02
#[test]
fn every_key_that_the_code_knows_stands_in_the_manual() {
    let text = all_on();
    let (settings, asked) = Settings::read_noting(&text, Path::new(""), &adapters::shipped(), &world());
    settings.unwrap_or_else(|faults| panic!("{faults:#?}"));
    let mut table = String::new();
    let mut written = BTreeSet::new();
    // Two # switch off what would stand beside another spelling of itself.
    for line in text.lines().map(|line| line.strip_prefix("##").unwrap_or(line)) {
        if let Some(name) = line.strip_prefix('[') {
            table = name.trim_start_matches('[').trim_end_matches(']').to_owned();
            written.insert(table.clone());
        } else if let Some((key, _)) = line.split_once(" = ") {
            written.insert(format!("{table}.{key}"));
        }
    }
    let other_spelling = |key: &str| {
        let base = key.strip_suffix("_env").or_else(|| key.strip_suffix("_file")).unwrap_or(key).to_owned();
        ["", "_env", "_file"].iter().any(|spelling| written.contains(&format!("{base}{spelling}")))
    };
    let missing: Vec<_> =
        asked.iter().filter(|key| !written.contains(*key) && !other_spelling(key)).collect();
    assert!(missing.is_empty(), "these keys are not in the manual: {missing:?}");
}
