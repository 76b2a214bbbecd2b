//! What is taken, and how it is told.

use hyper::Method;
use rstest::rstest;
use serde_json::{Value, json};
use tradepost_sandbox::{Action, Answer, Echo, InstagramRoute, Outcome};

use crate::stage::{ANNA, SHOP, Stage, call, message, text, until};

fn attachment(attachment: Value) -> Value {
    message(json!({ "attachment": attachment }))
}

/// proves: AD-04, CH-03
#[rstest]
#[case::text("text", text("Yes, 3 left."))]
#[case::text_of_1000_bytes("text", text(&"é".repeat(500)))]
#[case::text_with_type("text", json!({ "recipient": { "id": ANNA }, "messaging_type": "UPDATE", "message": { "text": "Hi" } }))]
#[case::thirteen_quick_replies("quick_replies", message(json!({ "text": "?",
    "quick_replies": vec![json!({ "content_type": "text", "title": "Red", "payload": "p".repeat(1000) }); 13] })))]
#[case::quick_reply_for_the_mail("quick_replies", message(json!({ "text": "?", "quick_replies": [{ "content_type": "user_email" }] })))]
#[case::ten_cards("template", attachment(json!({ "type": "template", "payload": { "template_type": "generic",
    "elements": vec![json!({ "title": "t".repeat(80), "subtitle": "s".repeat(80), "image_url": "https://a.example/m.jpg",
        "default_action": { "type": "web_url", "url": "https://a.example/mug" },
        "buttons": [{ "type": "postback", "title": "Buy", "payload": "BUY:1" }, { "type": "web_url", "title": "Open", "url": "https://a.example" },
            { "type": "postback", "title": "t".repeat(20), "payload": "X" }] }); 10] } })))]
#[case::button_template("template", attachment(json!({ "type": "template", "payload": { "template_type": "button", "text": "?",
    "buttons": [{ "type": "postback", "title": "Buy", "payload": "BUY:1" }] } })))]
#[case::product_template("template", attachment(json!({ "type": "template", "payload": { "template_type": "product", "elements": [{ "id": "1" }] } })))]
#[case::image("image", attachment(json!({ "type": "image", "payload": { "url": "https://a.example/m.jpg", "is_reusable": true } })))]
#[case::image_on_this_machine("image", attachment(json!({ "type": "image", "payload": { "url": "http://127.0.0.1:9/m.jpg" } })))]
#[case::video("video", attachment(json!({ "type": "video", "payload": { "url": "https://a.example/m.mp4" } })))]
#[case::audio("audio", attachment(json!({ "type": "audio", "payload": { "url": "https://a.example/m.m4a" } })))]
#[case::file("file", attachment(json!({ "type": "file", "payload": { "url": "https://a.example/m.pdf" } })))]
#[case::heart("like_heart", attachment(json!({ "type": "like_heart" })))]
#[case::own_post("media_share", attachment(json!({ "type": "MEDIA_SHARE", "payload": { "id": "1" } })))]
#[case::two_pictures("images", message(json!({ "attachments": vec![json!({ "type": "image", "payload": { "url": "https://a.example/m.jpg" } }); 2] })))]
#[tokio::test]
async fn messages_are_taken(#[case] kind: &str, #[case] body: Value) {
    let stage = Stage::with_anna().await;
    let reply = stage.send(&body).await;
    let told = reply.json();
    assert_eq!((reply.status, told["recipient_id"].as_str()), (200, Some(ANNA)), "{told}");
    let entries = stage.sandbox.log().received(SHOP, ANNA);
    assert_eq!(entries.len(), 1);
    assert_eq!(
        (entries[0].kind.as_str(), entries[0].message_id.as_deref()),
        (kind, told["message_id"].as_str())
    );
    assert_eq!((&entries[0].body, entries[0].seq), (&body, 1));
    until("answer given", || stage.sandbox.log().entries()[0].answer == Answer::Given).await;
}

/// proves: AD-04, CH-03
#[rstest]
#[case::typing_on("typing_on", json!(null))]
#[case::typing_off("typing_off", json!(null))]
#[case::seen("mark_seen", json!(null))]
#[case::react("react", json!({ "reaction": "love" }))]
#[case::unreact("unreact", json!({}))]
#[tokio::test]
async fn actions_answer_the_recipient_only(#[case] action: &str, #[case] mut payload: Value) {
    let stage = Stage::new().await;
    let mid = stage.anna().says("Hi").await.unwrap().mid().to_owned();
    let mut body = json!({ "recipient": { "id": ANNA }, "sender_action": action });
    if payload.is_object() {
        payload["message_id"] = mid.into();
        body["payload"] = payload;
    }
    let reply = stage.send(&body).await;
    assert_eq!((reply.status, reply.json()), (200, json!({ "recipient_id": ANNA })));
    assert_eq!(stage.sandbox.log().entries()[0].kind, action);
    assert!(stage.sandbox.log().received(SHOP, ANNA).is_empty(), "an action is no message");
}

/// proves: AD-04
#[tokio::test]
async fn long_quick_reply_titles_are_cut_silently() {
    let stage = Stage::with_anna().await;
    let reply = json!({ "content_type": "text", "title": "t".repeat(25), "payload": "X" });
    assert_eq!(stage.send(&message(json!({ "text": "?", "quick_replies": [reply] }))).await.status, 200);
    let entry = stage.sandbox.log().entries().remove(0);
    assert_eq!(entry.shown.unwrap()["quick_replies"][0]["title"], "t".repeat(20));
    assert_eq!(entry.body["message"]["quick_replies"][0]["title"], "t".repeat(25));
}

/// proves: AD-04
#[rstest]
#[case::me("me", "bearer")]
#[case::own_id(SHOP, "query")]
#[case::app_scoped("app-17841400000000001", "body")]
#[tokio::test]
async fn the_token_may_stand_in_three_places(#[case] node: &str, #[case] place: &str) {
    let stage = Stage::with_anna().await;
    let token = format!("token-{SHOP}");
    let mut url = format!("{}/v21.0/{node}/messages", stage.sandbox.base_url());
    let mut body = text("Hi");
    let bearer = format!("Bearer {token}");
    let mut headers = vec![];
    match place {
        "bearer" => headers.push(("authorization", bearer.as_str())),
        "query" => url = format!("{url}?access_token={token}"),
        _ => body["access_token"] = token.into(),
    }
    assert_eq!(call(Method::POST, &url, &headers, body.to_string()).await.unwrap().status, 200);
    assert_eq!(stage.sandbox.log().entries()[0].body, text("Hi"), "no token in the log");
}

/// proves: AD-04
#[tokio::test]
async fn route_p_answers_to_its_page() {
    let stage = Stage::with(|mut account| {
        account.route = InstagramRoute::P;
        account
    })
    .await;
    stage.anna().wrote_ms_ago(0);
    let url =
        |node: &str| format!("{}/v25.0/{node}/messages?access_token=token-{SHOP}", stage.sandbox.base_url());
    let page = format!("9{SHOP}");
    for (node, status) in [(page.as_str(), 200), ("me", 200), ("app-17841400000000001", 400)] {
        assert_eq!(
            call(Method::POST, &url(node), &[], text(node).to_string()).await.unwrap().status,
            status,
            "{node}"
        );
    }
}

/// proves: AD-04
#[tokio::test]
async fn a_comment_is_answered_once_in_private() {
    let stage = Stage::new().await;
    let comment = Action::Comment {
        text: "Price?".into(),
        media_id: "1".into(),
        parent_id: None,
        shape: Default::default(),
    };
    let id = stage.anna().does(comment).await.unwrap().mid().to_owned();
    let body = json!({ "recipient": { "comment_id": id }, "message": { "text": "$9" } });
    let reply = stage.send(&body).await;
    assert_eq!((reply.status, reply.json()["recipient_id"].as_str()), (200, Some(ANNA)));
    assert_eq!(stage.send(&body).await.json()["error"]["error_subcode"], 2534025);
    assert_eq!(
        stage.send(&text("More?")).await.json()["error"]["error_subcode"],
        2534022,
        "it opens no window"
    );
}

/// proves: AD-04
#[rstest]
#[case::before(Echo::Before)]
#[case::after(Echo::After)]
#[tokio::test]
async fn sends_come_back_as_echoes(#[case] echo: Echo) {
    let stage = Stage::with(|account| tradepost_sandbox::InstagramAccount { echo, ..account }).await;
    stage.anna().wrote_ms_ago(0);
    let mid = stage.send(&text("Yes")).await.json()["message_id"].clone();
    if echo == Echo::Before {
        assert_eq!(stage.gateway.all().len(), 1, "the echo came before the answer");
    }
    until("the echo", || stage.gateway.all().len() == 1).await;
    let item = stage.gateway.only().item();
    assert!(stage.gateway.only().is_signed());
    assert_eq!((&item["sender"]["id"], &item["recipient"]["id"]), (&json!(SHOP), &json!(ANNA)));
    assert_eq!(item["message"], json!({ "mid": mid, "text": "Yes", "is_echo": true }));
}

/// proves: AD-04
#[tokio::test]
async fn a_caller_that_hangs_up_does_not_undo_the_send() {
    let stage = Stage::with_anna().await;
    stage.sandbox.faults().push(SHOP, tradepost_sandbox::Fault::delay(200));
    let hasty = tokio::time::timeout(std::time::Duration::from_millis(50), stage.try_send(&text("Hi"))).await;
    assert!(hasty.is_err());
    until("taken all the same", || stage.sandbox.log().received(SHOP, ANNA).len() == 1).await;
    until("answer dropped", || stage.sandbox.log().entries()[0].answer == Answer::Dropped).await;
    assert_eq!(stage.sandbox.log().entries()[0].outcome, Outcome::Accepted);
}
