//! Handshake and signature.

use rstest::rstest;
use tradepost_ports::{Greeting, Headers, Refused, Unverified, Verified, Webhook};

use crate::{endpoint, fixture};

/// A signed request at the door.
pub fn knock(body: &[u8], header: Option<(&str, &str)>) -> Result<Verified, Refused> {
    let headers = header.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let body = bytes::Bytes::copy_from_slice(body);
    endpoint().verify(Unverified::new(Headers::new(headers), Vec::new(), body))
}

/// Of the body `{"object":"instagram","entry":[]}` under `app-secret-0001`, made with another program.
const KNOWN: &str = "sha256=0a450ffb3ddd84b16babba65b10620f5693167ec5465da2f7e1321323b4fb927";
const BODY: &[u8] = br#"{"object":"instagram","entry":[]}"#;

/// proves: IN-01, CH-03
#[rstest]
#[case::right(Some(KNOWN), Ok(()))]
#[case::missing(None, Err(Refused::Missing))]
#[case::empty(Some(""), Err(Refused::Malformed))]
#[case::only_the_prefix(Some("sha256="), Err(Refused::Malformed))]
#[case::without_prefix(Some(&KNOWN[7..]), Err(Refused::Malformed))]
#[case::truncated(Some(&KNOWN[..70]), Err(Refused::Malformed))]
#[case::one_digit_less(Some(&KNOWN[..69]), Err(Refused::Malformed))]
#[case::old_hash(Some("sha1=0000000000000000000000000000000000000000"), Err(Refused::Malformed))]
#[case::no_hexadecimal(
    Some("sha256=zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz"),
    Err(Refused::Malformed)
)]
#[case::base64(Some("sha256=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="), Err(Refused::Malformed))]
#[case::wrong(
    Some("sha256=0000000000000000000000000000000000000000000000000000000000000000"),
    Err(Refused::Wrong)
)]
fn a_signature_is_checked_over_the_bytes(#[case] value: Option<&str>, #[case] expected: Result<(), Refused>) {
    let answer = knock(BODY, value.map(|value| ("X-Hub-Signature-256", value)));
    assert_eq!(answer.map(drop), expected);
}

#[test]
fn upper_case_is_another_encoding() {
    let upper = format!("sha256={}", KNOWN[7..].to_uppercase());
    assert_eq!(knock(BODY, Some(("x-hub-signature-256", &upper))).map(drop), Err(Refused::Malformed));
}

#[test]
fn what_is_signed_is_what_came() {
    let body = fixture("text");
    let (name, value) = endpoint().sign(&body);
    let verified = knock(&body, Some((name, &value))).expect("verified");
    assert_eq!(endpoint().parse(&verified).expect("events").len(), 1);
    let rewritten = String::from_utf8_lossy(&body).replace("  ", " ").into_bytes();
    assert_eq!(knock(&rewritten, Some((name, &value))).map(drop), Err(Refused::Wrong));
}

/// proves: IN-02
#[rstest]
#[case::right(&[("hub.mode", "subscribe"), ("hub.verify_token", "greeting-0001"), ("hub.challenge", "1158201444")], true)]
#[case::any_order(&[("hub.challenge", "1158201444"), ("x", "y"), ("hub.verify_token", "greeting-0001"), ("hub.mode", "subscribe")], true)]
#[case::wrong_token(&[("hub.mode", "subscribe"), ("hub.verify_token", "greeting-0002"), ("hub.challenge", "1")], false)]
#[case::longer_token(&[("hub.mode", "subscribe"), ("hub.verify_token", "greeting-00011"), ("hub.challenge", "1")], false)]
#[case::empty_token(&[("hub.mode", "subscribe"), ("hub.verify_token", ""), ("hub.challenge", "1")], false)]
#[case::no_token(&[("hub.mode", "subscribe"), ("hub.challenge", "1")], false)]
#[case::other_mode(&[("hub.mode", "unsubscribe"), ("hub.verify_token", "greeting-0001"), ("hub.challenge", "1")], false)]
#[case::no_challenge(&[("hub.mode", "subscribe"), ("hub.verify_token", "greeting-0001")], false)]
#[case::nothing(&[], false)]
fn a_handshake_repeats_the_challenge(#[case] query: &[(&str, &str)], #[case] welcome: bool) {
    let query: Vec<_> = query.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let expected = if welcome { Greeting::Welcome("1158201444".into()) } else { Greeting::Refused };
    assert_eq!(endpoint().greet(&query), expected);
}

/// proves: IN-09
#[test]
fn the_document_describes_the_path() {
    let schema = endpoint().schema();
    assert!(schema.greets && schema.signature == "X-Hub-Signature-256");
    assert!(!schema.page.contains("://"));
    let entry = &schema.body["properties"]["entry"]["items"]["properties"];
    assert_eq!(entry["messaging"]["items"]["properties"]["message"]["type"], "object");
}
