//! What leaves, what comes back, and what is refused before it leaves.

use std::time::Duration;

use rstest::rstest;
use secrecy::SecretString;
use serde_json::{Value, json};
use tradepost_domain::{
    Author, Card, Choice, Content, EffectId, ErrorKind, Link, Media, MediaKind, MessageId, Source, Timestamp,
    TurnId, capabilities::Passage,
};
use tradepost_http::{Http, HttpConfig};
use tradepost_instagram::{AccountConfig, Instagram, Route, connect};
use tradepost_ports::{Messenger, Outbound, Signal};
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{method, path},
};

use crate::{ACCOUNT, CUSTOMER};

pub const TOKEN: &str = "IGAAsecret0042";

pub fn account(base: &str) -> AccountConfig {
    let mut config = AccountConfig::new(ACCOUNT, Route::InstagramLogin, SecretString::from(TOKEN));
    config.base = base.into();
    config
}

pub fn opened(config: AccountConfig) -> Instagram {
    connect(config, Http::new(HttpConfig::default()).expect("a client")).expect("good settings")
}

pub fn line(content: Content) -> Outbound {
    let turn = TurnId::new(Timestamp::UNIX_EPOCH, 7);
    Outbound {
        effect: EffectId { turn, position: 0 },
        line: MessageId::new(Timestamp::UNIX_EPOCH, 9),
        peer: CUSTOMER.into(),
        content,
        attached: Vec::new(),
        author: Author::Bot,
        passage: Passage::Open,
    }
}

async fn graph(answer: ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(method("POST")).respond_with(answer).mount(&server).await;
    server
}

fn taken() -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(json!({"recipient_id": CUSTOMER, "message_id": "mid-1"}))
}

async fn last_body(server: &MockServer) -> Value {
    let requests = server.received_requests().await.expect("a record");
    serde_json::from_slice(&requests.last().expect("a request").body).expect("json")
}

fn card() -> Card {
    Card {
        title: "Mug".into(),
        subtitle: Some("$9".into()),
        image: Some("https://shop.example/mug.jpg".into()),
        opens: Some("https://shop.example/mug".into()),
        links: vec![Link { title: "Open".into(), url: "https://shop.example".into() }],
        choices: vec![Choice::new("BUY:1", "Buy")],
    }
}

fn picture() -> Content {
    let media = vec![Media::remote(MediaKind::Image, "https://shop.example/mug.jpg")];
    Content::Media { media, text: None }
}

/// proves: CH-03
#[rstest]
#[case::text(Content::text("Yes, 3 left."), json!({"text": "Yes, 3 left."}))]
#[case::quick_replies(
    Content::QuickReplies { text: "Colour?".into(), choices: vec![Choice::new("COLOR_RED", "Red")] },
    json!({"text": "Colour?", "quick_replies": [{"content_type": "text", "title": "Red", "payload": "COLOR_RED"}]})
)]
#[case::picture(
    picture(),
    json!({"attachment": {"type": "image", "payload": {"url": "https://shop.example/mug.jpg"}}})
)]
#[case::cards(
    Content::Cards { cards: vec![card()] },
    json!({"attachment": {"type": "template", "payload": {"template_type": "generic", "elements": [{
        "title": "Mug", "subtitle": "$9", "image_url": "https://shop.example/mug.jpg",
        "default_action": {"type": "web_url", "url": "https://shop.example/mug"},
        "buttons": [
            {"type": "web_url", "title": "Open", "url": "https://shop.example"},
            {"type": "postback", "title": "Buy", "payload": "BUY:1"}
        ]
    }]}}})
)]
#[tokio::test]
async fn a_line_becomes_metas_json(#[case] content: Content, #[case] message: Value) {
    let server = graph(taken()).await;
    let receipt = opened(account(&server.uri())).send(&line(content)).await.expect("taken");
    assert_eq!(receipt.reference, "mid-1");
    let expected = json!({"recipient": {"id": CUSTOMER}, "messaging_type": "RESPONSE", "message": message});
    assert_eq!(last_body(&server).await, expected);
}

#[tokio::test]
async fn the_button_template_is_sent_where_it_is_on() {
    let server = graph(taken()).await;
    let choices = vec![Choice::new("YES:1", "Yes"), Choice::new("NO:1", "No")];
    let question = line(Content::Buttons { text: "Buy it?".into(), choices });
    let off = opened(account(&server.uri()));
    assert_eq!(off.capabilities().buttons, None);
    assert_eq!(off.send(&question).await.expect_err("off").kind, ErrorKind::Invalid);
    let on = opened(AccountConfig { button_template: true, ..account(&server.uri()) });
    on.send(&question).await.expect("taken");
    let payload = &last_body(&server).await["message"]["attachment"]["payload"];
    assert_eq!(
        (&payload["template_type"], payload["buttons"].as_array().map(Vec::len)),
        (&json!("button"), Some(2))
    );
}

#[tokio::test]
async fn a_stored_medium_is_sent_by_its_public_address() {
    let server = graph(taken()).await;
    let source = Source::Stored { hash: "abc123".into(), mime: "image/png".into(), bytes: 10 };
    let media = line(Content::Media { media: vec![Media { kind: MediaKind::Image, source }], text: None });
    let nowhere = opened(account(&server.uri())).send(&media).await.expect_err("no address");
    assert!(nowhere.kind == ErrorKind::Invalid && nowhere.detail.contains("media_base"));
    let config =
        AccountConfig { media_base: Some("https://gate.example/m/".into()), ..account(&server.uri()) };
    opened(config).send(&media).await.expect("taken");
    let url = &last_body(&server).await["message"]["attachment"]["payload"]["url"];
    assert_eq!(url, "https://gate.example/m/abc123");
}

/// proves: CH-03
#[rstest]
#[case::login(Route::InstagramLogin, "/v25.0/17841400000000001/messages")]
#[case::page(Route::Page, "/v25.0/me/messages")]
#[tokio::test]
async fn each_route_has_its_path_and_its_way_to_carry_the_token(#[case] route: Route, #[case] to: &str) {
    let server = MockServer::start().await;
    Mock::given(path(to)).respond_with(taken()).mount(&server).await;
    let config = AccountConfig { route, ..account(&server.uri()) };
    opened(config).send(&line(Content::text("Hi"))).await.expect("taken");
    let request = &server.received_requests().await.expect("a record")[0];
    let bearer = request.headers.get("authorization").and_then(|value| value.to_str().ok());
    let query: Vec<_> = request.url.query_pairs().map(|(name, value)| format!("{name}={value}")).collect();
    match route {
        Route::InstagramLogin => assert_eq!((bearer, query.len()), (Some("Bearer IGAAsecret0042"), 0)),
        Route::Page => assert_eq!((bearer, query), (None, vec![format!("access_token={TOKEN}")])),
    }
}

/// proves: CV-07
#[rstest]
#[case::in_the_window(Passage::Open, Author::Bot, true, Some(json!("RESPONSE")))]
#[case::person_in_the_window(Passage::Open, Author::Staff, true, Some(json!("RESPONSE")))]
#[case::person_later(Passage::AsStaff, Author::Staff, true, Some(json!("MESSAGE_TAG")))]
#[case::person_without_the_feature(Passage::AsStaff, Author::Staff, false, None)]
#[case::bot_as_if_it_were_a_person(Passage::AsStaff, Author::Bot, true, None)]
#[case::closed(Passage::Closed, Author::Staff, true, None)]
#[tokio::test]
async fn the_window_is_kept(
    #[case] passage: Passage,
    #[case] author: Author,
    #[case] human_agent: bool,
    #[case] kind: Option<Value>,
) {
    let server = graph(taken()).await;
    let config = AccountConfig { human_agent, ..account(&server.uri()) };
    let outbound = Outbound { passage, author, ..line(Content::text("Hi")) };
    match (opened(config).send(&outbound).await, kind) {
        (Ok(_), Some(kind)) => {
            let body = last_body(&server).await;
            assert_eq!(body["messaging_type"], kind);
            let tag = if passage == Passage::AsStaff { json!("HUMAN_AGENT") } else { Value::Null };
            assert_eq!(body["tag"], tag);
        }
        (Err(error), None) => {
            assert_eq!(error.kind, ErrorKind::OutsideWindow);
            assert!(server.received_requests().await.expect("a record").is_empty());
        }
        (other, _) => panic!("{other:?}"),
    }
}

/// proves: AD-05
#[test]
fn abilities_are_data() {
    let without = opened(account("http://127.0.0.1:9/"));
    let with = opened(AccountConfig { human_agent: true, ..account("http://127.0.0.1:9/") });
    let staff = |account: &Instagram| account.capabilities().window.map(|window| window.staff_seconds);
    assert_eq!((staff(&without), staff(&with)), (Some(0), Some(604_800)));
    assert_eq!(with.terms().repeat, tradepost_ports::terms::Repeat::Never);
    assert_eq!(with.terms().account.as_str(), "instagram:17841400000000001");
}

fn choices(count: usize, title: usize, payload: usize) -> Content {
    let choice = Choice::new("p".repeat(payload), "é".repeat(title));
    Content::QuickReplies { text: "?".into(), choices: vec![choice; count] }
}

fn cards(count: usize, change: impl Fn(&mut Card)) -> Content {
    let mut card = card();
    change(&mut card);
    Content::Cards { cards: vec![card; count] }
}

fn media(url: &str) -> Content {
    Content::Media { media: vec![Media::remote(MediaKind::Image, url)], text: None }
}

/// The sandbox's base is on this machine, so these run against Meta's, which nothing may reach.
/// proves: AD-05
#[rstest]
#[case::empty(Content::text(" "))]
#[case::too_long(Content::text("x".repeat(1001)))]
#[case::too_long_in_bytes(Content::text("é".repeat(501)))]
#[case::too_many_replies(choices(14, 5, 5))]
#[case::no_replies(choices(0, 5, 5))]
#[case::long_title(choices(1, 21, 5))]
#[case::empty_title(choices(1, 0, 5))]
#[case::long_payload(choices(1, 5, 1001))]
#[case::second_line(Content::QuickReplies { text: "?".into(), choices: vec![Choice { description: Some("x".into()), ..Choice::new("P", "T") }] })]
#[case::too_many_cards(cards(11, |_| ()))]
#[case::no_cards(cards(0, |_| ()))]
#[case::long_card(cards(1, |card| card.title = "x".repeat(81)))]
#[case::long_second_line(cards(1, |card| card.subtitle = Some("x".repeat(81))))]
#[case::too_many_buttons(cards(1, |card| card.choices = vec![Choice::new("P", "T"); 3]))]
#[case::long_button(cards(1, |card| card.links[0].title = "x".repeat(21)))]
#[case::bare_card(cards(1, |card| *card = Card { title: "Mug".into(), ..Card::default() }))]
#[case::internal_picture_on_a_card(cards(1, |card| card.image = Some("https://10.0.0.1/a.jpg".into())))]
#[case::plain_http(media("http://shop.example/a.jpg"))]
#[case::no_address(media("a.jpg"))]
#[case::internal_medium(media("https://192.168.1.7/a.jpg"))]
#[case::no_media(Content::Media { media: Vec::new(), text: None })]
#[case::two_media(Content::Media { media: vec![Media::remote(MediaKind::Image, "https://a.example/"); 2], text: None })]
#[case::words_beside_media(Content::Media { media: vec![Media::remote(MediaKind::Image, "https://a.example/")], text: Some("x".into()) })]
#[case::lost_medium(Content::Media { media: vec![Media { kind: MediaKind::Image, source: Source::Missing { reason: "gone".into() } }], text: None })]
#[case::place(Content::Location { latitude_e6: 0, longitude_e6: 0, name: None })]
#[case::template(Content::Template(tradepost_domain::Template::new("x", "en")))]
#[tokio::test]
async fn what_does_not_fit_is_refused_before_it_leaves(#[case] content: Content) {
    let config = AccountConfig::new(ACCOUNT, Route::InstagramLogin, SecretString::from(TOKEN));
    let config = AccountConfig { base: "https://graph.invalid/".into(), ..config };
    let refused = opened(config).send(&line(content)).await.expect_err("refused");
    assert_eq!(refused.kind, ErrorKind::Invalid, "{refused}");
}

fn error(status: u16, code: i64, subcode: i64) -> ResponseTemplate {
    let error = json!({
        "message": format!("(#{code}) no: Malformed access token {TOKEN}"), "type": "OAuthException",
        "code": code, "error_subcode": subcode, "fbtrace_id": "AbC"
    });
    ResponseTemplate::new(status).set_body_json(json!({"error": error}))
}

/// The whole table of codes stands beside it in `wire/failure.rs`.
/// proves: CH-03, PL-11
#[rstest]
#[case::window(error(400, 10, 2534022), ErrorKind::OutsideWindow)]
#[case::token(error(401, 190, 463), ErrorKind::Denied)]
#[case::too_fast(error(400, 613, 0), ErrorKind::RateLimited)]
#[case::away(error(503, 2, 0), ErrorKind::Unavailable)]
#[case::broken(error(500, 2, 0), ErrorKind::Uncertain)]
#[case::proxy_is_away(ResponseTemplate::new(503).set_body_string("<html>"), ErrorKind::Uncertain)]
#[case::nobody(error(400, 551, 0), ErrorKind::NotFound)]
#[case::wrong(error(400, 100, 0), ErrorKind::Invalid)]
#[case::error_in_a_success(error(200, 613, 0), ErrorKind::RateLimited)]
#[case::no_id(ResponseTemplate::new(200).set_body_json(json!({"recipient_id": "1"})), ErrorKind::Uncertain)]
#[case::empty_id(ResponseTemplate::new(200).set_body_json(json!({"message_id": ""})), ErrorKind::Uncertain)]
#[case::garbage(ResponseTemplate::new(200).set_body_string("<html>"), ErrorKind::Uncertain)]
#[case::nothing(ResponseTemplate::new(204), ErrorKind::Uncertain)]
#[case::gateway(ResponseTemplate::new(504).set_body_string("<html>"), ErrorKind::Uncertain)]
#[case::too_long(ResponseTemplate::new(200).set_body_string("x".repeat(2 << 20)), ErrorKind::Uncertain)]
#[case::redirect(ResponseTemplate::new(302).insert_header("location", "/"), ErrorKind::Unexpected)]
#[tokio::test]
async fn an_answer_is_understood(#[case] answer: ResponseTemplate, #[case] kind: ErrorKind) {
    let server = graph(answer).await;
    let error = opened(account(&server.uri())).send(&line(Content::text("Hi"))).await.expect_err("a failure");
    assert_eq!(error.kind, kind, "{error}");
    assert!(!format!("{error} {error:?}").contains(TOKEN), "{error}");
    assert_eq!(server.received_requests().await.expect("a record").len(), 1, "a send was repeated");
}

#[tokio::test]
async fn a_wait_that_meta_asks_for_is_told() {
    let server = graph(error(429, 613, 0).insert_header("retry-after", "12")).await;
    let error = opened(account(&server.uri())).send(&line(Content::text("Hi"))).await.expect_err("too fast");
    assert_eq!(error.retry_after(), Some(Duration::from_secs(12)));
}

/// proves: PL-11
#[rstest]
#[case::silent(Some(Duration::from_secs(30)), ErrorKind::Uncertain)]
#[case::nobody_listens(None, ErrorKind::Unavailable)]
#[tokio::test]
async fn a_lost_answer_is_uncertain_and_a_lost_connection_is_not(
    #[case] delay: Option<Duration>,
    #[case] kind: ErrorKind,
) {
    let server = graph(taken().set_delay(delay.unwrap_or_default())).await;
    let nowhere = "http://127.0.0.1:1/".to_owned();
    let base = if delay.is_some() { server.uri() } else { nowhere };
    let config = AccountConfig { time_limit: Duration::from_millis(200), ..account(&base) };
    let error = opened(config).send(&line(Content::text("Hi"))).await.expect_err("no answer");
    assert_eq!(error.kind, kind, "{error}");
}

/// proves: CH-03
#[rstest]
#[case::typing(Signal::Typing, "typing_on")]
#[case::seen(Signal::Seen, "mark_seen")]
#[tokio::test]
async fn a_sign_of_life_stands_alone(#[case] signal: Signal, #[case] action: &str) {
    let answer = ResponseTemplate::new(200).set_body_json(json!({"recipient_id": CUSTOMER}));
    let server = graph(answer).await;
    opened(account(&server.uri())).signal(CUSTOMER, None, signal).await.expect("shown");
    let expected = json!({"recipient": {"id": CUSTOMER}, "sender_action": action});
    assert_eq!(last_body(&server).await, expected);
}

#[test]
fn nobody_is_shown_the_token() {
    let shown = format!("{:?} {:?}", account("http://127.0.0.1:9/"), opened(account("http://127.0.0.1:9/")));
    assert!(!shown.contains("IGAA"), "{shown}");
}
