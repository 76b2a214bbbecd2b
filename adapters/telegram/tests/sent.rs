//! What leaves for each kind of content and sign.

use std::time::Duration;

use rstest::rstest;
use serde_json::{Value, json};
use tradepost_domain::{
    Author, Choice, Content, EffectId, ErrorKind, Media, MediaKind, Person, Source, capabilities::Passage,
};
use tradepost_ports::{Messenger, Outbound, PortResult, Receipt, Signal, store::MediaBlob};
use tradepost_telegram::{Telegram, connect};
use tradepost_testkit::{
    make,
    messenger::{Asked, Provider, Reply, SECRET},
};

const PEER: &str = "5550101";

async fn provider() -> Provider {
    Provider::answering(|asked, _| {
        let result = match asked.path.rsplit('/').next() {
            Some("sendChatAction") => json!(true),
            _ => {
                json!({"message_id": 43, "date": 1_767_225_600, "chat": {"id": 5_550_101, "type": "private"}})
            }
        };
        match asked.path.ends_with("/answerCallbackQuery") {
            true => {
                Reply::json(400, json!({"ok": false, "error_code": 400, "description": "query is too old"}))
            }
            false => Reply::json(200, json!({"ok": true, "result": result})),
        }
    })
    .await
}

fn bot(provider: &Provider) -> Telegram {
    connect(crate::config(provider.base(), Duration::from_secs(10)), crate::http()).expect("good settings")
}

async fn send(provider: &Provider, content: Content, attached: Vec<MediaBlob>) -> PortResult<Receipt> {
    let (effect, line) = (EffectId { turn: make::turn_id(1), position: 0 }, make::message_id(1));
    let (peer, author, passage) = (PEER.to_owned(), Author::Bot, Passage::Open);
    bot(provider).send(&Outbound { effect, line, peer, content, attached, author, passage }).await
}

fn method(asked: &Asked) -> String {
    let method = asked.path.strip_prefix(&format!("/bot{}:{SECRET}/", crate::BOT));
    method.expect("the token stands in the path").to_owned()
}

fn link(kind: MediaKind, url: &str, text: Option<&str>) -> Content {
    Content::Media { media: vec![Media::remote(kind, url)], text: text.map(str::to_owned) }
}

fn person(name: &str, phones: &[&str]) -> Person {
    Person { name: name.into(), phones: phones.iter().map(|phone| (*phone).to_owned()).collect() }
}

fn choices() -> Vec<Choice> {
    vec![Choice::new("1:blue", "Blue"), Choice::new("1:green", "Green")]
}

fn asked_for() -> Value {
    let row = |title: &str, value: &str| json!([{"text": title, "callback_data": value}]);
    json!({"chat_id": PEER, "text": "Which?", "reply_markup": {"inline_keyboard": [
        row("Blue", "1:blue"), row("Green", "1:green")
    ]}})
}

const PHOTO: &str = "https://media.example/1.jpg";

#[rstest]
#[case::text(Content::text("Good day, <b>you</b>."), "sendMessage", json!({"chat_id": PEER, "text": "Good day, <b>you</b>."}))]
#[case::buttons(Content::Buttons { text: "Which?".into(), choices: choices() }, "sendMessage", asked_for())]
#[case::quick_replies(Content::QuickReplies { text: "Which?".into(), choices: choices() }, "sendMessage", asked_for())]
#[case::photo(link(MediaKind::Image, PHOTO, None), "sendPhoto", json!({"chat_id": PEER, "photo": PHOTO}))]
#[case::photo_with_words(link(MediaKind::Image, PHOTO, Some("Look.")), "sendPhoto", json!({"chat_id": PEER, "photo": PHOTO, "caption": "Look."}))]
#[case::moving(link(MediaKind::Image, "https://media.example/1.gif", None), "sendAnimation", json!({"chat_id": PEER, "animation": "https://media.example/1.gif"}))]
#[case::video(link(MediaKind::Video, PHOTO, None), "sendVideo", json!({"chat_id": PEER, "video": PHOTO}))]
#[case::song(link(MediaKind::Audio, PHOTO, None), "sendAudio", json!({"chat_id": PEER, "audio": PHOTO}))]
#[case::voice(link(MediaKind::Audio, "https://media.example/1.ogg", None), "sendVoice", json!({"chat_id": PEER, "voice": "https://media.example/1.ogg"}))]
#[case::file(link(MediaKind::File, PHOTO, None), "sendDocument", json!({"chat_id": PEER, "document": PHOTO}))]
#[case::place(Content::Location { latitude_e6: 37_800_000, longitude_e6: -122_270_000, name: None }, "sendLocation", json!({"chat_id": PEER, "latitude": 37.8, "longitude": -122.27}))]
#[case::named_place(Content::Location { latitude_e6: 37_800_000, longitude_e6: -122_270_000, name: Some("Shop".into()) }, "sendVenue", json!({"chat_id": PEER, "latitude": 37.8, "longitude": -122.27, "title": "Shop", "address": "37.800000, -122.270000"}))]
#[case::person(Content::People { people: vec![person("The shop", &["+15550100200"])] }, "sendContact", json!({"chat_id": PEER, "phone_number": "+15550100200", "first_name": "The shop"}))]
#[case::people(Content::People { people: vec![person("The shop", &["+15550100200", "+15550100201"]), person("Sam", &[])] }, "sendMessage", json!({"chat_id": PEER, "text": "The shop: +15550100200, +15550100201\nSam"}))]
#[tokio::test]
async fn a_content_leaves_as(#[case] content: Content, #[case] expected: &str, #[case] body: Value) {
    let provider = provider().await;
    let receipt = send(&provider, content, Vec::new()).await.expect("it was taken");
    assert_eq!(receipt.reference, "5550101:43", "messages are numbered by chat");
    assert_eq!(receipt.at.map(|at| at.as_second()), Some(1_767_225_600));
    let asked = provider.asked();
    assert_eq!((asked.len(), asked[0].method.as_str()), (1, "POST"));
    assert_eq!((method(&asked[0]).as_str(), asked[0].json()), (expected, body));
}

#[rstest]
#[case::photo(MediaKind::Image, "image/png", "sendPhoto", "photo", "telegram.png")]
#[case::video(MediaKind::Video, "video/mp4", "sendVideo", "video", "telegram.mp4")]
#[case::voice(MediaKind::Audio, "audio/ogg", "sendVoice", "voice", "telegram.ogg")]
#[case::song(MediaKind::Audio, "audio/mpeg", "sendAudio", "audio", "telegram.mp3")]
#[case::file(MediaKind::File, "application/pdf", "sendDocument", "document", "telegram.pdf")]
#[tokio::test]
async fn a_medium_of_our_store_leaves_with_its_bytes(
    #[case] kind: MediaKind,
    #[case] mime: &str,
    #[case] expected: &str,
    #[case] field: &str,
    #[case] name: &str,
) {
    let provider = provider().await;
    let hash = "ab".repeat(32);
    let blob = MediaBlob { hash: hash.clone(), mime: mime.into(), bytes: b"some bytes".to_vec().into() };
    let medium = Media { kind, source: Source::Stored { hash, mime: mime.into(), bytes: 10 } };
    let content = Content::Media { media: vec![medium], text: Some("Look.".into()) };
    send(&provider, content, vec![blob]).await.expect("it was taken");
    let asked = &provider.asked()[0];
    assert_eq!(method(asked), expected);
    let kind = asked.header("content-type").unwrap_or_default();
    assert!(kind.starts_with("multipart/form-data; boundary="), "{kind}");
    let body = String::from_utf8_lossy(&asked.body);
    for part in [
        format!("name=\"chat_id\"\r\n\r\n{PEER}\r\n"),
        "name=\"caption\"\r\n\r\nLook.\r\n".to_owned(),
        format!("name=\"{field}\"; filename=\"{name}\"\r\nContent-Type: {mime}\r\n\r\nsome bytes\r\n"),
    ] {
        assert!(body.contains(&part), "{part:?} in {body:?}");
    }
}

fn long_value() -> Content {
    Content::Buttons { text: "Which?".into(), choices: vec![Choice::new("ы".repeat(33), "Blue")] }
}

fn unattached() -> Content {
    let source = Source::Stored { hash: "cd".repeat(32), mime: "image/png".into(), bytes: 10 };
    Content::Media { media: vec![Media { kind: MediaKind::Image, source }], text: None }
}

fn crowd() -> Content {
    Content::People { people: vec![person("A name of some length", &["+15550100200"]); 100] }
}

#[rstest]
#[case::more_bytes_than_letters(long_value())]
#[case::bytes_that_are_not_there(unattached())]
#[case::an_id_for_a_link(link(MediaKind::Image, "file-s-1", None))]
#[case::too_many_people(crowd())]
#[case::nobody(Content::People { people: vec![person(" ", &[])] })]
#[tokio::test]
async fn what_telegram_would_refuse_does_not_leave(#[case] content: Content) {
    let provider = provider().await;
    let refused = send(&provider, content, Vec::new()).await.expect_err("refused");
    assert_eq!(refused.kind, ErrorKind::Invalid);
    assert!(provider.asked().is_empty(), "nothing left");
}

#[rstest]
#[case::of_a_message(Some("5550101:42"), vec!["sendChatAction"])]
#[case::of_nothing(None, vec!["sendChatAction"])]
#[case::of_a_tap(Some("tap:4382"), vec!["answerCallbackQuery", "sendChatAction"])]
#[tokio::test]
async fn typing_also_stops_a_spinner(#[case] about: Option<&str>, #[case] expected: Vec<&str>) {
    let provider = provider().await;
    assert_eq!(bot(&provider).signal(PEER, about, Signal::Typing).await, Ok(()));
    let asked = provider.asked();
    assert_eq!(asked.iter().map(method).collect::<Vec<_>>(), expected);
    if let [spinner, _] = asked.as_slice() {
        assert_eq!(spinner.json(), json!({"callback_query_id": "4382"}));
    }
    let last = asked.last().map(Asked::json);
    assert_eq!(last, Some(json!({"chat_id": PEER, "action": "typing"})));
}

#[tokio::test]
async fn nothing_is_marked_as_seen() {
    let provider = provider().await;
    assert_eq!(bot(&provider).signal(PEER, Some("tap:4382"), Signal::Seen).await, Ok(()));
    assert!(provider.asked().is_empty());
}
