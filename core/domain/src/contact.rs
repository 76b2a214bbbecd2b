//! People: a contact is known by one or more identities; what we learn of them is merge-only and keeps its source.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{AccountKey, ContactId, MessageId, Phone, StorefrontId};

/// A person known to a storefront.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// Its id.
    pub id: ContactId,
    /// The storefront that knows them.
    pub storefront: StorefrontId,
    /// The name they go by, if known.
    pub name: Option<String>,
    /// How they are reached.
    pub identities: Vec<Identity>,
    /// What we have learned, by name.
    pub facts: Facts,
}

impl Contact {
    /// The ids by which an account knows them.
    pub fn ids_at<'a>(&'a self, account: &'a AccountKey) -> impl Iterator<Item = &'a str> {
        let here = self.identities.iter().filter(move |identity| identity.scheme == account.as_str());
        here.map(|identity| identity.value.as_str())
    }
}

/// One way to reach a person: a scheme and the id in it, such as `instagram:178…` and the customer's scoped id.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Identity {
    /// What the value means: `phone`, or the account within which a provider's id is valid.
    pub scheme: String,
    /// The id.
    pub value: String,
}

impl Identity {
    /// An identity of that scheme.
    pub fn new(scheme: impl Into<String>, value: impl Into<String>) -> Self {
        Self { scheme: scheme.into(), value: value.into() }
    }

    /// A number that a provider vouches for, whatever the channel.
    pub fn phone(number: &Phone) -> Self {
        Self::new(Self::PHONE, number.as_str())
    }

    /// The scheme of numbers. Every other scheme is an account, within which a provider's id is valid.
    pub const PHONE: &str = "phone";
}

/// Facts by name.
pub type Facts = BTreeMap<String, Fact>;

/// Something learned, with the message that said it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    /// What was learned.
    pub value: String,
    /// The message that said it; `None` when staff or a provider did.
    pub source: Option<MessageId>,
}

/// Puts what was found over what is known. Silence clears nothing: an empty value is not a finding.
pub fn merge(known: &mut Facts, found: Facts) {
    known.extend(found.into_iter().filter(|(_, fact)| !fact.value.trim().is_empty()));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fact(value: &str) -> Fact {
        Fact { value: value.into(), source: None }
    }

    /// proves: FI-06
    #[test]
    fn facts_are_never_cleared_by_silence() {
        let mut known = Facts::from([("name".into(), fact("Ann")), ("size".into(), fact("M"))]);
        merge(&mut known, Facts::from([("name".into(), fact(" ")), ("size".into(), fact("L"))]));
        assert_eq!((known["name"].value.as_str(), known["size"].value.as_str()), ("Ann", "L"));
    }
}
