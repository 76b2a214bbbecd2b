//! What customers do, as updates tell it.

use rstest::rstest;
use serde_json::{Value, json};
use tradepost_sandbox::{
    TelegramAccount, TelegramAction, TelegramBeside, TelegramMedia, TelegramProfile, TelegramSent,
};

use super::line::{BOT, Line, NINA, text};

/// proves: AD-04, IN-04
#[tokio::test]
async fn a_text_is_an_update() {
    let line = Line::new().await;
    let profile = TelegramProfile {
        last_name: Some("Berg".into()),
        language_code: Some("nb".into()),
        ..TelegramProfile::named("Nina")
    };
    line.nina().has_profile(profile);
    let delivered = line.nina().says("Hei på deg").await.unwrap();
    assert_eq!(delivered.mid(), "1");
    let expected = json!({ "update_id": 504, "message": {
        "message_id": 1, "date": 1_767_225_600, "text": "Hei på deg",
        "from": { "id": 4711, "is_bot": false, "first_name": "Nina", "last_name": "Berg", "language_code": "nb" },
        "chat": { "id": 4711, "first_name": "Nina", "last_name": "Berg", "type": "private" } } });
    assert_eq!(line.update(), expected);
    let post = line.0.gateway.only();
    assert!(String::from_utf8_lossy(&post.raw).contains("p\\u00e5"), "beyond ASCII it is escaped");
}

/// proves: AD-04
#[rstest]
#[case::photo(TelegramMedia::Photo, "photo", json!(null))]
#[case::video(TelegramMedia::Video, "video", json!("video/mp4"))]
#[case::animation(TelegramMedia::Animation, "animation", json!("video/mp4"))]
#[case::round(TelegramMedia::VideoNote, "video_note", json!(null))]
#[case::song(TelegramMedia::Audio, "audio", json!("audio/mp4"))]
#[case::voice(TelegramMedia::Voice, "voice", json!("audio/ogg"))]
#[case::document(TelegramMedia::Document, "document", json!("application/pdf"))]
#[case::sticker(TelegramMedia::Sticker, "sticker", json!(null))]
#[tokio::test]
async fn a_file_stands_in_its_field(#[case] media: TelegramMedia, #[case] field: &str, #[case] mime: Value) {
    let line = Line::new().await;
    let sent = TelegramSent { media, caption: Some("see".into()), ..TelegramSent::default() };
    line.nina().does(TelegramAction::Media(sent)).await.unwrap();
    let message = line.update()["message"].clone();
    assert_eq!((message[field]["mime_type"].clone(), &message["caption"]), (mime, &json!("see")));
    assert_eq!(message.get("document").is_some(), ["document", "animation"].contains(&field));
}

/// proves: AD-04
#[rstest]
#[case::start(json!({ "kind": "start" }), "message", json!({ "text": "/start", "entities": [{ "type": "bot_command", "offset": 0, "length": 6 }] }))]
#[case::link(json!({ "kind": "start", "payload": "poster-7" }), "message", json!({ "text": "/start poster-7" }))]
#[case::place(json!({ "kind": "location", "latitude": 1.5, "longitude": 2.5 }), "message", json!({ "location": { "latitude": 1.5, "longitude": 2.5 } }))]
#[case::venue(json!({ "kind": "location", "latitude": 1.5, "longitude": 2.5, "title": "Shop" }), "message",
    json!({ "venue": { "location": { "latitude": 1.5, "longitude": 2.5 }, "title": "Shop", "address": "" }, "location": { "latitude": 1.5, "longitude": 2.5 } }))]
#[case::contact(json!({ "kind": "contact", "phone_number": "+49", "first_name": "Potter", "own": true }), "message",
    json!({ "contact": { "phone_number": "+49", "first_name": "Potter", "user_id": 4711 } }))]
#[case::page(json!({ "kind": "web_app_data", "data": "{}", "button_text": "Open" }), "message", json!({ "web_app_data": { "data": "{}", "button_text": "Open" } }))]
#[case::poll(json!({ "kind": "holds", "field": "poll", "value": { "id": "1" } }), "message", json!({ "poll": { "id": "1" } }))]
#[case::forwarded(json!({ "kind": "text", "text": "Hi", "forwarded": true }), "message",
    json!({ "forward_origin": { "type": "hidden_user", "sender_user_name": "A neighbour", "date": 1_767_225_540 } }))]
#[case::group(json!({ "kind": "text", "text": "Hi", "group": -100_900 }), "message", json!({ "chat": { "id": -100_900, "title": "Neighbours", "type": "supergroup" } }))]
#[case::more(json!({ "kind": "text", "text": "Hi", "extra": { "media_group_id": "7" } }), "message", json!({ "media_group_id": "7" }))]
#[case::any(json!({ "kind": "update", "update": "moon_rose", "value": { "phase": "full" } }), "moon_rose", json!({ "phase": "full" }))]
#[tokio::test]
async fn an_action_is_told(#[case] action: Value, #[case] kind: &str, #[case] expected: Value) {
    let line = Line::new().await;
    let told = line.0.control(hyper::Method::POST, &format!("/customer/{BOT}/{NINA}"), action).await;
    assert_eq!(told.status, 200, "{:?}", told.raw);
    let update = line.update();
    for (field, value) in expected.as_object().unwrap() {
        assert_eq!(&update[kind][field], value, "{update}");
    }
}

/// proves: AD-04
#[tokio::test]
async fn an_answer_holds_what_it_answers() {
    let line = Line::with_nina().await;
    line.sent("sendMessage", &text("Which size?")).await;
    for (reply_to, words) in
        [("last", json!("Which size?")), ("1", json!("Which size?")), ("99", Value::Null)]
    {
        let beside = TelegramBeside { reply_to: Some(reply_to.into()), ..TelegramBeside::default() };
        line.nina().does(TelegramAction::text("M").beside(beside)).await.unwrap();
        let replied = line.updates().pop().unwrap()["message"]["reply_to_message"].clone();
        assert_eq!((replied["text"].clone(), replied["message_id"].is_i64()), (words, true));
    }
}

/// proves: AD-04
#[tokio::test]
async fn words_and_captions_are_edited() {
    let line = Line::new().await;
    line.nina().says("a typo").await.unwrap();
    line.0.sandbox.clock().advance_ms(5000);
    line.nina().does(TelegramAction::Edit { text: "no typo".into(), message_id: None }).await.unwrap();
    let edited = line.updates()[1]["edited_message"].clone();
    assert_eq!((&edited["message_id"], &edited["text"]), (&json!(1), &json!("no typo")));
    assert_eq!((&edited["date"], &edited["edit_date"]), (&json!(1_767_225_600), &json!(1_767_225_605)));
    line.nina().does(TelegramAction::media(TelegramMedia::Photo)).await.unwrap();
    line.nina().does(TelegramAction::Edit { text: "my mug".into(), message_id: None }).await.unwrap();
    assert_eq!(line.updates()[3]["edited_message"]["caption"], "my mug");
    let lost = TelegramAction::Edit { text: "x".into(), message_id: Some(99) };
    line.nina().does(lost).await.unwrap_err();
}

/// proves: AD-04
#[tokio::test]
async fn blocking_is_told_with_what_was_before() {
    let line = Line::with_nina().await;
    line.nina().does(TelegramAction::Block {}).await.unwrap();
    line.nina().does(TelegramAction::Unblock {}).await.unwrap();
    let status = |update: &Value| {
        let changed = &update["my_chat_member"];
        assert_eq!(
            (&changed["from"]["id"], &changed["new_chat_member"]["user"]["is_bot"]),
            (&json!(4711), &json!(true))
        );
        [changed["old_chat_member"]["status"].clone(), changed["new_chat_member"]["status"].clone()]
    };
    let all: Vec<_> = line.updates().iter().map(status).collect();
    assert_eq!(all, [[json!("member"), json!("kicked")], [json!("kicked"), json!("member")]]);
}

/// Reactions come only if they were asked for.
///
/// proves: AD-04
#[rstest]
#[case::usual(None, 1)]
#[case::asked_for(Some(vec!["message", "message_reaction"]), 2)]
#[case::nothing_else(Some(vec!["callback_query"]), 0)]
#[tokio::test]
async fn only_what_was_asked_for_is_posted(#[case] allowed: Option<Vec<&str>>, #[case] posts: usize) {
    let allowed = allowed.map(|kinds| kinds.into_iter().map(str::to_owned).collect());
    let line = Line::with(|bot| TelegramAccount { allowed_updates: allowed, ..bot }).await;
    line.nina().says("Hi").await.unwrap();
    line.sent("sendMessage", &text("Hello")).await;
    let reaction = TelegramAction::Reaction { emoji: Some("\u{1f44d}".into()), message_id: None };
    line.nina().does(reaction).await.unwrap();
    let updates = line.updates();
    assert_eq!(updates.len(), posts);
    if let Some(reaction) = updates.get(1) {
        assert_eq!(reaction["message_reaction"]["message_id"], 2);
        assert_eq!(reaction["message_reaction"]["new_reaction"][0]["emoji"], "\u{1f44d}");
    }
}
