//! A source file in tokens and declarations.

use tradepost_tests_tidy::{items, tokens};

/// The deepest nesting tried: the tokeniser of `proc-macro2` calls itself per bracket.
const DEEPEST: usize = 128;

/// Whatever the tokeniser takes can be read for its declarations.
pub fn run(data: &[u8]) {
    let Ok(source) = std::str::from_utf8(data) else { return };
    if source.matches(['(', '[', '{']).count() > DEEPEST {
        return;
    }
    let Ok(read) = tokens::read(source) else { return };
    for item in items::read(&read) {
        assert!(!item.name.is_empty(), "a declaration without a name");
    }
}
