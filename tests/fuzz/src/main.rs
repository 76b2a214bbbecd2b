//! The program that libFuzzer drives: `FUZZ_TARGET` says which target.
#![no_main]

use std::sync::OnceLock;

static TARGET: OnceLock<fn(&[u8])> = OnceLock::new();

libfuzzer_sys::fuzz_target!(
    init: {
        let name = std::env::var("FUZZ_TARGET").unwrap_or_default();
        match tradepost_tests_fuzz::target(&name) {
            Some(target) => TARGET.get_or_init(|| target),
            None => panic!("no target is called `{name}`: set FUZZ_TARGET"),
        };
    },
    |data: &[u8]| {
        if let Some(target) = TARGET.get() {
            target(data);
        }
    }
);
