//! Several events in one body, bad ones among them, and bodies that are none.

use proptest::prelude::*;
use rstest::rstest;
use serde_json::json;
use tradepost_domain::What;

use crate::{ACCOUNT, CUSTOMER, endpoint, events::lines, fixture, read};

fn message(mid: &str, text: &str) -> serde_json::Value {
    json!({
        "sender": {"id": CUSTOMER}, "recipient": {"id": ACCOUNT}, "timestamp": 1_767_225_600_123_i64,
        "message": {"mid": mid, "text": text}
    })
}

fn body(messaging: serde_json::Value) -> String {
    json!({"object": "instagram", "entry": [{"id": ACCOUNT, "time": 1, "messaging": messaging}]}).to_string()
}

/// proves: IN-01, IN-04
#[test]
fn a_body_holds_many_events_of_many_accounts() {
    let expected = [
        "9900112233 wrote b1: `one`",
        "9900112233 wrote b2: `two`",
        "9900445566 wrote b3: `three`",
        "9900112233 wrote b1: `one`",
    ];
    assert_eq!(lines("batch"), expected);
    let arrivals = read(fixture("batch")).expect("events");
    assert_eq!(arrivals[0].key, arrivals[3].key);
    assert_eq!(arrivals[2].account, "17841400000000002");
}

/// proves: IN-04, IN-05
#[test]
fn a_bad_event_spoils_no_other() {
    let expected = [
        "9900112233 wrote c1: `one`",
        "unreadable: JSON of another shape",
        "unreadable: JSON of another shape",
        "unreadable: there is no sender",
        "9900112233 wrote c3: `three`",
        "unreadable: JSON of another shape",
        "unreadable: JSON of another shape",
    ];
    let lines = lines("batch_with_a_bad_one");
    let without_place: Vec<_> = lines.iter().filter_map(|line| line.split(", at line ").next()).collect();
    assert_eq!(without_place, expected);
}

/// proves: IN-04
#[test]
fn a_thousand_messages_are_taken_and_one_is_bad() {
    let mut all: Vec<_> = (0..1000).map(|n| message(&format!("m{n}"), "Hi")).collect();
    all[500] = json!({"sender": {"id": []}});
    let arrivals = read(body(json!(all))).expect("events");
    let bad = arrivals.iter().filter(|one| matches!(one.what, What::Unreadable { .. })).count();
    assert_eq!((arrivals.len(), bad), (1000, 1));
    assert_eq!(arrivals[999].key, format!("{ACCOUNT}:message:m999"));
}

/// proves: IN-05
#[rstest]
#[case::nothing("", 200)]
#[case::broken(r#"{"object":"instagram","entry":[{"#, 200)]
#[case::words("hello", 200)]
#[case::a_number("7", 200)]
#[case::a_list("[]", 200)]
#[case::no_object(r#"{"entry":[]}"#, 200)]
#[case::object_of_another_kind(r#"{"object":7,"entry":[]}"#, 200)]
#[case::no_entry(r#"{"object":"instagram"}"#, 200)]
#[case::entry_of_another_kind(r#"{"object":"instagram","entry":{}}"#, 200)]
#[case::another_product(r#"{"object":"page","entry":[]}"#, 404)]
fn a_body_that_is_none_is_unreadable(#[case] body: &str, #[case] status: u16) {
    assert_eq!(read(body).map_err(|unreadable| unreadable.status), Err(status));
}

#[test]
fn another_products_events_are_not_read() {
    assert_eq!(read(fixture("page_object")).expect_err("refused").status, 404);
}

#[rstest]
#[case::no_entries(r#"{"object":"instagram","entry":[]}"#, &[])]
#[case::empty_lists(r#"{"object":"instagram","entry":[{"id":"1","messaging":[]}]}"#, &[])]
#[case::nulls(r#"{"object":"instagram","entry":[{"id":"1","time":null,"messaging":null}]}"#, &["other"])]
#[case::empty_entry(r#"{"object":"instagram","entry":[{}]}"#, &["other"])]
#[case::empty_event(r#"{"object":"instagram","entry":[{"id":"1","messaging":[{}]}]}"#, &["unreadable"])]
#[case::entry_without_id(
    r#"{"object":"instagram","entry":[{"messaging":[{"sender":{"id":"2"},"recipient":{"id":"1"},"message":{"text":"Hi"}}]}]}"#,
    &["message"]
)]
#[case::message_to_oneself(
    r#"{"object":"instagram","entry":[{"id":"1","messaging":[{"sender":{"id":"1"},"recipient":{"id":"1"},"message":{"mid":"m","text":"Hi","is_self":true}}]}]}"#,
    &["other"]
)]
#[case::echo_to_oneself(
    r#"{"object":"instagram","entry":[{"id":"1","messaging":[{"sender":{"id":"1"},"recipient":{"id":"1"},"message":{"mid":"m","text":"Hi","is_echo":true}}]}]}"#,
    &["other"]
)]
#[case::echo_of_others(
    r#"{"object":"instagram","entry":[{"id":"1","messaging":[{"sender":{"id":"2"},"recipient":{"id":"3"},"message":{"mid":"m","text":"Hi","is_echo":true}}]}]}"#,
    &["other"]
)]
#[case::echo_flag_as_text(
    r#"{"object":"instagram","entry":[{"id":"1","messaging":[{"sender":{"id":"1"},"recipient":{"id":"2"},"message":{"mid":"m","text":"Hi","is_echo":"true"}}]}]}"#,
    &["echo"]
)]
#[case::decorations_of_another_shape(
    r#"{"object":"instagram","entry":[{"id":"1","messaging":[{"sender":{"id":"2"},"recipient":{"id":"1"},"message":{"mid":"m","text":"Hi","reply_to":[7],"referral":"x","quick_reply":false,"attachments":[{"type":"image","payload":"?"}]}}]}]}"#,
    &["message"]
)]
#[case::empty_ids(
    r#"{"object":"instagram","entry":[{"id":"1","messaging":[{"sender":{"id":"2"},"recipient":{"id":"1"},"message":{"mid":"","text":"Hi","reply_to":{"mid":""}}}]}]}"#,
    &["message"]
)]
#[case::reaction_to_nothing(
    r#"{"object":"instagram","entry":[{"id":"1","messaging":[{"sender":{"id":"2"},"recipient":{"id":"1"},"reaction":{"mid":"","action":"react"}}]}]}"#,
    &["unreadable"]
)]
#[case::read_of_nothing(
    r#"{"object":"instagram","entry":[{"id":"1","messaging":[{"sender":{"id":"2"},"recipient":{"id":"1"},"read":{"mid":""}}]}]}"#,
    &["other"]
)]
#[case::unsent_echo(
    r#"{"object":"instagram","entry":[{"id":"1","messaging":[{"sender":{"id":"1"},"recipient":{"id":"2"},"message":{"mid":"m","is_deleted":true,"is_echo":true}}]}]}"#,
    &["unsent"]
)]
fn an_odd_body_is_still_read(#[case] body: &str, #[case] kinds: &[&str]) {
    let arrivals = read(body).expect("a readable body");
    assert_eq!(arrivals.iter().map(|arrival| arrival.what.word()).collect::<Vec<_>>(), kinds);
}

#[test]
fn bytes_that_are_no_text_spoil_no_other_event() {
    let mut bytes = body(json!([message("m1", "X"), message("m2", "Hi")])).into_bytes();
    let at = bytes.iter().position(|byte| *byte == b'X').expect("the letter");
    bytes[at] = 0xff;
    let arrivals = read(bytes).expect("events");
    assert_eq!(
        arrivals.iter().map(|arrival| arrival.what.word()).collect::<Vec<_>>(),
        ["message", "message"]
    );
}

#[test]
fn a_deep_nest_overflows_nothing() {
    let deep = format!("{}{}", "[".repeat(200_000), "]".repeat(200_000));
    let good = message("m1", "Hi");
    let text = format!(
        r#"{{"object":"instagram","entry":[{{"id":"{ACCOUNT}","messaging":[{{"sender":{deep}}},{{"odd":{deep}}},{good}]}}]}}"#
    );
    let kinds: Vec<_> = read(text).expect("events").iter().map(|arrival| arrival.what.word()).collect();
    assert_eq!(kinds, ["unreadable", "unreadable", "message"]);
}

#[rstest]
#[case::zero_bytes("a\0b", "ab")]
#[case::emoji("👩‍👩‍👧 ok", "👩‍👩‍👧 ok")]
#[case::right_to_left("مرحبا", "مرحبا")]
fn a_text_arrives_safely(#[case] text: &str, #[case] expected: &str) {
    let arrivals = read(body(json!([message("m1", text)]))).expect("events");
    let What::Message { content, .. } = &arrivals[0].what else { panic!("{:?}", arrivals[0]) };
    assert_eq!(content.words(), Some(expected));
    assert!(!arrivals[0].raw.contains('\0'));
}

#[test]
fn a_text_of_100_000_characters_is_kept_to_a_bound() {
    let arrivals = read(body(json!([message("m1", &"é".repeat(100_000))]))).expect("events");
    let What::Message { content, .. } = &arrivals[0].what else { panic!("{:?}", arrivals[0]) };
    assert!(
        content.words().is_some_and(|words| words.chars().count() < 21_000 && words.ends_with("… [+80000]"))
    );
}

/// A value that looks like what Meta sends, with anything anywhere.
fn anything() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(json!(null)),
        any::<bool>().prop_map(|value| json!(value)),
        any::<i64>().prop_map(|value| json!(value)),
        any::<f64>().prop_map(|value| json!(value)),
        ".{0,12}".prop_map(|value| json!(value)),
        Just(json!(ACCOUNT)),
        Just(json!(CUSTOMER)),
        Just(json!("like_heart")),
    ];
    let names = [
        "id",
        "time",
        "messaging",
        "standby",
        "changes",
        "field",
        "value",
        "sender",
        "recipient",
        "timestamp",
        "message",
        "mid",
        "text",
        "attachments",
        "type",
        "payload",
        "url",
        "quick_reply",
        "reply_to",
        "story",
        "postback",
        "reaction",
        "emoji",
        "read",
        "referral",
        "is_echo",
        "is_deleted",
        "message_edit",
    ];
    leaf.prop_recursive(6, 64, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(|items| json!(items)),
            prop::collection::btree_map(prop::sample::select(names.to_vec()), inner, 0..6)
                .prop_map(|fields| json!(fields)),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(512) })]

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = read(bytes);
    }

    #[test]
    fn any_json_is_read_with_bounded_keys(entries in prop::collection::vec(anything(), 0..4)) {
        let body = json!({"object": "instagram", "entry": entries}).to_string();
        for arrival in read(body.clone()).expect("a readable body") {
            prop_assert!(!arrival.key.is_empty() && arrival.key.len() <= 250);
            prop_assert!(body.contains(&arrival.raw));
        }
    }

    #[test]
    fn a_spoilt_body_never_passes(byte in 0..200_usize, flip in 1..=255_u8) {
        let mut bytes = body(json!([message("m1", "Is it in stock?")])).into_bytes();
        let (name, value) = endpoint().sign(&bytes);
        let at = byte % bytes.len();
        bytes[at] ^= flip;
        prop_assert!(crate::doors::knock(&bytes, Some((name, &value))).is_err());
    }
}
