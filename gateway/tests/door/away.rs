//! The store is away, or the process stops: nothing is taken that could be lost, and it is said.

use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::watch;
use tradepost_domain::Arrival;
use tradepost_gateway::{
    adapters::direct::Keys,
    http::{self, Condition, Delivery, Desk, Door, Limits, Rooms, Taken},
    settings::{ServerSettings, Settings},
};
use tradepost_ports::StoreError;
use tradepost_testkit::memory::MemoryStore;

use crate::{
    client::{Answer, SECRET, SETTINGS, request},
    fixture::{self, Made},
};

/// A desk whose store is as it says.
struct Sick(Option<StoreError>);

#[async_trait]
impl Desk for Sick {
    async fn accept(&self, _: &Delivery, _: Vec<Arrival>) -> Result<Taken, StoreError> {
        self.0.clone().map_or(Ok(Taken::default()), Err)
    }
    async fn accept_unparsed(&self, _: &Delivery, _: &[u8], _: &str) -> Result<(), StoreError> {
        self.0.clone().map_or(Ok(()), Err)
    }
    async fn condition(&self) -> Condition {
        Condition { store: self.0.as_ref().map(ToString::to_string), ..Condition::default() }
    }
}

/// Asks one request of a door before such a desk.
async fn ask(desk: Sick, stopping: bool, request: &[u8]) -> Answer {
    let ground = fixture::ground(MemoryStore::new());
    let settings =
        Settings::read(SETTINGS, "".as_ref(), &fixture::outfit(), &Made::default()).expect("settings");
    let (_says, stop) = watch::channel(stopping);
    let coordinator = Arc::clone(&ground.coordinator);
    let rooms = Rooms {
        desk: Arc::new(desk),
        store: ground.store,
        coordinator: Arc::clone(&ground.coordinator),
        clock: Arc::clone(&ground.clock),
        opened: ground.clock.now(),
        dice: Arc::clone(&ground.dice),
        keys: Keys::new(settings.keys),
        role: settings.server.role,
        trusted: Vec::new(),
        origins: Vec::new(),
        stop,
    };
    let server = ServerSettings { port: 0, ..settings.server };
    let routes = http::routes(Arc::new(rooms), settings.endpoints).expect("paths");
    let door = Arc::new(Door::new(
        routes,
        Limits::from(&server),
        http::Admission::of(&server, coordinator),
        (ground.clock, ground.dice),
    ));
    let listener = http::bind(server.bind, 0).expect("a port");
    let address = listener.local_addr().expect("an address");
    let (_runs, run) = watch::channel(false);
    let serving = tokio::spawn(async move { http::serve(listener, door, &server, run).await });
    let mut stream = tokio::net::TcpStream::connect(address).await.expect("a connection");
    tokio::io::AsyncWriteExt::write_all(&mut stream, request).await.expect("sent");
    let answer = Answer::read(&mut stream).await;
    serving.abort();
    answer
}

fn get(path: &str) -> Vec<u8> {
    request("GET", path, &[], b"")
}

/// proves: IN-03
#[rstest::rstest]
#[case::events(r#"[{"to":"box-1","from":"ann","id":"m1","text":"hello"}]"#)]
#[case::unreadable("[{")]
#[tokio::test]
async fn what_cannot_be_kept_is_not_taken(#[case] body: &str) {
    let signature = fixture::sign(SECRET, body.as_bytes());
    let post = request("POST", "/webhooks/post/main", &[("x-post-signature", &signature)], body.as_bytes());
    let away = StoreError::Away("the disk at /secret/path is full".into());
    let answer = ask(Sick(Some(away)), false, &post).await;
    answer.is_problem(503, "unavailable");
    assert_eq!(answer.header("retry-after"), Some("1"));
    assert!(!answer.body.contains("/secret/path"), "no internals");
    let broken = StoreError::Broken("row 7".into());
    ask(Sick(Some(broken)), false, &post).await.is_problem(500, "internal");
}

/// proves: PL-06
#[tokio::test]
async fn without_the_store_a_house_is_alive_and_not_ready() {
    let away = || Sick(Some(StoreError::Away("gone".into())));
    assert_eq!(ask(away(), false, &get("/health")).await.status, 200);
    let ready = ask(away(), false, &get("/health/ready")).await;
    assert_eq!((ready.status, ready.json()["status"].as_str()), (503, Some("not_ready")));
    let well = ask(Sick(None), false, &get("/health/ready")).await;
    assert_eq!((well.status, well.json()["status"].as_str()), (200, Some("ready")));
}

/// proves: PL-06, PL-12
#[tokio::test]
async fn a_house_that_stops_is_not_ready() {
    let ready = ask(Sick(None), true, &get("/health/ready")).await;
    assert_eq!((ready.status, ready.json()["status"].as_str()), (503, Some("stopping")));
}
