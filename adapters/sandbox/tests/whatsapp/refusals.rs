//! What the reference says is refused: every limit of its section 8, just beyond the edge.

use hyper::Method;
use rstest::rstest;
use serde_json::{Value, json};
use tradepost_sandbox::{Outcome, WhatsappAccount, WhatsappChange};

use super::line::{Line, MARIA, NUMBER, button, buttons, interactive, list, row, text, to_maria, with};
use crate::stage::call;

fn without(mut body: Value, key: &str) -> Value {
    body.as_object_mut().unwrap().remove(key);
    body
}

fn having(mut body: Value, key: &str, value: Value) -> Value {
    body[key] = value;
    body
}

fn one_button() -> Value {
    buttons(vec![button("a", "A")])
}

fn rows(count: usize) -> Value {
    (0..count).map(|n| row(&format!("r{n}"), &format!("R{n}"))).collect()
}

fn one_row(row: Value) -> Value {
    list(json!([{ "title": "S", "rows": [row] }]))
}

fn link_button(label: &str, url: &str) -> Value {
    interactive("cta_url", json!({ "name": "cta_url", "parameters": { "display_text": label, "url": url } }))
}

fn flow(key: &str, value: Value) -> Value {
    let mut parameters = json!({ "flow_message_version": "3", "flow_id": "1", "flow_cta": "Book" });
    parameters[key] = value;
    interactive("flow", json!({ "name": "flow", "parameters": parameters }))
}

fn media(kind: &str, content: Value) -> Value {
    to_maria(kind, content)
}

/// proves: AD-04, CH-02
#[rstest]
#[case::another_product(having(text("Hi"), "messaging_product", "messenger".into()), 100)]
#[case::no_product(without(text("Hi"), "messaging_product"), 100)]
#[case::a_group(having(text("Hi"), "recipient_type", "group".into()), 100)]
#[case::nobody(without(text("Hi"), "to"), 131_008)]
#[case::both_recipients(having(text("Hi"), "recipient", "US.1".into()), 100)]
#[case::words_for_a_number(having(text("Hi"), "to", "Maria".into()), 100)]
#[case::number_as_a_number(having(text("Hi"), "to", 4_915_112_345_678u64.into()), 100)]
#[case::too_long_a_number(having(text("Hi"), "to", "1".repeat(16).into()), 100)]
#[case::no_scoped_id(having(without(text("Hi"), "to"), "recipient", "1234".into()), 100)]
#[case::to_itself(having(text("Hi"), "to", "1555000111".into()), 131_021)]
#[case::unknown_type(to_maria("poll", json!({})), 100)]
#[case::no_content(without(text("Hi"), "text"), 100)]
#[case::empty_text(text(""), 100)]
#[case::text_of_4097(text(&"é".repeat(4097)), 100)]
#[case::preview_as_a_word(to_maria("text", json!({ "body": "Hi", "preview_url": "yes" })), 100)]
#[case::callback_of_513(having(text("Hi"), "biz_opaque_callback_data", "c".repeat(513).into()), 100)]
#[case::quote_of_nothing(having(text("Hi"), "context", json!({})), 100)]
#[case::quote_of_a_strange_message(having(text("Hi"), "context", json!({ "message_id": "wamid.X" })), 131_009)]
#[case::media_without_source(media("image", json!({ "caption": "c" })), 100)]
#[case::media_with_both_sources(media("image", json!({ "id": "1", "link": "https://a.example/m" })), 100)]
#[case::media_by_plain_http(media("image", json!({ "link": "http://a.example/m" })), 100)]
#[case::media_by_an_unknown_id(media("image", json!({ "id": "404" })), 131_009)]
#[case::caption_of_1025(media("image", json!({ "link": "https://a.example/m", "caption": "c".repeat(1025) })), 100)]
#[case::audio_with_caption(media("audio", json!({ "link": "https://a.example/m", "caption": "c" })), 100)]
#[case::sticker_with_caption(media("sticker", json!({ "link": "https://a.example/m", "caption": "c" })), 100)]
#[case::image_with_filename(media("image", json!({ "link": "https://a.example/m", "filename": "m.png" })), 100)]
#[case::place_without_longitude(to_maria("location", json!({ "latitude": 1.5 })), 100)]
#[case::place_beyond_the_pole(to_maria("location", json!({ "latitude": 90.1, "longitude": 1 })), 100)]
#[case::no_cards(to_maria("contacts", json!([])), 100)]
#[case::card_without_a_name(to_maria("contacts", json!([{ "name": { "first_name": "A" } }])), 100)]
#[case::reaction_to_nothing(to_maria("reaction", json!({ "emoji": "👍" })), 100)]
#[case::reaction_without_emoji(to_maria("reaction", json!({ "message_id": "wamid.X" })), 100)]
#[case::reaction_to_a_strange_message(to_maria("reaction", json!({ "message_id": "wamid.X", "emoji": "👍" })), 131_009)]
#[case::unknown_interactive(interactive("carousel", json!({})), 100)]
#[case::no_body(with(one_button(), "body", json!({})), 131_009)]
#[case::body_of_1025(with(one_button(), "body", json!({ "text": "b".repeat(1025) })), 131_009)]
#[case::footer_of_61(with(one_button(), "footer", json!({ "text": "f".repeat(61) })), 131_009)]
#[case::header_of_61(with(one_button(), "header", json!({ "type": "text", "text": "h".repeat(61) })), 131_009)]
#[case::header_of_unknown_kind(with(one_button(), "header", json!({ "type": "audio", "audio": { "id": "1" } })), 131_009)]
#[case::header_without_medium(with(one_button(), "header", json!({ "type": "image", "image": {} })), 100)]
#[case::no_buttons(buttons(vec![]), 131_009)]
#[case::four_buttons(buttons((0..4).map(|n| button(&n.to_string(), &n.to_string())).collect()), 131_009)]
#[case::button_of_another_kind(buttons(vec![json!({ "type": "url", "reply": { "id": "a", "title": "A" } })]), 131_009)]
#[case::button_title_of_21(buttons(vec![button("a", &"t".repeat(21))]), 131_009)]
#[case::button_without_title(buttons(vec![button("a", "")]), 131_009)]
#[case::button_id_of_257(buttons(vec![button(&"i".repeat(257), "A")]), 131_009)]
#[case::button_id_with_a_space(buttons(vec![button("a ", "A")]), 131_009)]
#[case::equal_button_titles(buttons(vec![button("a", "A"), button("b", "A")]), 131_009)]
#[case::equal_button_ids(buttons(vec![button("a", "A"), button("a", "B")]), 131_009)]
#[case::list_under_a_picture(with(one_row(row("r", "R")), "header", json!({ "type": "image", "image": { "link": "https://a.example/m" } })), 131_009)]
#[case::list_body_of_1025(with(one_row(row("r", "R")), "body", json!({ "text": "b".repeat(1025) })), 131_009)]
#[case::label_of_21(interactive("list", json!({ "button": "b".repeat(21), "sections": [{ "rows": rows(1) }] })), 131_009)]
#[case::no_sections(list(json!([])), 131_009)]
#[case::eleven_sections(list((0..11).map(|_| json!({ "title": "S", "rows": rows(1) })).collect()), 131_009)]
#[case::section_without_rows(list(json!([{ "title": "S", "rows": [] }])), 131_009)]
#[case::eleven_rows(list(json!([{ "title": "S", "rows": rows(11) }])), 131_009)]
#[case::twelve_rows_in_two_sections(list(json!([{ "title": "S", "rows": rows(6) }, { "title": "T", "rows": rows(6) }])), 131_009)]
#[case::two_sections_without_titles(list(json!([{ "rows": [row("a", "A")] }, { "rows": [row("b", "B")] }])), 131_009)]
#[case::section_title_of_25(list(json!([{ "title": "s".repeat(25), "rows": rows(1) }])), 131_009)]
#[case::row_id_of_201(one_row(row(&"i".repeat(201), "R")), 131_009)]
#[case::row_title_of_25(one_row(row("r", &"t".repeat(25))), 131_009)]
#[case::row_description_of_73(one_row(json!({ "id": "r", "title": "R", "description": "d".repeat(73) })), 131_009)]
#[case::equal_row_ids(list(json!([{ "title": "S", "rows": [row("r", "A"), row("r", "B")] }])), 131_009)]
#[case::link_label_of_21(link_button(&"l".repeat(21), "https://a.example"), 131_009)]
#[case::link_by_ftp(link_button("Open", "ftp://a.example"), 100)]
#[case::another_action(interactive("cta_url", json!({ "name": "open" })), 131_009)]
#[case::request_by_another_name(interactive("location_request_message", json!({ "name": "location" })), 131_009)]
#[case::flow_label_of_31(flow("flow_cta", "c".repeat(31).into()), 131_009)]
#[case::flow_of_another_version(flow("flow_message_version", "2".into()), 131_009)]
#[case::flow_without_id(flow("flow_id", Value::Null), 100)]
#[case::flow_with_another_action(flow("flow_action", "fly".into()), 131_009)]
#[case::product_without_catalogue(interactive("product", json!({ "product_retailer_id": "1" })), 100)]
#[case::thirty_one_products(interactive("product_list", json!({ "catalog_id": "1", "sections": [{ "product_items": vec![json!({ "product_retailer_id": "2" }); 31] }] })), 131_009)]
#[case::read_of_nothing(json!({ "messaging_product": "whatsapp", "status": "read" }), 100)]
#[case::read_of_a_strange_message(json!({ "messaging_product": "whatsapp", "status": "read", "message_id": "wamid.X" }), 100)]
#[case::another_status(json!({ "messaging_product": "whatsapp", "status": "seen", "message_id": "wamid.X" }), 100)]
#[case::typing_of_another_kind(json!({ "messaging_product": "whatsapp", "status": "read", "message_id": "wamid.X", "typing_indicator": { "type": "voice" } }), 100)]
#[tokio::test]
async fn refused(#[case] body: Value, #[case] code: i64) {
    let line = Line::with_maria().await;
    let reply = line.send(&body).await;
    assert_eq!(reply.status, 400, "{:?}", reply.raw);
    let error = &reply.json()["error"];
    assert_eq!(error["code"].as_i64(), Some(code), "{error}");
    assert!(error["message"].as_str().unwrap().starts_with(&format!("(#{code})")), "{error}");
    assert_eq!((&error["type"], error["fbtrace_id"].is_string()), (&json!("OAuthException"), true));
    assert_eq!(error["error_data"]["messaging_product"], "whatsapp");
    assert!(error["error_data"]["details"].as_str().is_some_and(|details| !details.is_empty()), "{error}");
    let entries = line.0.sandbox.log().entries();
    assert_eq!(entries.len(), 1);
    let entry = &entries[0];
    assert_eq!((entry.outcome, entry.status, entry.code), (Outcome::Refused, 400, Some(code)));
    assert_eq!((entry.message_id.as_deref(), &entry.body), (None, &body));
}

/// proves: AD-04
#[rstest]
#[case::no_token(NUMBER, None, 401, 190)]
#[case::wrong_token(NUMBER, Some("nobody"), 401, 190)]
#[case::another_number("555000222", Some("token-555000111"), 400, 100)]
#[tokio::test]
async fn refused_at_the_door(
    #[case] node: &str,
    #[case] token: Option<&str>,
    #[case] status: u16,
    #[case] code: i64,
) {
    let line = Line::with_maria().await;
    let bearer = format!("Bearer {}", token.unwrap_or_default());
    let headers: &[_] = if token.is_some() { &[("authorization", bearer.as_str())] } else { &[] };
    let url = format!("{}/v25.0/{node}/messages", line.0.sandbox.base_url());
    let reply = call(Method::POST, &url, headers, text("Hi").to_string()).await.unwrap();
    assert_eq!((reply.status, reply.json()["error"]["code"].as_i64()), (status, Some(code)));
    assert_eq!(reply.json()["error"]["type"], "OAuthException");
    assert!(line.0.sandbox.log().received(NUMBER, MARIA).is_empty());
}

/// proves: AD-04
#[rstest]
#[case::broken("{\"to\":")]
#[case::empty("")]
#[case::array("[]")]
#[case::word("\"hello\"")]
#[tokio::test]
async fn bad_bodies_are_refused(#[case] body: &'static str) {
    let line = Line::with_maria().await;
    let reply = line.post(&format!("/{NUMBER}/messages"), body.into()).await.unwrap();
    let code = reply.json()["error"]["code"].as_i64();
    assert!(reply.status == 400 && matches!(code, Some(100 | 131_008)), "{code:?}");
    assert_eq!(line.0.sandbox.log().entries()[0].kind, "unreadable");
}

/// proves: AD-04
#[tokio::test]
async fn a_revoked_token_is_refused_until_it_is_given_back() {
    let line = Line::with_maria().await;
    for (revoked, status) in [(true, 401), (false, 200)] {
        let change = WhatsappChange { token_revoked: Some(revoked), ..WhatsappChange::default() };
        line.0.sandbox.change_whatsapp(NUMBER, change).unwrap();
        let reply = line.send(&text("Hi")).await;
        assert_eq!(reply.status, status);
        if revoked {
            assert_eq!(reply.json()["error"]["error_subcode"], 460);
        }
    }
}

/// proves: AD-04
#[tokio::test]
async fn a_test_number_writes_to_its_list_only() {
    let line =
        Line::with(|account| WhatsappAccount { allow_list: Some(vec![MARIA.into()]), ..account }).await;
    line.maria().wrote_ms_ago(0);
    assert_eq!(line.send(&text("Hi")).await.status, 200);
    let stranger = having(text("Hi"), "to", "4915100000000".into());
    assert_eq!(line.send(&stranger).await.json()["error"]["code"], 131_030);
}

/// proves: AD-04
#[tokio::test]
async fn lists_may_be_longer_after_the_current_page() {
    let line = Line::with(|account| WhatsappAccount { list_body_chars: 4096, ..account }).await;
    line.maria().wrote_ms_ago(0);
    let long = |chars| with(one_row(row("r", "R")), "body", json!({ "text": "b".repeat(chars) }));
    assert_eq!(line.send(&long(4096)).await.status, 200);
    assert_eq!(line.send(&long(4097)).await.json()["error"]["code"], 131_009);
}
