//! Several events in one body, bad ones among them, and bodies that are none.

use proptest::prelude::*;
use rstest::rstest;
use serde_json::json;
use tradepost_domain::{Content, What};

use crate::{ACCOUNT, CUSTOMER, events::lines, fixture, read};

fn message(id: &str, text: &str) -> serde_json::Value {
    json!({"from": CUSTOMER, "id": id, "timestamp": "1767225600", "type": "text", "text": {"body": text}})
}

fn body(value: serde_json::Value) -> String {
    json!({"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [{"field": "messages", "value": value}]}]})
        .to_string()
}

fn messages(messages: serde_json::Value) -> String {
    body(json!({"metadata": {"phone_number_id": ACCOUNT}, "messages": messages}))
}

fn kinds(body: impl Into<Vec<u8>>) -> Vec<&'static str> {
    read(body).expect("a readable body").iter().map(|arrival| arrival.what.word()).collect()
}

/// proves: IN-01, IN-04
#[test]
fn a_body_holds_many_events_of_many_accounts() {
    let expected = [
        "5511987654321 Ana or BR.777 wrote wamid.b1: `one`",
        "5511987654321 Ana or BR.777 wrote wamid.b2: `two`",
        "wamid.OUT9 sent by 5511987654321",
        "5511987654321 wrote wamid.b3: `three`",
        "5511987654321 wrote wamid.b1: `one`",
    ];
    assert_eq!(lines("cloud/batch"), expected);
    let arrivals = read(fixture("cloud/batch")).expect("events");
    assert_eq!(arrivals[0].key, arrivals[4].key);
    assert_eq!(arrivals[3].account, "555000222");
}

/// proves: IN-04, IN-05
#[test]
fn a_bad_event_spoils_no_other() {
    let expected = [
        "unreadable: JSON of another shape",
        "unreadable: JSON of another shape",
        "unreadable: JSON of another shape",
        "5511987654321 wrote wamid.c1: `one`",
        "unreadable: JSON of another shape",
        "unreadable: there is no sender",
        "5511987654321 wrote wamid.c3: `three`",
        "unreadable: a message has no type",
        "unreadable: JSON of another shape",
        "unreadable: JSON of another shape",
    ];
    let lines = lines("cloud/batch_with_bad_ones");
    let without_place: Vec<_> = lines.iter().filter_map(|line| line.split(", at line ").next()).collect();
    assert_eq!(without_place, expected);
}

/// The same news of the same line is one event; the next word of it is another.
/// proves: IN-04
#[test]
fn a_line_has_one_event_for_each_word() {
    let status = |word: &str| json!({"id": "wamid.1", "status": word, "timestamp": "1767225600", "recipient_id": CUSTOMER});
    let all = json!([status("sent"), status("delivered"), status("read"), status("played"), status("read")]);
    let arrivals =
        read(body(json!({"metadata": {"phone_number_id": ACCOUNT}, "statuses": all}))).expect("events");
    let keys: Vec<&str> = arrivals.iter().map(|arrival| arrival.key.as_str()).collect();
    let expected = ["sent", "delivered", "read", "played", "read"]
        .map(|word| format!("{ACCOUNT}:receipt:wamid.1:{word}"));
    assert_eq!(keys, expected);
}

/// The same error may come again: when it came makes it one.
#[test]
fn an_error_without_a_line_is_known_by_its_time() {
    let at = |time: i64| {
        json!({"object": "whatsapp_business_account", "entry": [{"id": "1", "time": time, "changes": [
            {"field": "messages", "value": {"metadata": {"phone_number_id": ACCOUNT}, "errors": [{"code": 130429}]}}
        ]}]})
    };
    let key = |time| read(at(time).to_string()).expect("events")[0].key.clone();
    assert_eq!(key(1_767_225_600), key(1_767_225_600));
    assert_ne!(key(1_767_225_600), key(1_767_225_700));
}

/// Stop, resume, stop again: the third is no repetition of the first, though neither tells its time.
/// proves: IN-04
#[test]
fn a_preference_without_a_time_is_known_by_its_entrys() {
    let at = |time: i64, value: &str| {
        let preference = json!({"wa_id": CUSTOMER, "category": "marketing_messages", "value": value});
        let value = json!({"metadata": {"phone_number_id": ACCOUNT}, "user_preferences": [preference]});
        let change = json!({"field": "user_preferences", "value": value});
        let entry = json!({"id": "1", "time": time, "changes": [change]});
        let body = json!({"object": "whatsapp_business_account", "entry": [entry]});
        read(body.to_string()).expect("events").remove(0)
    };
    let stop = at(1_767_225_600, "stop");
    assert_eq!(stop.what.word(), "preference");
    assert_eq!(stop.key, at(1_767_225_600, "stop").key);
    assert_ne!(stop.key, at(1_767_225_700, "stop").key);
    assert_ne!(stop.key, at(1_767_225_600, "resume").key);
}

/// proves: CH-02
#[rstest]
#[case::whole(json!(3), Some(3))]
#[case::written_as_a_fraction(json!(3.0), Some(3))]
#[case::as_text(json!("2"), Some(2))]
#[case::not_said(json!(null), Some(1))]
#[case::none_of_it(json!(0), None)]
#[case::no_number(json!("many"), None)]
fn a_quantity_is_never_made_up(#[case] quantity: serde_json::Value, #[case] expected: Option<u32>) {
    let items = json!([{"product_retailer_id": "MUG-1", "quantity": quantity}]);
    let order = json!({"from": CUSTOMER, "id": "m1", "type": "order", "order": {"product_items": items}});
    let arrivals = read(messages(json!([order]))).expect("events");
    let What::Message { content, .. } = &arrivals[0].what else { panic!("{:?}", arrivals[0]) };
    let read = match content {
        Content::Basket { items, .. } => items.first().map(|item| item.quantity),
        _ => None,
    };
    assert_eq!(read, expected);
}

/// Looked for one by one, these would take minutes.
/// proves: PL-23
#[test]
fn profiles_are_found_however_many_there_are() {
    const MANY: usize = 20_000;
    let number = |n: usize| format!("55119{n:08}");
    let contact = |n| json!({"wa_id": number(n), "profile": {"name": format!("No. {n}")}});
    let message = |n: usize| json!({"from": number(MANY - 1 - n), "id": n.to_string(), "type": "text", "text": {"body": "Hi"}});
    let contacts: Vec<_> = (0..MANY).map(contact).collect();
    let messages: Vec<_> = (0..MANY).map(message).collect();
    let begun = std::time::Instant::now();
    let arrivals = read(body(json!({"contacts": contacts, "messages": messages}))).expect("events");
    assert!(begun.elapsed() < std::time::Duration::from_secs(20), "it took {:?}", begun.elapsed());
    let What::Message { from, .. } = &arrivals[0].what else { panic!("{:?}", arrivals[0]) };
    assert_eq!(from.name.as_deref(), Some("No. 19999"));
}

/// proves: IN-05
#[rstest]
#[case::nothing("", 200)]
#[case::broken(r#"{"object":"whatsapp_business_account","entry":[{"#, 200)]
#[case::words("hello", 200)]
#[case::a_number("7", 200)]
#[case::a_list("[]", 200)]
#[case::neither_dialect(r#"{"entry":[]}"#, 200)]
#[case::object_of_another_kind(r#"{"object":7,"entry":[]}"#, 200)]
#[case::no_entry(r#"{"object":"whatsapp_business_account"}"#, 200)]
#[case::resold_odd(r#"{"contact":7,"message":"?","whatsapp_webhook_payload":null}"#, 200)]
#[case::another_product(r#"{"object":"instagram","entry":[]}"#, 404)]
fn a_body_that_is_none_is_unreadable(#[case] body: &str, #[case] status: u16) {
    assert_eq!(read(body).map_err(|unreadable| unreadable.status), Err(status));
}

#[test]
fn another_products_events_are_not_read() {
    assert_eq!(read(fixture("cloud/another_product")).expect_err("refused").status, 404);
}

#[rstest]
#[case::no_entries(r#"{"object":"whatsapp_business_account","entry":[]}"#, &[])]
#[case::no_changes(r#"{"object":"whatsapp_business_account","entry":[{"id":"1","changes":[]}]}"#, &[])]
#[case::empty_entry(r#"{"object":"whatsapp_business_account","entry":[{}]}"#, &["other"])]
#[case::nulls(r#"{"object":"whatsapp_business_account","entry":[{"id":null,"time":null,"changes":null}]}"#, &["other"])]
#[case::no_value(r#"{"object":"whatsapp_business_account","entry":[{"changes":[{"field":"messages"}]}]}"#, &["other"])]
#[case::empty_value(r#"{"object":"whatsapp_business_account","entry":[{"changes":[{"field":"messages","value":{}}]}]}"#, &["other"])]
#[case::null_lists(
    r#"{"object":"whatsapp_business_account","entry":[{"changes":[{"field":"messages","value":{"contacts":null,"messages":null,"statuses":null}}]}]}"#,
    &["other"]
)]
#[case::empty_lists(
    r#"{"object":"whatsapp_business_account","entry":[{"changes":[{"field":"messages","value":{"messages":[],"statuses":[]}}]}]}"#,
    &[]
)]
#[case::no_field(
    r#"{"object":"whatsapp_business_account","entry":[{"changes":[{"value":{"messages":[{"from":"1","id":"m","type":"text","text":{"body":"Hi"}}]}}]}]}"#,
    &["message"]
)]
#[case::messages_under_another_field(
    r#"{"object":"whatsapp_business_account","entry":[{"changes":[{"field":"history","value":{"messages":[{"from":"1","id":"m","type":"text","text":{"body":"Hi"}}]}}]}]}"#,
    &["other"]
)]
#[case::type_missing(
    r#"{"object":"whatsapp_business_account","entry":[{"changes":[{"value":{"messages":[{"from":"1","id":"m","text":{"body":"Hi"}}]}}]}]}"#,
    &["message"]
)]
#[case::decorations_of_another_shape(
    r#"{"object":"whatsapp_business_account","entry":[{"changes":[{"value":{"contacts":[7,{"profile":[]}],"messages":[{"from":1,"id":"m","type":"text","text":{"body":"Hi"},"context":7,"referral":"x","errors":{},"group_id":null,"timestamp":{}}]}}]}]}"#,
    &["message"]
)]
#[case::bodies_of_another_shape(
    r#"{"object":"whatsapp_business_account","entry":[{"changes":[{"value":{"messages":[{"from":1,"id":"m","type":"image","image":7},{"from":1,"id":"n","type":"order","order":{"product_items":"?"}},{"from":1,"id":"o","type":"location","location":{"latitude":91,"longitude":0}}]}}]}]}"#,
    &["message", "message", "message"]
)]
#[case::nameless(
    r#"{"object":"whatsapp_business_account","entry":[{"changes":[{"value":{"messages":[{"from":"1","type":"revoke","revoke":{}},{"from":"1","type":"edit"},{"from":"1","type":"reaction","reaction":{"emoji":"x"}},{"type":"system","system":{"type":"user_changed_number","wa_id":"2"}}],"statuses":[{"status":"sent"},{"id":"x"}],"message_echoes":[{"id":"e","type":"text","text":{"body":"Hi"}}],"user_preferences":[{"category":"marketing_messages","value":"stop"}]}}]}]}"#,
    &["unreadable", "unreadable", "unreadable", "other", "unreadable", "unreadable", "unreadable", "unreadable"]
)]
#[case::resold_nothing(r#"{"contact":{},"message":{}}"#, &["other"])]
#[case::resold_without_number(r#"{"contact":{"phone_number":""},"message":{"is_new_message":true,"body":"Hi"}}"#, &["other"])]
#[case::resold_blank(r#"{"contact":{"phone_number":"+919800000000"},"message":{"is_new_message":"true","body":" "}}"#, &["other"])]
#[case::resold_with_plus(r#"{"contact":{"phone_number":"+919800000000"},"message":{"is_new_message":1,"body":"Hi"}}"#, &["message"])]
fn an_odd_body_is_still_read(#[case] body: &str, #[case] expected: &[&str]) {
    assert_eq!(kinds(body), expected);
}

#[test]
fn bytes_that_are_no_text_spoil_no_other_event() {
    let mut bytes = messages(json!([message("m1", "X"), message("m2", "Hi")])).into_bytes();
    let at = bytes.iter().position(|byte| *byte == b'X').expect("the letter");
    bytes[at] = 0xff;
    assert_eq!(kinds(bytes), ["message", "message"]);
}

#[test]
fn a_deep_nest_overflows_nothing() {
    let deep = format!("{}{}", "[".repeat(200_000), "]".repeat(200_000));
    let edits = format!("{}1{}", r#"{"edit":{"message":"#.repeat(100_000), "}}".repeat(100_000));
    let good = message("m1", "Hi");
    let text = format!(
        r#"{{"object":"whatsapp_business_account","entry":[{{"changes":[{{"value":{{"messages":[{{"from":{deep}}},{{"from":"1","type":"text","text":{deep}}},{edits},{good}]}}}}]}}]}}"#
    );
    assert_eq!(kinds(text), ["unreadable", "message", "unreadable", "message"]);
}

#[test]
fn a_text_of_100_000_characters_is_kept_to_a_bound() {
    let arrivals = read(messages(json!([message("m1", &"é".repeat(100_000))]))).expect("events");
    let What::Message { content, .. } = &arrivals[0].what else { panic!("{:?}", arrivals[0]) };
    assert!(
        content.words().is_some_and(|words| words.chars().count() < 21_000 && words.ends_with("… [+80000]"))
    );
}

/// A value that looks like what Meta or the reseller sends, with anything anywhere.
fn anything() -> impl Strategy<Value = serde_json::Value> {
    let words =
        ["text", "image", "interactive", "order", "system", "reaction", "edit", "revoke", "stop", "failed"];
    let leaf = prop_oneof![
        Just(json!(null)),
        any::<bool>().prop_map(|value| json!(value)),
        any::<i64>().prop_map(|value| json!(value)),
        any::<f64>().prop_map(|value| json!(value)),
        ".{0,12}".prop_map(|value| json!(value)),
        prop::sample::select(words.to_vec()).prop_map(|word| json!(word)),
        Just(json!(ACCOUNT)),
        Just(json!(CUSTOMER)),
    ];
    let names = [
        "id",
        "changes",
        "field",
        "value",
        "metadata",
        "phone_number_id",
        "contacts",
        "profile",
        "name",
        "wa_id",
        "user_id",
        "messages",
        "statuses",
        "errors",
        "code",
        "error_data",
        "from",
        "from_user_id",
        "timestamp",
        "type",
        "text",
        "body",
        "image",
        "link",
        "caption",
        "location",
        "latitude",
        "longitude",
        "interactive",
        "button_reply",
        "title",
        "nfm_reply",
        "response_json",
        "order",
        "product_items",
        "quantity",
        "item_price",
        "currency",
        "reaction",
        "message_id",
        "system",
        "edit",
        "revoke",
        "original_message_id",
        "message",
        "context",
        "referral",
        "user_preferences",
        "category",
        "message_echoes",
        "to",
        "status",
        "recipient_id",
        "contact",
        "is_new_message",
        "media",
        "phone_number",
        "whatsapp_webhook_payload",
    ];
    leaf.prop_recursive(8, 96, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(|items| json!(items)),
            prop::collection::btree_map(prop::sample::select(names.to_vec()), inner, 0..8)
                .prop_map(|fields| json!(fields)),
        ]
    })
}

/// What was read is told apart by keys that an index likes, and holds its own bytes.
fn is_sound(body: &str) -> Result<(), TestCaseError> {
    for arrival in read(body).unwrap_or_default() {
        prop_assert!(!arrival.key.is_empty() && arrival.key.len() <= 250);
        prop_assert!(!arrival.raw.is_empty());
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(384) })]

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = read(bytes);
    }

    #[test]
    fn any_entries_are_read(entries in prop::collection::vec(anything(), 0..4)) {
        is_sound(&json!({"object": "whatsapp_business_account", "entry": entries}).to_string())?;
    }

    #[test]
    fn any_messages_and_statuses_are_read(
        items in prop::collection::vec(anything(), 0..4),
        statuses in prop::collection::vec(anything(), 0..4),
        contacts in anything(),
    ) {
        is_sound(&body(json!({"contacts": contacts, "messages": items, "statuses": statuses, "errors": items})))?;
    }

    #[test]
    fn any_envelope_of_the_reseller_is_read(contact in anything(), message in anything(), payload in anything()) {
        is_sound(&json!({"contact": contact, "message": message, "whatsapp_webhook_payload": payload}).to_string())?;
    }
}
