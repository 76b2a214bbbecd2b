//! `[[storefront]]`: who sells.

use std::time::Duration;

use tradepost_domain::{Storefront, money::Currency};

use super::{section::Section, twice};
use crate::outfit::Outfit;

/// A storefront as set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StorefrontSettings {
    /// What flows know of it; rules come from the store.
    pub facts: Storefront,
    /// Which flow answers.
    pub flow: String,
    /// Its measures of time.
    pub measures: Measures,
}

/// A storefront's measures of time. What is `None` takes the engine's own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Measures {
    /// How long a customer's silence ends a burst.
    pub quiet: Option<Duration>,
    /// The longest that a first message waits for more.
    pub quiet_most: Option<Duration>,
    /// A conversation ends after so much silence.
    pub idle_after: Option<Duration>,
    /// A reply that is older is not sent any more.
    pub reply_valid: Option<Duration>,
    /// A notice of an order that is older is not sent any more.
    pub notice_valid: Option<Duration>,
    /// How long a person's line in the provider's app silences the flow.
    pub app_pause: Option<Duration>,
    /// A conversation in which nothing happens for so long is forgotten with its history.
    pub keep: Option<Duration>,
    /// Are "seen" and "typing" shown?
    pub show_signals: Option<bool>,
    /// Messages of one contact that are answered within a minute; 0 for any number.
    pub contact_per_minute: Option<u32>,
    /// Messages that are answered within a minute; 0 for any number.
    pub per_minute: Option<u32>,
}

/// A storefront that has at least a name, so that others may name it even if the rest is wrong.
pub(super) struct Named {
    pub(super) name: String,
    pub(super) settings: Option<StorefrontSettings>,
}

pub(super) fn storefronts(root: &mut Section<'_>, outfit: &Outfit) -> Vec<Named> {
    let sections = root.tables("storefront");
    if sections.is_empty() {
        root.fault("storefront", "there is none", "add a table [[storefront]] with id, name and currency");
    }
    let report = root.report;
    let (paths, named): (Vec<_>, Vec<_>) = sections
        .into_iter()
        .filter_map(|section| Some((section.path_of("id"), storefront(section, outfit)?)))
        .unzip();
    twice(report, paths.into_iter().zip(named.iter().map(|one| one.name.clone())), "the storefront");
    named
}

fn storefront(mut section: Section<'_>, outfit: &Outfit) -> Option<Named> {
    let name = section.required_text("id", "corner-shop").filter(|id| plain(&section, "id", id));
    let facts = facts(&mut section, name.as_deref().unwrap_or_default());
    let flow = section.word("flow", &outfit.flow_names()).unwrap_or_else(|| "rules".to_owned());
    let measures = measures(&mut section);
    section.finish();
    let settings = facts.map(|facts| StorefrontSettings { facts, flow, measures });
    name.map(|name| Named { name, settings })
}

fn facts(section: &mut Section<'_>, id: &str) -> Option<Storefront> {
    let name = section.required_text("name", "Corner Shop");
    let persona = section.text("persona");
    let zone = zone(section);
    let locale = locale(section);
    let currency = currency(section);
    let contact = section.text("contact");
    Some(Storefront {
        id: id.into(),
        name: name?,
        persona,
        zone,
        locale,
        currency: currency?,
        contact,
        rules: Vec::new(),
        revision: 0,
    })
}

fn measures(section: &mut Section<'_>) -> Measures {
    let measures = Measures {
        quiet: section.duration("quiet"),
        quiet_most: section.duration("quiet_most"),
        idle_after: section.duration("idle_after"),
        reply_valid: section.duration("reply_valid"),
        notice_valid: section.duration("notice_valid"),
        app_pause: section.duration("app_pause"),
        keep: keep(section),
        show_signals: section.flag("show_signals"),
        contact_per_minute: per_minute(section, "contact_per_minute"),
        per_minute: per_minute(section, "per_minute"),
    };
    if measures.quiet_most.is_some_and(|most| measures.quiet > Some(most)) {
        section.fault("quiet", "is longer than quiet_most", "make quiet_most the longer of the two");
    }
    if measures.keep.is_some_and(|keep| measures.idle_after > Some(keep)) {
        section.fault("keep", "is shorter than idle_after", "make keep the longer of the two");
    }
    measures
}

/// What was heard is known again for 72 hours, and what is parked waits as long for what it speaks of.
const LEAST_KEPT: Duration = Duration::from_secs(7 * 24 * 3600);
/// A hundred years.
const MOST_KEPT: Duration = Duration::from_secs(36_500 * 24 * 3600);

fn keep(section: &mut Section<'_>) -> Option<Duration> {
    let keep = section.duration("keep")?;
    if keep < LEAST_KEPT {
        let mend = "take 7 days or more: providers tell of old things for some days";
        section.fault("keep", "is shorter than 7 days", mend);
    }
    if keep > MOST_KEPT {
        section.fault("keep", "is longer than 36500 days", "take 36500 days or fewer");
    }
    Some(keep)
}

fn per_minute(section: &mut Section<'_>, key: &str) -> Option<u32> {
    section.number(key, 0, 1_000_000).and_then(|number| u32::try_from(number).ok())
}

fn zone(section: &mut Section<'_>) -> String {
    let zone = section.text("zone").unwrap_or_else(|| "UTC".to_owned());
    if jiff::tz::TimeZone::get(&zone).is_err() {
        let mend = "use a name such as \"Europe/Berlin\" or \"America/New_York\"";
        section.fault("zone", format!("\"{zone}\" is not a time zone"), mend);
    }
    zone
}

fn currency(section: &mut Section<'_>) -> Option<Currency> {
    let code = section.required_text("currency", "USD")?;
    let currency = Currency::from_code(&code);
    if currency.is_none() {
        let mend = "use three capital letters of ISO 4217, such as \"USD\" or \"EUR\"";
        section.fault("currency", format!("\"{code}\" is not a currency"), mend);
    }
    currency
}

/// A language of two or three letters, then parts of one to eight letters or digits (BCP 47).
fn locale(section: &mut Section<'_>) -> String {
    let locale = section.text("locale").unwrap_or_else(|| "en".to_owned());
    let mut parts = locale.split('-');
    let language = parts.next().unwrap_or_default();
    let fits = (2..=3).contains(&language.len())
        && language.bytes().all(|b| b.is_ascii_alphabetic())
        && parts.all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric()));
    if !fits {
        let mend = "use a tag such as \"en\", \"de-AT\" or \"pt-BR\"";
        section.fault("locale", format!("\"{locale}\" is not a language tag"), mend);
    }
    locale
}

/// Names stand in addresses and keys: letters, digits, dashes and underscores.
pub(super) fn plain(section: &Section<'_>, key: &str, name: &str) -> bool {
    let fits = name.len() <= 64 && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
    if !fits {
        let mend = "use up to 64 letters, digits, dashes and underscores";
        section.fault(key, format!("\"{name}\" cannot stand in an address"), mend);
    }
    fits
}
