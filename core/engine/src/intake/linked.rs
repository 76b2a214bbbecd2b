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

    /// They were read as one contact's.
    pub(super) fn note(&self, account: &AccountKey, party: &Party) {
        let mut parties = self.parties.lock();
        if parties.len() >= MOST {
            parties.clear();
        }
        parties.insert(self.key(account, party));
    }

    fn key(&self, account: &AccountKey, party: &Party) -> u64 {
        self.hash.hash_one((account.as_str(), &party.id, &party.also, party.phone.as_ref()))
    }
}
