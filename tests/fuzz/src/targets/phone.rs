//! A region on the first line, a phone number below it.

use tradepost_domain::Phone;

/// What is taken is E.164, and says the same when it is read again.
pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (region, number) = text.split_once('\n').unwrap_or(("", text));
    let Ok(phone) = Phone::parse(number, Some(region).filter(|region| !region.is_empty())) else { return };
    let digits = phone.as_str().strip_prefix('+').unwrap_or_default();
    assert!((3..=20).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit()), "{digits}");
    assert_eq!(Phone::parse(phone.as_str(), None), Ok(phone), "read again it is another");
}
