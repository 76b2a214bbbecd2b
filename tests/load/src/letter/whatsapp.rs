//! Letters on WhatsApp: messages of the same words and length as Instagram's, and receipts of lines.

use anyhow::Result;

use super::{ACCOUNTS, FILLER, LENGTH, Letter, QUESTION};

const PATH: &str = "/webhooks/whatsapp/main";

/// How far a line comes, one receipt each.
pub const RECEIPTS: [&str; 3] = ["sent", "delivered", "read"];

/// A line of ours that receipts speak of.
#[derive(Debug, Clone)]
pub struct Line {
    /// The number that it left from.
    pub account: String,
    /// The customer who got it.
    pub peer: String,
    /// The provider's id of it.
    pub reference: String,
}

/// The id of one of the shop's numbers.
pub fn account(number: u64) -> String {
    format!("5550001{:02}", number % ACCOUNTS)
}

/// The customer's number.
pub fn peer(customer: u64) -> String {
    format!("4915{:08}", customer % 100_000_000)
}

/// The customer's letter of that number; no two letters of a run have the same number.
pub fn message(customer: u64, number: u64, at_us: i64) -> Result<Letter> {
    let (account, peer, seconds) = (account(customer), peer(customer), at_us / 1_000_000);
    let before = format!(
        r#"{{"object":"whatsapp_business_account","entry":[{{"id":"100200300","changes":[{{"field":"messages","value":{{"messaging_product":"whatsapp","metadata":{{"display_phone_number":"15550001111","phone_number_id":"{account}"}},"contacts":[{{"profile":{{"name":"A customer"}},"wa_id":"{peer}","user_id":"DE.{peer}"}}],"messages":[{{"from":"{peer}","from_user_id":"DE.{peer}","id":"wamid.HBgM{number:040}","timestamp":"{seconds}","type":"text","text":{{"body":"({number}) {QUESTION} "#
    );
    let after = r#""}}]}}]}]}"#;
    let room = LENGTH.saturating_sub(before.len() + after.len());
    let filler: String = FILLER.chars().cycle().take(room).collect();
    Letter::signed(PATH, customer, format!("{before}{filler}{after}"))
}

/// What the provider tells of a line of ours.
pub fn receipt(line: &Line, status: &str, at_us: i64) -> Result<Letter> {
    let (Line { account, peer, reference }, seconds) = (line, at_us / 1_000_000);
    let body = format!(
        r#"{{"object":"whatsapp_business_account","entry":[{{"id":"100200300","changes":[{{"field":"messages","value":{{"messaging_product":"whatsapp","metadata":{{"display_phone_number":"15550001111","phone_number_id":"{account}"}},"statuses":[{{"id":"{reference}","status":"{status}","timestamp":"{seconds}","recipient_id":"{peer}","conversation":{{"id":"c0ffee","origin":{{"type":"service"}}}},"pricing":{{"billable":false,"pricing_model":"PMP","type":"free_customer_service","category":"service"}}}}]}}}}]}}]}}"#
    );
    Letter::signed(PATH, 0, body)
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn body(letter: &Letter) -> Value {
        serde_json::from_slice(&letter.body).expect("JSON")
    }

    #[test]
    fn a_letter_is_as_long_as_on_the_other_channel() {
        let letter = message(7, 123, 1_767_225_600_123_456).expect("a letter");
        assert!((990..=1_010).contains(&letter.length()), "{}", letter.length());
        let value = &body(&letter)["entry"][0]["changes"][0]["value"];
        assert_eq!(value["metadata"]["phone_number_id"], account(7));
        assert_eq!(value["messages"][0]["from"], peer(7));
    }

    #[test]
    fn a_receipt_names_its_line() {
        let line = Line { account: account(1), peer: peer(1), reference: "wamid.line1".into() };
        let status = &body(&receipt(&line, "read", 0).expect("a letter"))["entry"][0]["changes"][0]["value"]
            ["statuses"][0];
        assert_eq!((status["id"].as_str(), status["status"].as_str()), (Some("wamid.line1"), Some("read")));
    }
}
