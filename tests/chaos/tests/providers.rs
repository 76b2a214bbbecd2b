//! The provider's bad days: it fails, it is gone, it refuses our token.

use serde_json::{Value, json};

use crate::stage::{BRANCH, SHOP, Scene, Sent, until_told};

/// Failures in a row that open a breaker.
const OPENS_AFTER: usize = 5;
const CUSTOMERS: [&str; 3] = ["8800001", "8800002", "8800003"];
const WORDS: usize = 6;

/// proves: FI-09, PL-11, CV-10
#[tokio::test]
async fn lines_wait_while_the_provider_fails_and_then_arrive_in_order() {
    let scene = Scene::open().await;
    scene.provider.fails(SHOP, json!({ "fault": "fail", "status": 503, "code": 2, "times": 0 })).await;
    for number in 0..WORDS {
        for customer in CUSTOMERS {
            scene.provider.says(SHOP, customer, &words(number)).await;
        }
    }
    scene.house.breaker_is(SHOP, "open").await;
    let refused = scene.provider.refused(SHOP).await;
    assert!(refused >= OPENS_AFTER, "the breaker opened after {refused} failures");
    assert!(scene.books().waiting() > 0, "lines wait");
    assert_eq!(scene.provider.sent(SHOP).await, [], "nothing has arrived");
    scene.provider.recovers(SHOP).await;
    scene.settle().await;
    scene.house.breaker_is(SHOP, "closed").await;
    println!("the breaker opened; {refused} sends had been refused when it was seen open");
    all_in_order(&scene).await;
}

/// The provider's process is killed and comes back on the same port, knowing nothing.
///
/// proves: FI-09, PL-11, CV-10
#[tokio::test]
async fn lines_wait_while_the_provider_is_gone_and_then_arrive_in_order() {
    let scene = Scene::open().await;
    let now = scene.provider.now_ms().await;
    scene.provider.dies();
    for number in 0..WORDS {
        scene.house.posts(&payload(number, &now));
    }
    scene.house.breaker_is(SHOP, "open").await;
    assert!(scene.books().waiting() > 0, "lines wait");
    scene.provider.returns();
    scene.settle().await;
    all_in_order(&scene).await;
}

/// proves: FI-09, PL-11
#[tokio::test]
async fn a_refused_token_is_told_and_other_accounts_go_on() {
    let scene = Scene::open().await;
    scene.provider.revokes_token(SHOP, true).await;
    for customer in CUSTOMERS {
        scene.provider.says(SHOP, customer, &words(0)).await;
    }
    let told = || async { scene.house.provider(SHOP).await["needs_attention"].is_string() };
    until_told("readiness tells that the account needs attention", told).await;
    for customer in CUSTOMERS {
        scene.provider.says(BRANCH, customer, &words(0)).await;
    }
    let answered = || async { scene.provider.sent(BRANCH).await.len() == CUSTOMERS.len() };
    until_told("the other account answers", answered).await;
    assert!(scene.house.is_ready().await, "one account's trouble is not the house's");
    assert_eq!(scene.house.provider(BRANCH).await["needs_attention"], Value::Null);
    assert_eq!(scene.provider.sent(SHOP).await, []);
    scene.provider.revokes_token(SHOP, false).await;
    scene.settle().await;
    assert_eq!(scene.provider.sent(SHOP).await.len(), CUSTOMERS.len(), "what waited has arrived");
    assert_eq!(scene.house.provider(SHOP).await["needs_attention"], Value::Null);
    assert_eq!(scene.books().dead_letters(), 0);
}

fn words(number: usize) -> String {
    format!("What are your opening hours? ({number})")
}

/// One message of each customer, as the provider posts them.
fn payload(number: usize, now: &Value) -> Value {
    let message = |customer: &str| {
        json!({ "sender": { "id": customer }, "recipient": { "id": SHOP }, "timestamp": now,
            "message": { "mid": format!("mid-{customer}-{number}"), "text": words(number) } })
    };
    let messages: Vec<_> = CUSTOMERS.iter().map(|customer| message(customer)).collect();
    json!({ "object": "instagram", "entry": [{ "id": SHOP, "time": now, "messaging": messages }] })
}

/// Each line once, each customer's in the order of the questions. Questions that came while another waited are
/// answered together, with the first one's words.
async fn all_in_order(scene: &Scene) {
    let sent = scene.provider.sent(SHOP).await;
    let mut books = scene.books();
    let lines = books.lines();
    assert_eq!(books.heard(), CUSTOMERS.len() * WORDS);
    assert_eq!(sent.len(), lines.len(), "every line has arrived once: {sent:?}");
    assert!(lines.iter().all(|line| line.delivery == "sent"), "{lines:?}");
    for customer in CUSTOMERS {
        let of = |one: &&Sent| one.customer == customer;
        let got: Vec<_> = sent.iter().filter(of).map(|one| one.text.clone()).collect();
        let mut sorted = got.clone();
        sorted.sort();
        sorted.dedup();
        assert!(!got.is_empty() && got == sorted, "{customer} got {got:?}");
    }
    println!("{} lines for {} messages arrived once and in order", sent.len(), books.heard());
}
