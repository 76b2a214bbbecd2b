//! Accounts by their ids.

use std::collections::BTreeMap;
use std::sync::Arc;

use parking_lot::RwLock;

use crate::error::SandboxError;

/// The accounts of one channel, in the order of their ids.
pub(crate) struct Registry<S>(RwLock<BTreeMap<String, Arc<S>>>);

impl<S> Default for Registry<S> {
    fn default() -> Self {
        Self(RwLock::default())
    }
}

impl<S> Registry<S> {
    /// Adds an account, unless its id is taken or one that is there clashes with it.
    pub(crate) fn add(&self, id: String, shop: S, clashes: impl Fn(&S) -> bool) -> Result<(), SandboxError> {
        let mut shops = self.0.write();
        if shops.contains_key(&id) || shops.values().any(|there| clashes(there)) {
            return Err(SandboxError::Taken(id));
        }
        shops.insert(id, Arc::new(shop));
        Ok(())
    }

    pub(crate) fn find(&self, id: &str) -> Option<Arc<S>> {
        self.0.read().get(id).cloned()
    }

    pub(crate) fn get(&self, id: &str) -> Result<Arc<S>, SandboxError> {
        self.find(id).ok_or_else(|| SandboxError::NoAccount(id.into()))
    }

    pub(crate) fn all(&self) -> Vec<Arc<S>> {
        self.0.read().values().cloned().collect()
    }

    /// The first account of which the question has an answer.
    pub(crate) fn pick<T>(&self, question: impl Fn(&Arc<S>) -> Option<T>) -> Option<T> {
        self.0.read().values().find_map(question)
    }
}

/// Changes a setting, if there is a new value.
pub(crate) fn set<T>(field: &mut T, new: Option<T>) {
    if let Some(new) = new {
        *field = new;
    }
}
