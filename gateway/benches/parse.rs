//! What reading a webhook costs on each channel that ships: time and allocations of one message.
//!
//! ```text
//! cargo bench -p tradepost-gateway --bench parse
//! ```
//! Every fixture `text.json` of every channel is read: a new channel is measured without a line here.

use std::{
    fmt, fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use divan::{AllocProfiler, Bencher, counter::BytesCount};
use tradepost_gateway::adapters::shipped;
use tradepost_ports::{Headers, Unverified, Verified, Webhook};

#[global_allocator]
static ALLOCATOR: AllocProfiler = AllocProfiler::system();

fn main() {
    divan::main();
}

/// A webhook with one message in it.
struct Letter {
    name: String,
    webhook: Arc<dyn Webhook>,
    body: Verified,
}

impl fmt::Display for Letter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

#[divan::bench(args = letters())]
fn a_message(bencher: Bencher<'_, '_>, letter: &Letter) {
    let Letter { webhook, body, .. } = letter;
    bencher.counter(BytesCount::new(body.body().len())).bench(|| webhook.parse(divan::black_box(body)));
}

fn letters() -> Vec<Letter> {
    let adapters = Path::new(env!("CARGO_MANIFEST_DIR")).join("../adapters");
    let mut letters = Vec::new();
    for adapter in shipped().adapters {
        let Some(webhook) = adapter.reader() else { continue };
        let fixtures = adapters.join(adapter.kind()).join("tests/fixtures");
        for file in texts(&fixtures) {
            let place = file.strip_prefix(&fixtures).ok().and_then(Path::parent).unwrap_or(Path::new(""));
            let name = Path::new(adapter.kind()).join(place).display().to_string();
            let body = fs::read(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
            let body = Unverified::new(Headers::default(), Vec::new(), body.into()).trusted_by_operator();
            assert!(webhook.parse(&body).is_ok_and(|arrivals| arrivals.len() == 1), "{name}: one message");
            letters.push(Letter { name, webhook: Arc::clone(&webhook), body });
        }
    }
    assert!(!letters.is_empty(), "no channel has a fixture `text.json`");
    letters
}

/// Every `text.json` below that folder.
fn texts(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let (folders, files): (Vec<_>, Vec<_>) = entries.partition(|path| path.is_dir());
    let mut found: Vec<_> = files.into_iter().filter(|file| file.ends_with("text.json")).collect();
    found.extend(folders.iter().flat_map(|folder| texts(folder)));
    found.sort();
    found
}
