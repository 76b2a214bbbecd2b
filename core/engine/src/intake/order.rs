//! In what order a unit files: what belongs to one customer stays in the order in which it came.

use std::collections::BTreeMap;

use tradepost_domain::{Arrival, What};

use super::{Intake, New};

/// Ids that stand for one customer within a unit: the first one by which the unit's events name them.
pub(super) type Same<'a> = BTreeMap<(&'a str, &'a str, &'a str), &'a str>;

pub(super) fn ids_of_one<'a>(requests: &'a [(Intake, Vec<Arrival>)], new: &[New<'a>]) -> Same<'a> {
    let mut same = Same::new();
    for New { place, arrival, .. } in new {
        let (kind, account) = (&*requests[*place].0.kind, &*arrival.account);
        let (ids, first): (Vec<&str>, &str) = match (&arrival.what, arrival.what.party()) {
            (What::Renumbered { from, to }, _) => match from.split_first() {
                Some((first, others)) => (to.ids().chain(others.iter().map(String::as_str)).collect(), first),
                None => continue,
            },
            (_, Some(party)) => (party.also.iter().map(String::as_str).collect(), &party.id),
            (_, None) => continue,
        };
        for id in ids {
            same.entry((kind, account, id)).or_insert(first);
        }
    }
    same
}

/// Conversations in the order of their names, what belongs to one customer in the order in which it came; what names none
/// comes behind what it may speak of.
pub(super) fn filing_order<'a>(
    intake: &'a Intake,
    arrival: &'a Arrival,
    same: &Same<'a>,
) -> impl Ord + use<'a> {
    let (kind, account) = (&*intake.kind, &*arrival.account);
    let peer = arrival.what.peer();
    let peer = peer.map(|peer| same.get(&(kind, account, peer)).copied().unwrap_or(peer));
    (peer.is_none(), kind, account, peer)
}
