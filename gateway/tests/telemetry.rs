//! The page for Prometheus, and what there is when nobody is told anything.

use std::{collections::BTreeMap, path::Path};

use rstest::rstest;
use tradepost_gateway::{
    settings::{Role, Settings, TelemetrySettings},
    telemetry::Telemetry,
};

use crate::{
    client::{KEY, Running, SECRET, SETTINGS},
    fixture::{self, Made},
};

/// A page, read: every line is a comment or `name{labels} number`.
fn read(page: &str) -> BTreeMap<String, f64> {
    let lines = page.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let figure = |line: &str| {
        let (name, number) = line.rsplit_once(' ').unwrap_or_else(|| panic!("no figure: {line}"));
        let number = number.parse().unwrap_or_else(|error| panic!("{error}: {line}"));
        (name.to_owned(), number)
    };
    lines.map(figure).collect()
}

fn with(lines: &str) -> String {
    format!("[telemetry]\n{lines}\n{SETTINGS}")
}

/// proves: PL-08
#[tokio::test]
async fn the_pages_figures_move_with_what_happens() {
    let running = Running::start(&with("prometheus = true")).await;
    let before = read(&running.get("/metrics").await.body);
    assert_eq!(before.get("tradepost_store_up"), Some(&1.0), "{before:?}");
    let letter = r#"[{"to":"box-1","from":"peer-of-box-1","id":"m1","text":"hello"},{"to":"box-9","from":"peer-of-box-1","id":"m2","text":"x"}]"#;
    assert_eq!(running.letter(letter).await.status, 200);
    assert_eq!(running.letter(letter).await.status, 200);
    assert_eq!(running.letter("[{").await.status, 202);
    let chat = running.chat(r#"{"contact":"bob","text":"hi"}"#).await;
    assert_eq!(chat.status, 200, "{chat:?}");
    running.get("/made/up?token=QUERY").await;
    while running.chat(r#"{"contact":"bob","text":"hush","wait":0}"#).await.status != 429 {}
    // What is read of the store is not read again within a second.
    tokio::time::sleep(std::time::Duration::from_millis(1100)).await;
    let answer = running.get("/metrics").await;
    assert!(answer.header("content-type").is_some_and(|mime| mime.starts_with("text/plain")), "{answer:?}");
    let after = read(&answer.body);
    let is = |name: &str, number: f64| {
        assert_eq!(after.get(name), Some(&number), "{name} in\n{}", answer.body);
    };
    is("tradepost_events_total{channel=\"post\",fate=\"filed\"}", 1.0);
    is("tradepost_events_total{channel=\"post\",fate=\"unrouted\"}", 1.0);
    is("tradepost_events_total{channel=\"post\",fate=\"known\"}", 2.0);
    is("tradepost_events_total{channel=\"post\",fate=\"unparsed\"}", 1.0);
    is("tradepost_conversations_begun_total{storefront=\"shop\"}", 2.0);
    is("tradepost_response_duration_seconds_count{channel=\"post\"}", 1.0);
    is("tradepost_response_duration_seconds_count{channel=\"direct\"}", 1.0);
    is("tradepost_port_call_duration_seconds_count{class=\"say\",outcome=\"done\",provider=\"post\"}", 1.0);
    is("tradepost_breaker_state{account=\"post:box-1\"}", 0.0);
    is("tradepost_inbox_waiting", 0.0);
    is("tradepost_limits_refused_total{http_route=\"/v1/chat\"}", 1.0);
    let requests = "http_server_request_duration_seconds_count";
    is(
        &format!(
            "{requests}{{http_request_method=\"POST\",http_response_status_code=\"200\",http_route=\"/webhooks/post/main\"}}"
        ),
        2.0,
    );
    is(
        &format!(
            "{requests}{{http_request_method=\"GET\",http_response_status_code=\"404\",http_route=\"other\"}}"
        ),
        1.0,
    );
    for silent in ["made", "QUERY", "peer-of", "bob", "hello", KEY, SECRET, "cnv_", "evt_"] {
        assert!(!answer.body.contains(silent), "{silent} stands on the page");
    }
    running.stop().await;
}

/// proves: PL-08
#[tokio::test]
async fn the_page_may_stand_apart() {
    let apart = std::net::TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    let apart = apart.expect("a free port");
    let lines = format!("prometheus = true\nprometheus_address = \"{apart}\"");
    let mut running = Running::start(&with(&lines)).await;
    running.get("/metrics").await.is_problem(404, "not-found");
    let door = std::mem::replace(&mut running.address, apart.to_string());
    let page = running.get("/metrics").await;
    assert_eq!(page.status, 200, "{page:?}");
    assert!(read(&page.body).contains_key("tradepost_inbox_waiting"), "{page:?}");
    running.get("/v1/chat").await.is_problem(404, "not-found");
    running.address = door;
    running.stop().await;
}

/// proves: PL-08
#[tokio::test]
async fn nobody_is_told_anything_until_it_is_set() {
    let off = Telemetry::begin(&TelemetrySettings::default(), Role::All).expect("nothing to go wrong");
    assert!(off.is_none(), "no observer, no figures, no layer");
    let page = TelemetrySettings { prometheus: true, ..TelemetrySettings::default() };
    let page = Telemetry::begin(&page, Role::All).expect("a page").expect("told");
    assert_eq!(page.layers().len(), 0, "a page needs no layer");
    let running = Running::start(SETTINGS).await;
    running.get("/metrics").await.is_problem(404, "not-found");
    running.stop().await;
}

/// proves: PL-02, PL-08
#[rstest]
#[case::no_address("otlp = \"collector:4318\"", "telemetry.otlp", "no address of a receiver")]
#[case::no_headers("otlp_headers = \"secret\"", "telemetry.otlp_headers", "no list of headers")]
#[case::no_attribute("attributes = [\"trial\"]", "telemetry.attributes", "no attribute")]
#[case::no_page("prometheus_address = \"127.0.0.1:9464\"", "telemetry.prometheus_address", "of no use")]
#[case::no_port(
    "prometheus = true\nprometheus_address = \"here\"",
    "telemetry.prometheus_address",
    "no address"
)]
#[case::none_in("one_in = 0", "telemetry.one_in", "from 1")]
fn what_is_wrong_is_told(#[case] lines: &str, #[case] key: &str, #[case] told: &str) {
    let settings = Settings::read(&with(lines), Path::new(""), &fixture::outfit(), &Made::default());
    let faults = settings.expect_err("a fault");
    assert_eq!(faults.len(), 1, "{faults:?}");
    assert!(faults[0].key == key && faults[0].wrong.contains(told), "{faults:?}");
    assert!(!faults[0].to_string().contains("secret"), "{faults:?}");
}

/// proves: PL-14
#[cfg(not(feature = "sentry"))]
#[test]
fn reports_that_are_not_built_in_are_a_fault() {
    let lines = "sentry_dsn = \"https://key@sentry.example/1\"";
    let settings = Settings::read(&with(lines), Path::new(""), &fixture::outfit(), &Made::default());
    let faults = settings.expect_err("a fault");
    assert!(
        faults[0].key == "telemetry.sentry_dsn" && faults[0].mend.contains("--features sentry"),
        "{faults:?}"
    );
}
