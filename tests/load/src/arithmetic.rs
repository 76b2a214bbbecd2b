//! The sums behind the figures.

/// What a house could reach that first does one thing and then the other, each at its own rate: 1/(1/a + 1/b).
pub fn ceiling(a: f64, b: f64) -> f64 {
    if a <= 0.0 || b <= 0.0 { 0.0 } else { 1.0 / (1.0 / a + 1.0 / b) }
}

/// The share that was reached of what could be, in percent.
pub fn percent(reached: f64, of: f64) -> f64 {
    if of <= 0.0 { 0.0 } else { 100.0 * reached / of }
}

/// So many in so many seconds.
pub fn rate(count: u64, seconds: f64) -> f64 {
    if seconds <= 0.0 { 0.0 } else { count as f64 / seconds }
}

/// What a thousand of them take.
pub fn per_thousand(whole: f64, count: u64) -> f64 {
    if count == 0 { 0.0 } else { whole * 1_000.0 / count as f64 }
}

/// The place of `whole` at which the group `of` so many ends: groups of nearly one size, nothing left out.
pub fn end_of_group(whole: u64, group: u64, groups: u64) -> u64 {
    (whole * (group + 1)).checked_div(groups).unwrap_or(whole)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::alike(10_000.0, 10_000.0, 5_000.0)]
    #[case::one_far_slower(1_000_000.0, 1_000.0, 999.0)]
    #[case::usual(30_000.0, 10_000.0, 7_500.0)]
    #[case::nothing_measured(0.0, 10_000.0, 0.0)]
    fn two_rates_make_a_ceiling(#[case] a: f64, #[case] b: f64, #[case] expected: f64) {
        assert!((ceiling(a, b) - expected).abs() < 0.5, "{}", ceiling(a, b));
    }

    #[test]
    fn shares_and_rates() {
        assert!((percent(700.0, 1_000.0) - 70.0).abs() < 1e-9);
        assert!((rate(500, 2.0) - 250.0).abs() < 1e-9);
        assert!((per_thousand(1.5, 3_000) - 0.5).abs() < 1e-9);
        assert!([percent(1.0, 0.0), rate(1, 0.0), per_thousand(1.0, 0)].iter().all(|sum| *sum == 0.0));
    }

    #[rstest]
    #[case::even(1_000, 10)]
    #[case::odd(1_003, 7)]
    #[case::fewer_than_groups(3, 7)]
    fn groups_take_everything_once(#[case] whole: u64, #[case] groups: u64) {
        let ends: Vec<_> = (0..groups).map(|group| end_of_group(whole, group, groups)).collect();
        assert!(ends.is_sorted() && ends.last() == Some(&whole), "{ends:?}");
        let most = whole / groups + 1;
        assert!(ends.windows(2).all(|pair| pair[1] - pair[0] <= most), "{ends:?}");
    }
}
