//! How webhooks travel: batches, copies, signatures, repeats, the handshake.

use rstest::rstest;
use serde_json::{Value, json};
use tradepost_sandbox::{Action, Batch, Delivery, Handshake, Signature};

use crate::stage::{SHOP, Stage, hmac};

fn three() -> Vec<Action> {
    ["one", "two", "three"].map(Action::text).to_vec()
}

/// The texts of a post, entry by entry.
fn texts(json: &Value, list: &str) -> Vec<Vec<String>> {
    let text = |item: &Value| item["message"]["text"].as_str().unwrap().to_owned();
    let entries = json["entry"].as_array().unwrap().iter();
    entries.map(|entry| entry[list].as_array().unwrap().iter().map(text).collect()).collect()
}

/// proves: AD-04, IN-04
#[rstest]
#[case::single(json!({}), vec![vec![vec!["one"]], vec![vec!["two"]], vec![vec!["three"]]])]
#[case::one_entry(json!({ "batch": "messaging" }), vec![vec![vec!["one", "two", "three"]]])]
#[case::several_entries(json!({ "batch": "entries" }), vec![vec![vec!["one"], vec!["two"], vec!["three"]]])]
#[case::out_of_order(json!({ "batch": "messaging", "reversed": true }), vec![vec![vec!["three", "two", "one"]]])]
#[case::posts_out_of_order(json!({ "reversed": true }), vec![vec![vec!["three"]], vec![vec!["two"]], vec![vec!["one"]]])]
#[case::twice(json!({ "batch": "messaging", "times": 2 }), vec![vec![vec!["one", "two", "three"]], vec![vec!["one", "two", "three"]]])]
#[tokio::test]
async fn several_events(#[case] delivery: Value, #[case] posts: Vec<Vec<Vec<&str>>>) {
    let stage = Stage::new().await;
    let delivery: Delivery = serde_json::from_value(delivery).unwrap();
    let delivered = stage.anna().does_all(three(), &delivery).await.unwrap();
    assert!(delivered.accepted());
    assert_eq!(delivered.mids.iter().flatten().collect::<std::collections::HashSet<_>>().len(), 3);
    let all = stage.gateway.all();
    assert!(all.iter().all(crate::stage::Received::is_signed));
    assert_eq!(all.iter().map(|post| texts(&post.json(), "messaging")).collect::<Vec<_>>(), posts);
}

/// proves: AD-04
#[tokio::test]
async fn standby_and_another_object() {
    let stage = Stage::new().await;
    let delivery = Delivery {
        standby: true,
        object: Some("page".into()),
        batch: Batch::Messaging,
        ..Delivery::default()
    };
    stage.anna().does_all(three(), &delivery).await.unwrap();
    let json = stage.gateway.only().json();
    assert_eq!((&json["object"], texts(&json, "standby")[0].len()), (&json!("page"), 3));
    assert!(json["entry"][0].get("messaging").is_none());
}

/// proves: AD-04
#[tokio::test]
async fn fifty_copies_at_once() {
    let stage = Stage::new().await;
    let delivery = Delivery { times: 50, at_once: true, ..Delivery::default() };
    let delivered = stage.anna().does_all(vec![Action::text("Hi")], &delivery).await.unwrap();
    assert!(delivered.accepted() && delivered.posts.len() == 50);
    let all = stage.gateway.all();
    assert!(all.len() == 50 && all.iter().all(|post| post.raw == all[0].raw));
}

/// proves: AD-04, IN-01
#[rstest]
#[case::wrong(Signature::Wrong)]
#[case::other_secret(Signature::OtherSecret)]
#[case::missing(Signature::Missing)]
#[case::truncated(Signature::Truncated)]
#[case::uppercase(Signature::Uppercase)]
#[case::bare(Signature::Bare)]
#[tokio::test]
async fn bad_signatures(#[case] signature: Signature) {
    let stage = Stage::new().await;
    stage
        .anna()
        .does_all(vec![Action::text("Hi")], &Delivery { signature, ..Delivery::default() })
        .await
        .unwrap();
    let post = stage.gateway.only();
    let right = format!("sha256={}", hmac(&format!("secret-{SHOP}"), &post.raw));
    assert!(!post.is_signed());
    match (signature, post.signature()) {
        (Signature::Missing, None) => {}
        (Signature::Truncated, Some(given)) => assert!(right.starts_with(given)),
        (Signature::Uppercase, Some(given)) => assert_eq!(given.to_lowercase(), right),
        (Signature::Bare, Some(given)) => assert_eq!(format!("sha256={given}"), right),
        (Signature::Wrong | Signature::OtherSecret, Some(given)) => assert_eq!(given.len(), right.len()),
        other => panic!("{other:?}"),
    }
}

/// proves: AD-04, IN-01
#[tokio::test]
async fn a_body_altered_after_signing_is_still_json() {
    let stage = Stage::new().await;
    stage
        .anna()
        .does_all(vec![Action::text("Hi")], &Delivery { alter: true, ..Delivery::default() })
        .await
        .unwrap();
    let post = stage.gateway.only();
    assert!(!post.is_signed());
    assert_eq!(post.item()["message"]["text"], "Hi");
}

/// proves: AD-04, IN-05
#[tokio::test]
async fn any_body_can_be_signed_and_sent() {
    let stage = Stage::new().await;
    stage.anna().does(Action::RawBody { body: "{\"object\":".into() }).await.unwrap();
    assert!(stage.gateway.only().is_signed());
    assert_eq!(stage.gateway.only().raw, "{\"object\":");
}

/// proves: AD-04
#[rstest]
#[case::taken_at_last(vec![200, 503, 500], 3, Some(200))]
#[case::given_up(vec![500; 9], 4, Some(500))]
#[tokio::test]
async fn refused_posts_are_repeated_a_few_times(
    #[case] statuses: Vec<u16>,
    #[case] attempts: u32,
    #[case] status: Option<u16>,
) {
    let stage = Stage::new().await;
    *stage.gateway.statuses.lock() = statuses;
    let delivered = stage.anna().says("Hi").await.unwrap();
    assert_eq!((delivered.posts[0].attempts, delivered.status()), (attempts, status));
    let all = stage.gateway.all();
    assert!(all.len() == attempts as usize && all.iter().all(|post| post.raw == all[0].raw));
}

/// proves: AD-04
#[tokio::test]
async fn a_gateway_that_is_down_is_told_as_such() {
    let stage = Stage::new().await;
    let nowhere =
        Delivery { url: Some("http://127.0.0.1:1/hook".into()), retries: Some(1), ..Delivery::default() };
    let delivered = stage.anna().does_all(vec![Action::text("Hi")], &nowhere).await.unwrap();
    assert_eq!((delivered.status(), delivered.posts[0].attempts), (None, 2));
    assert!(delivered.posts[0].error.is_some() && !delivered.accepted());
    stage.sandbox.set_webhook(SHOP, "https://127.0.0.1:1/hook").unwrap();
    let posts = stage.anna().says("Hi").await.unwrap().posts;
    assert!(posts[0].error.as_ref().unwrap().contains("plain http"));
}

/// proves: AD-04, IN-02
#[rstest]
#[case::proper(json!({}), Some(200), true)]
#[case::wrong_token(json!({ "verify_token": "guess" }), Some(403), false)]
#[tokio::test]
async fn the_handshake(#[case] how: Value, #[case] status: Option<u16>, #[case] verified: bool) {
    let stage = Stage::new().await;
    let how: Handshake = serde_json::from_value(how).unwrap();
    let greeting = stage.sandbox.handshake(SHOP, &how).await.unwrap();
    assert_eq!((greeting.status, greeting.verified), (status, verified));
    assert!(stage.gateway.only().query.contains("hub.mode=subscribe"));
}
