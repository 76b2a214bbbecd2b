//! Whatever stands in a body, it is read or refused, the same each time.

use proptest::{
    collection::{btree_map, vec},
    prelude::{Just, Strategy, any, prop_oneof},
    proptest,
};
use serde_json::{Value, json};
use tradepost_domain::{Arrival, What};
use tradepost_ports::{Adapter, Unreadable};
use tradepost_telegram::Plug;
use tradepost_testkit::webhook::Signed;

/// Names that mean something somewhere in an update.
const NAMES: [&str; 30] = [
    "update_id",
    "message",
    "edited_message",
    "callback_query",
    "message_reaction",
    "my_chat_member",
    "channel_post",
    "message_id",
    "chat",
    "id",
    "type",
    "from",
    "date",
    "text",
    "caption",
    "photo",
    "file_id",
    "sticker",
    "location",
    "latitude",
    "longitude",
    "venue",
    "contact",
    "data",
    "reply_markup",
    "inline_keyboard",
    "callback_data",
    "new_reaction",
    "new_chat_member",
    "status",
];

fn read(body: &[u8]) -> Result<Vec<Arrival>, Unreadable> {
    let reader = Plug.reader().expect("it is called");
    reader.parse(&Signed::default().with(body.to_vec()).trusted_by_operator())
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof![(0..NAMES.len()).prop_map(|at| NAMES[at].to_owned()), ".{0,8}"]
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        Just(json!("private")),
        ".{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 60, 8, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..6).prop_map(Value::from),
            btree_map(name(), inner, 0..8).prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn any_json_is_read_or_refused(mut body in any_json(), id in any::<i64>(), numbered in any::<bool>()) {
        if let (true, Value::Object(fields)) = (numbered, &mut body) {
            fields.insert("update_id".into(), json!(id));
        }
        let bytes = body.to_string().into_bytes();
        let first = read(&bytes);
        assert_eq!(first, read(&bytes), "the same bytes, the same arrivals");
        assert_eq!(first.is_ok(), body.is_object(), "an object is an update, however odd");
        for arrival in first.iter().flatten() {
            assert_eq!(arrival.raw.as_bytes(), bytes);
            assert!(!arrival.key.is_empty() && arrival.key.len() <= 500);
        }
    }
}

#[test]
fn two_bots_may_count_alike() {
    let keys = |account: &str| {
        let mut values = tradepost_ports::adapter::Values::default();
        values.put("account", tradepost_ports::adapter::Value::Text(account.into()));
        values.put(
            "secret_token",
            tradepost_ports::adapter::Value::Secret("a-secret_of-the-endpoint".to_owned().into()),
        );
        let webhook = Plug.webhook(&values).expect("good settings").expect("it is called");
        let body = Signed::default().with(&br#"{"update_id":7,"moon_rose":{}}"#[..]).trusted_by_operator();
        webhook.parse(&body).expect("an update")[0].key.clone()
    };
    assert_ne!(keys("4711"), keys("4712"));
}

#[test]
fn a_reason_holds_no_words_of_the_customer() {
    let body = br#"{"update_id":1,"message":{"message_id":1,"chat":"pomegranate","text":"pomegranate"}}"#;
    let arrivals = read(body).expect("an update");
    let What::Unreadable { reason } = &arrivals[0].what else { panic!("{arrivals:?}") };
    assert!(!reason.contains("pomegranate"), "{reason}");
}
