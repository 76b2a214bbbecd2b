//! Customers whose ids are linked: somebody with several ids is looked up until that is so, not with every message.

use std::{
    collections::HashSet,
    hash::{BuildHasher, RandomState},
};

use parking_lot::Mutex;
use tradepost_domain::{AccountKey, Party};

/// So many are remembered: about 4 MB.
const MOST: usize = 200_000;

/// Parties whose ids were read as one contact's. An id that moves to another person comes with other ids, and so is
/// another party.
#[derive(Default)]
pub(crate) struct Linked {
    parties: Mutex<HashSet<u64>>,
    hash: RandomState,
}

impl Linked {
    /// Is nothing to be linked? Somebody who is known by a single id has nothing.
    pub(super) fn holds(&self, account: &AccountKey, party: &Party) -> bool {
        (party.also.is_empty() && party.phone.is_none())
            || self.parties.lock().contains(&self.key(account, party))
    }

    /// They were read as one contact's, by a unit that is kept: what it read may have been of another that came to nothing.
    pub(super) fn note(&self, parties: Vec<u64>) {
        if parties.is_empty() {
            return;
        }
        let mut known = self.parties.lock();
        if known.len() + parties.len() > MOST {
            known.clear();
        }
        known.extend(parties);
    }

    /// What a party is remembered by.
    pub(super) fn key(&self, account: &AccountKey, party: &Party) -> u64 {
        self.hash.hash_one((account.as_str(), &party.id, &party.also, party.phone.as_ref()))
    }
}
