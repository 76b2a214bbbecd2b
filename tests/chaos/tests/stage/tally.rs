//! What became of customers' words, counted in the provider's log and in the store.

use std::collections::{BTreeMap, BTreeSet};

use super::{Sent, books::Line};

/// What became of the words of customers who wrote once each.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// Taken with 200.
    pub accepted: usize,
    /// The customer has an answer: it stands in the provider's log.
    pub answered: usize,
    /// Answers that a customer has more than once.
    pub doubled: usize,
    /// Neither in the provider's log nor uncertain.
    pub lost: usize,
    /// Lines that may have left.
    pub uncertain: usize,
    /// Uncertain lines that were never marked as sending.
    pub unmarked: usize,
    /// Lines that came to any other end.
    pub others: usize,
}

impl Tally {
    pub fn of(customers: &[String], sent: &[Sent], lines: &[Line]) -> Self {
        let mut answers: BTreeMap<(&str, &str), usize> = BTreeMap::new();
        for one in sent {
            *answers.entry((&one.customer, &one.text)).or_default() += 1;
        }
        let has: BTreeSet<&str> = sent.iter().map(|one| one.customer.as_str()).collect();
        let uncertain: Vec<_> = lines.iter().filter(|line| line.delivery == "uncertain").collect();
        let perhaps: BTreeSet<&str> = uncertain.iter().map(|line| line.peer.as_str()).collect();
        let lost =
            |customer: &&String| !has.contains(customer.as_str()) && !perhaps.contains(customer.as_str());
        let taken = |line: &&Line| matches!(line.delivery.as_str(), "sent" | "delivered" | "read");
        Self {
            accepted: customers.len(),
            answered: customers.iter().filter(|customer| has.contains(customer.as_str())).count(),
            doubled: answers.values().map(|times| times - 1).sum(),
            lost: customers.iter().filter(lost).count(),
            uncertain: uncertain.len(),
            unmarked: uncertain.iter().filter(|line| !line.marked).count(),
            others: lines.len() - uncertain.len() - lines.iter().filter(taken).count(),
        }
    }

    /// Nothing lost, nothing doubled, and no more than so many uncertain.
    #[track_caller]
    pub fn is_good(&self, most_uncertain: usize) {
        let bad = (self.doubled, self.lost, self.unmarked, self.others);
        assert_eq!(bad, (0, 0, 0, 0), "doubled, lost, unmarked, others: {self:?}");
        assert!(self.uncertain <= most_uncertain, "uncertain at most {most_uncertain}: {self:?}");
    }
}
