//! What a flow knows of its storefront: large, rarely changing, shared and known by its revision.

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::{Rule, StorefrontId, money::Currency};

/// A storefront as its flow sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Storefront {
    /// Its configured name.
    pub id: StorefrontId,
    /// What customers call it.
    pub name: String,
    /// Who answers: the persona's name and manner, for models.
    pub persona: Option<String>,
    /// IANA name of its time zone, checked at start.
    pub zone: String,
    /// BCP 47 tag of its first language.
    pub locale: String,
    /// What its prices are in.
    pub currency: Currency,
    /// How staff are reached, for answers.
    pub contact: Option<String>,
    /// Its active rules, by priority.
    pub rules: Vec<Rule>,
    /// Raised with every change of the rules.
    pub revision: i64,
}

impl Storefront {
    /// Its time zone; UTC if the name is unknown, which the settings check refuses.
    pub fn time_zone(&self) -> TimeZone {
        TimeZone::get(&self.zone).unwrap_or(TimeZone::UTC)
    }
}
