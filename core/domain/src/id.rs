//! Typed, prefixed, sortable ids. A stray one in a log tells its kind.
//!
//! An id is made from a time and randomness that are handed in; its text is `<prefix>_<26 characters>`, which sorts
//! by time of making.

use std::{fmt, str::FromStr};

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use ulid::Ulid;

/// A text that is not an id of the kind asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not an id of the form {prefix}_…")]
pub struct BadId {
    text: String,
    prefix: &'static str,
}

fn parse(prefix: &'static str, text: &str) -> Result<Ulid, BadId> {
    let bad = || BadId { text: text.chars().take(40).collect(), prefix };
    let rest = text.strip_prefix(prefix).and_then(|rest| rest.strip_prefix('_')).ok_or_else(bad)?;
    Ulid::from_string(rest).map_err(|_| bad())
}

fn ulid(at: Timestamp, dice: u128) -> Ulid {
    Ulid::from_parts(u64::try_from(at.as_millisecond()).unwrap_or_default(), dice)
}

fn made_at(ulid: Ulid) -> Timestamp {
    let millisecond = i64::try_from(ulid.timestamp_ms()).unwrap_or(i64::MAX);
    Timestamp::from_millisecond(millisecond).unwrap_or(Timestamp::MAX)
}

macro_rules! text_serde {
    ($name:ident) => {
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                text.parse().map_err(de::Error::custom)
            }
        }
    };
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Ulid);

        impl $name {
            /// Makes an id from the time and 80 bits of the randomness handed in.
            pub fn new(at: Timestamp, dice: u128) -> Self {
                Self(ulid(at, dice))
            }

            /// When it was made, to the millisecond.
            pub fn made_at(&self) -> Timestamp {
                made_at(self.0)
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "_{}"), self.0)
            }
        }
        impl FromStr for $name {
            type Err = BadId;
            fn from_str(text: &str) -> Result<Self, BadId> {
                parse($prefix, text).map(Self)
            }
        }
        text_serde!($name);
    )*};
}

ids! {
    /// A request to one of our doors.
    RequestId = "req";
    /// Something that came from outside, kept in the inbox's history.
    EventId = "evt";
    /// One run of a flow over one conversation, stored in one commit.
    TurnId = "trn";
    /// A line of a transcript, ours or the customer's.
    MessageId = "msg";
    /// A thread between one contact and one channel account.
    ConversationId = "cnv";
    /// A person, known by one or more identities.
    ContactId = "ctc";
    /// An order with its hold on stock. Short enough for a provider's reference (30 characters).
    OrderId = "ord";
    /// A keyword rule of a storefront.
    RuleId = "rul";
    /// Work that failed for good and waits for a person.
    DeadLetterId = "ded";
}

/// An effect: the turn that caused it and its position there. Doubles as the key a provider may know a call by.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EffectId {
    /// The turn whose commit stored the effect.
    pub turn: TurnId,
    /// Its place among the turn's effects, from 0.
    pub position: u16,
}

impl fmt::Display for EffectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.turn, self.position)
    }
}

impl FromStr for EffectId {
    type Err = BadId;
    fn from_str(text: &str) -> Result<Self, BadId> {
        let bad = || BadId { text: text.chars().take(50).collect(), prefix: "trn" };
        let (turn, position) = text.rsplit_once('.').ok_or_else(bad)?;
        Ok(Self { turn: turn.parse()?, position: position.parse().map_err(|_| bad())? })
    }
}
text_serde!(EffectId);

macro_rules! names {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Takes a configured name as it is.
            pub fn new(name: impl Into<String>) -> Self {
                Self(name.into())
            }
            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
        impl From<&str> for $name {
            fn from(name: &str) -> Self {
                Self::new(name)
            }
        }
    )*};
}

names! {
    /// A storefront's configured name, such as `corner-shop`.
    StorefrontId;
    /// A sending or receiving account: kind and the provider's id, such as `instagram:17841400000000001`.
    AccountKey;
    /// What shares one rate, one order and one breaker at a provider: usually an account.
    Lane;
    /// A worker process or task that holds a claim.
    WorkerId;
}

impl AccountKey {
    /// The key of the provider kind's account with that id.
    pub fn of(kind: &str, account: &str) -> Self {
        Self(format!("{kind}:{account}"))
    }
    /// The provider kind: what stands before the first colon.
    pub fn kind(&self) -> &str {
        self.0.split_once(':').map_or(self.as_str(), |(kind, _)| kind)
    }
    /// The provider's own id of the account.
    pub fn account(&self) -> &str {
        self.0.split_once(':').map_or("", |(_, account)| account)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millisecond(ms).expect("a time")
    }

    #[test]
    fn an_id_survives_its_text_and_sorts_by_time() {
        let early = EventId::new(at(1_000), u128::MAX);
        let late = EventId::new(at(1_001), 0);
        assert!(early < late && early.to_string() < late.to_string());
        assert_eq!(early.to_string().parse(), Ok(early));
        assert_eq!((early.made_at(), late.made_at()), (at(1_000), at(1_001)));
        assert!(early.to_string().starts_with("evt_") && early.to_string().len() == 30);
    }

    #[test]
    fn an_id_of_another_kind_is_refused() {
        let id = EventId::new(at(1), 7).to_string();
        assert!(id.parse::<TurnId>().is_err());
        assert!("evt_short".parse::<EventId>().is_err());
    }

    #[test]
    fn an_effect_id_fits_a_reference_of_forty_characters() {
        let id = EffectId { turn: TurnId::new(at(1), 7), position: u16::MAX };
        assert!(id.to_string().len() <= 40);
        assert_eq!(id.to_string().parse(), Ok(id));
    }

    #[test]
    fn an_account_key_tells_kind_and_account() {
        let key = AccountKey::of("instagram", "178:4");
        assert_eq!((key.kind(), key.account()), ("instagram", "178:4"));
    }
}
