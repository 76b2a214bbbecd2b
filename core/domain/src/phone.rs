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
        let number = match as_dialled_today(number.country_code, &number.national_number.to_string()) {
            Some(today) => PhoneNumber::parse(&today, None).map_err(|_| BadPhone)?,
            None => number,
        };
        if !number.is_valid() {
            return Err(BadPhone);
        }
        Ok(Self(number.format_as(PhoneNumberFormat::E164).into_owned()))
    }

    /// Reads digits with their country code and without a plus, as providers write numbers.
    pub fn of_digits(digits: &str) -> Result<Self, BadPhone> {
        match digits.bytes().all(|byte| byte.is_ascii_digit()) {
            true => Self::parse(&format!("+{digits}"), None),
            false => Err(BadPhone),
        }
    }

    /// The digits without the plus.
    pub fn digits(&self) -> &str {
        self.0.trim_start_matches('+')
    }

    /// The number in E.164.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Numbers that were written in another way once, and still are by some providers: Brazilian mobiles without their
/// ninth digit, Mexican and Argentine mobiles with or without theirs.
fn as_dialled_today(country: i32, national: &str) -> Option<String> {
    let at = |place: usize| national.as_bytes().get(place).copied();
    match (country, national.len(), at(0)) {
        (55, 10, _) if at(2).is_some_and(|digit| digit >= b'6') => {
            Some(format!("+55{}9{}", &national[..2], &national[2..]))
        }
        (52, 11, Some(b'1')) => Some(format!("+52{}", &national[1..])),
        _ => None,
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

    /// proves: PL-10
    #[rstest]
    #[case::brazil_without_its_nine("+55 11 8765-4321", "+5511987654321")]
    #[case::brazil("+55 11 98765-4321", "+5511987654321")]
    #[case::a_brazilian_landline("+55 11 3456-7890", "+551134567890")]
    #[case::mexico_with_a_one("+52 1 55 1234 5678", "+525512345678")]
    #[case::mexico("+52 55 1234 5678", "+525512345678")]
    #[case::argentina_with_its_nine("+54 9 11 2345-6789", "+5491123456789")]
    #[case::india("+91 98000 00000", "+919800000000")]
    fn old_spellings_are_the_same_number(#[case] text: &str, #[case] expected: &str) {
        let phone = Phone::parse(text, None).expect("valid");
        assert_eq!(phone.as_str(), expected);
        assert_eq!(Phone::of_digits(&text.replace(['+', ' ', '-'], "")), Ok(phone));
    }

    /// proves: PL-10
    #[rstest]
    #[case::a_business_scoped_id("BR.777")]
    #[case::a_plus("+14155552671")]
    #[case::nothing("")]
    fn digits_are_only_digits(#[case] text: &str) {
        assert!(Phone::of_digits(text).is_err());
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
