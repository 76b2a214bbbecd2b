//! One table of the settings file, read key by key. Whoever reads says what it expects; what nobody asked for is a fault.

use std::{collections::BTreeSet, time::Duration};

use jiff::{Span, SpanRelativeTo};
use secrecy::SecretString;
use serde_json::{Map, Value};
use tradepost_ports::adapter::{Key, KeyKind, Value as Setting, Values};

use super::fault::Report;

/// A table of the file.
pub(crate) struct Section<'r> {
    path: String,
    values: Map<String, Value>,
    known: BTreeSet<String>,
    pub(crate) report: &'r Report<'r>,
}

impl<'r> Section<'r> {
    /// The whole file.
    pub(crate) fn root(values: Map<String, Value>, report: &'r Report<'r>) -> Self {
        Self { path: String::new(), values, known: BTreeSet::new(), report }
    }

    /// The table `[name]`; an empty one when it is not there.
    pub(crate) fn table(&mut self, name: &str) -> Section<'r> {
        let path = self.path_of(name);
        let values = match self.take(name) {
            None => Map::new(),
            Some(Value::Object(values)) => values,
            Some(other) => {
                self.wrong_type(&path, &other, "a table", format!("write it as [{name}]"));
                Map::new()
            }
        };
        Section { path, values, known: BTreeSet::new(), report: self.report }
    }

    /// The tables `[[name]]`, in order.
    pub(crate) fn tables(&mut self, name: &str) -> Vec<Section<'r>> {
        let path = self.path_of(name);
        let entries = match self.take(name) {
            None => Vec::new(),
            Some(Value::Array(entries)) => entries,
            Some(other) => {
                self.wrong_type(&path, &other, "a list of tables", format!("write each as [[{name}]]"));
                Vec::new()
            }
        };
        entries.into_iter().enumerate().filter_map(|(at, entry)| self.entry(&path, name, at, entry)).collect()
    }

    fn entry(&self, path: &str, name: &str, at: usize, entry: Value) -> Option<Section<'r>> {
        let path = format!("{path}[{}]", at + 1);
        match entry {
            Value::Object(values) => {
                Some(Section { path, values, known: BTreeSet::new(), report: self.report })
            }
            other => {
                self.wrong_type(&path, &other, "a table", format!("write it as [[{name}]]"));
                None
            }
        }
    }

    /// The full path of a key, for faults.
    pub(crate) fn path_of(&self, key: &str) -> String {
        // A key that cannot be seen is shown in quotes.
        let key = if key.trim().is_empty() { format!("{key:?}") } else { key.to_owned() };
        if self.path.is_empty() { key } else { format!("{}.{key}", self.path) }
    }

    /// Reports a fault of a key.
    pub(crate) fn fault(&self, key: &str, wrong: impl Into<String>, mend: impl Into<String>) {
        self.report.fault(self.path_of(key), wrong, mend);
    }

    /// Takes a value out and remembers that the key is known.
    fn take(&mut self, key: &str) -> Option<Value> {
        self.known.insert(key.to_owned());
        self.report.ask(without_places(&self.path_of(key)));
        self.values.remove(key)
    }

    fn wrong_type(&self, path: &str, value: &Value, wanted: &str, mend: impl Into<String>) {
        self.report.fault(path, format!("must be {wanted}, but is {}", kind_of(value)), mend);
    }

    /// A text that may be left out. An empty one counts as left out.
    pub(crate) fn text(&mut self, key: &str) -> Option<String> {
        match self.take(key)? {
            Value::String(text) if text.trim().is_empty() => None,
            Value::String(text) => Some(text),
            other => {
                let mend = format!("write it in quotes: {key} = \"…\"");
                self.wrong_type(&self.path_of(key), &other, "a text", mend);
                None
            }
        }
    }

    /// A text that must be given. `example` is how it could be written.
    pub(crate) fn required_text(&mut self, key: &str, example: &str) -> Option<String> {
        let given = self.values.contains_key(key);
        let text = self.text(key);
        if text.is_none() && !given {
            self.missing(key, &format!("{key} = \"{example}\""));
        }
        text
    }

    /// Says that a key must be given.
    pub(crate) fn missing(&self, key: &str, example: &str) {
        self.fault(key, "is missing", format!("add {example}"));
    }

    /// A list of texts.
    pub(crate) fn texts(&mut self, key: &str) -> Vec<String> {
        let Some(value) = self.take(key) else { return Vec::new() };
        match serde_json::from_value(value.clone()) {
            Ok(texts) => texts,
            Err(_) => {
                let mend = format!("write it as {key} = [\"…\", \"…\"]");
                self.wrong_type(&self.path_of(key), &value, "a list of texts", mend);
                Vec::new()
            }
        }
    }

    /// Yes or no.
    pub(crate) fn flag(&mut self, key: &str) -> Option<bool> {
        match self.take(key)? {
            Value::Bool(flag) => Some(flag),
            other => {
                let mend = format!("write {key} = true or {key} = false, without quotes");
                self.wrong_type(&self.path_of(key), &other, "true or false", mend);
                None
            }
        }
    }

    /// A whole number between `least` and `most`.
    pub(crate) fn number(&mut self, key: &str, least: i64, most: i64) -> Option<i64> {
        let value = self.take(key)?;
        let wanted = format!("a whole number from {least} to {most}");
        match value.as_i64() {
            Some(number) if (least..=most).contains(&number) => Some(number),
            Some(number) => {
                self.fault(key, format!("must be {wanted}, but is {number}"), format!("take {wanted}"));
                None
            }
            None => {
                self.wrong_type(&self.path_of(key), &value, &wanted, format!("write {key} = {least}"));
                None
            }
        }
    }

    /// A length of time, as "1.5 s", "30 min", "24 h" or "365 d". A day has 24 hours.
    pub(crate) fn duration(&mut self, key: &str) -> Option<Duration> {
        const MEND: &str = "write a number and ms, s, min, h or d, such as \"1.5 s\" or \"30 min\"";
        let value = self.take(key)?;
        let Some(text) = value.as_str() else {
            self.wrong_type(&self.path_of(key), &value, "a length of time", MEND);
            return None;
        };
        let length =
            text.parse::<Span>().and_then(|span| span.to_duration(SpanRelativeTo::days_are_24_hours()));
        let length = length.ok().and_then(|length| Duration::try_from(length).ok());
        if length.is_none() {
            self.fault(key, format!("\"{text}\" is not a length of time"), MEND);
        }
        length
    }

    /// One of some words.
    pub(crate) fn word(&mut self, key: &str, words: &[&str]) -> Option<String> {
        let text = self.text(key)?;
        if words.contains(&text.as_str()) {
            return Some(text);
        }
        self.fault(key, format!("\"{text}\" is not known"), format!("use one of: {}", words.join(", ")));
        None
    }

    /// A secret, given as `key`, or as `key_env` or `key_file`. The value stands in no fault.
    pub(crate) fn secret(&mut self, key: &str) -> Option<SecretString> {
        let (by_env, by_file) = (format!("{key}_env"), format!("{key}_file"));
        let given = [key, &by_env, &by_file].iter().filter(|key| self.values.contains_key(**key)).count();
        if given > 1 {
            let wrong = format!("is given more than once, as {key}, {by_env} or {by_file}");
            self.fault(key, wrong, "keep one of them");
        }
        let plain = self.text(key);
        let from_env = self.text(&by_env).and_then(|name| self.in_environment(&by_env, &name));
        let from_file = self.text(&by_file).and_then(|path| self.in_file(&by_file, &path));
        plain.or(from_env).or(from_file).map(SecretString::from)
    }

    /// Was any spelling of the secret given, even one that could not be read?
    pub(crate) fn names_secret(&self, key: &str) -> bool {
        ["", "_env", "_file"].iter().any(|spelling| self.values.contains_key(&format!("{key}{spelling}")))
    }

    fn in_environment(&self, key: &str, name: &str) -> Option<String> {
        let value = self.report.world.variable(name).filter(|value| !value.trim().is_empty());
        if value.is_none() {
            self.fault(key, format!("the environment has no {name}"), format!("set {name} before the start"));
        }
        value.map(|value| value.trim().to_owned())
    }

    fn in_file(&self, key: &str, path: &str) -> Option<String> {
        let path = self.report.base.join(path);
        match self.report.world.file(&path) {
            Ok(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
            Ok(_) => {
                self.fault(key, format!("{} is empty", path.display()), "write the secret into the file");
                None
            }
            Err(reason) => {
                let wrong = format!("failed to read {}: {reason}", path.display());
                self.fault(key, wrong, "make the file readable for the user that runs tradepost");
                None
            }
        }
    }

    /// A web address.
    pub(crate) fn url(&mut self, key: &str) -> Option<String> {
        let text = self.text(key)?;
        let fits = text.parse::<poem::http::Uri>().is_ok_and(|uri| {
            matches!(uri.scheme_str(), Some("http" | "https"))
                && uri.host().is_some_and(|host| !host.is_empty())
        });
        if !fits {
            let mend = "write it whole, such as \"https://api.example.com\"";
            self.fault(key, format!("\"{text}\" is not a web address"), mend);
        }
        fits.then_some(text)
    }

    /// What an adapter declared.
    pub(crate) fn values(&mut self, keys: &'static [Key]) -> Values {
        let mut values = Values::default();
        for key in keys {
            let given = self.values.contains_key(key.name)
                || (key.kind == KeyKind::Secret && self.names_secret(key.name));
            match self.setting(key) {
                Some(value) => values.put(key.name, value),
                None if key.required && !given => self.missing(key.name, &example(key)),
                None => {}
            }
        }
        values
    }

    fn setting(&mut self, key: &Key) -> Option<Setting> {
        match key.kind {
            KeyKind::Text => self.text(key.name).map(Setting::Text),
            KeyKind::Word(words) => self.word(key.name, words).map(Setting::Text),
            KeyKind::Secret => self.secret(key.name).map(Setting::Secret),
            KeyKind::Url => self.url(key.name).map(Setting::Text),
            KeyKind::Flag => self.flag(key.name).map(Setting::Flag),
            KeyKind::Number(least, most) => self.number(key.name, least, most).map(Setting::Number),
            KeyKind::Duration => self.duration(key.name).map(Setting::Duration),
        }
    }

    /// Reports every key that nobody asked for.
    pub(crate) fn finish(self) {
        for key in self.values.keys() {
            let known = self.known.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
            self.fault(key, "is not a known key", format!("remove it, or use one of: {known}"));
        }
    }

    /// Leaves the rest unread and unreported: what the keys are depends on something that is wrong itself.
    pub(crate) fn abandon(self) {}
}

fn example(key: &Key) -> String {
    let name = key.name;
    let line = match key.kind {
        KeyKind::Text => format!("{name} = \"…\""),
        KeyKind::Word(words) => format!("{name} = \"{}\"", words.first().unwrap_or(&"…")),
        KeyKind::Secret => format!("{name}_env = \"NAME\", {name}_file = \"PATH\" or {name} = \"…\""),
        KeyKind::Url => format!("{name} = \"https://…\""),
        KeyKind::Flag => format!("{name} = true"),
        KeyKind::Number(least, _) => format!("{name} = {least}"),
        KeyKind::Duration => format!("{name} = \"10 s\""),
    };
    format!("{line}: {}", key.about)
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "a table",
    }
}

/// `storefront[2].zone` is known as `storefront.zone`.
fn without_places(path: &str) -> String {
    let mut text = String::new();
    let mut inside = false;
    for c in path.chars() {
        match c {
            '[' => inside = true,
            ']' => inside = false,
            c if !inside => text.push(c),
            _ => {}
        }
    }
    text
}
