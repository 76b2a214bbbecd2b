//! What leaves for Meta's Cloud API.

use std::time::Duration;

use rstest::rstest;
use serde_json::{Value, json};
use tradepost_domain::{
    Choice, Content, ErrorKind, Media, MediaKind, Person, Source,
    capabilities::Passage,
    template::{ButtonKind, ButtonValue, Header, Parameter},
};
use tradepost_ports::{Messenger, Outbound, Signal, terms::PairRate};
use tradepost_whatsapp::{AccountConfig, Dialect};
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{header, path},
};

use super::{
    TOKEN, answering, blob, cloud_account, full_template, kept, last_body, line, linked, list, opened,
    question, stored, taken, template,
};
use crate::CUSTOMER;

fn ok() -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(taken())
}

const PICTURE: &str = "https://shop.example/mug.jpg";

/// proves: CH-02
#[rstest]
#[case::text(Content::text("Yes, 3 left."), "text", json!({"body": "Yes, 3 left.", "preview_url": true}))]
#[case::buttons(question(2), "interactive", json!({
    "type": "button", "body": {"text": "Which?"}, "action": {"buttons": [
        {"type": "reply", "reply": {"id": "pick:1", "title": "No. 1"}},
        {"type": "reply", "reply": {"id": "pick:2", "title": "No. 2"}}
    ]}
}))]
#[case::list(list(), "interactive", json!({
    "type": "list", "body": {"text": "What?"}, "action": {"button": "Options", "sections": [{"rows": [
        {"id": "r1", "title": "Soup", "description": "Hot"}, {"id": "r2", "title": "Bread"}
    ]}]}
}))]
#[case::picture(linked(MediaKind::Image, PICTURE, Some("A mug")), "image", json!({"link": PICTURE, "caption": "A mug"}))]
#[case::video(linked(MediaKind::Video, "https://shop.example/v", None), "video", json!({"link": "https://shop.example/v"}))]
#[case::sound(linked(MediaKind::Audio, "https://shop.example/a", None), "audio", json!({"link": "https://shop.example/a"}))]
#[case::paper(
    linked(MediaKind::File, "https://shop.example/f/order.pdf?x=1", Some("Here")), "document",
    json!({"link": "https://shop.example/f/order.pdf?x=1", "caption": "Here", "filename": "order.pdf"})
)]
#[case::place(
    Content::Location { latitude_e6: 37_804_400, longitude_e6: -122_271_200, name: Some("Corner Shop".into()) },
    "location", json!({"latitude": 37.8044, "longitude": -122.2712, "name": "Corner Shop"})
)]
#[case::people(
    Content::People { people: vec![Person { name: "The shop".into(), phones: vec!["+15550100200".into()] }] },
    "contacts", json!([{
        "name": {"formatted_name": "The shop", "first_name": "The shop"},
        "phones": [{"phone": "+15550100200", "type": "CELL"}]
    }])
)]
#[case::bare_template(template(|_| ()), "template", json!({"name": "order_ready", "language": {"code": "en_US"}}))]
#[case::named_values(
    template(|template| template.parameters = vec![Parameter { name: Some("first_name".into()), value: "Ana".into() }]),
    "template", json!({"name": "order_ready", "language": {"code": "en_US"}, "components": [
        {"type": "body", "parameters": [{"type": "text", "text": "Ana", "parameter_name": "first_name"}]}
    ]})
)]
#[case::full_template(
    full_template(Header::Media { media: Media::remote(MediaKind::Image, PICTURE) }),
    "template", json!({"name": "order_ready", "language": {"code": "en_US"}, "components": [
        {"type": "header", "parameters": [{"type": "image", "image": {"link": PICTURE}}]},
        {"type": "body", "parameters": [{"type": "text", "text": "Ana"}, {"type": "text", "text": "#77"}]},
        {"type": "button", "sub_type": "quick_reply", "index": "0", "parameters": [{"type": "payload", "payload": "TRACK:77"}]},
        {"type": "button", "sub_type": "url", "index": "1", "parameters": [{"type": "text", "text": "77"}]},
        {"type": "button", "sub_type": "copy_code", "index": "2", "parameters": [{"type": "coupon_code", "coupon_code": "SAVE10"}]}
    ]})
)]
#[tokio::test]
async fn a_line_becomes_metas_json(#[case] content: Content, #[case] kind: &str, #[case] what: Value) {
    let server = answering(ok()).await;
    let outbound = line(content);
    let receipt = opened(cloud_account(&server.uri())).send(&outbound).await.expect("taken");
    assert_eq!(receipt.reference, "wamid.OUT1");
    let expected = json!({
        "messaging_product": "whatsapp", "recipient_type": "individual", "to": CUSTOMER, "type": kind, kind: what,
        "biz_opaque_callback_data": outbound.line.to_string()
    });
    assert_eq!(last_body(&server).await, expected);
}

/// proves: CH-02
#[rstest]
#[case::text(Header::Text { value: Parameter::new("77") }, json!({"type": "text", "text": "77"}))]
#[case::paper(
    Header::Media { media: Media::remote(MediaKind::File, "https://shop.example/order.pdf") },
    json!({"type": "document", "document": {"link": "https://shop.example/order.pdf", "filename": "order.pdf"}})
)]
#[case::place(
    Header::Location { latitude_e6: 1_500_000, longitude_e6: 2_000_000, name: "Shop".into(), address: "1 Main St".into() },
    json!({"type": "location", "location": {"latitude": 1.5, "longitude": 2.0, "name": "Shop", "address": "1 Main St"}})
)]
#[tokio::test]
async fn a_header_has_a_value_of_its_kind(#[case] header: Header, #[case] expected: Value) {
    let server = answering(ok()).await;
    let content = template(|template| template.header = Some(header));
    opened(cloud_account(&server.uri())).send(&line(content)).await.expect("taken");
    assert_eq!(last_body(&server).await["template"]["components"][0]["parameters"][0], expected);
}

/// proves: CH-02
#[tokio::test]
async fn a_line_goes_to_the_number_with_a_bearer() {
    let server = MockServer::start().await;
    let (at, bearer) = ("/v25.0/555000111/messages", format!("Bearer {TOKEN}"));
    Mock::given(path(at))
        .and(header("authorization", bearer.as_str()))
        .respond_with(ok())
        .mount(&server)
        .await;
    opened(cloud_account(&server.uri())).send(&line(Content::text("Hi"))).await.expect("taken");
}

/// proves: CH-02
#[tokio::test]
async fn who_has_no_number_is_written_to_by_another_field() {
    let server = answering(ok()).await;
    let outbound = Outbound { peer: "US.13491".into(), ..line(Content::text("Hi")) };
    opened(cloud_account(&server.uri())).send(&outbound).await.expect("taken");
    let body = last_body(&server).await;
    assert_eq!((&body["recipient"], &body["to"]), (&json!("US.13491"), &Value::Null));
}

#[tokio::test]
async fn previews_can_be_switched_off() {
    let server = answering(ok()).await;
    let config = cloud_account(&server.uri());
    let Dialect::Cloud { version, media_hosts, .. } = config.dialect.clone() else {
        panic!("another dialect")
    };
    let dialect = Dialect::Cloud { version, media_hosts, preview_url: false };
    opened(AccountConfig { dialect, ..config }).send(&line(Content::text("Hi"))).await.expect("taken");
    assert_eq!(last_body(&server).await["text"]["preview_url"], false);
}

async fn uploading(answer: ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(path("/v25.0/555000111/media")).respond_with(answer).mount(&server).await;
    Mock::given(path("/v25.0/555000111/messages")).respond_with(ok()).mount(&server).await;
    server
}

/// proves: CH-02
#[rstest]
#[case::picture(stored(MediaKind::Image, "image/png", 5), "image", json!({"id": "9100"}))]
#[case::sticker(stored(MediaKind::Image, "image/webp", 5), "sticker", json!({"id": "9100"}))]
#[case::words_beside_a_sticker(
    Content::Media { media: vec![kept(MediaKind::Image, "image/webp", 5)], text: Some("x".into()) }, "document",
    json!({"id": "9100", "caption": "x", "filename": "document.webp"})
)]
#[case::a_large_sticker(stored(MediaKind::Image, "image/webp", 101 * 1024), "document", json!({"id": "9100", "filename": "document.webp"}))]
#[case::sound(stored(MediaKind::Audio, "audio/ogg; codecs=opus", 5), "audio", json!({"id": "9100"}))]
#[case::voice(stored(MediaKind::Audio, "audio/opus", 5), "audio", json!({"id": "9100"}))]
#[case::paper(stored(MediaKind::File, "application/pdf", 5), "document", json!({"id": "9100", "filename": "document.pdf"}))]
#[tokio::test]
async fn a_stored_medium_is_uploaded_and_named(
    #[case] content: Content,
    #[case] kind: &str,
    #[case] what: Value,
) {
    let server = uploading(ResponseTemplate::new(200).set_body_json(json!({"id": "9100"}))).await;
    let mime = "image/png";
    let outbound = Outbound { attached: vec![blob(mime)], ..line(content) };
    opened(cloud_account(&server.uri())).send(&outbound).await.expect("taken");
    let body = last_body(&server).await;
    assert_eq!((&body["type"], &body[kind]), (&json!(kind), &what));
    let upload = &server.received_requests().await.expect("a record")[0];
    let form = String::from_utf8_lossy(&upload.body);
    for part in ["name=\"messaging_product\"\r\n\r\nwhatsapp", "name=\"type\"\r\n\r\n", "\r\n\r\nbytes\r\n--"]
    {
        assert!(form.contains(part), "{form}");
    }
    assert!(
        upload.headers["content-type"]
            .to_str()
            .is_ok_and(|kind| kind.starts_with("multipart/form-data; boundary="))
    );
    assert!(!form.contains("audio/opus"), "Meta knows it as audio/ogg: {form}");
    assert_eq!(upload.headers["authorization"], format!("Bearer {TOKEN}").as_str());
}

#[tokio::test]
async fn a_templates_stored_picture_is_uploaded_too() {
    let server = uploading(ResponseTemplate::new(200).set_body_json(json!({"id": "9100"}))).await;
    let header = Header::Media { media: kept(MediaKind::Image, "image/png", 5) };
    let outbound = Outbound { attached: vec![blob("image/png")], ..line(full_template(header)) };
    opened(cloud_account(&server.uri())).send(&outbound).await.expect("taken");
    let component = &last_body(&server).await["template"]["components"][0];
    assert_eq!(component["parameters"][0]["image"], json!({"id": "9100"}));
}

/// Nothing was sent, whatever became of the upload.
/// proves: CH-02, PL-11
#[rstest]
#[case::silent(ResponseTemplate::new(200).set_delay(Duration::from_secs(30)), ErrorKind::Unavailable)]
#[case::gateway(ResponseTemplate::new(504).set_body_string("<html>"), ErrorKind::Unavailable)]
#[case::broken(ResponseTemplate::new(500).set_body_json(json!({"error": {"code": 1}})), ErrorKind::Unavailable)]
#[case::garbage(ResponseTemplate::new(200).set_body_string("<html>"), ErrorKind::Unavailable)]
#[case::odd_error(ResponseTemplate::new(200).set_body_json(json!({"error": {"code": 99_999}})), ErrorKind::Unavailable)]
#[case::odd_status(ResponseTemplate::new(302), ErrorKind::Unavailable)]
#[case::denied(ResponseTemplate::new(401).set_body_json(json!({"error": {"code": 190}})), ErrorKind::Denied)]
#[case::too_fast(ResponseTemplate::new(429), ErrorKind::RateLimited)]
#[case::bad(ResponseTemplate::new(400).set_body_json(json!({"error": {"code": 100}})), ErrorKind::Invalid)]
#[tokio::test]
async fn a_failed_upload_is_never_uncertain(#[case] answer: ResponseTemplate, #[case] kind: ErrorKind) {
    let server = uploading(answer).await;
    let config = AccountConfig { time_limit: Duration::from_millis(300), ..cloud_account(&server.uri()) };
    let content = stored(MediaKind::Image, "image/png", 5);
    let outbound = Outbound { attached: vec![blob("image/png")], ..line(content) };
    let error = opened(config).send(&outbound).await.expect_err("a failure");
    assert_eq!(error.kind, kind, "{error}");
    let asked = server.received_requests().await.expect("a record");
    assert!(asked.iter().all(|request| request.url.path().ends_with("/media")), "a line was sent");
}

/// Who waits for a line gives up after the whole time, and does not know then whether it was sent.
/// proves: CH-02, PL-11
#[rstest]
#[case::given_up_before_the_end(60_000, 0, Err(ErrorKind::Unavailable), 1)]
#[case::slow_but_in_time(500, 0, Ok(()), 2)]
#[case::the_line_has_what_is_left(500, 60_000, Err(ErrorKind::Uncertain), 2)]
#[tokio::test]
async fn a_slow_upload_leaves_time_for_the_line(
    #[case] upload_ms: u64,
    #[case] line_ms: u64,
    #[case] expected: Result<(), ErrorKind>,
    #[case] asked: usize,
) {
    let server = MockServer::start().await;
    let later = |answer: ResponseTemplate, ms| answer.set_delay(Duration::from_millis(ms));
    let uploaded = later(ResponseTemplate::new(200).set_body_json(json!({"id": "9100"})), upload_ms);
    Mock::given(path("/v25.0/555000111/media")).respond_with(uploaded).mount(&server).await;
    Mock::given(path("/v25.0/555000111/messages")).respond_with(later(ok(), line_ms)).mount(&server).await;
    let whole = Duration::from_secs(3);
    let config = AccountConfig { time_limit: whole, ..cloud_account(&server.uri()) };
    let content = stored(MediaKind::Image, "image/png", 5);
    let outbound = Outbound { attached: vec![blob("image/png")], ..line(content) };
    let begun = std::time::Instant::now();
    let result = opened(config).send(&outbound).await;
    assert_eq!(result.map(drop).map_err(|error| error.kind), expected);
    assert_eq!(server.received_requests().await.expect("a record").len(), asked);
    if expected == Err(ErrorKind::Unavailable) {
        assert!(begun.elapsed() < whole * 5 / 6, "the guard would have been first: {:?}", begun.elapsed());
    }
}

/// proves: CV-07
#[rstest]
#[case::in_the_window(Passage::Open, Content::text("Hi"), true)]
#[case::template_later(Passage::Closed, template(|_| ()), true)]
#[case::words_later(Passage::Closed, Content::text("Hi"), false)]
#[case::words_of_a_person_later(Passage::AsStaff, Content::text("Hi"), false)]
#[tokio::test]
async fn the_window_is_kept(#[case] passage: Passage, #[case] content: Content, #[case] passes: bool) {
    let server = answering(ok()).await;
    let sent = opened(cloud_account(&server.uri())).send(&Outbound { passage, ..line(content) }).await;
    assert_eq!(sent.map_err(|error| error.kind).is_ok(), passes);
    assert_eq!(server.received_requests().await.expect("a record").len(), usize::from(passes));
}

fn choices(change: impl Fn(&mut Vec<Choice>)) -> Content {
    let mut choices = vec![Choice::new("a", "A"), Choice::new("b", "B")];
    change(&mut choices);
    Content::Buttons { text: "Which?".into(), choices }
}

/// The suite tries every limit; these are WhatsApp's own rules.
/// proves: AD-05
#[rstest]
#[case::same_titles(choices(|choices| choices[1].title = "A".into()))]
#[case::same_payloads(choices(|choices| choices[1].payload = "a".into()))]
#[case::blank_before_a_payload(choices(|choices| choices[0].payload = " a".into()))]
#[case::blank_after_a_payload(choices(|choices| choices[0].payload = "a ".into()))]
#[case::blank_title(choices(|choices| choices[0].title = " ".into()))]
#[case::four_buttons(question(4))]
#[case::gif(stored(MediaKind::Image, "image/gif", 5))]
#[case::another_sound(stored(MediaKind::Audio, "audio/flac", 5))]
#[case::nothing_in_it(stored(MediaKind::Image, "image/png", 0))]
#[case::bytes_not_handed_over(stored(MediaKind::Image, "image/png", 5))]
#[case::lost(Content::Media { media: vec![Media { kind: MediaKind::Image, source: Source::Missing { reason: "gone".into() } }], text: None })]
#[case::two_media(Content::Media { media: vec![Media::remote(MediaKind::Image, PICTURE); 2], text: None })]
#[case::internal_medium(linked(MediaKind::Image, "https://192.168.1.7/a.jpg", None))]
#[case::plain_http(linked(MediaKind::Image, "http://shop.example/a.jpg", None))]
#[case::odd_template_name(template(|template| template.name = "Order Ready".into()))]
#[case::no_language(template(|template| template.language = String::new()))]
#[case::some_values_named(template(|template| template.parameters = vec![
    Parameter::new("a"), Parameter { name: Some("b".into()), value: "b".into() }
]))]
#[case::empty_value(template(|template| template.parameters = vec![Parameter::new(" ")]))]
#[case::sound_as_header(template(|template| template.header = Some(Header::Media {
    media: Media::remote(MediaKind::Audio, PICTURE)
})))]
#[case::long_code(template(|template| template.buttons = vec![
    ButtonValue { place: 0, kind: ButtonKind::CopyCode, value: "x".repeat(16) }
]))]
#[case::eleventh_button(template(|template| template.buttons = vec![
    ButtonValue { place: 10, kind: ButtonKind::Reply, value: "x".into() }
]))]
#[tokio::test]
async fn what_does_not_fit_is_refused_before_it_leaves(#[case] content: Content) {
    let refused =
        opened(cloud_account("https://graph.invalid/")).send(&line(content)).await.expect_err("refused");
    assert_eq!(refused.kind, ErrorKind::Invalid, "{refused}");
}

/// proves: CH-02
#[rstest]
#[case::typing(Signal::Typing, json!({"type": "text"}))]
#[case::seen(Signal::Seen, Value::Null)]
#[tokio::test]
async fn a_sign_of_life_stands_at_a_message(#[case] signal: Signal, #[case] typing: Value) {
    let server = answering(ResponseTemplate::new(200).set_body_json(json!({"success": true}))).await;
    let whatsapp = opened(cloud_account(&server.uri()));
    whatsapp.signal(CUSTOMER, None, signal).await.expect("nothing to do");
    assert!(server.received_requests().await.expect("a record").is_empty());
    whatsapp.signal(CUSTOMER, Some("wamid.IN"), signal).await.expect("shown");
    let body = last_body(&server).await;
    let told = (&body["status"], &body["message_id"], &body["typing_indicator"]);
    assert_eq!(told, (&json!("read"), &json!("wamid.IN"), &typing));
}

/// proves: AD-05
#[test]
fn rates_are_data() {
    let whatsapp = opened(cloud_account("https://graph.example/"));
    let terms = whatsapp.terms();
    assert_eq!((terms.per_second, terms.account.as_str()), (80, "whatsapp:555000111"));
    assert_eq!(terms.pair, Some(PairRate { burst: 45, every: Duration::from_secs(6) }));
    let unpaired = AccountConfig { pair_burst: 0, ..cloud_account("https://graph.example/") };
    assert_eq!(opened(unpaired).terms().pair, None);
}

#[test]
fn nobody_is_shown_the_token() {
    let shown = format!(
        "{:?} {:?}",
        cloud_account("http://127.0.0.1:9/"),
        opened(cloud_account("http://127.0.0.1:9/"))
    );
    assert!(!shown.contains(TOKEN), "{shown}");
}
