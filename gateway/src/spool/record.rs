//! A record: its length, its checksum, when it came, what it holds.

use serde::{Deserialize, Serialize};
use tradepost_domain::{Arrival, Correlation, Timestamp, correlation::BadCorrelation};

/// The longest record that is believed, in bytes: a body of the largest size that the settings allow, written down.
const LONGEST: usize = 512 * 1024 * 1024;
/// Length, checksum, time.
pub(super) const HEAD: usize = 16;

/// A request whose signature was good, on its way into the store.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// When it came; microseconds.
    pub at: Timestamp,
    /// Where, and what.
    pub request: Request,
}

/// Where a request came in, and what it brought.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Request {
    /// The endpoint's path.
    pub endpoint: String,
    /// The channel.
    pub kind: String,
    /// The request.
    pub correlation: Correlation,
    /// What it brought.
    pub what: What,
}

/// What a request brought.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// Events, each with its raw payload.
    Arrivals(Vec<Arrival>),
    /// A signed body that could not be read.
    Unparsed {
        /// The body; what is no UTF-8 in it is replaced.
        raw: String,
        /// Why.
        reason: String,
    },
}

impl Record {
    /// As it stands in a file. The checksum is over the time and the text.
    pub(super) fn to_bytes(&self) -> serde_json::Result<Vec<u8>> {
        framed(self.at, &serde_json::to_vec(&self.request)?)
    }

    /// The record at the beginning of these bytes and its length; `None` where there is none, or a torn one.
    pub(super) fn first_of(bytes: &[u8]) -> Option<(Self, usize)> {
        let (head, rest) = bytes.split_at_checked(HEAD)?;
        let length = usize::try_from(u32::from_le_bytes(head[..4].try_into().ok()?)).ok()?;
        let text = rest.get(..length).filter(|_| length <= LONGEST)?;
        let at = &head[8..];
        if checksum(at, text).to_le_bytes() != head[4..8] {
            return None;
        }
        let at = Timestamp::from_microsecond(i64::from_le_bytes(at.try_into().ok()?)).ok()?;
        let request =
            serde_json::from_slice(text).or_else(|error| Request::of_another_version(text, &error)).ok()?;
        Some((Self { at, request }, HEAD + length))
    }
}

/// A text as a record.
pub(super) fn framed(at: Timestamp, text: &[u8]) -> serde_json::Result<Vec<u8>> {
    let length = u32::try_from(text.len()).ok().filter(|_| text.len() <= LONGEST);
    let length = length.ok_or_else(|| serde::ser::Error::custom("it is too long"))?;
    let at = at.as_microsecond().to_le_bytes();
    let mut bytes = Vec::with_capacity(HEAD + text.len());
    bytes.extend(length.to_le_bytes());
    bytes.extend(checksum(&at, text).to_le_bytes());
    bytes.extend(at);
    bytes.extend(text);
    Ok(bytes)
}

impl Request {
    /// A record is whole, and another version of the program wrote it: it is kept as a body that could not be read.
    fn of_another_version(text: &[u8], error: &serde_json::Error) -> Result<Self, BadCorrelation> {
        let what = What::Unparsed {
            raw: String::from_utf8_lossy(text).into_owned(),
            reason: format!("another version of the program has spooled it: {error}"),
        };
        let correlation = format!("spool-{:08x}", checksum(b"", text)).parse()?;
        Ok(Self { endpoint: "spool".into(), kind: "spool".into(), correlation, what })
    }
}

fn checksum(at: &[u8], text: &[u8]) -> u32 {
    let mut checksum = crc32fast::Hasher::new();
    checksum.update(at);
    checksum.update(text);
    checksum.finalize()
}
