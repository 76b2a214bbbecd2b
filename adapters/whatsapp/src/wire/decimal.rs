//! Numbers as they are written, never as floats: a price of 19.99 is 1999 cents.

use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// No number of ours has more digits.
const LONGEST: usize = 40;

/// A number, perhaps written as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Decimal(String);

impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        Ok(Self(raw.get().trim_matches('"').trim().to_owned()))
    }
}

impl Decimal {
    /// The number times ten to that power, rounded half away from zero; `None` if it is no number or does not fit.
    pub fn shifted(&self, places: u32) -> Option<i64> {
        let (negative, rest) = match self.0.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, self.0.as_str()),
        };
        let (mantissa, exponent) = rest.split_once(['e', 'E']).unwrap_or((rest, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits = format!("{whole}{fraction}");
        let good = !whole.is_empty() && digits.len() <= LONGEST && digits.bytes().all(|b| b.is_ascii_digit());
        let exponent = exponent.parse::<i32>().ok().filter(|e| good && e.unsigned_abs() <= 40)?;
        let shift = exponent + i32::try_from(places).ok()? - i32::try_from(fraction.len()).ok()?;
        let size = i64::try_from(scaled(digits.parse().ok()?, shift)?).ok()?;
        Some(if negative { -size } else { size })
    }
}

fn scaled(number: u128, shift: i32) -> Option<u128> {
    let power = 10_u128.checked_pow(shift.unsigned_abs());
    match (shift >= 0, power) {
        (true, Some(power)) => number.checked_mul(power),
        (true, None) => (number == 0).then_some(0),
        (false, Some(power)) => Some(number / power + u128::from(number % power >= power.div_ceil(2))),
        (false, None) => Some(0),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::whole("30", 2, Some(3000))]
    #[case::cents("19.99", 2, Some(1999))]
    #[case::as_text(r#""12.5""#, 2, Some(1250))]
    #[case::a_floats_tail("19.990000000000002", 2, Some(1999))]
    #[case::a_floats_tail_below("0.28999999999999998", 2, Some(29))]
    #[case::half("0.005", 2, Some(1))]
    #[case::less_than_half("0.0049", 2, Some(0))]
    #[case::no_minor_unit("1200", 0, Some(1200))]
    #[case::negative("-33.4567891", 6, Some(-33_456_789))]
    #[case::power("3E1", 2, Some(3000))]
    #[case::small_power("1.5e-7", 6, Some(0))]
    #[case::beyond("99999999999999999999", 2, None)]
    #[case::huge_power("1e40", 2, None)]
    #[case::absurd_power("1e2147483647", 2, None)]
    #[case::words(r#""free""#, 2, None)]
    #[case::nothing("null", 2, None)]
    #[case::empty(r#""""#, 2, None)]
    #[case::an_object("{}", 2, None)]
    fn a_number_is_read_without_floats(
        #[case] json: &str,
        #[case] places: u32,
        #[case] expected: Option<i64>,
    ) {
        let decimal: Decimal = serde_json::from_str(json).expect("never an error");
        assert_eq!(decimal.shifted(places), expected);
    }
}
