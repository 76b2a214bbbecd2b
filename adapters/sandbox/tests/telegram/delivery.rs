//! How updates travel: the secret, the order, repetitions.

use rstest::rstest;
use serde_json::{Value, json};
use tradepost_sandbox::{Delivery, TelegramAction, TelegramBeside, TelegramEvent};

use super::line::{BOT, Line, text};

const SECRET: &str = "secret-token-of-7000000001";

fn three() -> Vec<TelegramEvent> {
    ["one", "two", "three"].map(|text| TelegramAction::text(text).into()).to_vec()
}

fn secret(line: &Line) -> Option<String> {
    let post = line.0.gateway.all().pop().unwrap();
    Some(post.headers.get("x-telegram-bot-api-secret-token")?.to_str().unwrap().to_owned())
}

/// proves: AD-04, IN-02
#[rstest]
#[case::right("right", Some(SECRET))]
#[case::wrong("wrong", Some("aaaaaaaaaaaaaaaaaaaaaaaaaa"))]
#[case::others("other_secret", Some("another-secret-token-of-nobody"))]
#[case::missing("missing", None)]
#[case::truncated("truncated", Some("secret-token-"))]
#[case::capitals("uppercase", Some("SECRET-TOKEN-OF-7000000001"))]
#[tokio::test]
async fn the_secret_stands_in_a_header(#[case] how: &str, #[case] expected: Option<&str>) {
    let line = Line::new().await;
    let delivery: Delivery = serde_json::from_value(json!({ "signature": how })).unwrap();
    let delivered = line.nina().does_all(vec![TelegramAction::text("Hi").into()], &delivery).await.unwrap();
    assert_eq!(secret(&line).as_deref(), expected);
    assert_eq!(line.0.gateway.only().signature(), None);
    // Nor is it told to whoever asks what was posted.
    assert!(delivered.posts[0].signature.is_none());
}

/// proves: AD-04, IN-04
#[rstest]
#[case::in_order(json!({}), vec![(504, "one"), (505, "two"), (506, "three")])]
#[case::out_of_order(json!({ "reversed": true }), vec![(506, "three"), (505, "two"), (504, "one")])]
#[case::twice(json!({ "times": 2 }), vec![(504, "one"), (504, "one"), (505, "two"), (505, "two"), (506, "three"), (506, "three")])]
#[case::never_together(json!({ "batch": "messaging" }), vec![(504, "one"), (505, "two"), (506, "three")])]
#[tokio::test]
async fn an_update_is_a_post(#[case] delivery: Value, #[case] expected: Vec<(i64, &str)>) {
    let line = Line::new().await;
    let delivery: Delivery = serde_json::from_value(delivery).unwrap();
    assert!(line.nina().does_all(three(), &delivery).await.unwrap().accepted());
    let expected: Vec<_> = expected.into_iter().map(|(id, words)| (json!(id), json!(words))).collect();
    let came = line
        .updates()
        .into_iter()
        .map(|update| (update["update_id"].clone(), update["message"]["text"].clone()));
    assert_eq!(came.collect::<Vec<_>>(), expected);
}

/// Many people at once: the updates of a bot are still posted one at a time, and their numbers rise.
///
/// proves: AD-04, CV-10
#[tokio::test]
async fn updates_of_many_come_in_the_order_of_their_numbers() {
    let line = Line::new().await;
    line.0.gateway.statuses.lock().extend([500, 200, 500, 500]);
    let names: Vec<String> = (1..=20).map(|number| number.to_string()).collect();
    let write = async |name: &String| line.who(name).says("Hi").await.unwrap().accepted();
    let all = futures::future::join_all(names.iter().map(write)).await;
    assert!(all.into_iter().all(|accepted| accepted));
    let mut ids: Vec<_> = line.updates().iter().map(|update| update["update_id"].as_i64().unwrap()).collect();
    assert_eq!(ids.len(), 23, "three were repeated");
    ids.dedup();
    assert_eq!(ids, (504..524).collect::<Vec<_>>());
}

/// proves: AD-04
#[rstest]
#[case::taken(vec![200], 1, true)]
#[case::any_2xx_is_a_yes(vec![204], 1, true)]
#[case::repeated(vec![500, 302, 200], 3, true)]
#[case::given_up(vec![500, 500, 500, 500], 4, false)]
#[tokio::test]
async fn an_update_is_repeated_until_it_is_taken(
    #[case] mut statuses: Vec<u16>,
    #[case] posts: usize,
    #[case] accepted: bool,
) {
    let line = Line::new().await;
    statuses.reverse();
    *line.0.gateway.statuses.lock() = statuses;
    let delivered = line.nina().says("Hi").await.unwrap();
    assert_eq!((delivered.accepted(), delivered.posts[0].attempts as usize), (accepted, posts));
    let updates = line.updates();
    assert_eq!(updates.len(), posts);
    assert!(updates.iter().all(|update| update["update_id"] == 504));
    let info = line.sent("getWebhookInfo", &json!({})).await;
    let why = (!accepted).then(|| json!("Wrong response from the webhook: 500"));
    assert_eq!(info.get("last_error_message"), why.as_ref());
}

/// proves: AD-04
#[tokio::test]
async fn a_number_may_be_given_again_and_fields_be_new() {
    let line = Line::new().await;
    let beside = TelegramBeside { with_update_id: Some(100), ..TelegramBeside::default() };
    let again = TelegramAction::text("Hé").beside(beside);
    let delivery = Delivery { unknown_fields: true, utf8: true, ..Delivery::default() };
    line.nina().does_all(vec![again], &delivery).await.unwrap();
    line.nina().says("Hi").await.unwrap();
    let updates = line.updates();
    assert_eq!((&updates[0]["update_id"], &updates[1]["update_id"]), (&json!(100), &json!(504)));
    assert_eq!(updates[0]["message"]["chat"]["sandbox_unknown"]["since"], 2026);
    assert!(String::from_utf8_lossy(&line.0.gateway.all()[0].raw).contains("Hé"));
}

/// proves: AD-04
#[tokio::test]
async fn faults_of_posts_are_the_same_as_elsewhere() {
    let line = Line::new().await;
    let faults = json!([{ "fault": "webhook_out_of_order" }, { "fault": "webhook_twice" }, { "fault": "webhook_lost" }]);
    line.0.control(hyper::Method::POST, &format!("/faults/{BOT}"), faults).await;
    for words in ["one", "two", "three", "four"] {
        line.nina().says(words).await.unwrap();
    }
    let words: Vec<_> = line.updates().iter().map(|update| update["message"]["text"].clone()).collect();
    assert_eq!(words, ["two", "two", "four", "one"]);
}

/// What the bot sends is never posted: Telegram tells it nothing of its own messages.
///
/// proves: AD-04
#[tokio::test]
async fn nothing_comes_back_of_what_was_sent() {
    let line = Line::with_nina().await;
    line.sent("sendMessage", &text("Hello")).await;
    line.nina().says("Hi").await.unwrap();
    assert_eq!(line.update()["message"]["text"], "Hi");
}
