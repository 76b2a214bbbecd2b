//! Taps give back the ids that were sent, in the context of the message that offered them.

use rstest::rstest;
use serde_json::{Value, json};
use tradepost_sandbox::{Beside, Template, WhatsappAccount, WhatsappAction};

use super::line::{Line, button, buttons, item, list, row, text, to_maria};

fn offers() -> [Value; 2] {
    let rows = json!([{ "title": "Food", "rows": [row("soup:1", "Soup")] }, { "title": "Drinks", "rows": [
        { "id": "tea:2", "title": "Tea", "description": "Hot" }] }]);
    [buttons(vec![button("yes:42", "Yes"), button("no:42", "No")]), list(rows)]
}

/// proves: AD-04, CV-09
#[rstest]
#[case::button(json!({ "title": "yes" }), 0, json!({ "type": "button_reply", "button_reply": { "id": "yes:42", "title": "Yes" } }))]
#[case::row(json!({ "title": "Tea" }), 1, json!({ "type": "list_reply", "list_reply": { "id": "tea:2", "title": "Tea", "description": "Hot" } }))]
#[case::second_row_of_the_latest(json!({ "index": 2 }), 1, json!({ "type": "list_reply", "list_reply": { "id": "tea:2", "title": "Tea", "description": "Hot" } }))]
#[case::first_of_the_latest(json!({}), 1, json!({ "type": "list_reply", "list_reply": { "id": "soup:1", "title": "Soup" } }))]
#[tokio::test]
async fn a_tap(#[case] mut event: Value, #[case] offer: usize, #[case] expected: Value) {
    let line = Line::with_maria().await;
    let mut ids = Vec::new();
    for offer in offers() {
        ids.push(line.sent(&offer).await);
    }
    line.sent(&text("Anything else?")).await;
    event["kind"] = "tap".into();
    let action: WhatsappAction = serde_json::from_value(event).unwrap();
    assert!(line.maria().does(action).await.unwrap().accepted());
    let item = item(&line.0.gateway.only());
    assert_eq!((&item["type"], &item["interactive"]), (&json!("interactive"), &expected));
    assert_eq!(item["context"], json!({ "from": "1555000111", "id": ids[offer] }));
}

/// proves: AD-04
#[tokio::test]
async fn a_tap_on_a_template_gives_its_payload_back() {
    let buttons = json!({ "type": "BUTTONS", "buttons": [{ "type": "QUICK_REPLY", "text": "Track" }, { "type": "QUICK_REPLY", "text": "Stop" }] });
    let template = Template::new("order_update", "en_US", "On its way").with_component(buttons);
    let line = Line::with(|account: WhatsappAccount| account.with_template(template)).await;
    let sent = to_maria(
        "template",
        json!({ "name": "order_update", "language": { "code": "en_US" }, "components": [
        { "type": "button", "sub_type": "quick_reply", "index": 0, "parameters": [{ "type": "payload", "payload": "TRACK:77" }] }] }),
    );
    let id = line.sent(&sent).await;
    line.maria().taps("Track").await.unwrap();
    line.maria().taps("Stop").await.unwrap();
    let items: Vec<Value> = line.0.gateway.all().iter().map(item).collect();
    assert_eq!(
        (&items[0]["type"], &items[0]["button"]),
        (&json!("button"), &json!({ "text": "Track", "payload": "TRACK:77" }))
    );
    assert_eq!(items[0]["context"]["id"], id);
    assert_eq!(
        items[1]["button"],
        json!({ "text": "Stop", "payload": "Stop" }),
        "its text, when no payload was given"
    );
}

/// proves: AD-04
#[tokio::test]
async fn the_context_of_a_tap_can_be_left_out() {
    let line = Line::with_maria().await;
    line.sent(&offers()[0]).await;
    let beside = Beside { without_context: true, ..Beside::default() };
    line.maria().does(WhatsappAction::tap("No").beside(beside)).await.unwrap();
    assert!(item(&line.0.gateway.only()).get("context").is_none());
}

/// proves: AD-04
#[rstest]
#[case::nothing_of_this_title(json!({ "kind": "tap", "title": "Maybe" }))]
#[case::nothing_at_this_place(json!({ "kind": "tap", "index": 3 }))]
#[tokio::test]
async fn what_was_not_offered_cannot_be_tapped(#[case] event: Value) {
    let line = Line::with_maria().await;
    line.sent(&offers()[0]).await;
    let action: WhatsappAction = serde_json::from_value(event).unwrap();
    let error = line.maria().does(action).await.unwrap_err();
    assert!(error.to_string().contains("was offered nothing like"), "{error}");
    assert!(line.0.gateway.all().is_empty());
}
