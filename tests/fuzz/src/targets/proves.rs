//! A line of documentation that may name requirements.

use tradepost_tests_tidy::prove::ids;

/// What is found stood behind `proves:` and has the form of an id.
pub fn run(data: &[u8]) {
    let Ok(line) = std::str::from_utf8(data) else { return };
    for id in ids(line).unwrap_or_default() {
        assert!(line.trim_start().starts_with("proves:") && line.contains(&id), "an id from nowhere: {id}");
        assert_eq!(id.len(), 5, "no id: {id}");
    }
}
