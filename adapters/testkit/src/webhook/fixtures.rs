//! Fixtures: a folder of payloads, and beside each the arrivals that are expected of it.
//!
//! `text.json` is read as `text.expected` says: one line per value, sorted, so that a change is seen in review.

use std::{
    collections::BTreeSet,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value;
use tradepost_domain::Arrival;
use tradepost_ports::Unreadable;

/// The environment variable that makes the suite write what it reads instead of comparing it.
pub const UPDATE: &str = "TRADEPOST_UPDATE_FIXTURES";

/// Payloads of a folder.
#[derive(Debug, Clone)]
pub struct Fixtures {
    folder: PathBuf,
}

/// One payload.
#[derive(Debug, Clone)]
pub struct Fixture {
    /// The file's name.
    pub label: String,
    /// The bytes.
    pub body: Vec<u8>,
    expected: PathBuf,
}

/// All files of a folder (not of those below it) but for `*.expected`.
pub fn fixtures_in(folder: impl AsRef<Path>) -> Fixtures {
    Fixtures { folder: folder.as_ref().to_owned() }
}

impl Fixtures {
    /// The payloads, by name.
    pub fn all(&self) -> Vec<Fixture> {
        let bodies = self.files().into_iter().filter(|path| !is_expected(path));
        let fixtures: Vec<Fixture> = bodies.map(|path| Fixture::read(&path)).collect();
        assert!(!fixtures.is_empty(), "there is no fixture in {}", self.folder.display());
        fixtures
    }

    /// Expectations whose payload is gone.
    pub(super) fn stale(&self) -> Vec<PathBuf> {
        let known: BTreeSet<PathBuf> = self.all().into_iter().map(|fixture| fixture.expected).collect();
        self.files().into_iter().filter(|path| is_expected(path) && !known.contains(path)).collect()
    }

    fn files(&self) -> Vec<PathBuf> {
        let folder = self.folder.display();
        let entries =
            fs::read_dir(&self.folder).unwrap_or_else(|error| panic!("failed to read {folder}: {error}"));
        let mut files: Vec<PathBuf> =
            entries.flatten().map(|entry| entry.path()).filter(|path| path.is_file()).collect();
        files.sort();
        files
    }
}

fn is_expected(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "expected")
}

impl Fixture {
    fn read(path: &Path) -> Self {
        let body =
            fs::read(path).unwrap_or_else(|error| panic!("failed to read {}: {error}", path.display()));
        let label = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Self { label, body, expected: path.with_extension("expected") }
    }

    /// What is wrong with the reading, if it is not the expected one. Under [`UPDATE`] it becomes the expected one.
    pub(super) fn compare(&self, read: &Result<Vec<Arrival>, Unreadable>) -> Option<String> {
        let shown = show(read);
        if std::env::var_os(UPDATE).is_some_and(|value| !value.is_empty() && value != "0") {
            let written = fs::write(&self.expected, &shown);
            return written
                .err()
                .map(|error| format!("failed to write {}: {error}", self.expected.display()));
        }
        let name = self.expected.file_name().unwrap_or_default().to_string_lossy().into_owned();
        match fs::read_to_string(&self.expected) {
            Err(_) => Some(format!("{name} is missing beside {}; it would be:\n{shown}", self.label)),
            Ok(expected) if expected == shown => None,
            Ok(expected) => Some(format!(
                "{} is not read as {name} says:\n{}",
                self.label,
                differences(&expected, &shown)
            )),
        }
    }
}

/// What was read, a value in each line. An event's own bytes are left out: they are the fixture's.
pub(super) fn show(read: &Result<Vec<Arrival>, Unreadable>) -> String {
    let arrivals = match read {
        Ok(arrivals) => arrivals,
        Err(unreadable) => return format!("unreadable, {}: {}\n", unreadable.status, unreadable.reason),
    };
    let mut shown = String::new();
    for (n, arrival) in arrivals.iter().enumerate() {
        let mut value = serde_json::to_value(arrival).expect("an arrival can be written");
        value.as_object_mut().and_then(|fields| fields.remove("raw"));
        let _ = writeln!(shown, "event {}", n + 1);
        lines("", &value, &mut shown);
    }
    if shown.is_empty() { "no event\n".into() } else { shown }
}

/// `what.content.text = "Hello"`, sorted whatever the order of the map.
fn lines(path: &str, value: &Value, shown: &mut String) {
    let below = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            let mut fields: Vec<_> = fields.iter().collect();
            fields.sort_by_key(|(name, _)| *name);
            fields.into_iter().for_each(|(name, value)| lines(&below(name), value, shown));
        }
        Value::Array(values) if !values.is_empty() => {
            values.iter().enumerate().for_each(|(n, value)| lines(&below(&n.to_string()), value, shown));
        }
        Value::Null => {}
        value => {
            let _ = writeln!(shown, "  {path} = {value}");
        }
    }
}

fn differences(expected: &str, shown: &str) -> String {
    let only = |mark: char, these: &str, those: &str| -> Vec<String> {
        let known: BTreeSet<&str> = those.lines().collect();
        these.lines().filter(|line| !known.contains(line)).map(|line| format!("{mark}{line}")).collect()
    };
    let lines = [only('-', expected, shown), only('+', shown, expected)].concat();
    if lines.is_empty() { "the order of the lines differs".into() } else { lines.join("\n") }
}
