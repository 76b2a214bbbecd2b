//! The reseller's dialect: its calls, its answers, its webhooks around Meta's.

use hyper::Method;
use rstest::rstest;
use serde_json::{Value, json};
use tradepost_sandbox::{
    Dialect, Failures, Fault, Outcome, Step, Template, What, WhatsappAccount, WhatsappAction,
};

use super::line::{Line, MARIA, NUMBER};
use crate::stage::{Reply, call};

fn reseller(account: WhatsappAccount) -> WhatsappAccount {
    WhatsappAccount { dialect: Dialect::Wapi, ..account }
}

async fn reseller_line() -> Line {
    let line = Line::with(reseller).await;
    line.maria().wrote_ms_ago(0);
    line
}

fn path(action: &str) -> String {
    format!("/api/vendor-{NUMBER}/contact/{action}")
}

async fn post(line: &Line, action: &str, body: &Value) -> Reply {
    line.post(&path(action), body.to_string()).await.unwrap()
}

fn text(words: &str) -> Value {
    json!({ "phone_number": MARIA, "message_body": words })
}

fn buttons(titles: Value) -> Value {
    json!({ "from_phone_number_id": NUMBER, "phone_number": MARIA, "interactive_type": "button", "body_text": "Confirm?", "footer_text": "Shop", "buttons": titles })
}

fn list(data: Value) -> Value {
    json!({ "phone_number": MARIA, "interactive_type": "list", "header_type": "text", "header_text": "Menu", "body_text": "Which?", "list_data": data })
}

fn menu() -> Value {
    json!({ "button_text": "Options", "sections": [{ "title": "Food", "rows": [{ "id": "r1", "title": "Soup", "description": "Hot" }, { "row_id": "r2", "title": "Tea" }] }] })
}

/// proves: AD-04, CH-02
#[rstest]
#[case::text("send-message", "text", text("Hi"))]
#[case::with_a_contact("send-message", "text", json!({ "phone_number": MARIA, "message_body": "Hi", "contact": { "first_name": "Maria" } }))]
#[case::image("send-media-message", "image", json!({ "phone_number": MARIA, "media_type": "image", "media_url": "https://a.example/m", "caption": "c" }))]
#[case::document("send-media-message", "document", json!({ "phone_number": MARIA, "media_type": "document", "media_url": "https://a.example/m", "file_name": "m.pdf" }))]
#[case::audio("send-media-message", "audio", json!({ "phone_number": MARIA, "media_type": "audio", "media_url": "https://a.example/m", "caption": "" }))]
#[case::buttons("send-interactive-message", "button", buttons(json!({ "1": "Yes", "2": "No" })))]
#[case::list("send-interactive-message", "list", list(menu()))]
#[case::list_of_objects("send-interactive-message", "list", list(json!({ "button_text": "Options", "sections": { "1": { "title": "Food", "rows": { "1": { "id": "r1", "title": "Soup" } } } } })))]
#[tokio::test]
async fn messages_are_taken(#[case] action: &str, #[case] kind: &str, #[case] body: Value) {
    let line = reseller_line().await;
    let reply = post(&line, action, &body).await;
    let told = reply.json();
    assert_eq!((reply.status, &told["result"]), (200, &json!("success")), "{told}");
    assert!(
        told["data"]["wamid"].as_str().unwrap().starts_with("wamid.") && told["data"]["log_uid"].is_string()
    );
    let entry = line.0.sandbox.log().received(NUMBER, MARIA).remove(0);
    assert_eq!((entry.provider.as_str(), entry.kind.as_str(), &entry.body), ("whatsapp", kind, &body));
    assert_eq!(entry.message_id.as_deref(), told["data"]["wamid"].as_str());
}

/// proves: AD-04, CH-02
#[tokio::test]
async fn templates_are_filled_by_numbered_fields() {
    let template = Template::new("order", "en", "Hi {{1}}, order {{2}}.")
        .with_component(json!({ "type": "HEADER", "format": "DOCUMENT" }))
        .with_component(json!({ "type": "BUTTONS", "buttons": [{ "type": "URL", "text": "Open", "url": "https://a.example/{{1}}" }] }));
    let line = Line::with(|account| reseller(account).with_template(template)).await;
    let mut body = json!({ "phone_number": MARIA, "template_name": "order", "template_language": "en", "field_1": "Ana", "field_2": "#77",
        "header_document": "https://a.example/b.pdf", "header_document_name": "b.pdf", "button_0": "77" });
    assert_eq!(post(&line, "send-template-message", &body).await.json()["result"], "success");
    assert_eq!(line.0.sandbox.log().entries()[0].shown.as_ref().unwrap()["body"], "Hi Ana, order #77.");
    body.as_object_mut().unwrap().remove("field_2");
    let refused = post(&line, "send-template-message", &body).await;
    assert_eq!((refused.status, &refused.json()["result"]), (200, &json!("failed")));
    assert!(refused.json()["message"].as_str().unwrap().starts_with("(#132000)"), "{:?}", refused.raw);
}

/// proves: AD-04
#[rstest]
#[case::no_token(&path("send-message"), None, text("Hi"), 401)]
#[case::wrong_token(&path("send-message"), Some("nobody"), text("Hi"), 401)]
#[case::unknown_vendor("/api/nobody/contact/send-message", Some("token-555000111"), text("Hi"), 404)]
#[case::unknown_route(&path("send-pigeon"), Some("token-555000111"), text("Hi"), 404)]
#[case::another_number(&path("send-message"), Some("token-555000111"), json!({ "from_phone_number_id": "404", "phone_number": MARIA, "message_body": "Hi" }), 400)]
#[case::no_number(&path("send-message"), Some("token-555000111"), json!({ "message_body": "Hi" }), 400)]
#[case::number_with_a_plus(&path("send-message"), Some("token-555000111"), json!({ "phone_number": "+49151", "message_body": "Hi" }), 400)]
#[case::no_words(&path("send-message"), Some("token-555000111"), json!({ "phone_number": MARIA }), 400)]
#[case::unknown_medium(&path("send-media-message"), Some("token-555000111"), json!({ "phone_number": MARIA, "media_type": "smell", "media_url": "https://a.example/m" }), 400)]
#[case::buttons_as_an_array(&path("send-interactive-message"), Some("token-555000111"), buttons(json!([{ "id": "a", "title": "A" }])), 400)]
#[case::unknown_interactive(&path("send-interactive-message"), Some("token-555000111"), json!({ "phone_number": MARIA, "interactive_type": "dance" }), 400)]
#[case::no_json(&path("send-message"), Some("token-555000111"), json!("Hi"), 400)]
#[tokio::test]
async fn refused(#[case] path: &str, #[case] token: Option<&str>, #[case] body: Value, #[case] status: u16) {
    let line = reseller_line().await;
    let bearer = format!("Bearer {}", token.unwrap_or_default());
    let headers: &[_] = if token.is_some() { &[("authorization", bearer.as_str())] } else { &[] };
    let url = format!("{}{path}", line.0.sandbox.base_url());
    let reply = call(Method::POST, &url, headers, body.to_string()).await.unwrap();
    assert_eq!((reply.status, &reply.json()["result"]), (status, &json!("failed")), "{:?}", reply.raw);
    assert!(reply.json()["message"].is_string());
    assert!(line.0.sandbox.log().received(NUMBER, MARIA).is_empty());
}

/// proves: AD-04
#[tokio::test]
async fn the_token_may_stand_in_the_address() {
    let line = reseller_line().await;
    let url = format!("{}{}?token=token-{NUMBER}", line.0.sandbox.base_url(), path("send-message"));
    assert_eq!(call(Method::POST, &url, &[], text("Hi").to_string()).await.unwrap().status, 200);
    assert_eq!(line.0.sandbox.log().texts(NUMBER, MARIA), ["Hi"]);
    assert!(!json!(line.0.sandbox.log().entries()).to_string().contains("token-"), "no token in the log");
}

/// proves: AD-04
#[rstest]
#[case::four_buttons("send-interactive-message", buttons(json!({ "1": "A", "2": "B", "3": "C", "4": "D" })), "(#131009)")]
#[case::title_of_21("send-interactive-message", buttons(json!({ "1": "t".repeat(21) })), "(#131009)")]
#[case::unknown_template("send-template-message", json!({ "phone_number": MARIA, "template_name": "x", "template_language": "en" }), "(#132001)")]
#[tokio::test]
async fn what_meta_refuses_is_told_in_200(#[case] action: &str, #[case] body: Value, #[case] code: &str) {
    let line = reseller_line().await;
    let reply = post(&line, action, &body).await;
    assert_eq!((reply.status, &reply.json()["result"]), (200, &json!("failed")));
    assert!(reply.json()["message"].as_str().unwrap().starts_with(code), "{:?}", reply.raw);
    assert_eq!(line.0.sandbox.log().entries()[0].outcome, Outcome::Refused);
}

/// proves: AD-04, CV-07
#[tokio::test]
async fn a_closed_window_is_told_by_metas_code() {
    let line =
        Line::with(|account| WhatsappAccount { failures: Failures::AtOnce, ..reseller(account) }).await;
    let reply = post(&line, "send-message", &text("Hi")).await;
    assert!(reply.json()["message"].as_str().unwrap().starts_with("(#131047)"), "{:?}", reply.raw);
}

/// proves: AD-04
#[tokio::test]
async fn faults_meet_the_reseller_too() {
    let line = reseller_line().await;
    let faults = line.0.sandbox.faults();
    faults.push(
        NUMBER,
        serde_json::from_value(json!({ "fault": "fail", "status": 429, "code": 4, "retry_after_s": 3 }))
            .unwrap(),
    );
    let reply = post(&line, "send-message", &text("Hi")).await;
    assert_eq!((reply.status, &reply.headers["retry-after"]), (429, &"3".parse().unwrap()));
    faults.push(NUMBER, Fault::new(What::ErrorIn200));
    let reply = post(&line, "send-message", &text("Hi")).await;
    assert_eq!((reply.status, &reply.json()["result"]), (200, &json!("failed")));
    faults.push(NUMBER, Fault::new(What::NoMessageId));
    let told = post(&line, "send-message", &text("Hi")).await.json();
    assert_eq!((&told["result"], told["data"].get("wamid")), (&json!("success"), None));
    faults.push(NUMBER, Fault::new(What::DropAfter));
    line.post(&path("send-message"), text("Hi").to_string()).await.unwrap_err();
    assert_eq!(line.0.sandbox.log().doubles()[0].seqs.len(), 2);
}

/// proves: AD-04, CH-02
#[tokio::test]
async fn a_message_comes_in_the_resellers_envelope_unsigned() {
    let line = reseller_line().await;
    let profile = tradepost_sandbox::WhatsappProfile::default().named("Maria");
    line.maria().has_profile(profile);
    let mid = line.maria().says("Hi").await.unwrap().mid().to_owned();
    let post = line.0.gateway.only();
    assert!(post.signature().is_none());
    let told = post.json();
    assert_eq!(
        (&told["contact"]["phone_number"], &told["contact"]["first_name"]),
        (&json!(MARIA), &json!("Maria"))
    );
    assert_eq!(told["message"], json!({ "is_new_message": true, "body": "Hi" }));
    let inner = &told["whatsapp_webhook_payload"];
    assert_eq!(
        (&inner["object"], &inner["entry"][0]["changes"][0]["value"]["messages"][0]["id"]),
        (&json!("whatsapp_business_account"), &json!(mid))
    );
}

/// proves: AD-04, CH-02
#[tokio::test]
async fn a_picture_has_a_link_that_needs_no_token() {
    let line = reseller_line().await;
    line.maria().does(WhatsappAction::picture()).await.unwrap();
    let link = line.0.gateway.only().json()["message"]["media"]["link"].clone();
    let file = call(Method::GET, link.as_str().unwrap(), &[], "").await.unwrap();
    assert!(file.status == 200 && file.raw.starts_with(b"\x89PNG"), "{link}");
    line.maria().does(WhatsappAction::media(tradepost_sandbox::WhatsappMedia::VoiceNote)).await.unwrap();
    let link = line.0.gateway.all()[1].json()["message"]["media"]["link"].clone();
    let voice = call(Method::GET, link.as_str().unwrap(), &[], "").await.unwrap();
    assert_eq!(voice.headers["content-type"], "audio/ogg; codecs=opus");
    let gone = tradepost_sandbox::Sent { gone: true, ..Default::default() };
    line.maria().does(WhatsappAction::Media(gone)).await.unwrap();
    let link = line.0.gateway.all()[2].json()["message"]["media"]["link"].clone();
    assert_eq!(call(Method::GET, link.as_str().unwrap(), &[], "").await.unwrap().status, 404);
}

/// proves: AD-04, CV-09
#[tokio::test]
async fn a_tap_brings_an_id_that_is_not_ours_and_the_title() {
    let line = reseller_line().await;
    post(&line, "send-interactive-message", &buttons(json!({ "1": "Yes", "2": "No" }))).await;
    line.maria().taps("No").await.unwrap();
    let told = line.0.gateway.only().json();
    assert_eq!(told["message"], json!({ "is_new_message": true, "body": "No" }));
    let reply = &told["whatsapp_webhook_payload"]["entry"][0]["changes"][0]["value"]["messages"][0]["interactive"]
        ["button_reply"];
    assert_eq!((&reply["title"], reply["id"] != "2"), (&json!("No"), true));
}

/// proves: AD-04
#[tokio::test]
async fn an_array_of_buttons_is_taken_where_the_setting_says_so() {
    let line = Line::with(|account| WhatsappAccount { wapi_button_arrays: true, ..reseller(account) }).await;
    let sent = buttons(json!([{ "id": "yes:1", "title": "Yes" }]));
    line.maria().wrote_ms_ago(0);
    assert_eq!(post(&line, "send-interactive-message", &sent).await.json()["result"], "success");
    line.maria().taps("Yes").await.unwrap();
    let message = &line.0.gateway.only().json()["whatsapp_webhook_payload"]["entry"][0]["changes"][0]["value"]
        ["messages"][0];
    assert_eq!(message["interactive"]["button_reply"]["id"], "yes:1");
}

/// proves: AD-04, IN-08
#[tokio::test]
async fn statuses_are_no_new_messages() {
    let statuses = vec![Step::new("sent"), Step::failed(131_026)];
    let line = Line::with(|account| WhatsappAccount { statuses, ..reseller(account) }).await;
    line.maria().wrote_ms_ago(0);
    post(&line, "send-message", &text("Hi")).await;
    crate::stage::until("both", || line.0.gateway.all().len() == 2).await;
    for (post, name) in line.0.gateway.all().iter().zip(["sent", "failed"]) {
        assert_eq!(post.json()["message"], json!({ "is_new_message": false, "status": name }));
        assert_eq!(post.json()["contact"]["phone_number"], MARIA);
    }
}

/// One dialect is not the other.
///
/// proves: AD-04
#[tokio::test]
async fn each_number_speaks_its_own_dialect() {
    let line = reseller_line().await;
    assert_eq!(line.send(&super::line::text("Hi")).await.json()["error"]["code"], 190);
    let cloud = Line::with_maria().await;
    assert_eq!(post(&cloud, "send-message", &text("Hi")).await.status, 401);
}
