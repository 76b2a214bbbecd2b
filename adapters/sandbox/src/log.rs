//! The log: everything a provider was asked to send, what became of it, and whether the caller was told.

use std::collections::{HashMap, VecDeque};
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use futures::future::BoxFuture;
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::runtime::Handle;

/// What the provider made of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Taken: the customer has it.
    Accepted,
    /// Refused, by a rule or by a scripted fault; the customer has nothing.
    Refused,
    /// The connection was cut before the provider took anything.
    Unheard,
}

/// Whether the caller got the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// Not written yet.
    Pending,
    /// Handed to the connection completely.
    Given,
    /// Never handed over: cut by a fault, or the caller had gone.
    Dropped,
}

/// One line of the log.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Entry {
    /// Counts from 1, without gaps, in the order of arrival.
    pub seq: u64,
    /// The sandbox's time, ms since 1970.
    pub at_ms: i64,
    /// `instagram`, `whatsapp` or `telegram`.
    pub provider: String,
    /// The account that sent; empty when the caller could not be recognised.
    pub account: String,
    /// The customer addressed, when the request says one.
    pub customer: Option<String>,
    /// `text`, `quick_replies`, `template`, `image`, `typing_on`, `react`…; `unreadable` when it was none.
    pub kind: String,
    /// What the provider made of it.
    pub outcome: Outcome,
    /// HTTP status of the answer.
    pub status: u16,
    /// The provider's error code, when refused.
    pub code: Option<i64>,
    /// The provider's error subcode, when refused.
    pub subcode: Option<i64>,
    /// The id given to an accepted message (a garbled answer may not have told it).
    pub message_id: Option<String>,
    /// Whether the caller got the answer.
    pub answer: Answer,
    /// The request's body as it came; a string when it was no JSON.
    pub body: Value,
    /// What the customer sees, where that differs from the body (titles cut).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub shown: Option<Value>,
}

impl Entry {
    /// Whether a message was accepted: reactions have an id too, and are none.
    fn is_message(&self) -> bool {
        self.message_id.is_some() && self.kind != "reaction"
    }
}

/// The same content accepted more than once for the same customer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Double {
    /// The account that sent.
    pub account: String,
    /// The customer who got it more than once.
    pub customer: Option<String>,
    /// The body that was accepted repeatedly.
    pub body: Value,
    /// Sequence numbers of all of them.
    pub seqs: Vec<u64>,
}

/// Which entries are wanted; an empty filter takes all.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Filter {
    /// Only this account's.
    pub account: Option<String>,
    /// Only this customer's.
    pub customer: Option<String>,
    /// Only this kind.
    pub kind: Option<String>,
    /// Only this outcome.
    pub outcome: Option<Outcome>,
    /// Only entries with a greater sequence number.
    pub after: Option<u64>,
    /// `lines` answers JSON lines instead of an array (control API only).
    pub format: Option<String>,
}

impl Filter {
    fn takes(&self, entry: &Entry) -> bool {
        let same = |wanted: &Option<String>, is: Option<&str>| wanted.is_none() || wanted.as_deref() == is;
        same(&self.account, Some(&entry.account))
            && same(&self.customer, entry.customer.as_deref())
            && same(&self.kind, Some(&entry.kind))
            && self.outcome.is_none_or(|outcome| outcome == entry.outcome)
            && self.after.is_none_or(|after| entry.seq > after)
    }
}

/// The log of one sandbox.
#[derive(Debug)]
pub struct Log {
    kept: Mutex<Kept>,
    file: Option<Mutex<File>>,
    file_failed: AtomicBool,
    limit: usize,
}

#[derive(Debug, Default)]
struct Kept {
    entries: VecDeque<Entry>,
    last_seq: u64,
    forgotten: u64,
}

impl Log {
    /// A log that keeps `limit` entries in memory and appends to `file`.
    pub(crate) fn open(file: Option<&Path>, limit: usize) -> std::io::Result<Self> {
        let file = file.map(|path| OpenOptions::new().create(true).append(true).open(path)).transpose()?;
        Ok(Self {
            kept: Mutex::default(),
            file: file.map(Mutex::new),
            file_failed: false.into(),
            limit: limit.max(1),
        })
    }

    /// Everything, in order of arrival.
    pub fn entries(&self) -> Vec<Entry> {
        self.find(&Filter::default())
    }

    /// The entries that a filter takes, in order of arrival.
    pub fn find(&self, filter: &Filter) -> Vec<Entry> {
        self.kept.lock().entries.iter().filter(|entry| filter.takes(entry)).cloned().collect()
    }

    /// What one customer got: accepted messages of an account (no typing, no reactions), in order.
    pub fn received(&self, account: &str, customer: &str) -> Vec<Entry> {
        let filter = Filter {
            account: Some(account.into()),
            customer: Some(customer.into()),
            outcome: Some(Outcome::Accepted),
            ..Filter::default()
        };
        self.find(&filter).into_iter().filter(Entry::is_message).collect()
    }

    /// The texts one customer got, in order: words, bodies above buttons, filled-in templates.
    pub fn texts(&self, account: &str, customer: &str) -> Vec<String> {
        let places =
            ["/message/text", "/text/body", "/interactive/body/text", "/message_body", "/body_text", "/text"];
        let at = |entry: &Entry, place| entry.body.pointer(place).and_then(Value::as_str).map(str::to_owned);
        let shown = |entry: &Entry| entry.shown.as_ref()?["body"].as_str().map(str::to_owned);
        let text = |entry: Entry| places.iter().find_map(|place| at(&entry, place)).or_else(|| shown(&entry));
        self.received(account, customer).into_iter().filter_map(text).collect()
    }

    /// Messages accepted more than once with the same content for the same customer. Tests that count doubles give each message
    /// words of its own.
    pub fn doubles(&self) -> Vec<Double> {
        let mut groups: HashMap<(String, Option<String>, String), Double> = HashMap::new();
        for entry in self.kept.lock().entries.iter().filter(|entry| entry.is_message()) {
            let key = (entry.account.clone(), entry.customer.clone(), entry.body.to_string());
            let double = groups.entry(key).or_insert_with(|| Double {
                account: entry.account.clone(),
                customer: entry.customer.clone(),
                body: entry.body.clone(),
                seqs: Vec::new(),
            });
            double.seqs.push(entry.seq);
        }
        let mut doubles: Vec<_> = groups.into_values().filter(|double| double.seqs.len() > 1).collect();
        doubles.sort_by_key(|double| double.seqs[0]);
        doubles
    }

    /// Forgets all entries; sequence numbers go on counting.
    pub fn clear(&self) {
        self.kept.lock().entries.clear();
    }

    /// How many entries the limit pushed out of memory (the file has them).
    pub fn forgotten(&self) -> u64 {
        self.kept.lock().forgotten
    }

    /// Whether a line could not be written to the file.
    pub fn file_failed(&self) -> bool {
        self.file_failed.load(Ordering::SeqCst)
    }

    /// Takes an entry, numbers it, and gives the word on its answer back as a [`Fate`].
    pub(crate) fn record(self: &Arc<Self>, mut entry: Entry) -> Fate {
        let mut kept = self.kept.lock();
        kept.last_seq += 1;
        entry.seq = kept.last_seq;
        let seq = entry.seq;
        self.append(&entry);
        kept.entries.push_back(entry);
        if kept.entries.len() > self.limit {
            kept.entries.pop_front();
            kept.forgotten += 1;
        }
        Fate(Arc::new(Pending {
            log: self.clone(),
            seq,
            given: AtomicBool::new(false),
            after: Mutex::new(None),
        }))
    }

    fn settle(&self, seq: u64, answer: Answer) {
        let mut kept = self.kept.lock();
        let found = kept.entries.binary_search_by_key(&seq, |entry| entry.seq);
        if let Some(entry) = found.ok().and_then(|at| kept.entries.get_mut(at)) {
            entry.answer = answer;
        }
        drop(kept);
        self.append(&json!({ "settles": seq, "answer": answer }));
    }

    fn append(&self, line: &impl Serialize) {
        let (Some(file), Ok(mut line)) = (&self.file, serde_json::to_vec(line)) else { return };
        line.push(b'\n');
        if file.lock().write_all(&line).is_err() {
            self.file_failed.store(true, Ordering::SeqCst);
        }
    }
}

/// What becomes of an entry's answer. It travels with the response to the connection; when the last holder lets go of it, the
/// entry is settled, and what was to happen after the answer happens.
#[derive(Clone)]
pub(crate) struct Fate(Arc<Pending>);

struct Pending {
    log: Arc<Log>,
    seq: u64,
    given: AtomicBool,
    after: Mutex<Option<BoxFuture<'static, ()>>>,
}

impl Fate {
    /// The answer's last byte was handed to the connection.
    pub(crate) fn given(&self) {
        self.0.given.store(true, Ordering::SeqCst);
    }

    /// Something to do once the answer is out, or lost.
    pub(crate) fn afterwards(&self, job: BoxFuture<'static, ()>) {
        *self.0.after.lock() = Some(job);
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        let answer = if self.given.load(Ordering::SeqCst) { Answer::Given } else { Answer::Dropped };
        self.log.settle(self.seq, answer);
        if let (Some(job), Ok(runtime)) = (self.after.lock().take(), Handle::try_current()) {
            runtime.spawn(job);
        }
    }
}
