//! A body's envelope and its lists: read piece by piece, so that none spoils another.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::value::RawValue;
use tradepost_domain::{Arrival, What};
use tradepost_ports::Unreadable;

use crate::{lenient::short, mark};

/// The whole body.
#[derive(Deserialize)]
struct Envelope<'a> {
    object: Option<String>,
    #[serde(borrow)]
    entry: Option<Vec<&'a RawValue>>,
}

/// The entries of a body of that `object`. Another product's body is refused as Meta's own sample does it, with 404.
pub fn entries<'a>(body: &'a str, object: &str) -> Result<Vec<&'a RawValue>, Unreadable> {
    let envelope: Envelope<'_> =
        serde_json::from_str(body).map_err(|error| unreadable(200, format!("it is {}", fault(&error))))?;
    match envelope.object.as_deref() {
        Some(ours) if ours == object => {}
        Some(other) => return Err(unreadable(404, format!("its object is `{}`", short(other)))),
        None => return Err(unreadable(200, "it has no `object`")),
    }
    envelope.entry.ok_or_else(|| unreadable(200, "it has no `entry`"))
}

/// What an event is, and what makes it one; without a mark its own bytes do.
pub struct Reading {
    /// What it is.
    pub what: What,
    /// What makes it one.
    pub mark: Option<String>,
}

impl Reading {
    /// An event that is known by that mark.
    pub fn new(what: What, mark: impl Into<String>) -> Self {
        Self { what, mark: Some(mark.into()) }
    }

    /// An event that is known by its bytes.
    pub fn unmarked(what: What) -> Self {
        Self { what, mark: None }
    }

    /// An event of a kind that is only recorded.
    pub fn other(kind: &str) -> Self {
        Self::unmarked(What::Other { kind: short(kind), reference: None })
    }

    /// An event that cannot be read.
    pub fn spoilt(reason: impl Into<String>) -> Self {
        Self::unmarked(What::Unreadable { reason: reason.into() })
    }

    /// The event as it is filed.
    pub fn arrival(self, account: String, raw: &RawValue, at: Option<Timestamp>) -> Arrival {
        let mark = self.mark.unwrap_or_else(|| mark::of_parts(&[raw.get()]));
        let key = mark::key(&account, self.what.word(), &mark);
        Arrival { key, account, at, raw: raw.get().to_owned(), what: self.what }
    }
}

/// A piece of a body as that type, or what is wrong with it.
pub fn parsed<'a, T: Deserialize<'a>>(raw: &'a RawValue) -> Result<T, String> {
    serde_json::from_str(raw.get()).map_err(|error| fault(&error))
}

/// What is wrong with a JSON text, without showing any of it.
pub fn fault(error: &serde_json::Error) -> String {
    use serde_json::error::Category;
    let what = match error.classify() {
        Category::Data => "JSON of another shape",
        Category::Syntax => "no JSON",
        Category::Eof | Category::Io => "cut off",
    };
    format!("{what}, at line {} column {}", error.line(), error.column())
}

/// A body that cannot be read at all, and the status that ends its delivery.
pub fn unreadable(status: u16, reason: impl Into<String>) -> Unreadable {
    Unreadable { reason: reason.into(), status }
}
