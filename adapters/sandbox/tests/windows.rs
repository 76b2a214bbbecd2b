//! Windows of 24 hours and seven days, on a clock moved by hand.

use rstest::rstest;
use serde_json::json;
use tradepost_sandbox::{Action, InstagramAccount};

use crate::stage::{ANNA, Stage, text};

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;

/// proves: CV-07, AD-04
#[rstest]
#[case::plain_at_24_h(DAY_MS, false, false, true)]
#[case::plain_after_24_h(DAY_MS + 1, false, true, false)]
#[case::tagged_without_the_feature(DAY_MS + 1, true, false, false)]
#[case::tagged_with_the_feature(DAY_MS + 1, true, true, true)]
#[case::tagged_at_7_d(7 * DAY_MS, true, true, true)]
#[case::tagged_after_7_d(7 * DAY_MS + 1, true, true, false)]
#[tokio::test]
async fn the_window_closes(
    #[case] age_ms: i64,
    #[case] tagged: bool,
    #[case] human_agent: bool,
    #[case] open: bool,
) {
    let stage = Stage::with(|account| InstagramAccount { human_agent, ..account }).await;
    stage.anna().says("Hi").await.unwrap();
    stage.sandbox.clock().advance_ms(age_ms);
    let mut body = text("Still there?");
    if tagged {
        body["messaging_type"] = "MESSAGE_TAG".into();
        body["tag"] = "HUMAN_AGENT".into();
    }
    let reply = stage.send(&body).await;
    if open {
        assert_eq!(reply.status, 200);
    } else {
        let error = &reply.json()["error"];
        assert_eq!(
            (reply.status, &error["code"], &error["error_subcode"]),
            (400, &json!(10), &json!(2534022))
        );
    }
}

/// proves: AD-04
#[rstest]
#[case::text(json!({ "kind": "text", "text": "Hi" }), true)]
#[case::picture(json!({ "kind": "media" }), true)]
#[case::postback(json!({ "kind": "postback", "title": "Start", "payload": "START" }), true)]
#[case::story_reply(json!({ "kind": "story_reply", "text": "Nice" }), true)]
#[case::story_mention(json!({ "kind": "story_mention" }), true)]
#[case::like(json!({ "kind": "like" }), true)]
#[case::read(json!({ "kind": "read", "mid": "m1" }), false)]
#[case::reaction(json!({ "kind": "reaction", "mid": "m1" }), false)]
#[case::edit(json!({ "kind": "edit", "mid": "m1", "text": "No" }), false)]
#[case::unsend(json!({ "kind": "unsend", "mid": "m1" }), false)]
#[tokio::test]
async fn messages_open_it_again(#[case] action: serde_json::Value, #[case] opens: bool) {
    let stage = Stage::new().await;
    stage.anna().wrote_ms_ago(2 * DAY_MS);
    assert_eq!(stage.send(&text("one")).await.status, 400);
    let action: Action = serde_json::from_value(action).unwrap();
    stage.anna().does(action).await.unwrap();
    assert_eq!(stage.send(&text("two")).await.status == 200, opens);
    assert_eq!(stage.anna().standing().unwrap().window, if opens { "standard" } else { "closed" });
}

/// proves: AD-04
#[tokio::test]
async fn strangers_are_refused_unless_let_in() {
    let stage = Stage::with(|account| InstagramAccount { accept_strangers: true, ..account }).await;
    assert_eq!(stage.send(&text("Hi")).await.status, 200);
    stage.sandbox.clock().advance_ms(30 * DAY_MS);
    assert_eq!(stage.send(&text("Hi again")).await.status, 200);
    assert_eq!(stage.sandbox.log().texts(crate::stage::SHOP, ANNA), ["Hi", "Hi again"]);
}
