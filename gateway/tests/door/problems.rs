//! Whatever goes wrong is a problem document.

use rstest::rstest;

use crate::client::{KEY, Running, SETTINGS, request};

/// proves: PL-09
#[rstest]
#[case::no_such_path("GET", "/nowhere", 404, "not-found", None)]
#[case::no_such_endpoint("POST", "/webhooks/post/other", 404, "not-found", None)]
#[case::no_such_channel("POST", "/webhooks/pigeon/main", 404, "not-found", None)]
#[case::webhook_method("DELETE", "/webhooks/post/main", 405, "method-not-allowed", Some("get, post"))]
#[case::api_method("GET", "/v1/chat", 405, "method-not-allowed", Some("post"))]
#[case::health_method("POST", "/health", 405, "method-not-allowed", Some("get"))]
#[tokio::test]
async fn a_wrong_path_or_method_is_a_problem(
    #[case] method: &str,
    #[case] path: &str,
    #[case] status: u16,
    #[case] kind: &str,
    #[case] allow: Option<&str>,
) {
    let running = Running::start(SETTINGS).await;
    let answer = running.ask(&request(method, path, &[], b"")).await;
    answer.is_problem(status, kind);
    assert_eq!(answer.header("allow"), allow);
    running.stop().await;
}

/// proves: PL-09
#[rstest]
#[case::broken_json("{", "application/json", 400, "bad-request")]
#[case::wrong_shape(r#"{"contact":[7],"text":"x"}"#, "application/json", 400, "bad-request")]
#[case::no_contact(r#"{"text":"x"}"#, "application/json", 400, "bad-request")]
#[case::unknown_field(r#"{"contact":"a","text":"x","colour":"red"}"#, "application/json", 400, "bad-request")]
#[case::nothing_said(r#"{"contact":"a"}"#, "application/json", 400, "bad-request")]
#[case::blank_said(r#"{"contact":"a","text":" "}"#, "application/json", 400, "bad-request")]
#[case::both_said(
    r#"{"contact":"a","text":"x","tap":{"payload":"p"}}"#,
    "application/json",
    400,
    "bad-request"
)]
#[case::waits_too_long(r#"{"contact":"a","text":"x","wait":61}"#, "application/json", 400, "bad-request")]
#[case::foreign_storefront(
    r#"{"contact":"a","text":"x","storefront":"stall"}"#,
    "application/json",
    403,
    "forbidden"
)]
#[case::not_json("contact=a", "application/x-www-form-urlencoded", 415, "unsupported-type")]
#[tokio::test]
async fn a_wrong_question_is_a_problem(
    #[case] body: &str,
    #[case] content_type: &str,
    #[case] status: u16,
    #[case] kind: &str,
) {
    let running = Running::start(SETTINGS).await;
    let bearer = format!("Bearer {KEY}");
    let headers = [("authorization", bearer.as_str()), ("content-type", content_type)];
    running.post("/v1/chat", &headers, body.as_bytes()).await.is_problem(status, kind);
    running.stop().await;
}

/// proves: PL-09
#[rstest]
#[case::none(None)]
#[case::unknown(Some("Bearer a-very-long-secret-of-nobody"))]
#[case::cut(Some("Bearer a-very-long-secret-of-the-websit"))]
#[case::not_bearer(Some("Basic YTpi"))]
#[tokio::test]
async fn a_question_needs_a_known_key(#[case] authorization: Option<&str>) {
    let running = Running::start(SETTINGS).await;
    let mut headers = vec![("content-type", "application/json")];
    headers.extend(authorization.map(|value| ("authorization", value)));
    let answer = running.post("/v1/chat", &headers, br#"{"contact":"a","text":"x"}"#).await;
    answer.is_problem(401, "unauthorized");
    assert_eq!(answer.header("www-authenticate"), Some("bearer"));
    running.stop().await;
}

/// proves: PL-09
#[tokio::test]
async fn a_panic_is_a_problem_without_internals_and_the_next_request_is_served() {
    let running = Running::start(SETTINGS).await;
    let answer = running.letter(r#"["panic"]"#).await;
    answer.is_problem(500, "internal");
    assert!(answer.json().get("detail").is_none() && !answer.body.contains("parser"));
    assert_eq!(running.get("/health").await.status, 200);
    running.stop().await;
}

/// proves: PL-07
#[rstest]
#[case::given("x-request-id: shop-4711", Some("shop-4711"))]
#[case::traced(
    "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    Some("4bf92f3577b34da6a3ce929d0e0e4736")
)]
#[case::harmful("x-request-id: a b;c", None)]
#[case::none("x-other: 1", None)]
#[tokio::test]
async fn a_request_has_a_correlation_id(#[case] header: &str, #[case] expected: Option<&str>) {
    let running = Running::start(SETTINGS).await;
    let request = format!("GET /nowhere HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{header}\r\n\r\n");
    let answer = running.ask(request.as_bytes()).await;
    let id = answer.json()["correlation_id"].as_str().map(str::to_owned).unwrap_or_default();
    assert_eq!(answer.header("x-request-id").map(str::to_owned), Some(id.to_ascii_lowercase()));
    match expected {
        Some(expected) => assert_eq!(id, expected),
        None => assert!(id.starts_with("req_") && id.len() == 30, "{id}"),
    }
    running.stop().await;
}
