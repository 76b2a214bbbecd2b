//! The window of 24 hours, the in-app stop, and how the customer's side refuses: by status, or at once.

use rstest::rstest;
use serde_json::{Value, json};
use tradepost_sandbox::{
    Failures, Template, WhatsappAccount, WhatsappAction, WhatsappProfile, WhatsappStanding,
};

use super::line::{Line, text, to_maria};

const DAY_MS: i64 = 86_400_000;

fn with_templates(account: WhatsappAccount) -> WhatsappAccount {
    account
        .with_template(Template::new("sale", "en", "Mugs are cheap").for_marketing())
        .with_template(Template::new("order", "en", "It is on its way"))
}

fn template(name: &str) -> Value {
    to_maria("template", json!({ "name": name, "language": { "code": "en" } }))
}

/// proves: CV-07, AD-04
#[rstest]
#[case::at_24_h(DAY_MS, text("Hi"), true)]
#[case::after_24_h(DAY_MS + 1, text("Hi"), false)]
#[case::a_template_after_24_h(DAY_MS + 1, template("order"), true)]
#[tokio::test]
async fn the_window_closes(#[case] age_ms: i64, #[case] body: Value, #[case] open: bool) {
    let line = Line::with(with_templates).await;
    line.maria().says("Hi").await.unwrap();
    line.0.sandbox.clock().advance_ms(age_ms);
    line.sent(&body).await;
    if !open {
        assert_eq!(line.names_of(1).await, ["failed"]);
        assert_eq!(line.statuses()[0]["errors"][0]["code"], 131_047);
    }
    let standing = line.maria().standing().unwrap();
    assert_eq!(standing.window, if age_ms <= DAY_MS { "standard" } else { "closed" });
}

/// proves: CV-07, AD-04
#[rstest]
#[case::closed(text("Hi"), WhatsappProfile::default(), 131_047)]
#[case::not_on_whatsapp(template("order"), WhatsappProfile { unreachable: true, ..WhatsappProfile::default() }, 131_026)]
#[tokio::test]
async fn refused_at_once_by_the_switch(
    #[case] body: Value,
    #[case] profile: WhatsappProfile,
    #[case] code: i64,
) {
    let at_once = |account| WhatsappAccount { failures: Failures::AtOnce, ..with_templates(account) };
    let line = Line::with(at_once).await;
    line.maria().has_profile(profile);
    let reply = line.send(&body).await;
    assert_eq!((reply.status, reply.json()["error"]["code"].as_i64()), (400, Some(code)));
    assert!(line.0.gateway.all().is_empty());
}

/// proves: AD-04
#[rstest]
#[case::text(json!({ "kind": "text", "text": "Hi" }), true)]
#[case::picture(json!({ "kind": "media" }), true)]
#[case::button(json!({ "kind": "button_reply", "id": "a", "title": "A" }), true)]
#[case::place(json!({ "kind": "location", "latitude": 1, "longitude": 2 }), true)]
#[case::unsupported(json!({ "kind": "unsupported" }), true)]
#[case::reaction(json!({ "kind": "reaction", "message_id": "wamid.X" }), false)]
#[case::edit(json!({ "kind": "edit", "message_id": "wamid.X", "text": "No" }), false)]
#[case::revoke(json!({ "kind": "revoke", "message_id": "wamid.X" }), false)]
#[case::read(json!({ "kind": "read", "message_id": "wamid.X" }), false)]
#[case::preference(json!({ "kind": "preference", "value": "resume" }), false)]
#[case::echo(json!({ "kind": "echo", "text": "Hi" }), false)]
#[tokio::test]
async fn messages_open_it_again(#[case] event: Value, #[case] opens: bool) {
    let line = Line::new().await;
    line.maria().wrote_ms_ago(2 * DAY_MS);
    line.maria().does(serde_json::from_value::<WhatsappAction>(event).unwrap()).await.unwrap();
    assert_eq!(line.maria().standing().unwrap().window, if opens { "standard" } else { "closed" });
}

/// proves: AD-04, CV-06
#[tokio::test]
async fn marketing_is_stopped_and_resumed_in_the_app() {
    let line = Line::with(with_templates).await;
    let prefers = |value: &str| WhatsappAction::Preference { value: value.into(), detail: None };
    line.maria().does(prefers("stop")).await.unwrap();
    line.sent(&template("sale")).await;
    assert_eq!(line.names_of(1).await, ["failed"]);
    assert_eq!(line.statuses()[0]["errors"][0]["code"], 131_050);
    line.sent(&template("order")).await;
    line.maria().does(prefers("resume")).await.unwrap();
    line.sent(&template("sale")).await;
    assert_eq!(line.statuses().len(), 1, "nothing else failed");
    let WhatsappStanding { stopped, .. } = line.maria().standing().unwrap();
    assert!(!stopped);
}

/// A business may write first, by template; free words to a stranger fail.
///
/// proves: AD-04
#[rstest]
#[case::template(template("order"), 0)]
#[case::words(text("Hi"), 1)]
#[tokio::test]
async fn strangers(#[case] body: Value, #[case] failed: usize) {
    let line = Line::with(with_templates).await;
    line.sent(&body).await;
    assert_eq!(line.names_of(failed).await.len(), failed);
}

/// proves: AD-04
#[tokio::test]
async fn strangers_are_let_in_for_load_tests() {
    let line =
        Line::with(|account| WhatsappAccount { accept_strangers: true, any_template: true, ..account }).await;
    line.sent(&text("Hi")).await;
    line.sent(&template("whatever")).await;
    let read = json!({ "messaging_product": "whatsapp", "status": "read", "message_id": "wamid.X" });
    assert_eq!(line.send(&read).await.status, 200);
    assert_eq!(line.0.sandbox.log().entries()[2].customer, None);
    assert!(line.statuses().is_empty());
    assert_eq!(line.0.sandbox.log().received(super::line::NUMBER, super::line::MARIA).len(), 2);
}
