//! Handshake, signature and token.

use rstest::rstest;
use secrecy::SecretString;
use tradepost_ports::{Greeting, Headers, Refused, Unverified, Verified, Webhook};
use tradepost_whatsapp::{WapiEndpoint, WapiSignature, WhatsAppWebhook};

use crate::{URL_TOKEN, cloud, fixture, resold, wapi};

type Pairs<'a> = &'a [(&'a str, &'a str)];

fn owned(pairs: Pairs<'_>) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn knock(
    at: &WhatsAppWebhook,
    body: &[u8],
    headers: Pairs<'_>,
    query: Pairs<'_>,
) -> Result<Verified, Refused> {
    let body = bytes::Bytes::copy_from_slice(body);
    at.verify(Unverified::new(Headers::new(owned(headers)), owned(query), body))
}

const BODY: &[u8] = br#"{"object":"whatsapp_business_account","entry":[]}"#;
/// Of that body under `app-secret-0001`, made with another program.
const KNOWN: &str = "sha256=de164c67d2a341e9940d711749e8aa32f8710f66967d78c87f75800e2feaa4aa";

/// proves: IN-01, CH-02
#[rstest]
#[case::right(&[("X-Hub-Signature-256", KNOWN)], Ok(()))]
#[case::missing(&[], Err(Refused::Missing))]
#[case::old_hash_only(&[("X-Hub-Signature", "sha1=0000000000000000000000000000000000000000")], Err(Refused::Missing))]
#[case::old_hash_beside(&[("X-Hub-Signature", "sha1=00"), ("X-Hub-Signature-256", KNOWN)], Ok(()))]
#[case::without_prefix(&[("X-Hub-Signature-256", &KNOWN[7..])], Err(Refused::Malformed))]
#[case::truncated(&[("X-Hub-Signature-256", &KNOWN[..70])], Err(Refused::Malformed))]
#[case::wrong(
    &[("X-Hub-Signature-256", "sha256=0000000000000000000000000000000000000000000000000000000000000000")],
    Err(Refused::Wrong)
)]
fn a_signature_is_checked_over_the_bytes(#[case] headers: Pairs<'_>, #[case] expected: Result<(), Refused>) {
    assert_eq!(knock(&cloud(), BODY, headers, &[]).map(drop), expected);
}

/// Meta escapes what is not ASCII; the bytes are what counts, however they are written.
/// proves: IN-01
#[rstest]
#[case::escaped(r#"{"object":"whatsapp_business_account","entry":[],"x":"\u00e4\u00f6 a\/b"}"#)]
#[case::plain(r#"{"object":"whatsapp_business_account","entry":[],"x":"äö a/b"}"#)]
fn what_is_signed_is_what_came(#[case] body: &str) {
    let signature = cloud().sign(body.as_bytes());
    let (name, value) = &signature.headers[0];
    assert!(knock(&cloud(), body.as_bytes(), &[(name, value)], &[]).is_ok());
    let rewritten = serde_json::from_str::<serde_json::Value>(body).expect("json").to_string();
    let other = rewritten != body;
    assert_eq!(knock(&cloud(), rewritten.as_bytes(), &[(name, value)], &[]).is_err(), other);
}

/// proves: IN-02
#[rstest]
#[case::right(&[("hub.mode", "subscribe"), ("hub.verify_token", "greeting-0001"), ("hub.challenge", "1158201444")], true)]
#[case::wrong_token(&[("hub.mode", "subscribe"), ("hub.verify_token", "greeting-0002"), ("hub.challenge", "1158201444")], false)]
#[case::other_mode(&[("hub.mode", "unsubscribe"), ("hub.verify_token", "greeting-0001"), ("hub.challenge", "1158201444")], false)]
#[case::no_challenge(&[("hub.mode", "subscribe"), ("hub.verify_token", "greeting-0001")], false)]
#[case::underscores(&[("hub_mode", "subscribe"), ("hub_verify_token", "greeting-0001"), ("hub_challenge", "1158201444")], false)]
fn a_handshake_repeats_the_challenge(#[case] query: Pairs<'_>, #[case] welcome: bool) {
    let expected = if welcome { Greeting::Welcome("1158201444".into()) } else { Greeting::Refused };
    assert_eq!(cloud().greet(&owned(query)), expected);
    assert_eq!(wapi().greet(&owned(query)), Greeting::NotOffered);
}

/// proves: IN-01
#[rstest]
#[case::right(&[("token", URL_TOKEN)], Ok(()))]
#[case::missing(&[], Err(Refused::Missing))]
#[case::empty(&[("token", "")], Err(Refused::Wrong))]
#[case::shorter(&[("token", &URL_TOKEN[1..])], Err(Refused::Wrong))]
#[case::capitals(&[("token", "C0FFEE00C0FFEE00C0FFEE00")], Err(Refused::Wrong))]
#[case::another_name(&[("Token", URL_TOKEN)], Err(Refused::Missing))]
fn a_resellers_address_carries_a_token(#[case] query: Pairs<'_>, #[case] expected: Result<(), Refused>) {
    assert_eq!(knock(&wapi(), &fixture("wapi/text"), &[], query).map(drop), expected);
}

/// proves: IN-01
#[test]
fn a_reseller_that_signs_is_held_to_it() {
    let signature =
        WapiSignature { header: "x-wapi-signature".into(), secret: SecretString::from("hook-0001") };
    let token = SecretString::from(URL_TOKEN);
    let at = resold(WapiEndpoint { token, signature: Some(signature), account: None });
    let body = fixture("wapi/text");
    let made = at.sign(&body);
    let (name, value) = &made.headers[0];
    assert_eq!((name.as_str(), made.query[0].1.as_str()), ("x-wapi-signature", URL_TOKEN));
    let query: Pairs<'_> = &[("token", URL_TOKEN)];
    assert!(knock(&at, &body, &[("X-WAPI-Signature", value)], query).is_ok());
    assert!(knock(&at, &body, &[(name, &value["sha256=".len()..])], query).is_ok(), "bare digits");
    assert_eq!(knock(&at, &body, &[], query).map(drop), Err(Refused::Missing));
    assert_eq!(knock(&at, b"{}", &[(name, value)], query).map(drop), Err(Refused::Wrong));
    assert_eq!(knock(&at, &body, &[(name, value)], &[]).map(drop), Err(Refused::Missing));
    assert!(at.schema().scheme.contains("x-wapi-signature"));
}

/// What names no number is the number's that the endpoint is set to.
#[test]
fn a_vendor_with_one_number_says_which() {
    let account = Some("555000222".to_owned());
    let at = resold(WapiEndpoint { token: SecretString::from(URL_TOKEN), signature: None, account });
    let account_of = |name: &str| {
        let verified = knock(&at, &fixture(name), &[], &[("token", URL_TOKEN)]).expect("verified");
        at.parse(&verified).expect("events")[0].account.clone()
    };
    assert_eq!(account_of("wapi/without_payload"), "555000222");
    assert_eq!(account_of("wapi/text"), crate::ACCOUNT, "the payload's own is believed");
}

/// proves: IN-09
#[test]
fn the_document_describes_the_path() {
    let (cloud, wapi) = (cloud().schema(), wapi().schema());
    assert!(cloud.greets && cloud.signature == "X-Hub-Signature-256");
    assert!(!wapi.greets && wapi.signature == "?token");
    let value =
        &cloud.body["properties"]["entry"]["items"]["properties"]["changes"]["items"]["properties"]["value"];
    assert_eq!(value["properties"]["messages"]["items"]["properties"]["type"]["type"], "string");
    let both = tradepost_whatsapp::schema();
    assert_eq!(both.body["anyOf"].as_array().map(Vec::len), Some(2));
}
