//! Templates: the registry, and whether a send fits what is registered.

use hyper::Method;
use rstest::rstest;
use serde_json::{Value, json};
use tradepost_sandbox::{Template, TemplateNews, WhatsappAccount};

use super::line::{Line, NUMBER, to_maria, value};

fn order_update() -> Template {
    Template::new("order_update", "en_US", "Hi {{1}}, order {{2}} is on its way.")
        .with_component(json!({ "type": "HEADER", "format": "IMAGE" }))
        .with_component(json!({ "type": "FOOTER", "text": "The shop" }))
        .with_component(json!({ "type": "BUTTONS", "buttons": [
            { "type": "QUICK_REPLY", "text": "Track" },
            { "type": "URL", "text": "Open", "url": "https://a.example/{{1}}" }] }))
}

fn greeting() -> Template {
    Template::new("greeting", "en", "Hi {{first_name}}!")
        .with_component(json!({ "type": "HEADER", "format": "TEXT", "text": "For {{1}}" }))
}

fn coupon() -> Template {
    Template::new("coupon", "en", "Use it")
        .with_component(json!({ "type": "BUTTONS", "buttons": [{ "type": "COPY_CODE", "text": "Copy" }] }))
}

fn registered(account: WhatsappAccount) -> WhatsappAccount {
    account
        .with_template(order_update())
        .with_template(greeting())
        .with_template(coupon())
        .with_template(Template::new("paused", "en", "Hi").with_status("PAUSED"))
        .with_template(Template::new("disabled", "en", "Hi").with_status("DISABLED"))
        .with_template(Template::new("pending", "en", "Hi").with_status("PENDING"))
}

fn header() -> Value {
    json!({ "type": "header", "parameters": [{ "type": "image", "image": { "link": "https://a.example/x.jpg" } }] })
}

fn body(words: &[&str]) -> Value {
    let parameter = |words: &&str| json!({ "type": "text", "text": words });
    json!({ "type": "body", "parameters": words.iter().map(parameter).collect::<Vec<_>>() })
}

fn track() -> Value {
    json!({ "type": "button", "sub_type": "quick_reply", "index": "0", "parameters": [{ "type": "payload", "payload": "TRACK:77" }] })
}

fn open() -> Value {
    json!({ "type": "button", "sub_type": "url", "index": 1, "parameters": [{ "type": "text", "text": "77" }] })
}

fn named(name: &str, parameter_name: &str) -> Value {
    json!({ "type": name, "parameters": [{ "type": "text", "text": "Ana", "parameter_name": parameter_name }] })
}

fn code(code: &str) -> Value {
    json!({ "type": "button", "sub_type": "copy_code", "index": "0", "parameters": [{ "type": "coupon_code", "coupon_code": code }] })
}

fn template(name: &str, language: &str, components: Value) -> Value {
    to_maria(
        "template",
        json!({ "name": name, "language": { "code": language, "policy": "deterministic" }, "components": components }),
    )
}

fn order(components: Value) -> Value {
    template("order_update", "en_US", components)
}

/// proves: AD-04, CH-02
#[rstest]
#[case::whole(order(json!([header(), body(&["Ana", "#77"]), track(), open()])), json!({ "header": { "link": "https://a.example/x.jpg" },
    "body": "Hi Ana, order #77 is on its way.", "footer": "The shop", "buttons": ["Track", "Open"] }))]
#[case::without_a_payload(order(json!([header(), body(&["Ana", "#77"]), open()])), json!({ "header": { "link": "https://a.example/x.jpg" },
    "body": "Hi Ana, order #77 is on its way.", "footer": "The shop", "buttons": ["Track", "Open"] }))]
#[case::named(template("greeting", "en", json!([named("body", "first_name"), { "type": "header", "parameters": [{ "type": "text", "text": "you" }] }])),
    json!({ "header": "For you", "body": "Hi Ana!" }))]
#[case::code(template("coupon", "en", json!([code("MUGS")])), json!({ "body": "Use it", "buttons": ["Copy"] }))]
#[tokio::test]
async fn what_fits_is_taken(#[case] sent: Value, #[case] shown: Value) {
    let line = Line::with(registered).await;
    let reply = line.send(&sent).await;
    assert_eq!(
        (reply.status, &reply.json()["messages"][0]["message_status"]),
        (200, &json!("accepted")),
        "{:?}",
        reply.raw
    );
    let entry = line.0.sandbox.log().entries().remove(0);
    let words = shown["body"].as_str().unwrap().to_owned();
    assert_eq!((entry.kind.as_str(), entry.shown), ("template", Some(shown)));
    assert_eq!(line.0.sandbox.log().texts(NUMBER, super::line::MARIA), [words]);
}

/// proves: AD-04, CH-02
#[rstest]
#[case::unknown(template("nothing", "en", json!([])), 132_001)]
#[case::another_language(template("order_update", "de", json!([])), 132_001)]
#[case::pending(template("pending", "en", json!([])), 132_001)]
#[case::paused(template("paused", "en", json!([])), 132_015)]
#[case::disabled(template("disabled", "en", json!([])), 132_016)]
#[case::no_name(to_maria("template", json!({ "language": { "code": "en" } })), 100)]
#[case::no_language(to_maria("template", json!({ "name": "coupon" })), 100)]
#[case::one_parameter_too_few(order(json!([header(), body(&["Ana"]), open()])), 132_000)]
#[case::one_parameter_too_many(order(json!([header(), body(&["Ana", "#77", "!"]), open()])), 132_000)]
#[case::no_body(order(json!([header(), open()])), 132_000)]
#[case::empty_parameter(order(json!([header(), body(&["Ana", ""]), open()])), 132_012)]
#[case::no_header(order(json!([body(&["Ana", "#77"]), open()])), 132_012)]
#[case::header_of_another_kind(order(json!([{ "type": "header", "parameters": [{ "type": "text", "text": "Hi" }] }, body(&["Ana", "#77"]), open()])), 132_012)]
#[case::header_without_medium(order(json!([{ "type": "header", "parameters": [{ "type": "image", "image": {} }] }, body(&["Ana", "#77"]), open()])), 100)]
#[case::header_that_is_not_there(template("coupon", "en", json!([header(), code("MUGS")])), 132_000)]
#[case::no_parameter_for_the_link(order(json!([header(), body(&["Ana", "#77"])])), 131_008)]
#[case::button_that_is_not_there(order(json!([header(), body(&["Ana", "#77"]), open(), { "type": "button", "sub_type": "url", "index": "2" }])), 132_000)]
#[case::button_of_another_kind(order(json!([header(), body(&["Ana", "#77"]), open(), { "type": "button", "sub_type": "copy_code", "index": "0" }])), 132_012)]
#[case::payload_of_257(order(json!([header(), body(&["Ana", "#77"]), open(), { "type": "button", "sub_type": "quick_reply", "index": "0",
    "parameters": [{ "type": "payload", "payload": "p".repeat(257) }] }])), 131_009)]
#[case::code_of_16(template("coupon", "en", json!([code(&"c".repeat(16))])), 131_009)]
#[case::another_name(template("greeting", "en", json!([named("body", "last_name"), named("header", "1")])), 132_012)]
#[case::body_of_1025(order(json!([header(), body(&["a", &"b".repeat(1024)]), open()])), 132_005)]
#[tokio::test]
async fn what_does_not_fit_is_refused(#[case] sent: Value, #[case] code: i64) {
    let line = Line::with(registered).await;
    let reply = line.send(&sent).await;
    assert_eq!((reply.status, reply.json()["error"]["code"].as_i64()), (400, Some(code)), "{:?}", reply.raw);
    assert!(line.0.sandbox.log().entries()[0].message_id.is_none());
}

/// proves: AD-04, CH-02
#[tokio::test]
async fn a_template_is_paused_and_the_gateway_told() {
    let line = Line::with(registered).await;
    let news = TemplateNews {
        name: "coupon".into(),
        language: None,
        status: "PAUSED".into(),
        reason: Some("LOW_QUALITY".into()),
    };
    let posts = line.0.sandbox.template_becomes(NUMBER, news).await.unwrap();
    assert!(posts[0].accepted());
    let post = line.0.gateway.only();
    assert!(post.is_signed_by(NUMBER));
    assert_eq!(post.json()["entry"][0]["changes"][0]["field"], "message_template_status_update");
    let told = value(&post);
    assert!(told["message_template_id"].is_u64());
    assert_eq!((&told["event"], &told["reason"]), (&json!("PAUSED"), &json!("LOW_QUALITY")));
    assert_eq!(
        (&told["message_template_name"], &told["message_template_language"]),
        (&json!("coupon"), &json!("en"))
    );
    let reply = line.send(&template("coupon", "en", json!([code("MUGS")]))).await;
    assert_eq!(reply.json()["error"]["code"], 132_015);
}

/// proves: AD-04
#[tokio::test]
async fn a_template_can_be_held() {
    let held =
        Template { message_status: "held_for_quality_assessment".into(), ..Template::new("new", "en", "Hi") };
    let line = Line::with(|account| account.with_template(held)).await;
    let told = line.send(&template("new", "en", json!([]))).await.json();
    assert_eq!(told["messages"][0]["message_status"], "held_for_quality_assessment");
}

/// proves: AD-04
#[tokio::test]
async fn the_registry_over_the_api() {
    let line = Line::with(registered).await;
    let path = format!("/v25.0/8{NUMBER}/message_templates");
    let listed =
        line.call(Method::GET, &format!("{path}?status=APPROVED"), String::new()).await.unwrap().json();
    let names: Vec<&str> = listed["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|template| template["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["order_update", "greeting", "coupon"]);
    let new = json!({ "name": "sale", "language": "en", "category": "MARKETING", "components": [{ "type": "BODY", "text": "Hi" }] });
    let created = line.post(&path, new.to_string()).await.unwrap().json();
    assert_eq!((&created["status"], created["id"].is_string()), (&json!("PENDING"), true));
    assert_eq!(line.post(&path, new.to_string()).await.unwrap().status, 400, "it is there already");
    for (key, wrong) in [("name", json!("Sale!")), ("category", json!("GOSSIP")), ("components", json!([]))] {
        let mut wrong_one = new.clone();
        wrong_one["language"] = "de".into();
        wrong_one[key] = wrong;
        assert_eq!(line.post(&path, wrong_one.to_string()).await.unwrap().status, 400, "{key}");
    }
}
