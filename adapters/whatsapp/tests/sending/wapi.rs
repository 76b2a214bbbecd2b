//! What leaves for the reseller.

use rstest::rstest;
use serde_json::{Value, json};
use tradepost_domain::{
    Content, ErrorKind, MediaKind,
    template::{ButtonKind, ButtonValue, Header, Parameter},
};
use tradepost_ports::{Messenger, Outbound, Signal};
use tradepost_whatsapp::{AccountConfig, Dialect, WapiConfig};
use wiremock::{MockServer, ResponseTemplate};

use super::{
    TOKEN, answering, full_template, last_body, line, linked, list, opened, question, stored, template,
    wapi_account,
};
use crate::{ACCOUNT, CUSTOMER};

fn with(base: &str, change: impl FnOnce(&mut WapiConfig)) -> AccountConfig {
    let mut config = wapi_account(base);
    if let Dialect::Wapi(wapi) = &mut config.dialect {
        change(wapi);
    }
    config
}

async fn taking() -> MockServer {
    let taken =
        json!({"result": "success", "message": "Sent", "data": {"wamid": "wamid.OUT1", "log_uid": "u1"}});
    answering(ResponseTemplate::new(200).set_body_json(taken)).await
}

/// proves: CH-02
#[rstest]
#[case::text(Content::text("Yes."), "send-message", json!({"message_body": "Yes."}))]
#[case::picture(
    linked(MediaKind::Image, "https://shop.example/mug.jpg", Some("A mug")), "send-media-message",
    json!({"media_type": "image", "media_url": "https://shop.example/mug.jpg", "caption": "A mug"})
)]
#[case::paper(
    linked(MediaKind::File, "https://shop.example/order.pdf", None), "send-media-message",
    json!({"media_type": "document", "media_url": "https://shop.example/order.pdf", "file_name": "order.pdf"})
)]
#[case::buttons(
    question(2), "send-interactive-message",
    json!({"interactive_type": "button", "body_text": "Which?", "buttons": {"1": "No. 1", "2": "No. 2"}})
)]
#[case::list(list(), "send-interactive-message", json!({
    "interactive_type": "list", "body_text": "What?", "list_data": {"button_text": "Options", "sections": [
        {"title": "Options", "rows": [
            {"id": "r1", "title": "Soup", "description": "Hot"}, {"id": "r2", "title": "Bread"}
        ]}
    ]}
}))]
#[case::template(
    full_template(Header::Text { value: Parameter::new("77") }), "send-template-message",
    json!({
        "template_name": "order_ready", "template_language": "en_US", "header_field_1": "77", "field_1": "Ana",
        "field_2": "#77", "button_0": "TRACK:77", "button_1": "77", "copy_code": "SAVE10"
    })
)]
#[case::template_with_a_place(
    template(|template| template.header = Some(Header::Location {
        latitude_e6: 1_500_000, longitude_e6: 2_000_000, name: "Shop".into(), address: "1 Main St".into()
    })),
    "send-template-message",
    json!({
        "template_name": "order_ready", "template_language": "en_US", "location_latitude": 1.5,
        "location_longitude": 2.0, "location_name": "Shop", "location_address": "1 Main St"
    })
)]
#[tokio::test]
async fn a_line_becomes_the_resellers_json(
    #[case] content: Content,
    #[case] call: &str,
    #[case] what: Value,
) {
    let server = taking().await;
    let config = with(&server.uri(), |wapi| wapi.lists = true);
    let receipt = opened(config).send(&line(content)).await.expect("taken");
    assert_eq!(receipt.reference, "wamid.OUT1");
    let mut expected = what;
    expected["phone_number"] = json!(CUSTOMER);
    expected["from_phone_number_id"] = json!(ACCOUNT);
    assert_eq!(last_body(&server).await, expected);
    let request = &server.received_requests().await.expect("a record")[0];
    assert_eq!(request.url.path(), format!("/vendor-1/contact/{call}"));
    assert_eq!(request.headers["authorization"], format!("Bearer {TOKEN}").as_str());
}

/// proves: CH-02
#[tokio::test]
async fn buttons_are_an_array_where_that_is_set() {
    let server = taking().await;
    opened(with(&server.uri(), |wapi| wapi.buttons_as_array = true))
        .send(&line(question(1)))
        .await
        .expect("taken");
    assert_eq!(last_body(&server).await["buttons"], json!([{"id": "pick:1", "title": "No. 1"}]));
}

/// proves: CH-02, PL-02
#[tokio::test]
async fn a_token_stands_in_the_address_where_that_is_set() {
    let server = taking().await;
    let config = with(&server.uri(), |wapi| wapi.token_in_query = true);
    opened(config.clone()).send(&line(Content::text("Hi"))).await.expect("taken");
    let request = &server.received_requests().await.expect("a record")[0];
    assert_eq!(request.url.query(), Some(&*format!("token={TOKEN}")));
    assert!(request.headers.get("authorization").is_none());
    let nowhere = AccountConfig { base: "http://127.0.0.1:1/api".into(), ..config };
    let error = opened(nowhere).send(&line(Content::text("Hi"))).await.expect_err("nobody there");
    assert!(!format!("{error} {error:?}").contains(TOKEN), "{error}");
}

#[tokio::test]
async fn a_stored_medium_is_sent_by_its_public_address() {
    let server = taking().await;
    let media = line(stored(MediaKind::Image, "image/png", 5));
    let nowhere = opened(wapi_account(&server.uri())).send(&media).await.expect_err("no address");
    assert!(nowhere.kind == ErrorKind::Invalid && nowhere.detail.contains("media_base"));
    let config = with(&server.uri(), |wapi| wapi.media_base = Some("https://gate.example/m/".into()));
    opened(config).send(&media).await.expect("taken");
    assert_eq!(last_body(&server).await["media_url"], "https://gate.example/m/ab12");
}

/// A picture is JPEG or PNG at Meta; the reseller has no word for a sticker.
#[tokio::test]
async fn a_webp_picture_is_sent_as_a_file() {
    let server = taking().await;
    let config = with(&server.uri(), |wapi| wapi.media_base = Some("https://gate.example/m/".into()));
    opened(config).send(&line(stored(MediaKind::Image, "image/webp", 5))).await.expect("taken");
    let body = last_body(&server).await;
    assert_eq!((&body["media_type"], &body["file_name"]), (&json!("document"), &json!("document.webp")));
}

/// A success that names nothing is one all the same; the line is known by our own name for it.
#[tokio::test]
async fn a_nameless_success_is_known_by_the_effect() {
    let server = answering(ResponseTemplate::new(200).set_body_json(json!({"result": "success"}))).await;
    let outbound = line(Content::text("Hi"));
    let receipt = opened(wapi_account(&server.uri())).send(&outbound).await.expect("taken");
    assert_eq!(receipt.reference, outbound.effect.to_string());
}

fn button(kind: ButtonKind, place: u8, length: usize) -> Content {
    template(|template| template.buttons = vec![ButtonValue { place, kind, value: "x".repeat(length) }])
}

/// proves: AD-05
#[rstest]
#[case::list_without_lists(list())]
#[case::place(Content::Location { latitude_e6: 0, longitude_e6: 0, name: None })]
#[case::long_payload(button(ButtonKind::Reply, 0, 257))]
#[case::long_code(button(ButtonKind::CopyCode, 0, 16))]
#[case::eleventh_button(button(ButtonKind::Reply, 10, 1))]
#[case::named_values(template(|template| {
    template.parameters = vec![Parameter { name: Some("a".into()), value: "b".into() }];
}))]
#[tokio::test]
async fn what_the_reseller_cannot_is_refused(#[case] content: Content) {
    let error =
        opened(wapi_account("https://wapi.invalid/api")).send(&line(content)).await.expect_err("refused");
    assert_eq!(error.kind, ErrorKind::Invalid, "{error}");
}

#[tokio::test]
async fn the_reseller_writes_to_numbers_only_and_shows_no_signs() {
    let server = taking().await;
    let whatsapp = opened(wapi_account(&server.uri()));
    let outbound = Outbound { peer: "US.13491".into(), ..line(Content::text("Hi")) };
    assert_eq!(whatsapp.send(&outbound).await.expect_err("refused").kind, ErrorKind::Invalid);
    whatsapp.signal(CUSTOMER, Some("wamid.IN"), Signal::Typing).await.expect("nothing to do");
    assert!(server.received_requests().await.expect("a record").is_empty());
}
