//! Look-ups, subscription and token refresh.

use hyper::Method;
use rstest::rstest;
use serde_json::{Value, json};
use tradepost_sandbox::{AccountChange, Fault, InstagramAccount, InstagramRoute, On, Profile};

use crate::stage::{ANNA, SHOP, Stage, call, text};

const DAY_MS: i64 = 86_400_000;
const START_MS: i64 = 1_767_225_600_500;

/// proves: AD-04
#[rstest]
#[case::login(InstagramRoute::L, json!({ "id": "app-17841400000000001", "user_id": SHOP, "username": "shop_17841400000000001" }), "id,user_id,username")]
#[case::page(InstagramRoute::P, json!({ "id": "917841400000000001", "instagram_business_account": { "id": SHOP } }), "id,instagram_business_account")]
#[tokio::test]
async fn who_am_i(#[case] route: InstagramRoute, #[case] expected: Value, #[case] fields: &str) {
    let stage = Stage::with(|account| InstagramAccount { route, ..account }).await;
    assert_eq!(stage.get(&format!("/v25.0/me?fields={fields}")).await.json(), expected);
}

/// proves: AD-04
#[tokio::test]
async fn a_profile_is_told_once_the_person_has_written() {
    let stage = Stage::new().await;
    stage.anna().has_profile(Profile { name: Some("Anna".into()), follower_count: 7, ..Profile::default() });
    let path =
        format!("/v25.0/{ANNA}?fields=name,username,profile_pic,follower_count,is_user_follow_business");
    let refused = stage.get(&path).await;
    assert_eq!((refused.status, &refused.json()["error"]["code"]), (400, &json!(230)));
    stage.anna().says("Hi").await.unwrap();
    let profile = stage.get(&path).await.json();
    assert_eq!(
        (&profile["name"], &profile["follower_count"], &profile["id"]),
        (&json!("Anna"), &json!(7), &json!(ANNA))
    );
    let picture = profile["profile_pic"].as_str().unwrap();
    assert_eq!(call(Method::GET, picture, &[], "").await.unwrap().headers["content-type"], "image/png");
    assert_eq!(stage.get(&format!("/v25.0/{ANNA}?fields=shoe_size")).await.json()["error"]["code"], 100);
    assert_eq!(stage.get("/v25.0/404?fields=name").await.json()["error"]["code"], 230);
}

/// proves: AD-04
#[tokio::test]
async fn look_ups_have_faults_of_their_own() {
    let stage = Stage::new().await;
    stage.sandbox.faults().push(SHOP, Fault::fail(503, 2).on(On::Profile));
    assert_eq!(stage.get("/v25.0/me").await.status, 503);
    assert_eq!(stage.get("/v25.0/me").await.status, 200);
}

/// proves: AD-04
#[rstest]
#[case::known("messages,messaging_postbacks", 200)]
#[case::unknown("messages,telepathy", 400)]
#[case::none("", 400)]
#[tokio::test]
async fn subscribing(#[case] fields: &str, #[case] status: u16) {
    let stage = Stage::new().await;
    let path = format!("{}/v25.0/{SHOP}/subscribed_apps", stage.sandbox.base_url());
    let url = format!("{path}?subscribed_fields={fields}&access_token=token-{SHOP}");
    let reply = call(Method::POST, &url, &[], "").await.unwrap();
    assert_eq!(reply.status, status);
    let told = stage.get(&format!("/v25.0/{SHOP}/subscribed_apps")).await.json();
    let expected = if status == 200 {
        json!([{ "subscribed_fields": ["messages", "messaging_postbacks"] }])
    } else {
        json!([])
    };
    assert_eq!(told["data"], expected);
}

/// proves: AD-04, PL-21
#[rstest]
#[case::old_enough(Some(-DAY_MS), "ig_refresh_token", InstagramRoute::L, 200)]
#[case::too_young(Some(-DAY_MS + 1), "ig_refresh_token", InstagramRoute::L, 400)]
#[case::long_ago(None, "ig_refresh_token", InstagramRoute::L, 200)]
#[case::wrong_grant(None, "password", InstagramRoute::L, 400)]
#[case::page_token(None, "ig_refresh_token", InstagramRoute::P, 400)]
#[tokio::test]
async fn refreshing(
    #[case] issued: Option<i64>,
    #[case] grant: &str,
    #[case] route: InstagramRoute,
    #[case] status: u16,
) {
    let token_issued_at_ms = issued.map(|before| START_MS + before);
    let stage = Stage::with(|account| InstagramAccount { route, token_issued_at_ms, ..account }).await;
    let reply = stage.get(&format!("/refresh_access_token?grant_type={grant}")).await;
    assert_eq!(reply.status, status);
    if status == 200 {
        let told = reply.json();
        assert_eq!(told["expires_in"], 60 * 86_400);
        let bearer = format!("Bearer {}", told["access_token"].as_str().unwrap());
        let url = format!("{}/v25.0/me", stage.sandbox.base_url());
        let me = |bearer: String| {
            let url = url.clone();
            async move { call(Method::GET, &url, &[("authorization", &bearer)], "").await.unwrap().status }
        };
        assert_eq!(me(bearer.clone()).await, 200, "the new token is good");
        assert_eq!(me(format!("Bearer token-{SHOP}")).await, 200, "the former one is still good");
        stage.sandbox.clock().advance_ms(60 * DAY_MS);
        assert_eq!(me(bearer).await, 401, "it ends after sixty days");
    }
}

/// Whoever could not keep the new token may ask again with the old one.
///
/// proves: AD-04, PL-21
#[rstest]
#[case::until_its_own_end(None, 40 * DAY_MS, 200)]
#[case::as_scripted(Some(60_000), 59_999, 200)]
#[case::no_longer_than_scripted(Some(60_000), 60_000, 401)]
#[tokio::test]
async fn a_token_that_was_exchanged_is_exchanged_again(
    #[case] former_token_life_ms: Option<i64>,
    #[case] after_ms: i64,
    #[case] status: u16,
) {
    let stage = Stage::with(|account| InstagramAccount { former_token_life_ms, ..account }).await;
    let refresh = "/refresh_access_token?grant_type=ig_refresh_token";
    assert_eq!(stage.get(refresh).await.status, 200);
    stage.sandbox.clock().advance_ms(after_ms);
    assert_eq!(stage.get(refresh).await.status, status);
}

/// proves: AD-04
#[tokio::test]
async fn expired_and_revoked_tokens_are_refused() {
    let stage =
        Stage::with(|account| InstagramAccount { token_expires_at_ms: Some(START_MS + DAY_MS), ..account })
            .await;
    stage.sandbox.clock().advance_ms(DAY_MS);
    let expired = stage.send(&text("Hi")).await;
    assert_eq!((expired.status, &expired.json()["error"]["error_subcode"]), (401, &json!(463)));
    let revoked = AccountChange { token_revoked: Some(true), ..AccountChange::default() };
    stage.sandbox.change(SHOP, revoked).unwrap();
    assert_eq!(stage.send(&text("Hi")).await.json()["error"]["error_subcode"], 460);
}
