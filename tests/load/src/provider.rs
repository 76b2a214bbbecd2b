//! The provider: `tradepost-sandbox`, and what its log says of the answers that customers got.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::File,
    io::{BufRead as _, BufReader, Seek as _, SeekFrom},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use anyhow::{Context as _, Result, bail};
use bytes::Bytes;
use http_body_util::Full;
use hyper::Request;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    client::once,
    letter::{ACCOUNTS, APP_SECRET, account, whatsapp},
    process::{Program, command},
};

/// A provider in a process of its own.
pub struct Provider {
    _program: Program,
    address: SocketAddr,
    log: PathBuf,
    read: u64,
    /// What it has taken so far.
    pub answers: Answers,
}

/// Messages that the provider took: customers have them.
#[derive(Debug, Default)]
pub struct Answers {
    /// How many.
    pub count: u64,
    /// How many beyond the first with the same words for the same customer.
    pub doubled: u64,
    /// When each customer's latest came, in milliseconds since 1970.
    pub latest_ms: BTreeMap<String, i64>,
    texts: BTreeSet<(String, String)>,
}

#[derive(Deserialize)]
struct Entry {
    #[serde(default)]
    at_ms: i64,
    #[serde(default)]
    outcome: String,
    customer: Option<String>,
    message_id: Option<String>,
    #[serde(default)]
    body: Value,
}

impl Provider {
    pub fn start(sandbox: &Path, folder: &Path) -> Result<Self> {
        let log = folder.join("sent.jsonl");
        let accounts: Vec<_> = (0..ACCOUNTS)
            .map(|number| {
                json!({ "id": account(number), "app_secret": APP_SECRET, "accept_strangers": true,
                    "rate": { "messages_per_s": null, "audio_video_per_s": null } })
            })
            .collect();
        // Receipts are part of the load.
        let numbers: Vec<_> = (0..ACCOUNTS)
            .map(|number| {
                json!({ "id": whatsapp::account(number), "app_secret": APP_SECRET, "accept_strangers": true, "statuses": [],
                    "rate": { "messages_per_s": null, "pair_burst": 1_000_000 } })
            })
            .collect();
        let settings = folder.join("sandbox.json");
        // The file has everything; its memory need not.
        let config =
            json!({ "log_file": log, "log_limit": 1_000, "instagram": accounts, "whatsapp": numbers });
        std::fs::write(&settings, config.to_string()).context("write the provider's settings")?;
        let mut command = command(sandbox);
        command.arg("--config").arg(settings).arg("--print-port").stdout(Stdio::piped());
        let mut program = Program::start(command)?;
        let line = program.first_line()?;
        let port = line.trim().parse().with_context(|| format!("start the provider, which says {line:?}"))?;
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        Ok(Self { _program: program, address, log, read: 0, answers: Answers::default() })
    }

    pub fn base(&self) -> String {
        format!("http://{}", self.address)
    }

    /// From now on every message takes it so long.
    pub async fn takes(&self, delay: Duration) -> Result<()> {
        for number in 0..ACCOUNTS {
            let fault =
                json!({ "fault": "pass", "times": 0, "on": "message", "delay_ms": delay.as_millis() as u64 });
            let request = Request::post(format!("/_control/faults/{}", account(number)))
                .header("host", "127.0.0.1")
                .header("content-type", "application/json")
                .body(Full::new(Bytes::from(fault.to_string())))
                .context("make a request")?;
            let (status, body) = once(self.address, request).await?;
            if !status.is_success() {
                bail!("slow the provider down: {}", String::from_utf8_lossy(&body));
            }
        }
        Ok(())
    }

    /// Reads what was added to its log.
    pub fn look(&mut self) -> Result<&Answers> {
        let mut file = BufReader::new(File::open(&self.log).context("open the provider's log")?);
        file.seek(SeekFrom::Start(self.read)).context("read the provider's log")?;
        let mut line = String::new();
        loop {
            line.clear();
            let length = file.read_line(&mut line).context("read the provider's log")?;
            // A line that is being written is read the next time.
            if !line.ends_with('\n') {
                return Ok(&self.answers);
            }
            self.read += length as u64;
            self.answers.take(serde_json::from_str(&line).context("understand the provider's log")?);
        }
    }
}

impl Answers {
    fn take(&mut self, entry: Entry) {
        let (true, Some(customer), Some(_)) = (entry.outcome == "accepted", entry.customer, entry.message_id)
        else {
            return;
        };
        self.count += 1;
        let text = entry.body.pointer("/message/text").and_then(Value::as_str).unwrap_or_default();
        self.doubled += u64::from(!self.texts.insert((customer.clone(), text.to_owned())));
        let latest = self.latest_ms.entry(customer).or_insert(entry.at_ms);
        *latest = (*latest).max(entry.at_ms);
    }

    /// When the last answer of all came, in milliseconds since 1970.
    pub fn last_ms(&self) -> i64 {
        self.latest_ms.values().copied().max().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answers(lines: &[&str]) -> Answers {
        let mut answers = Answers::default();
        lines.iter().for_each(|line| answers.take(serde_json::from_str(line).expect("an entry")));
        answers
    }

    #[test]
    fn what_the_customer_has_is_counted() {
        let sent = |text: &str, at: i64| {
            format!(
                r#"{{"seq":1,"at_ms":{at},"outcome":"accepted","customer":"9","message_id":"m","body":{{"message":{{"text":"{text}"}}}}}}"#
            )
        };
        let refused = r#"{"seq":2,"at_ms":9,"outcome":"refused","customer":"9","message_id":null,"body":{}}"#;
        let settled = r#"{"settles":1,"answer":"given"}"#;
        let told = answers(&[&sent("a", 5), refused, settled, &sent("b", 7), &sent("a", 6)]);
        assert_eq!((told.count, told.doubled, told.last_ms()), (3, 1, 7));
        assert_eq!(told.latest_ms.get("9"), Some(&7));
    }
}
