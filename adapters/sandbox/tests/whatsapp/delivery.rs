//! How webhooks travel: batches, copies, several numbers in one post, signatures, the handshake.

use rstest::rstest;
use serde_json::{Value, json};
use tradepost_sandbox::{
    Delivery, Handshake, Secret, Signature, WhatsappAccount, WhatsappAction, WhatsappEvent,
};

use super::line::{Line, MARIA, NUMBER, item, value};

fn three() -> Vec<WhatsappEvent> {
    ["one", "two", "three"].map(|text| WhatsappAction::text(text).into()).to_vec()
}

/// The texts of a post: entry by entry, change by change.
fn texts(post: &Value) -> Vec<Vec<Vec<String>>> {
    let list = |value: &Value| value.as_array().unwrap().clone();
    let words = |message: Value| message["text"]["body"].as_str().unwrap().to_owned();
    let change = |change: Value| list(&change["value"]["messages"]).into_iter().map(words).collect();
    list(&post["entry"])
        .into_iter()
        .map(|entry| list(&entry["changes"]).into_iter().map(change).collect())
        .collect()
}

fn owned(texts: Value) -> Vec<Vec<Vec<String>>> {
    serde_json::from_value(texts).unwrap()
}

/// proves: AD-04, IN-04
#[rstest]
#[case::single(json!({}), vec![json!([[["one"]]]), json!([[["two"]]]), json!([[["three"]]])])]
#[case::one_value(json!({ "batch": "messaging" }), vec![json!([[["one", "two", "three"]]])])]
#[case::several_changes(json!({ "batch": "changes" }), vec![json!([[["one"], ["two"], ["three"]]])])]
#[case::several_entries(json!({ "batch": "entries" }), vec![json!([[["one"]], [["two"]], [["three"]]])])]
#[case::out_of_order(json!({ "batch": "messaging", "reversed": true }), vec![json!([[["three", "two", "one"]]])])]
#[case::twice(json!({ "batch": "messaging", "times": 2 }), vec![json!([[["one", "two", "three"]]]), json!([[["one", "two", "three"]]])])]
#[case::each_twice_in_its_post(json!({ "batch": "messaging", "repeated": 2 }), vec![json!([[["one", "one", "two", "two", "three", "three"]]])])]
#[tokio::test]
async fn several_events(#[case] delivery: Value, #[case] posts: Vec<Value>) {
    let line = Line::new().await;
    let delivery: Delivery = serde_json::from_value(delivery).unwrap();
    let delivered = line.maria().does_all(three(), &delivery).await.unwrap();
    assert!(delivered.accepted());
    let all = line.0.gateway.all();
    assert!(all.iter().all(|post| post.is_signed_by(NUMBER)));
    let expected: Vec<_> = posts.into_iter().map(owned).collect();
    assert_eq!(all.iter().map(|post| texts(&post.json())).collect::<Vec<_>>(), expected);
}

/// proves: AD-04, IN-04
#[tokio::test]
async fn a_repetition_has_the_same_id() {
    let line = Line::new().await;
    let delivery = Delivery { repeated: 2, ..Delivery::default() };
    let delivered = line.maria().does_all(vec![WhatsappAction::text("Hi").into()], &delivery).await.unwrap();
    let messages = value(&line.0.gateway.only())["messages"].clone();
    assert_eq!((messages.as_array().unwrap().len(), &messages[0]), (2, &messages[1]));
    assert_eq!(messages[0]["id"], delivered.mid());
}

/// proves: AD-04
#[tokio::test]
async fn one_post_speaks_of_several_numbers_and_customers() {
    let line = Line::new().await;
    let second = WhatsappAccount {
        waba_id: format!("8{NUMBER}"),
        app_secret: Secret::from(format!("secret-{NUMBER}")),
        ..WhatsappAccount::new("555000222")
    };
    line.0.sandbox.add_whatsapp(second).unwrap();
    let events = json!({ "deliver": { "batch": "messaging" }, "events": [
        { "account": NUMBER, "who": MARIA, "kind": "text", "text": "one" },
        { "account": NUMBER, "who": "BR.777", "kind": "text", "text": "two" },
        { "account": "555000222", "who": MARIA, "kind": "text", "text": "three" }] });
    let told = line.0.control(hyper::Method::POST, "/together", events).await.json();
    assert_eq!(told["mids"].as_array().unwrap().len(), 3);
    let post = line.0.gateway.only();
    assert!(post.is_signed_by(NUMBER));
    assert_eq!(texts(&post.json()), owned(json!([[["one", "two"], ["three"]]])));
    let changes = post.json()["entry"][0]["changes"].clone();
    assert_eq!(changes[1]["value"]["metadata"]["phone_number_id"], "555000222");
    assert_eq!(changes[0]["value"]["contacts"].as_array().unwrap().len(), 2);
}

/// proves: AD-04
#[tokio::test]
async fn messages_and_statuses_share_no_value() {
    let line = Line::with_maria().await;
    line.sent(&super::line::text("Hi")).await;
    let delivery: Delivery = serde_json::from_value(json!({ "batch": "messaging" })).unwrap();
    let events = vec![WhatsappAction::Read { message_id: None }.into(), WhatsappAction::text("Hi").into()];
    line.maria().does_all(events, &delivery).await.unwrap();
    let changes = line.0.gateway.only().json()["entry"][0]["changes"].clone();
    assert_eq!(changes.as_array().unwrap().len(), 2);
    assert!(changes[0]["value"].get("messages").is_none() && changes[1]["value"].get("statuses").is_none());
}

/// proves: AD-04
#[tokio::test]
async fn fields_that_nobody_knows_are_added_everywhere() {
    let line = Line::new().await;
    let delivery = Delivery { unknown_fields: true, ..Delivery::default() };
    line.maria().does_all(vec![WhatsappAction::text("Hi").into()], &delivery).await.unwrap();
    let post = line.0.gateway.only().json();
    for place in [
        "",
        "/entry/0",
        "/entry/0/changes/0",
        "/entry/0/changes/0/value",
        "/entry/0/changes/0/value/messages/0/text",
    ] {
        assert!(post.pointer(place).unwrap()["sandbox_unknown"].is_object(), "{place}");
    }
    assert_eq!(item(&line.0.gateway.only())["text"]["body"], "Hi");
}

/// proves: AD-04, IN-01
#[rstest]
#[case::wrong(Signature::Wrong, false)]
#[case::other_secret(Signature::OtherSecret, false)]
#[case::missing(Signature::Missing, true)]
#[case::truncated(Signature::Truncated, false)]
#[tokio::test]
async fn bad_signatures(#[case] signature: Signature, #[case] none: bool) {
    let line = Line::new().await;
    let delivery = Delivery { signature, ..Delivery::default() };
    line.maria().does_all(vec![WhatsappAction::text("Hi").into()], &delivery).await.unwrap();
    let post = line.0.gateway.only();
    assert!(!post.is_signed_by(NUMBER));
    assert_eq!(post.signature().is_none(), none);
}

/// proves: AD-04, IN-05
#[tokio::test]
async fn any_body_can_be_signed_and_sent() {
    let line = Line::new().await;
    line.maria().does(WhatsappAction::RawBody { body: "{\"object\":".into() }).await.unwrap();
    assert!(line.0.gateway.only().is_signed_by(NUMBER));
    assert_eq!(line.0.gateway.only().raw, "{\"object\":");
}

/// proves: AD-04
#[tokio::test]
async fn refused_posts_are_repeated() {
    let line = Line::new().await;
    *line.0.gateway.statuses.lock() = vec![200, 503, 500];
    let delivered = line.maria().says("Hi").await.unwrap();
    assert_eq!((delivered.posts[0].attempts, delivered.status()), (3, Some(200)));
    let all = line.0.gateway.all();
    assert!(all.len() == 3 && all.iter().all(|post| post.raw == all[0].raw));
}

/// proves: AD-04, IN-02
#[tokio::test]
async fn the_handshake_uses_the_numbers_token() {
    let line = Line::new().await;
    line.0.sandbox.handshake(NUMBER, &Handshake::default()).await.unwrap();
    let query = line.0.gateway.only().query;
    assert!(
        query.contains("hub.mode=subscribe") && query.contains(&format!("hub.verify_token=verify-{NUMBER}")),
        "{query}"
    );
    let wrong = Handshake { verify_token: Some("guess".into()), ..Handshake::default() };
    assert!(!line.0.sandbox.handshake(NUMBER, &wrong).await.unwrap().verified);
}
