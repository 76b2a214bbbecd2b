//! Every inbound kind: its shape, and Meta's signature over its bytes.

use rstest::rstest;
use serde_json::{Value, json};
use tradepost_sandbox::{Action, Delivery, Timestamps};

use crate::stage::{ANNA, SHOP, Stage, text};

/// Replaces what differs on each run by a word.
fn settled(mut item: Value, base_url: &str) -> Value {
    fn settle(value: &mut Value, base_url: &str) {
        match value {
            Value::Object(fields) => fields.values_mut().for_each(|value| settle(value, base_url)),
            Value::Array(values) => values.iter_mut().for_each(|value| settle(value, base_url)),
            Value::String(text) if text.starts_with("aWdf") => *text = "MID".into(),
            Value::String(text) if text.starts_with(base_url) => *text = "OWN".into(),
            _ => {}
        }
    }
    settle(&mut item, base_url);
    item
}

/// proves: AD-04, CH-03
#[rstest]
#[case::text(json!({ "kind": "text", "text": "Hi" }), json!({ "message": { "mid": "MID", "text": "Hi" } }))]
#[case::inline_reply(json!({ "kind": "text", "text": "Hi", "reply_to": "m0" }),
    json!({ "message": { "mid": "MID", "text": "Hi", "reply_to": { "mid": "m0" } } }))]
#[case::from_an_ad(json!({ "kind": "text", "text": "Hi", "referral": { "ref": "r", "ad_id": "1", "source": "ADS", "type": "OPEN_THREAD", "ad_title": "Mugs" } }),
    json!({ "message": { "mid": "MID", "text": "Hi", "referral": { "ref": "r", "ad_id": "1", "source": "ADS", "type": "OPEN_THREAD",
        "ads_context_data": { "ad_title": "Mugs" } } } }))]
#[case::about_a_product(json!({ "kind": "text", "text": "Hi", "referral": { "product": "P1" } }),
    json!({ "message": { "mid": "MID", "text": "Hi", "referral": { "product": { "id": "P1" } } } }))]
#[case::image(json!({ "kind": "media" }), json!({ "message": { "mid": "MID", "attachments": [{ "type": "image", "payload": { "url": "OWN" } }] } }))]
#[case::two_videos_with_text(json!({ "kind": "media", "media": "video", "count": 2, "text": "Look" }),
    json!({ "message": { "mid": "MID", "text": "Look", "attachments": [{ "type": "video", "payload": { "url": "OWN" } }, { "type": "video", "payload": { "url": "OWN" } }] } }))]
#[case::audio(json!({ "kind": "media", "media": "audio" }), json!({ "message": { "mid": "MID", "attachments": [{ "type": "audio", "payload": { "url": "OWN" } }] } }))]
#[case::file_elsewhere(json!({ "kind": "media", "media": "file", "urls": ["https://a.example/f.pdf"] }),
    json!({ "message": { "mid": "MID", "attachments": [{ "type": "file", "payload": { "url": "https://a.example/f.pdf" } }] } }))]
#[case::quick_reply(json!({ "kind": "quick_reply", "title": "Red", "payload": "COLOR_RED" }),
    json!({ "message": { "mid": "MID", "text": "Red", "quick_reply": { "payload": "COLOR_RED" } } }))]
#[case::postback(json!({ "kind": "postback", "title": "Start", "payload": "GO", "referral": { "ref": "r", "source": "SHORTLINK", "type": "OPEN_THREAD" } }),
    json!({ "postback": { "mid": "MID", "title": "Start", "payload": "GO", "referral": { "ref": "r", "source": "SHORTLINK", "type": "OPEN_THREAD" } } }))]
#[case::postback_of_old(json!({ "kind": "postback", "title": "Start", "payload": "GO", "without_mid": true }), json!({ "postback": { "title": "Start", "payload": "GO" } }))]
#[case::like(json!({ "kind": "like" }), json!({ "message": { "mid": "MID", "attachments": [{ "type": "like_heart" }] } }))]
#[case::share(json!({ "kind": "share", "url": "https://a.example/p" }),
    json!({ "message": { "mid": "MID", "attachments": [{ "type": "share", "payload": { "url": "https://a.example/p" } }] } }))]
#[case::reel(json!({ "kind": "reel", "url": "https://a.example/r", "title": "Mugs" }),
    json!({ "message": { "mid": "MID", "attachments": [{ "type": "ig_reel", "payload": { "url": "https://a.example/r", "title": "Mugs", "reel_video_id": "17900000000000009" } }] } }))]
#[case::reel_by_its_short_name(json!({ "kind": "reel", "url": "https://a.example/r", "short": true }),
    json!({ "message": { "mid": "MID", "attachments": [{ "type": "reel", "payload": { "url": "https://a.example/r", "reel_video_id": "17900000000000009" } }] } }))]
#[case::story_reply(json!({ "kind": "story_reply", "text": "Nice", "story": { "id": "1" } }),
    json!({ "message": { "mid": "MID", "text": "Nice", "reply_to": { "story": { "id": "1", "url": "OWN" } } } }))]
#[case::story_mention(json!({ "kind": "story_mention" }), json!({ "message": { "mid": "MID", "attachments": [{ "type": "story_mention", "payload": { "url": "OWN" } }] } }))]
#[case::reaction(json!({ "kind": "reaction", "mid": "m1" }), json!({ "reaction": { "mid": "m1", "action": "react", "reaction": "love", "emoji": "❤" } }))]
#[case::unreaction(json!({ "kind": "reaction", "mid": "m1", "unreact": true }), json!({ "reaction": { "mid": "m1", "action": "unreact" } }))]
#[case::read(json!({ "kind": "read", "mid": "m1" }), json!({ "read": { "mid": "m1" } }))]
#[case::unsend(json!({ "kind": "unsend", "mid": "m1" }), json!({ "message": { "mid": "m1", "is_deleted": true } }))]
#[case::edit(json!({ "kind": "edit", "mid": "m1", "text": "No" }), json!({ "message_edit": { "mid": "m1", "text": "No", "num_edit": 1 } }))]
#[case::referral(json!({ "kind": "referral", "ref": "spring", "source": "SHORTLINK", "type": "OPEN_THREAD" }),
    json!({ "referral": { "ref": "spring", "source": "SHORTLINK", "type": "OPEN_THREAD" } }))]
#[case::unsupported(json!({ "kind": "unsupported" }), json!({ "message": { "mid": "MID", "is_unsupported": true } }))]
#[case::unknown_attachment(json!({ "kind": "unsupported", "attachment_type": "hologram" }),
    json!({ "message": { "mid": "MID", "is_unsupported": true, "attachments": [{ "type": "hologram", "payload": {} }] } }))]
#[case::optin(json!({ "kind": "optin", "type": "t", "ref": "r" }), json!({ "optin": { "type": "t", "ref": "r" } }))]
#[case::raw(json!({ "kind": "raw", "item": { "pass_thread_control": { "new_owner_app_id": "1" } } }), json!({ "pass_thread_control": { "new_owner_app_id": "1" } }))]
#[tokio::test]
async fn an_item(#[case] action: Value, #[case] expected: Value) {
    let stage = Stage::new().await;
    let action: Action = serde_json::from_value(action).unwrap();
    let delivered = stage.anna().does(action).await.unwrap();
    assert!(delivered.accepted());
    let post = stage.gateway.only();
    assert!(post.is_signed(), "{:?}", post.signature());
    let json = post.json();
    assert_eq!((&json["object"], &json["entry"][0]["id"]), (&json!("instagram"), &json!(SHOP)));
    assert_eq!(json["entry"][0]["time"], 1_767_225_600_500i64);
    let mut whole =
        json!({ "sender": { "id": ANNA }, "recipient": { "id": SHOP }, "timestamp": 1_767_225_600_500i64 });
    whole.as_object_mut().unwrap().extend(expected.as_object().unwrap().clone());
    assert_eq!(settled(post.item(), stage.sandbox.base_url()), whole);
}

/// proves: AD-04
#[tokio::test]
async fn beyond_ascii_travels_escaped_and_signed_as_sent() {
    let stage = Stage::new().await;
    stage.anna().says("¿Ñandú? 🦤 \u{5e9}\0").await.unwrap();
    let post = stage.gateway.only();
    assert!(post.is_signed() && post.raw.is_ascii());
    assert!(String::from_utf8_lossy(&post.raw).contains(r"\u00bf\u00d1and\u00fa? \ud83e\udda4 \u05e9\u0000"));
    assert_eq!(post.item()["message"]["text"], "¿Ñandú? 🦤 \u{5e9}\0");
}

/// proves: AD-04
#[rstest]
#[case::changes(json!({ "kind": "comment", "text": "Price?" }), "changes")]
#[case::direct(json!({ "kind": "comment", "text": "Price?", "shape": "direct" }), "direct")]
#[tokio::test]
async fn comments_come_in_both_shapes(#[case] action: Value, #[case] shape: &str) {
    let stage = Stage::new().await;
    let delivered = stage.anna().does(serde_json::from_value(action).unwrap()).await.unwrap();
    let entry = stage.gateway.only().json()["entry"][0].clone();
    let change = if shape == "changes" { &entry["changes"][0] } else { &entry };
    assert_eq!(change["field"], "comments");
    assert_eq!(
        (&change["value"]["id"], &change["value"]["from"]["id"]),
        (&json!(delivered.mid()), &json!(ANNA))
    );
    assert_eq!((&change["value"]["text"], &entry["id"]), (&json!("Price?"), &json!(SHOP)));
}

/// proves: AD-04
#[tokio::test]
async fn the_dashboard_tests_the_connection() {
    let stage = Stage::new().await;
    stage.anna().does(Action::DashboardTest {}).await.unwrap();
    let json = stage.gateway.only().json();
    assert_eq!(json["entry"][0]["id"], "0");
    assert_eq!(stage.gateway.only().item()["message"], json!({ "mid": "random_mid", "text": "random_text" }));
}

/// proves: AD-04
#[tokio::test]
async fn reads_reactions_edits_and_unsends_find_their_message() {
    let stage = Stage::new().await;
    let heard = stage.anna().says("Hi").await.unwrap().mid().to_owned();
    let sent = stage.send(&text("Yes")).await.json()["message_id"].as_str().unwrap().to_owned();
    for (action, mid) in [
        (json!({ "kind": "read" }), &sent),
        (json!({ "kind": "reaction" }), &sent),
        (json!({ "kind": "edit", "text": "Ho" }), &heard),
        (json!({ "kind": "unsend" }), &heard),
    ] {
        let delivered = stage.anna().does(serde_json::from_value(action.clone()).unwrap()).await.unwrap();
        assert_eq!(delivered.mid(), mid, "{action}");
    }
}

/// proves: AD-04, CV-05
#[tokio::test]
async fn staff_typing_in_the_app_makes_an_echo_of_an_unknown_message() {
    let stage = Stage::new().await;
    let typed = stage.sandbox.staff(SHOP, ANNA).unwrap().types("I'll look").await.unwrap();
    let item = stage.gateway.only().item();
    assert_eq!((&item["sender"]["id"], &item["recipient"]["id"]), (&json!(SHOP), &json!(ANNA)));
    assert_eq!(item["message"], json!({ "mid": typed.mid(), "text": "I'll look", "is_echo": true }));
    assert!(stage.sandbox.log().entries().is_empty(), "the gateway sent nothing");
}

/// proves: AD-04
#[rstest]
#[case::ms(Timestamps::Ms, json!(1_767_225_600_500i64))]
#[case::seconds(Timestamps::Seconds, json!(1_767_225_600i64))]
#[case::string(Timestamps::String, json!("1767225600500"))]
#[tokio::test]
async fn times_are_written_in_three_ways(#[case] timestamps: Timestamps, #[case] time: Value) {
    let stage = Stage::new().await;
    let delivery = Delivery { timestamps, ..Delivery::default() };
    stage.anna().does_all(vec![Action::text("Hi")], &delivery).await.unwrap();
    let post = stage.gateway.only();
    assert_eq!((&post.item()["timestamp"], &post.json()["entry"][0]["time"]), (&time, &time));
}
