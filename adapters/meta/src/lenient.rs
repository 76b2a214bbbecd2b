//! Values that Meta writes in more than one way, read as tolerantly as is safe.

use std::fmt;

use jiff::{Timestamp, civil::DateTime, tz::TimeZone};
use serde::{
    Deserialize, Deserializer,
    de::{self, DeserializeOwned, Visitor},
};
use serde_json::value::RawValue;

/// Longer ids are nobody's.
const LONGEST_ID: usize = 512;
/// Longer texts are cut: no channel of Meta's allows a tenth of it.
const LONGEST_TEXT: usize = 20_000;

/// An opaque id, written as a string or as an integer of any size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Id(String);

impl Id {
    /// The id, if it is there and not empty.
    pub fn of(id: &Option<Self>) -> Option<&str> {
        id.as_ref().map(|id| id.0.as_str()).filter(|id| !id.is_empty())
    }
}

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        let token = raw.get();
        let id = match token.as_bytes() {
            [b'"', ..] => serde_json::from_str(token).map_err(de::Error::custom)?,
            digits if digits.iter().all(u8::is_ascii_digit) => token.to_owned(),
            _ => return Err(de::Error::custom("an id is neither text nor a whole number")),
        };
        if id.len() > LONGEST_ID || id.contains(char::is_control) {
            return Err(de::Error::custom("an id is too long, or has control characters"));
        }
        Ok(Self(id))
    }
}

/// What a message can do without: of another shape it is as if it were not there.
pub fn perhaps<'de, D: Deserializer<'de>, T: DeserializeOwned>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    let raw = Box::<RawValue>::deserialize(deserializer)?;
    Ok(serde_json::from_str::<Option<T>>(raw.get()).ok().flatten())
}

/// A list, of which items of another shape are left out; anything but a list is an empty one.
pub fn list<'de, D: Deserializer<'de>, T: DeserializeOwned>(deserializer: D) -> Result<Vec<T>, D::Error> {
    let raw = Box::<RawValue>::deserialize(deserializer)?;
    let items: Vec<&RawValue> = serde_json::from_str(raw.get()).unwrap_or_default();
    Ok(items.into_iter().filter_map(|item| serde_json::from_str(item.get()).ok()).collect())
}

/// A text. Halves of cut emoji become `�`, zero characters are taken out since a database refuses them, and what is
/// beyond any sensible length is cut with a mark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words(pub String);

impl Words {
    fn of_bytes(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes);
        Self(shortened(if text.contains('\0') { text.replace('\0', "") } else { text.into_owned() }))
    }
}

fn shortened(text: String) -> String {
    match text.char_indices().nth(LONGEST_TEXT) {
        None => text,
        Some((end, _)) => format!("{}… [+{}]", &text[..end], text[end..].chars().count()),
    }
}

impl<'de> Deserialize<'de> for Words {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Bytes;
        impl Visitor<'_> for Bytes {
            type Value = Words;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text")
            }
            fn visit_bytes<E: de::Error>(self, bytes: &[u8]) -> Result<Words, E> {
                Ok(Words::of_bytes(bytes))
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Words, E> {
                Ok(Words::of_bytes(text.as_bytes()))
            }
        }
        // As bytes, since a lone half of a surrogate pair is then no error.
        deserializer.deserialize_bytes(Bytes)
    }
}

/// Yes or no, written as a truth value, a text or a number; everything else is no.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Flag(pub bool);

impl<'de> Deserialize<'de> for Flag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        Ok(Self(matches!(raw.get(), "true" | "\"true\"" | "1" | "\"1\"")))
    }
}

/// A whole number, perhaps written as text; anything else is none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Code(pub Option<i64>);

impl<'de> Deserialize<'de> for Code {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        Ok(Self(raw.get().trim_matches('"').parse().ok()))
    }
}

/// A time in milliseconds, seconds or ISO 8601, as number or text; `None` when it cannot be believed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Moment(pub Option<Timestamp>);

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        Ok(Self(moment(raw.get().trim_matches('"').trim()).filter(believable)))
    }
}

/// An id as a text of its own, if it is there and not empty.
pub fn text_of(id: &Option<Id>) -> Option<String> {
    Id::of(id).map(str::to_owned)
}

/// The words, if there are any.
pub fn words_of(words: &Option<Words>) -> Option<&str> {
    words.as_ref().map(|words| words.0.as_str()).filter(|words| !words.trim().is_empty())
}

/// A provider's word, short enough for a list.
pub fn short(word: &str) -> String {
    match word {
        "" => "unknown".into(),
        word => word.chars().take(60).collect(),
    }
}

fn moment(text: &str) -> Option<Timestamp> {
    match text.parse::<i64>() {
        Ok(seconds) if seconds.unsigned_abs() < 1_000_000_000_000 => Timestamp::from_second(seconds).ok(),
        Ok(milliseconds) => Timestamp::from_millisecond(milliseconds).ok(),
        Err(_) => text.parse().ok().or_else(|| without_zone(text)),
    }
}

fn without_zone(text: &str) -> Option<Timestamp> {
    Some(text.parse::<DateTime>().ok()?.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

/// 2010 to 2100: before and after there was or will be nobody to tell.
fn believable(at: &Timestamp) -> bool {
    (1_262_304_000..4_102_444_800).contains(&at.as_second())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::milliseconds("1767225600123", Some("2026-01-01T00:00:00.123Z"))]
    #[case::seconds("1767225600", Some("2026-01-01T00:00:00Z"))]
    #[case::text(r#""1767225600123""#, Some("2026-01-01T00:00:00.123Z"))]
    #[case::iso(r#""2026-01-01T01:00:00+01:00""#, Some("2026-01-01T00:00:00Z"))]
    #[case::iso_of_meta(r#""2026-01-01T00:00:00+0000""#, Some("2026-01-01T00:00:00Z"))]
    #[case::iso_without_zone(r#""2026-01-01T00:00:00""#, Some("2026-01-01T00:00:00Z"))]
    #[case::nineteen_seventy("0", None)]
    #[case::far_future("99999999999999", None)]
    #[case::beyond_numbers("9999999999999999999999", None)]
    #[case::negative("-1767225600", None)]
    #[case::words(r#""yesterday""#, None)]
    #[case::nothing("null", None)]
    #[case::a_list("[]", None)]
    fn a_time_is_read_however_it_is_written(#[case] json: &str, #[case] expected: Option<&str>) {
        let moment: Moment = serde_json::from_str(json).expect("never an error");
        assert_eq!(moment.0.map(|at| at.to_string()).as_deref(), expected);
    }

    #[rstest]
    #[case::text(r#""17841400000000001""#, Some("17841400000000001"))]
    #[case::number("17841400000000001", Some("17841400000000001"))]
    #[case::beyond_every_integer("123456789012345678901234567890", Some("123456789012345678901234567890"))]
    #[case::opaque(r#""aWdfZAG1:x=""#, Some("aWdfZAG1:x="))]
    #[case::fraction("1.5", None)]
    #[case::power("1e3", None)]
    #[case::negative("-1", None)]
    #[case::empty(r#""""#, None)]
    #[case::nothing("null", None)]
    #[case::control(r#""a\u0000b""#, None)]
    #[case::object("{}", None)]
    fn an_id_is_opaque(#[case] json: &str, #[case] expected: Option<&str>) {
        let id = serde_json::from_str::<Option<Id>>(json).ok().flatten();
        assert_eq!(Id::of(&id), expected);
    }

    #[rstest]
    #[case::emoji(r#""\ud83d\ude00 👍""#, "😀 👍")]
    #[case::half_an_emoji(r#""cut \ud83d""#, "cut \u{fffd}\u{fffd}\u{fffd}")]
    #[case::zero(r#""a\u0000b""#, "ab")]
    #[case::right_to_left(r#""שלום""#, "שלום")]
    fn a_text_is_kept_safely(#[case] json: &str, #[case] expected: &str) {
        assert_eq!(serde_json::from_str::<Words>(json).expect("a text").0, expected);
    }

    #[test]
    fn a_huge_text_is_cut_with_a_mark() {
        let words = Words::of_bytes("é".repeat(100_000).as_bytes());
        assert_eq!(words.0.chars().count(), LONGEST_TEXT + "… [+80000]".chars().count());
        assert!(words.0.ends_with("é… [+80000]"));
    }
}
