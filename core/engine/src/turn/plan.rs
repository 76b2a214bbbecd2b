//! Which of the waiting rows a turn takes, and in what order. Pure.

use tradepost_domain::{Content, Correlation, EventId, Timestamp};
use tradepost_ports::store::{InboxBody, InboxRow};

use crate::StorefrontTuning;

/// Something to take in.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Job {
    /// A burst of the customer's words, gathered.
    Said(Vec<InboxRow>),
    /// Anything else.
    One(Box<InboxRow>),
}

impl Job {
    pub(super) fn events(&self) -> Vec<EventId> {
        match self {
            Self::Said(rows) => rows.iter().map(|row| row.event).collect(),
            Self::One(row) => vec![row.event],
        }
    }

    /// The request that caused it; of a burst, the last one.
    pub(super) fn correlation(&self) -> Option<Correlation> {
        match self {
            Self::Said(rows) => rows.last().map(|row| row.correlation.clone()),
            Self::One(row) => Some(row.correlation.clone()),
        }
    }

    /// Does nobody wait for an answer to it?
    pub(super) fn is_news(&self) -> bool {
        match self {
            Self::Said(_) => false,
            Self::One(row) => matches!(row.body, InboxBody::Paid { .. } | InboxBody::HoldEnded { .. }),
        }
    }

    /// Its place. The end of a take-over goes before the words that came after it.
    fn first_seq(&self) -> i64 {
        match self {
            Self::One(row) if row.body == InboxBody::TakeOverEnded => 0,
            Self::Said(rows) => rows.first().map_or(0, |row| row.seq),
            Self::One(row) => row.seq,
        }
    }
}

/// What a turn takes now, and what waits until when.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Plan {
    /// In this order.
    pub(super) jobs: Vec<Job>,
    /// Not yet: these events are ripe then.
    pub(super) later: Vec<(Vec<EventId>, Timestamp)>,
    /// Look again then.
    pub(super) again_at: Option<Timestamp>,
}

impl Plan {
    /// Plans a turn over everything that waits, oldest first.
    pub(super) fn of(waiting: Vec<InboxRow>, tuning: &StorefrontTuning, now: Timestamp, most: usize) -> Self {
        let (words, others): (Vec<_>, Vec<_>) =
            waiting.into_iter().partition(|row| matches!(row.body, InboxBody::Said(_)));
        let (reads, others): (Vec<_>, Vec<_>) = others.into_iter().partition(is_read);
        let gathered = Gathered::of(words, tuning, now);
        let mut plan = Self::default();
        plan.jobs
            .extend(others.into_iter().filter(|row| row.ripe_at <= now).map(|row| Job::One(Box::new(row))));
        plan.take_words(gathered, reads, now);
        plan.jobs.truncate(most);
        plan
    }

    /// **Words go first**: a model's answer is not stepped while customer's words of that conversation wait.
    fn take_words(&mut self, gathered: Gathered, reads: Vec<InboxRow>, now: Timestamp) {
        match gathered {
            Gathered::Nothing => self.take_reads(reads, now),
            Gathered::Ripe { rows, rest } => {
                self.jobs.push(Job::Said(rows));
                self.jobs.sort_by_key(Job::first_seq);
                match rest {
                    Some(at) => self.put_off(&reads, at),
                    None => self.take_reads(reads, now),
                }
            }
            Gathered::Later(rows, at) => {
                let waiting: Vec<_> = rows.into_iter().chain(reads).collect();
                self.put_off(&waiting, at);
            }
        }
    }

    fn take_reads(&mut self, reads: Vec<InboxRow>, now: Timestamp) {
        self.jobs
            .extend(reads.into_iter().filter(|row| row.ripe_at <= now).map(|row| Job::One(Box::new(row))));
    }

    /// Nothing of these before that time.
    fn put_off(&mut self, rows: &[InboxRow], at: Timestamp) {
        let stale = rows.iter().filter(|row| row.ripe_at < at);
        let events: Vec<_> = stale.map(|row| row.event).collect();
        self.again_at = Some(at);
        if !events.is_empty() {
            self.later.push((events, at));
        }
    }

    /// All events of all jobs.
    pub(super) fn events(&self) -> Vec<EventId> {
        self.jobs.iter().flat_map(Job::events).collect()
    }
}

fn is_read(row: &InboxRow) -> bool {
    matches!(row.body, InboxBody::Answer { writes: false, .. })
}

/// The customer's words that wait.
enum Gathered {
    Nothing,
    /// These now; others that wait besides are looked at then.
    Ripe {
        rows: Vec<InboxRow>,
        rest: Option<Timestamp>,
    },
    Later(Vec<InboxRow>, Timestamp),
}

impl Gathered {
    /// Messages wait for a short quiet time, bounded; a tap ends the wait; a failed try has its own.
    fn of(words: Vec<InboxRow>, tuning: &StorefrontTuning, now: Timestamp) -> Self {
        let (Some(first), Some(last)) = (words.first(), words.last()) else { return Self::Nothing };
        if words.iter().any(|row| row.tries > 0) {
            return Self::one_by_one(words, now);
        }
        let quiet = (last.at + tuning.quiet).min(first.at + tuning.quiet_most);
        match words.iter().any(is_tap) || quiet <= now {
            true => Self::Ripe { rows: words, rest: None },
            false => Self::Later(words, quiet),
        }
    }

    /// After a failure the words are taken one by one, so that a bad one takes no other with it. One that must wait is
    /// passed over: those behind it go on.
    fn one_by_one(words: Vec<InboxRow>, now: Timestamp) -> Self {
        let soonest = |words: &[InboxRow]| words.iter().map(|row| row.ripe_at).min();
        let mut words = words;
        match words.iter().position(|row| row.ripe_at <= now) {
            Some(place) => {
                let row = words.remove(place);
                Self::Ripe { rows: vec![row], rest: soonest(&words) }
            }
            None => {
                let at = soonest(&words).unwrap_or(now);
                Self::Later(Vec::new(), at)
            }
        }
    }
}

fn is_tap(row: &InboxRow) -> bool {
    matches!(&row.body, InboxBody::Said(message) if matches!(message.content, Content::Tap { .. }))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use rstest::rstest;
    use tradepost_domain::{
        Answered, ConversationId, EffectId, ErrorKind, Message, MessageId, PortError, Slot, TurnId,
    };

    use super::*;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millisecond(ms).expect("a time")
    }

    fn row(seq: i64, ms: i64, body: InboxBody) -> InboxRow {
        let event = EventId::new(at(1), u128::try_from(seq).expect("small"));
        InboxRow { seq, ..InboxRow::new(event, ConversationId::new(at(1), 1), event.into(), at(ms), body) }
    }

    fn said(seq: i64, ms: i64) -> InboxRow {
        row(seq, ms, said_body(Content::text("hello")))
    }

    fn tap(seq: i64, ms: i64) -> InboxRow {
        row(seq, ms, said_body(Content::Tap { payload: "p".into(), title: "P".into() }))
    }

    fn said_body(content: Content) -> InboxBody {
        let id = MessageId::new(at(1), 1);
        InboxBody::Said(Message { id, at: at(1), content, about: None, referral: None })
    }

    fn answer(seq: i64, ms: i64, writes: bool) -> InboxRow {
        let answered = Answered {
            slot: Slot::fixed("talk"),
            effect: EffectId { turn: TurnId::new(at(1), 1), position: 0 },
            awaited: false,
            result: Err(PortError::new(ErrorKind::Unavailable, "test", "away")),
        };
        row(seq, ms, InboxBody::Answer { writes, answered })
    }

    fn plan(rows: Vec<InboxRow>, now: i64) -> Vec<Vec<i64>> {
        let tuning = StorefrontTuning { quiet: Duration::from_millis(1_500), ..Default::default() };
        let plan = Plan::of(rows, &tuning, at(now), 16);
        let seqs = |job: &Job| match job {
            Job::Said(rows) => rows.iter().map(|row| row.seq).collect(),
            Job::One(row) => vec![row.seq],
        };
        plan.jobs.iter().map(seqs).collect()
    }

    /// proves: FI-08
    #[rstest]
    #[case::not_quiet_yet(vec![said(1, 0)], 1_499, vec![])]
    #[case::quiet(vec![said(1, 0)], 1_500, vec![vec![1]])]
    #[case::a_burst_is_one(vec![said(1, 0), said(2, 1_000)], 2_500, vec![vec![1, 2]])]
    #[case::another_word_extends_the_wait(vec![said(1, 0), said(2, 1_000)], 2_000, vec![])]
    #[case::the_wait_is_bounded(vec![said(1, 0), said(2, 4_900)], 5_000, vec![vec![1, 2]])]
    #[case::a_tap_ends_the_wait(vec![said(1, 0), tap(2, 100)], 100, vec![vec![1, 2]])]
    fn words_are_gathered(#[case] rows: Vec<InboxRow>, #[case] now: i64, #[case] expected: Vec<Vec<i64>>) {
        assert_eq!(plan(rows, now), expected);
    }

    #[rstest]
    #[case::words_first(vec![answer(1, 0, false), said(2, 0)], 2_000, vec![vec![2], vec![1]])]
    #[case::even_unripe_words_hold_a_read(vec![answer(1, 0, false), said(2, 0)], 100, vec![])]
    #[case::a_write_is_told_at_once(vec![answer(1, 0, true), said(2, 0)], 100, vec![vec![1]])]
    #[case::no_words(vec![answer(1, 0, false)], 100, vec![vec![1]])]
    fn words_go_first(#[case] rows: Vec<InboxRow>, #[case] now: i64, #[case] expected: Vec<Vec<i64>>) {
        assert_eq!(plan(rows, now), expected);
    }

    /// The words of that number failed and are tried again then.
    fn failed(seq: i64, ripe_at: i64) -> InboxRow {
        InboxRow { tries: 1, ripe_at: at(ripe_at), ..said(seq, 0) }
    }

    #[rstest]
    #[case::bad_good_answer(vec![failed(1, 9_000), said(2, 0), answer(3, 0, false)], vec![vec![2]])]
    #[case::good_bad_answer(vec![said(1, 0), failed(2, 9_000), answer(3, 0, false)], vec![vec![1]])]
    #[case::two_failed_answer(vec![failed(1, 4_000), failed(2, 4_500), answer(3, 0, false)], vec![vec![1]])]
    #[case::the_last_words(vec![failed(1, 4_000), answer(2, 0, false)], vec![vec![1], vec![2]])]
    #[case::a_write_is_told(vec![failed(1, 4_000), said(2, 0), answer(3, 0, true)], vec![vec![1], vec![3]])]
    fn words_that_failed_go_first_too(#[case] rows: Vec<InboxRow>, #[case] expected: Vec<Vec<i64>>) {
        assert_eq!(plan(rows, 5_000), expected);
    }

    /// So that nobody looks at it again and again until then.
    #[test]
    fn an_answer_waits_as_long_as_the_words_before_it() {
        let rows = vec![failed(1, 9_000), said(2, 0), answer(3, 0, false)];
        let waits = vec![rows[2].event];
        let plan = Plan::of(rows, &StorefrontTuning::default(), at(5_000), 16);
        assert_eq!((plan.later, plan.again_at), (vec![(waits, at(9_000))], Some(at(9_000))));
    }

    /// An answer that was tried in vain and waits longer than the words keeps its own time.
    #[test]
    fn what_waits_longer_is_not_pulled_forward() {
        let mut late = answer(1, 0, false);
        (late.tries, late.ripe_at) = (5, at(16_000));
        let tuning = StorefrontTuning { quiet: Duration::from_millis(1_500), ..Default::default() };
        let plan = Plan::of(vec![late.clone(), said(2, 0)], &tuning, at(100), 16);
        assert!(plan.later.iter().all(|(events, _)| !events.contains(&late.event)), "{plan:?}");
        assert_eq!(plan.again_at, Some(at(1_500)));
    }

    #[test]
    fn after_a_failure_words_are_taken_one_by_one() {
        let mut bad = said(1, 0);
        (bad.tries, bad.ripe_at) = (1, at(9_000));
        assert_eq!(plan(vec![bad, said(2, 0), said(3, 0)], 5_000), vec![vec![2]]);
    }
}
