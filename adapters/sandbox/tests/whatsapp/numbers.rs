//! Who writes and who is written to: business-scoped ids, both ids, numbers that change, numbers that are written in two ways.

use rstest::rstest;
use serde_json::{Value, json};
use tradepost_sandbox::{Step, WhatsappAccount, WhatsappAction, WhatsappProfile};

use super::line::{Line, MARIA, NUMBER, item, text, value};

fn to(key: &str, id: &str) -> Value {
    let mut body = text("Hi");
    body.as_object_mut().unwrap().remove("to");
    body[key] = id.into();
    body
}

/// proves: AD-04, FI-14
#[rstest]
#[case::number_only(MARIA, WhatsappProfile::default(), json!({ "from": MARIA }), json!({ "wa_id": MARIA }))]
#[case::scoped_id_only("BR.777", WhatsappProfile::default(), json!({ "from_user_id": "BR.777" }), json!({ "user_id": "BR.777" }))]
#[case::both(MARIA, WhatsappProfile::by_both(MARIA, "BR.777"), json!({ "from": MARIA, "from_user_id": "BR.777" }), json!({ "wa_id": MARIA, "user_id": "BR.777" }))]
#[case::number_hidden(MARIA, WhatsappProfile { hides_number: true, ..WhatsappProfile::by_both(MARIA, "BR.777") },
    json!({ "from_user_id": "BR.777" }), json!({ "user_id": "BR.777" }))]
#[case::scoped_id_in_the_numbers_place("BR.777", WhatsappProfile { id_as_number: true, ..WhatsappProfile::default() },
    json!({ "from": "BR.777", "from_user_id": "BR.777" }), json!({ "wa_id": "BR.777", "user_id": "BR.777" }))]
#[case::with_a_parent("BR.777", WhatsappProfile { parent_user_id: Some("BR.ENT.9".into()), ..WhatsappProfile::default() },
    json!({ "from_user_id": "BR.777", "from_parent_user_id": "BR.ENT.9" }), json!({ "user_id": "BR.777", "parent_user_id": "BR.ENT.9" }))]
#[tokio::test]
async fn a_customer_shows_these_ids(
    #[case] who: &str,
    #[case] profile: WhatsappProfile,
    #[case] author: Value,
    #[case] contact: Value,
) {
    let line = Line::new().await;
    line.who(who).has_profile(profile);
    line.who(who).says("Hi").await.unwrap();
    let post = line.0.gateway.only();
    let ids = |value: Value, names: &[&str]| {
        let fields = value.as_object().unwrap().clone();
        Value::from_iter(fields.into_iter().filter(|(name, _)| names.contains(&name.as_str())))
    };
    assert_eq!(ids(item(&post), &["from", "from_user_id", "from_parent_user_id"]), author);
    assert_eq!(ids(value(&post)["contacts"][0].clone(), &["wa_id", "user_id", "parent_user_id"]), contact);
}

/// proves: AD-04, FI-14
#[tokio::test]
async fn who_writes_under_a_scoped_id_is_answered_under_it() {
    let line = Line::with(|account| WhatsappAccount { statuses: vec![Step::new("sent")], ..account }).await;
    line.who("BR.777").says("Hi").await.unwrap();
    let reply = line.send(&to("recipient", "BR.777")).await;
    assert_eq!(reply.json()["contacts"], json!([{ "input": "BR.777", "user_id": "BR.777" }]));
    assert_eq!(line.0.sandbox.log().texts(NUMBER, "BR.777"), ["Hi"]);
    line.names_of(1).await;
    let status = line.statuses().remove(0);
    assert_eq!((&status["recipient_user_id"], status.get("recipient_id")), (&json!("BR.777"), None));
}

/// proves: AD-04, FI-14
#[tokio::test]
async fn both_ids_lead_to_the_same_customer() {
    let line = Line::new().await;
    line.maria().has_profile(WhatsappProfile::by_both(MARIA, "DE.5"));
    line.maria().wrote_ms_ago(0);
    for (key, id) in [("to", MARIA), ("recipient", "DE.5")] {
        let contact = json!([{ "input": id, "wa_id": MARIA, "user_id": "DE.5" }]);
        assert_eq!(line.send(&to(key, id)).await.json()["contacts"], contact);
    }
    assert_eq!(line.0.sandbox.log().received(NUMBER, MARIA).len(), 2);
}

/// proves: AD-04
#[tokio::test]
async fn a_scoped_id_that_nobody_knows_is_not_reached() {
    let line = Line::new().await;
    assert_eq!(line.send(&to("recipient", "US.404")).await.status, 200);
    assert_eq!(line.names_of(1).await, ["failed"]);
    assert_eq!(line.statuses()[0]["errors"][0]["code"], 131_026);
}

/// proves: AD-04, PL-10
#[rstest]
#[case::brazilian_as_people_write_it("551187654321", "5511987654321")]
#[case::brazilian_as_whatsapp_writes_it("5511987654321", "551187654321")]
#[case::mexican_of_old("5215512345678", "525512345678")]
#[case::mexican_of_today("525512345678", "5215512345678")]
#[tokio::test]
async fn one_number_is_written_in_two_ways(#[case] wa_id: &str, #[case] input: &str) {
    let line = Line::new().await;
    line.who(wa_id).says("Oi").await.unwrap();
    let reply = line.send(&to("to", input)).await;
    assert_eq!(reply.json()["contacts"], json!([{ "input": input, "wa_id": wa_id }]));
    assert_eq!(line.0.sandbox.log().texts(NUMBER, wa_id), ["Hi"]);
    assert_eq!(item(&line.0.gateway.only())["from"], wa_id);
}

/// proves: AD-04, PL-10
#[tokio::test]
async fn a_stranger_is_answered_by_the_number_that_whatsapp_knows() {
    let line = Line::with(|account| WhatsappAccount { accept_strangers: true, ..account }).await;
    let reply = line.send(&to("to", "+55 11 98765-4321")).await;
    assert_eq!(reply.json()["contacts"][0]["wa_id"], "551187654321");
}

/// proves: AD-04, FI-14
#[tokio::test]
async fn a_number_changes_and_the_customer_stays() {
    let line = Line::new().await;
    line.maria().says("Hi").await.unwrap();
    let moves = WhatsappAction::NumberChanged { wa_id: "4915100000000".into(), user_id: None };
    line.maria().does(moves).await.unwrap();
    line.maria().says("Me again").await.unwrap();
    let items: Vec<Value> = line.0.gateway.all().iter().map(item).collect();
    assert_eq!((&items[1]["from"], &items[1]["system"]["wa_id"]), (&json!(MARIA), &json!("4915100000000")));
    assert_eq!(items[2]["from"], "4915100000000");
    assert_eq!(line.send(&to("to", "4915100000000")).await.status, 200);
    assert_eq!(line.0.sandbox.log().texts(NUMBER, MARIA), ["Hi"], "under the name the sandbox knows");
}

/// proves: AD-04, FI-14
#[tokio::test]
async fn a_user_id_changes_and_the_customer_stays() {
    let line = Line::new().await;
    let ana = line.who("BR.777");
    ana.says("Hi").await.unwrap();
    ana.does(WhatsappAction::UserIdChanged { user_id: "BR.888".into() }).await.unwrap();
    ana.says("Me again").await.unwrap();
    let items: Vec<Value> = line.0.gateway.all().iter().map(item).collect();
    let system = &items[1]["system"];
    assert_eq!((&system["previous_user_id"], &system["user_id"]), (&json!("BR.777"), &json!("BR.888")));
    assert_eq!(items[2]["from_user_id"], "BR.888");
}
