//! A lane's rate: so many sends in any one second.

use std::collections::VecDeque;

use tradepost_domain::{SignedDuration, Timestamp};

/// The sends of the last second.
#[derive(Debug, Default)]
pub(crate) struct Pace(VecDeque<Timestamp>);

const SECOND: SignedDuration = SignedDuration::from_secs(1);

impl Pace {
    /// How many more may leave at that time.
    pub(crate) fn room(&mut self, per_second: u32, now: Timestamp) -> usize {
        while self.0.front().is_some_and(|sent| now.duration_since(*sent) >= SECOND) {
            self.0.pop_front();
        }
        usize::try_from(per_second).unwrap_or(usize::MAX).saturating_sub(self.0.len())
    }

    /// So many left at that time.
    pub(crate) fn spend(&mut self, sent: usize, now: Timestamp) {
        self.0.extend(std::iter::repeat_n(now, sent));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_second_sees_more_than_the_rate() {
        let (start, mut pace) = (Timestamp::UNIX_EPOCH, Pace::default());
        assert_eq!(pace.room(3, start), 3);
        pace.spend(3, start);
        assert_eq!(pace.room(3, start + SignedDuration::from_millis(999)), 0);
        assert_eq!(pace.room(3, start + SECOND), 3);
    }
}
