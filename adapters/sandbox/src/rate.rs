//! How fast an account may write: in a second, and to one customer.

use std::collections::VecDeque;

/// A count of calls within the last second.
#[derive(Clone, Debug, Default)]
pub(crate) struct Second(VecDeque<i64>);

impl Second {
    /// Counts a call, unless that would be more than `limit` in one second.
    pub(crate) fn admit(&mut self, limit: u32, now_ms: i64) -> bool {
        while self.0.front().is_some_and(|at| now_ms - at >= 1000 || *at > now_ms) {
            self.0.pop_front();
        }
        let admitted = self.0.len() < limit as usize;
        if admitted {
            self.0.push_back(now_ms);
        }
        admitted
    }
}

/// What is left of the right to write to one customer: filled up slowly, spent by sends.
#[derive(Clone, Debug, Default)]
pub(crate) struct Bucket {
    spent: u32,
    since_ms: i64,
}

impl Bucket {
    /// Spends one, unless all is spent.
    pub(crate) fn admit(&mut self, burst: u32, refill_ms: i64, now_ms: i64) -> bool {
        let back = (now_ms - self.since_ms).max(0) / refill_ms.max(1);
        self.spent = self.spent.saturating_sub(u32::try_from(back).unwrap_or(u32::MAX));
        self.since_ms = if self.spent == 0 { now_ms } else { self.since_ms + back * refill_ms.max(1) };
        let admitted = self.spent < burst;
        self.spent += u32::from(admitted);
        admitted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_gives_a_burst_and_then_one_in_six_seconds() {
        let mut bucket = Bucket::default();
        let admitted =
            |bucket: &mut Bucket, now_ms| (0..50).take_while(|_| bucket.admit(45, 6000, now_ms)).count();
        assert_eq!(admitted(&mut bucket, 1_000_000), 45);
        assert_eq!(admitted(&mut bucket, 1_005_999), 0);
        assert_eq!(admitted(&mut bucket, 1_006_000), 1);
        assert_eq!(admitted(&mut bucket, 1_018_000), 2);
        assert_eq!(admitted(&mut bucket, 1_018_000 + 45 * 6000), 45);
    }
}
