//! Money in minor units with its currency. Never a float.

use std::fmt;

pub use iso_currency::Currency;
use serde::{Deserialize, Serialize};

/// A sum in the smallest unit of its currency: 1250 USD is twelve dollars fifty, 1250 JPY is 1250 yen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Money {
    /// Minor units; negative for what is owed back.
    pub minor: i64,
    /// ISO 4217.
    pub currency: Currency,
}

impl Money {
    /// That many minor units.
    pub const fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// The sum of both, or `None` when the currencies differ or the number does not fit.
    pub fn plus(self, other: Self) -> Option<Self> {
        (self.currency == other.currency)
            .then(|| self.minor.checked_add(other.minor))
            .flatten()
            .map(|minor| Self { minor, ..self })
    }

    /// That many times the sum, or `None` when the number does not fit.
    pub fn times(self, quantity: u32) -> Option<Self> {
        self.minor.checked_mul(i64::from(quantity)).map(|minor| Self { minor, ..self })
    }
}

/// `12.50 USD`: for people and logs; a price in a sentence is the template's business.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = usize::from(self.currency.exponent().unwrap_or(0));
        let (sign, minor) = (if self.minor < 0 { "-" } else { "" }, self.minor.unsigned_abs());
        let unit = 10_u64.pow(u32::try_from(digits).unwrap_or(0));
        let code = self.currency.code();
        match digits {
            0 => write!(f, "{sign}{minor} {code}"),
            _ => write!(f, "{sign}{}.{:0digits$} {code}", minor / unit, minor % unit),
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::cents(1250, Currency::USD, "12.50 USD")]
    #[case::no_minor_unit(1250, Currency::JPY, "1250 JPY")]
    #[case::three_digits(1250, Currency::KWD, "1.250 KWD")]
    #[case::owed_back(-5, Currency::EUR, "-0.05 EUR")]
    fn money_reads_in_its_currency(#[case] minor: i64, #[case] currency: Currency, #[case] expected: &str) {
        assert_eq!(Money::new(minor, currency).to_string(), expected);
    }

    #[test]
    fn sums_of_two_currencies_or_beyond_the_range_are_none() {
        let dollars = Money::new(i64::MAX, Currency::USD);
        assert_eq!(dollars.plus(Money::new(1, Currency::EUR)), None);
        assert_eq!(dollars.plus(Money::new(1, Currency::USD)), None);
        assert_eq!(dollars.times(2), None);
    }
}
