//! A settings file.

use std::{path::Path, sync::LazyLock};

use tradepost_gateway::{
    adapters::shipped,
    outfit::Outfit,
    settings::{Settings, World},
};

static OUTFIT: LazyLock<Outfit> = LazyLock::new(shipped);

/// Neither variables nor files: a text alone is tried.
struct Nothing;

impl World for Nothing {
    fn variable(&self, _: &str) -> Option<String> {
        None
    }
    fn file(&self, _: &Path) -> Result<String, String> {
        Err("there are no files here".into())
    }
}

/// Whatever stands in the file, it is taken or every fault has a place, a wrong and a mending.
pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Err(faults) = Settings::read(text, Path::new(""), &OUTFIT, &Nothing) else { return };
    assert!(!faults.is_empty(), "refused without a fault");
    for fault in faults {
        assert!(
            !fault.key.is_empty() && !fault.wrong.is_empty() && !fault.mend.is_empty(),
            "a fault that says nothing: {fault:?}"
        );
    }
}
