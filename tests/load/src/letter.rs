//! What customers write: signed webhooks of about 1 KB, composed and signed before anything is measured.

pub mod whatsapp;

use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context as _, Result};
use bytes::Bytes;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http_body_util::Full;
use hyper::{Request, header::HeaderValue};
use sha2::Sha256;

/// Signs every webhook.
pub const APP_SECRET: &str = "secret-of-the-app";
/// Where webhooks of Instagram come in.
const INSTAGRAM: &str = "/webhooks/instagram/main";
/// Where a signature stands.
pub const HEADER: &str = "x-hub-signature-256";
/// The shop's accounts: a customer writes to one of them, so that sends spread over as many lanes.
pub const ACCOUNTS: u64 = 8;

/// The body's length, nearly.
const LENGTH: usize = 1_000;
/// Words that the rule about opening hours answers, and no other rule.
const QUESTION: &str = "What are your opening hours?";
/// Makes a letter as long as people's are.
const FILLER: &str = "We should like to come by with the children some time next week, perhaps when it rains, and look at \
                      everything that has come in since spring. ";

/// One webhook, ready to be sent.
#[derive(Debug, Clone)]
pub struct Letter {
    /// Who writes.
    pub customer: u64,
    path: &'static str,
    body: Bytes,
    signature: HeaderValue,
}

/// Letters to be sent, each once.
#[derive(Debug, Default)]
pub struct Mail {
    letters: Vec<Letter>,
    next: AtomicUsize,
}

/// The id of one of the shop's accounts.
pub fn account(number: u64) -> String {
    format!("178414000000{:05}", number % ACCOUNTS + 1)
}

/// The customer's id at the provider.
pub fn peer(customer: u64) -> String {
    format!("99{customer:010}")
}

impl Letter {
    /// The customer's letter of that number; no two letters of a run have the same number.
    pub fn new(customer: u64, number: u64, at_us: i64) -> Result<Self> {
        Self::signed(INSTAGRAM, customer, compose(customer, number, at_us / 1_000))
    }

    fn signed(path: &'static str, customer: u64, body: String) -> Result<Self> {
        let mut mac = Hmac::<Sha256>::new_from_slice(APP_SECRET.as_bytes()).context("use a key")?;
        mac.update(body.as_bytes());
        let signature = format!("sha256={}", hex::encode(mac.finalize().into_bytes()));
        let signature = HeaderValue::from_str(&signature).context("write a header")?;
        Ok(Self { customer, path, body: body.into(), signature })
    }

    pub fn request(&self) -> Result<Request<Full<Bytes>>> {
        let request =
            Request::post(self.path).header("host", "127.0.0.1").header("content-type", "application/json");
        let request = request.header(HEADER, self.signature.clone());
        request.body(Full::new(self.body.clone())).context("make a request")
    }

    /// How long its body is.
    pub fn length(&self) -> usize {
        self.body.len()
    }
}

fn compose(customer: u64, number: u64, at_ms: i64) -> String {
    let (account, peer) = (account(customer), peer(customer));
    // As long as the provider's own.
    let mid = format!(
        "aWdfZAG1faXRlbToxOklHTWVzc2FnZAUlEOjE3ODQxNDAwMDAwMDAwMDAxOjM0MDI4MjM2Njg0MTcxMDMwMTI0NDI3{number:040}"
    );
    let before = format!(
        r#"{{"object":"instagram","entry":[{{"id":"{account}","time":{at_ms},"messaging":[{{"sender":{{"id":"{peer}"}},"recipient":{{"id":"{account}"}},"timestamp":{at_ms},"message":{{"mid":"{mid}","text":"({number}) {QUESTION} "#
    );
    let after = r#""}}]}]}"#;
    let room = LENGTH.saturating_sub(before.len() + after.len());
    let filler: String = FILLER.chars().cycle().take(room).collect();
    format!("{before}{filler}{after}")
}

impl Mail {
    /// So many letters, numbered from `first`; who writes each is told by `customer`, which is given its place from 0.
    pub fn write(count: usize, first: u64, customer: impl Fn(u64) -> u64) -> Result<Self> {
        let now = crate::clock::now_us();
        Self::of((0..count as u64).map(|place| Letter::new(customer(place), first + place, now)))
    }

    /// These letters, in this order.
    pub fn of(letters: impl Iterator<Item = Result<Letter>>) -> Result<Self> {
        Ok(Self { letters: letters.collect::<Result<_>>()?, next: AtomicUsize::new(0) })
    }

    /// The next letter and its place.
    pub fn next(&self) -> Option<(usize, &Letter)> {
        let place = self.next.fetch_add(1, Ordering::Relaxed);
        Some((place, self.letters.get(place)?))
    }

    /// How many were taken out.
    pub fn sent(&self) -> usize {
        self.next.load(Ordering::Relaxed).min(self.letters.len())
    }

    /// Who wrote those that were taken out.
    pub fn writers(&self) -> impl Iterator<Item = u64> {
        self.letters.iter().take(self.sent()).map(|letter| letter.customer)
    }

    /// How long a body is, of the first letter.
    pub fn length(&self) -> usize {
        self.letters.first().map_or(0, Letter::length)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn a_letter_is_a_kilobyte_of_the_providers_json() {
        let body = compose(7, 123, 1_767_225_600_123);
        assert!((990..=1_010).contains(&body.len()), "{}", body.len());
        let read: Value = serde_json::from_str(&body).expect("JSON");
        let event = &read["entry"][0]["messaging"][0];
        assert_eq!(
            (event["sender"]["id"].as_str(), event["recipient"]["id"].as_str()),
            (Some("990000000007"), Some("17841400000000008"))
        );
        assert!(event["message"]["text"].as_str().is_some_and(|text| text.starts_with("(123) What are")));
    }

    #[test]
    fn every_letter_is_sent_once() {
        let mail = Mail::write(3, 10, |place| place * 2).expect("letters");
        let customers: Vec<_> =
            std::iter::from_fn(|| mail.next()).map(|(_, letter)| letter.customer).collect();
        assert_eq!(customers, [0, 2, 4]);
        assert!(mail.next().is_none() && mail.sent() == 3 && mail.writers().eq([0, 2, 4]));
        let mids: std::collections::BTreeSet<_> =
            mail.letters.iter().map(|letter| letter.body.clone()).collect();
        assert_eq!(mids.len(), 3);
    }
}
