//! What is wrong with the settings: collected while they are read, so that all of it is told at once.

use std::{
    cell::RefCell,
    collections::BTreeSet,
    fmt,
    path::{Path, PathBuf},
};

use super::World;

/// One fault.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// Where: the path of the key, such as `storefront[2].zone`.
    pub key: String,
    /// What is wrong.
    pub wrong: String,
    /// How to mend it.
    pub mend: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}\n    to mend: {}", self.key, self.wrong, self.mend)
    }
}

/// Why there are no settings.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// The file cannot be read.
    #[error("failed to read the settings file {}: {reason}", path.display())]
    NoFile {
        /// Which.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// These are wrong.
    #[error("{} in the settings:\n{}", count(.0.len()), listed(.0))]
    Faults(Vec<Fault>),
}

fn count(faults: usize) -> String {
    match faults {
        1 => "1 fault".to_owned(),
        more => format!("{more} faults"),
    }
}

fn listed(faults: &[Fault]) -> String {
    faults.iter().map(|fault| format!("  {fault}")).collect::<Vec<_>>().join("\n")
}

/// Collects faults, and which keys were asked for.
pub(crate) struct Report<'a> {
    pub(crate) world: &'a dyn World,
    pub(crate) base: &'a Path,
    faults: RefCell<Vec<Fault>>,
    asked: RefCell<BTreeSet<String>>,
}

impl<'a> Report<'a> {
    pub(crate) fn new(world: &'a dyn World, base: &'a Path) -> Self {
        Self { world, base, faults: RefCell::default(), asked: RefCell::default() }
    }

    pub(crate) fn fault(&self, key: impl Into<String>, wrong: impl Into<String>, mend: impl Into<String>) {
        self.faults.borrow_mut().push(Fault { key: key.into(), wrong: wrong.into(), mend: mend.into() });
    }

    /// Notes that a key is known to the code, as `storefront.zone`.
    pub(crate) fn ask(&self, key: String) {
        self.asked.borrow_mut().insert(key);
    }

    pub(crate) fn into_faults(self) -> (Vec<Fault>, BTreeSet<String>) {
        (self.faults.into_inner(), self.asked.into_inner())
    }
}
