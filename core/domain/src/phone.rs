//! Phone numbers in one spelling, so that a limit or an opt-out cannot be dodged by writing a number differently.

use std::fmt;

use rlibphonenumber::{PhoneNumber, PhoneNumberFormat, Region};
use serde::{Deserialize, Serialize};

/// A valid number in E.164, such as `+14155550123`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Phone(String);

/// A text that is no phone number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a valid phone number: write it with its country code, as in +14155550123")]
pub struct BadPhone;

impl Phone {
    /// Reads a number as people write it; a national spelling is taken as one of `region` (ISO 3166, `US`).
    pub fn parse(text: &str, region: Option<&str>) -> Result<Self, BadPhone> {
        let text = text.trim();
        if text.len() > 60 {
            return Err(BadPhone);
        }
        let region = region.and_then(|region| region.parse::<Region>().ok());
        let number = PhoneNumber::parse(text, region).map_err(|_| BadPhone)?;
        if !number.is_valid() {
            return Err(BadPhone);
        }
        Ok(Self(number.format_as(PhoneNumberFormat::E164).into_owned()))
    }

    /// The number in E.164.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Phone {
    type Error = BadPhone;
    fn try_from(text: String) -> Result<Self, BadPhone> {
        Self::parse(&text, None)
    }
}

impl From<Phone> for String {
    fn from(phone: Phone) -> String {
        phone.0
    }
}

/// Only the last two digits: numbers stay out of logs.
impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "+…{}", &self.0[self.0.len().saturating_sub(2)..])
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::Phone;

    #[rstest]
    #[case::international("+1 (415) 555-2671", None)]
    #[case::national("415 555 2671", Some("US"))]
    #[case::with_zeros("00 1 415 555 2671", Some("GB"))]
    fn one_number_has_one_spelling(#[case] text: &str, #[case] region: Option<&str>) {
        assert_eq!(
            Phone::parse(text, region).map(|phone| phone.as_str().to_owned()),
            Ok("+14155552671".into())
        );
    }

    #[rstest]
    #[case::words("call me")]
    #[case::too_short("+1415")]
    #[case::endless(&"9".repeat(10_000))]
    fn no_number_is_refused(#[case] text: &str) {
        assert!(Phone::parse(text, None).is_err());
    }

    #[test]
    fn a_number_stays_out_of_logs() {
        let phone = Phone::parse("+14155552671", None).expect("valid");
        assert_eq!(format!("{phone:?}"), "+…71");
    }
}
