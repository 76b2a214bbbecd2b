//! How fast lines to one customer follow each other: some at once, then one at a time.

use std::collections::HashMap;

use tradepost_domain::{ConversationId, SignedDuration, Timestamp};
use tradepost_ports::terms::PairRate;

/// When each customer's lines would all be due if they had kept their distance. What lies in the past says nothing more.
#[derive(Debug, Default)]
pub(crate) struct Pairs(HashMap<ConversationId, Timestamp>);

/// What waited, waits so much longer: the provider counts by its own clock, from when it heard of each line.
const SLACK: SignedDuration = SignedDuration::from_secs(1);

/// So many customers are kept in mind before those of the past are let go.
const MANY: usize = 10_000;

impl Pairs {
    /// Counts a line that leaves now, or says when it may.
    pub(crate) fn take(
        &mut self,
        to: ConversationId,
        rate: PairRate,
        now: Timestamp,
    ) -> Result<(), Timestamp> {
        if self.0.len() >= MANY {
            self.0.retain(|_, due| *due > now);
        }
        let every = SignedDuration::try_from(rate.every).unwrap_or(SignedDuration::MAX);
        let known = self.0.get(&to).copied().unwrap_or(now).max(now);
        let due = known.checked_add(every).unwrap_or(Timestamp::MAX);
        let ahead = every.saturating_mul(i32::try_from(rate.burst.max(1)).unwrap_or(i32::MAX));
        match due.checked_sub(ahead).unwrap_or(Timestamp::MIN) {
            early if early > now => Err(early.checked_add(SLACK).unwrap_or(early)),
            _ => {
                self.0.insert(to, due);
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    /// proves: CH-02
    #[test]
    fn some_at_once_and_then_one_at_a_time() {
        let rate = PairRate { burst: 3, every: Duration::from_secs(6) };
        let (ann, bob) =
            (ConversationId::new(Timestamp::UNIX_EPOCH, 1), ConversationId::new(Timestamp::UNIX_EPOCH, 2));
        let at = |seconds| Timestamp::UNIX_EPOCH + SignedDuration::from_secs(seconds);
        let mut pairs = Pairs::default();
        for _ in 0..3 {
            assert_eq!(pairs.take(ann, rate, at(0)), Ok(()));
        }
        assert_eq!(pairs.take(ann, rate, at(0)), Err(at(7)));
        assert_eq!(pairs.take(bob, rate, at(0)), Ok(()), "another customer");
        assert_eq!(pairs.take(ann, rate, at(5)), Err(at(7)));
        assert_eq!(pairs.take(ann, rate, at(7)), Ok(()));
        assert_eq!(pairs.take(ann, rate, at(7)), Err(at(13)));
        assert_eq!(pairs.take(ann, rate, at(600)), Ok(()));
        assert_eq!(pairs.take(ann, rate, at(600)), Ok(()), "a burst again after a while");
    }
}
