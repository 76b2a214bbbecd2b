//! Traces and figures of several processes, told to a receiver; and receivers that are not well.

use std::time::{Duration, Instant};

use hmac::{Hmac, KeyInit, Mac};
use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use rstest::rstest;
use rustix::process::Signal;
use serde_json::json;
use sha2::Sha256;

use crate::stage::{APP_SECRET, Crowd, Ear, Ground, Layout, Receiver, SHOP, Scene, Told, client, until};

const ONE_OF_EACH: Layout = Layout::Several { webs: 1, workers: 1 };
/// What nobody but the shop and its customer may read.
const CUSTOMER: &str = "77001234567";
const WORDS: &str = "What are your opening hours? My name is Zebedee Quartz.";
/// A caller's trace, and its step.
const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const STEP: &str = "00f067aa0ba902b7";
const KEY: &str = "Bearer key-of-the-receiver";

async fn scene(layout: Layout, telemetry: &str) -> Scene {
    let mut scene = Scene::set_on(Ground::lay(layout)).await;
    for house in scene.houses() {
        house.resettle("[server]\n", &format!("[telemetry]\n{telemetry}[server]\n"));
    }
    scene
}

fn told_to(port: u16) -> String {
    format!("otlp = \"http://127.0.0.1:{port}\"\notlp_headers = \"authorization={KEY}\"\n")
}

/// Posts a customer's words with headers of its own, as a provider that traces would.
async fn post(scene: &Scene, customer: &str, number: u64, headers: &[(&str, &str)]) -> Duration {
    let now = scene.provider.now_ms().await;
    let message = json!({ "sender": { "id": customer }, "recipient": { "id": SHOP }, "timestamp": now,
        "message": { "mid": format!("mid-{number}"), "text": WORDS } });
    let entry = json!({ "id": SHOP, "time": now, "messaging": [message] });
    let body = json!({ "object": "instagram", "entry": [entry] }).to_string();
    let mut mac = Hmac::<Sha256>::new_from_slice(APP_SECRET.as_bytes()).expect("a key");
    mac.update(body.as_bytes());
    let signature = format!("sha256={}", hex::encode(mac.finalize().into_bytes()));
    let mut request =
        client().post(scene.house.url("/webhooks/instagram/main")).header("x-hub-signature-256", signature);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let begun = Instant::now();
    let answer = request.body(body).send().await.expect("an answer");
    assert_eq!(answer.status(), 200);
    begun.elapsed()
}

async fn stop(scene: &mut Scene) {
    for house in scene.houses() {
        house.signal(Signal::TERM);
        let status = house.end().await;
        assert!(status.success(), "{}", house.last_words());
    }
}

fn of(spans: &[Told], trace: &str) -> Vec<Told> {
    spans.iter().filter(|told| hex::encode(&told.span.trace_id) == trace).cloned().collect()
}

#[track_caller]
fn one<'s>(spans: &'s [Told], name: &str, role: &str) -> &'s Told {
    let found: Vec<_> = spans.iter().filter(|told| told.span.name == name && told.role == role).collect();
    let names: Vec<_> = spans.iter().map(|told| (&told.role, &told.span.name)).collect();
    assert_eq!(found.len(), 1, "`{name}` of a {role} among {names:?}");
    found[0]
}

/// A webhook's trace goes on in the worker that answers, and the provider is told of it.
///
/// proves: PL-08
#[tokio::test]
async fn one_trace_from_the_webhook_to_the_providers_call_across_two_processes() {
    let receiver = Receiver::start().await;
    let mut scene = scene(ONE_OF_EACH, &(told_to(receiver.port) + "prometheus = true\n")).await;
    let base = scene.provider.base().to_owned();
    let ear = Ear::on(base.rsplit(':').next().and_then(|port| port.parse().ok()).expect("a port")).await;
    scene.others[0].resettle(&format!("{base}/"), &format!("http://127.0.0.1:{}/", ear.port));
    scene.start().await;
    let parent = format!("00-{TRACE}-{STEP}-01");
    post(&scene, CUSTOMER, 1, &[("traceparent", &parent), ("x-request-id", "asked-77")]).await;
    scene.provider.says(SHOP, "77009876543", WORDS).await;
    scene.settle().await;
    let page = client().get(scene.others[0].url("/metrics")).send().await.expect("a page");
    let page = page.text().await.expect("text");
    assert!(page.contains("tradepost_turn_duration_seconds_count{storefront=\"shop\"} 2"), "{page}");
    assert!(page.contains("tradepost_response_duration_seconds_count{channel=\"instagram\"} 2"), "{page}");
    assert!(page.contains("tradepost_coordinator_away 0"), "{page}");
    stop(&mut scene).await;

    let heard = receiver.heard.lock();
    let spans = of(&heard.spans, TRACE);
    let request = one(&spans, "POST /webhooks/instagram/main", "web");
    let accept = one(&spans, "accept", "web");
    let turn = one(&spans, "turn", "worker");
    let dispatch = one(&spans, "dispatch", "worker");
    let port = one(&spans, "say instagram", "worker");
    let settle = one(&spans, "settle", "worker");
    assert_eq!(hex::encode(&request.span.parent_span_id), STEP, "the caller's step");
    for (child, parent) in
        [(accept, request), (turn, accept), (dispatch, turn), (port, dispatch), (settle, dispatch)]
    {
        assert_eq!(child.span.parent_span_id, parent.span.span_id, "{child:?}");
    }
    assert_eq!(request.attribute("http.response.status_code").as_deref(), Some("200"));
    assert_eq!(request.span.kind(), SpanKind::Server);
    assert_eq!((port.span.kind(), turn.span.kind()), (SpanKind::Client, SpanKind::Consumer));
    assert_eq!(turn.attribute("tradepost.request.id").as_deref(), Some("asked-77"));
    let header = format!("traceparent: 00-{TRACE}-{}-01", hex::encode(&port.span.span_id));
    assert!(ear.heard().contains(&header), "the provider was told {header}: {}", ear.heard());

    let others: Vec<_> = heard.spans.iter().filter(|told| told.span.name == "turn").collect();
    let own = others.iter().map(|told| hex::encode(&told.span.trace_id)).find(|trace| trace != TRACE);
    let own = of(&heard.spans, &own.expect("a trace that begins at our door"));
    let begins = one(&own, "POST /webhooks/instagram/main", "web");
    assert!(begins.span.parent_span_id.is_empty(), "{begins:?}");
    one(&own, "say instagram", "worker");

    for role in ["web", "worker"] {
        assert!(heard.figures.contains(&(role.to_owned(), "tradepost.store.unit.duration".to_owned())));
    }
    assert!(heard.keys.iter().all(|key| key == KEY), "the receiver's key goes with everything");
    let told = String::from_utf8_lossy(&heard.bytes);
    for secret in [CUSTOMER, "77009876543", "Zebedee", "opening", &format!("token-{SHOP}"), APP_SECRET, KEY] {
        assert!(!told.contains(secret), "{secret} was told to the receiver");
    }
}

/// What the caller does not record is not recorded, in no process.
///
/// proves: PL-08
#[tokio::test]
async fn a_trace_that_the_caller_does_not_record_is_not_recorded() {
    let receiver = Receiver::start().await;
    let mut scene = scene(ONE_OF_EACH, &told_to(receiver.port)).await;
    scene.start().await;
    post(&scene, CUSTOMER, 1, &[("traceparent", &format!("00-{TRACE}-{STEP}-00"))]).await;
    scene.settle().await;
    assert_eq!(scene.provider.sent(SHOP).await.len(), 1);
    stop(&mut scene).await;
    let heard = receiver.heard.lock();
    assert!(heard.figures.iter().any(|(_, name)| name == "tradepost.turn.duration"), "figures are");
    let names: Vec<_> = heard.spans.iter().map(|told| &told.span.name).collect();
    assert!(names.is_empty(), "{names:?}");
}

/// Nobody listens, or somebody takes the connection and never answers: the house is as fast as without, loses nothing, and
/// stops in time.
///
/// proves: PL-08
#[rstest]
#[case::nobody_there(false)]
#[case::never_answers(true)]
#[tokio::test]
async fn a_receiver_that_is_not_well_slows_nothing(#[case] there: bool) {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let listener = there.then_some(listener);
    let mut scene = scene(Layout::File, &told_to(port)).await;
    scene.start().await;
    let mut slowest = Duration::ZERO;
    for number in 0..100 {
        slowest = slowest.max(post(&scene, &format!("88{number:05}"), number, &[]).await);
    }
    let mut crowd = Crowd::of(&scene.provider);
    crowd.write(20);
    crowd.all_heard().await;
    // Longer than the exporter waits before it first sends.
    tokio::time::sleep(Duration::from_secs(6)).await;
    slowest = slowest.max(post(&scene, CUSTOMER, 1000, &[]).await);
    scene.settle().await;
    let begun = Instant::now();
    stop(&mut scene).await;
    let stopped = begun.elapsed();
    println!("the slowest of 101 webhooks was answered in {slowest:?}; stopped in {stopped:?}");
    assert!(slowest < Duration::from_secs(2), "{slowest:?}");
    assert!(stopped < Duration::from_secs(12), "{stopped:?}");
    assert_eq!(scene.provider.sent(SHOP).await.len(), 121);
    let log = scene.house.log();
    let told = log.lines().filter(|line| line.contains("failed to hand traces or figures over")).count();
    assert!(told <= 2 && (there || told >= 1), "one warning a minute of each kind: {told} in\n{log}");
    drop(listener);
}

/// proves: PL-08
#[tokio::test]
async fn a_house_that_tells_nobody_stores_no_traces() {
    let mut scene = Scene::open().await;
    let parent = format!("00-{TRACE}-{STEP}-01");
    scene.provider.fails(SHOP, json!({ "fault": "fail", "status": 503, "code": 2, "times": 0 })).await;
    post(&scene, CUSTOMER, 1, &[("traceparent", &parent)]).await;
    let mut books = scene.books();
    until("a line waits", || books.waiting() > 0).await;
    let page = client().get(scene.house.url("/metrics")).send().await.expect("an answer");
    assert_eq!(page.status(), 404);
    scene.house.signal(Signal::TERM);
    scene.house.end().await;
    let file = std::fs::read(scene.house.store()).expect("a file");
    let rows = String::from_utf8_lossy(&file);
    assert!(rows.contains(TRACE), "the id is the trace's");
    assert!(!rows.contains(&format!("{TRACE}/")), "and nothing more is kept");
}
