//! Secrets that the house keeps: their settings, their commands, and Instagram's tokens against the sandbox over real HTTP.

use std::{
    fs,
    net::TcpListener,
    os::unix::fs::PermissionsExt,
    path::Path,
    process::{Child, Command, Output, Stdio},
    sync::Arc,
    time::Duration,
};

use rstest::rstest;
use secrecy::SecretString;
use serde_json::Value;
use tempfile::TempDir;
use tracing_subscriber::layer::SubscriberExt;
use tradepost_domain::{AccountKey, Author, Content, ErrorKind, capabilities::Passage};
use tradepost_engine::{House, Keyring, TokenState};
use tradepost_gateway::{
    adapters,
    house::build,
    outfit::Ground,
    secrets::make_key_file,
    settings::{Fault, Role, Settings},
};
use tradepost_local::{Local, SystemDice};
use tradepost_ports::{Outbound, PortResult, Receipt};
use tradepost_sandbox::{InstagramAccount, Sandbox, SandboxConfig};
use tradepost_testkit::{make, memory::MemoryStore, time::HandClock};

use crate::{fixture::Made, logs::Paper};

const ID: &str = "17841400000000001";
const ANNA: &str = "9900112233";
const FIRST: &str = "IGAAfirst0042";
const KEY: &str = "one:9ayiPGUe0SWv3Oo4nBLqTLTZKxzPPWrYJOrpmSwfBSk=";
const NEW_KEY: &str = "two:3e2d1f00aabbccddeeff00112233445566778899aabbccddeeff001122334455";
const WRONG_KEY: &str = "one:3e2d1f00aabbccddeeff00112233445566778899aabbccddeeff001122334455";

fn text(base: &str, port: u16, secrets: &str, account: &str) -> String {
    format!(
        r#"
[server]
bind = "127.0.0.1"
port = {port}
stop_wait = "4 s"
[secrets]
{secrets}
[[storefront]]
id = "shop"
name = "Shop"
currency = "USD"
[[account]]
channel = "instagram"
id = "{ID}"
storefront = "shop"
token = "{FIRST}"
base = "{base}"
{account}
"#
    )
}

fn read(text: &str) -> Result<Settings, Vec<Fault>> {
    Settings::read(text, Path::new(""), &adapters::shipped(), &Made::default())
}

/// proves: PL-02, PL-21
#[rstest]
#[case::no_key("", "refresh = true", &["account[1].refresh"])]
#[case::a_key("master_key = \"KEY\"", "refresh = true", &[])]
#[case::not_asked_for("", "", &[])]
#[case::switched_off("", "refresh = false", &[])]
#[case::no_such_variable("master_key_env = \"NOWHERE\"", "refresh = true", &["secrets.master_key_env"])]
#[case::no_key_at_all("master_key = \"password\"", "", &["secrets.master_key"])]
#[case::the_same_twice("master_key = \"KEY,KEY\"", "", &["secrets.master_key"])]
#[case::a_page("master_key = \"KEY\"", "route = \"page\"\nrefresh = true", &["account[1].refresh"])]
#[case::no_time("master_key = \"KEY\"", "refresh_before = \"1440 h\"", &["account[1].refresh_before"])]
#[case::unknown("key = \"KEY\"", "", &["secrets.key"])]
fn faults_name_key_and_mending(#[case] secrets: &str, #[case] account: &str, #[case] expected: &[&str]) {
    let read = read(&text("http://127.0.0.1:9", 0, &secrets.replace("KEY", KEY), account));
    let faults = read.map_or_else(|faults| faults, |_| Vec::new());
    let keys: Vec<_> = faults.iter().map(|fault| fault.key.as_str()).collect();
    assert_eq!(keys, expected);
    for fault in &faults {
        let told = fault.to_string();
        assert!(told.contains("to mend: ") && !told.contains("9ayi") && !told.contains("password"), "{told}");
    }
}

#[test]
fn a_page_s_token_is_left_alone() {
    let of = |account: &str| {
        let settings = read(&text("http://127.0.0.1:9", 0, &format!("master_key = \"{KEY}\""), account));
        settings.expect("good settings").accounts[0].account.tokens.is_some()
    };
    assert_eq!((of(""), of("route = \"page\""), of("refresh = false")), (true, false, false));
}

/// An account at the sandbox whose former tokens end as soon as they are exchanged.
async fn sandbox(config: SandboxConfig) -> Sandbox {
    let account = InstagramAccount {
        access_token: FIRST.into(),
        accept_strangers: true,
        former_token_life_ms: Some(0),
        ..InstagramAccount::new(ID)
    };
    Sandbox::start(config.with_instagram(account)).await.expect("a sandbox")
}

/// Houses over one store.
struct Street {
    ground: Ground,
    clock: HandClock,
    base: String,
}

impl Street {
    fn new(sandbox: &Sandbox) -> Self {
        let clock = HandClock::default();
        let shared: Arc<dyn tradepost_ports::Clock> = Arc::new(clock.clone());
        let coordinator = Arc::new(Local::new(Arc::clone(&shared)));
        let store = Arc::new(MemoryStore::new());
        let ground = Ground::new(store, coordinator, shared, Arc::new(SystemDice));
        Self { ground, clock, base: sandbox.base_url().to_owned() }
    }

    async fn opens(&self, secrets: &str) -> Arc<House> {
        let settings = read(&text(&self.base, 0, secrets, "")).expect("good settings");
        let Settings { storefronts, accounts, secrets, .. } = settings;
        let outfit = adapters::shipped();
        let (ground, all) = (self.ground.clone(), (Role::All, None));
        let house = build(storefronts, accounts, &outfit, ground, secrets.keyring, all, None);
        let house = house.expect("a house");
        house.take_up_tokens().await;
        house
    }
}

async fn says(house: &House) -> PortResult<Receipt> {
    let outbound = Outbound {
        effect: make::effect_id(7),
        line: make::message_id(9),
        peer: ANNA.into(),
        content: Content::text("Hi"),
        attached: Vec::new(),
        author: Author::Bot,
        passage: Passage::Open,
    };
    let account = house.registry().account(&AccountKey::of("instagram", ID)).expect("the account");
    account.messenger.send(&outbound).await
}

async fn state(house: &House) -> Option<TokenState> {
    house.health().await.tokens.first().map(|token| token.state)
}

/// A second call with the former token would be refused, and told.
///
/// proves: PL-21
#[tokio::test]
async fn two_houses_exchange_instagrams_token_once_and_send_with_the_new_one() {
    let sandbox = sandbox(SandboxConfig::default()).await;
    let street = Street::new(&sandbox);
    let secrets = format!("master_key = \"{KEY}\"");
    let (one, other) = (street.opens(&secrets).await, street.opens(&secrets).await);
    futures::join!(one.tend_tokens(), other.tend_tokens());
    let first_round = (says(&one).await.is_ok(), says(&other).await.is_ok());
    assert!(matches!(first_round, (true, false) | (false, true)), "{first_round:?}");
    street.clock.advance(Duration::from_secs(60));
    futures::join!(one.tend_tokens(), other.tend_tokens());
    for house in [&one, &other] {
        assert_eq!(state(house).await, Some(TokenState::Good));
        says(house).await.expect("sent with the new token");
    }
    let again = street.opens(&secrets).await;
    says(&again).await.expect("a house that was opened later uses it, too");
    sandbox.stop().await;
}

/// proves: PL-21
#[tokio::test]
async fn without_a_master_key_nothing_is_exchanged() {
    let sandbox = sandbox(SandboxConfig::default()).await;
    let house = Street::new(&sandbox).opens("").await;
    house.tend_tokens().await;
    assert_eq!(state(&house).await, None);
    says(&house).await.expect("the settings' token is as good as ever");
    sandbox.stop().await;
}

/// proves: PL-21
#[tokio::test]
async fn what_the_provider_refuses_is_told() {
    let issued = HandClock::default();
    let now_ms = tradepost_ports::Clock::now(&issued).as_millisecond();
    let sandbox = sandbox(SandboxConfig { frozen_at_ms: Some(now_ms), ..SandboxConfig::default() }).await;
    let young = tradepost_sandbox::AccountChange { token_issued_at_ms: Some(now_ms), ..Default::default() };
    sandbox.change(ID, young).expect("changed");
    let street = Street::new(&sandbox);
    let house = street.opens(&format!("master_key = \"{KEY}\"")).await;
    house.tend_tokens().await;
    let token = house.health().await.tokens.remove(0);
    assert_eq!(token.state, TokenState::Failing);
    assert!(token.reason.is_some_and(|reason| reason.contains("24 hours")));
    says(&house).await.expect("the token is still good");
    for _ in 0..4 {
        let hours = Duration::from_secs(6 * 3600 + 60);
        street.clock.advance(hours);
        sandbox.clock().advance_ms(i64::try_from(hours.as_millis()).expect("a while"));
        house.tend_tokens().await;
    }
    assert_eq!(state(&house).await, Some(TokenState::Good), "a day later it is old enough");
    sandbox.stop().await;
}

/// proves: PL-07, PL-21
#[tokio::test]
async fn no_log_line_holds_a_token_or_a_key() {
    let paper = Paper::default();
    let layer = tradepost_gateway::logs::layer(true, "trace", paper.clone());
    let guard = tracing::subscriber::set_default(tracing_subscriber::registry().with(layer));
    let sandbox = sandbox(SandboxConfig::default()).await;
    let street = Street::new(&sandbox);
    let house = street.opens(&format!("master_key = \"{KEY}\"")).await;
    house.tend_tokens().await;
    assert_eq!(state(&house).await, Some(TokenState::Good));
    let denied = sandbox
        .change(ID, tradepost_sandbox::AccountChange { token_revoked: Some(true), ..Default::default() });
    denied.expect("changed");
    let refused = says(&house).await.expect_err("revoked");
    assert_eq!(refused.kind, ErrorKind::Denied);
    street.clock.advance(Duration::from_secs(55 * 24 * 3600));
    house.tend_tokens().await;
    let wrong = street.opens(&format!("master_key = \"{WRONG_KEY}\"")).await;
    let health = format!("{:?} {:?} {refused:?}", house.health().await, wrong.health().await);
    drop(guard);
    let shown = paper.text() + &health;
    assert!(shown.contains("a token was exchanged") && shown.contains("a token needs attention"), "{shown}");
    assert!(shown.contains("is not the one that sealed it"), "{shown}");
    for secret in ["IGAA", "9ayiPGUe", "3e2d1f00aabb"] {
        let found: Vec<_> = shown.lines().filter(|line| line.contains(secret)).collect();
        assert!(found.is_empty(), "{secret} stands there: {found:#?}");
    }
    sandbox.stop().await;
}

/// The program in a folder of its own.
struct Program {
    folder: TempDir,
    base: String,
    port: u16,
}

impl Program {
    fn new(base: &str) -> Self {
        let free = TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr());
        let folder = tempfile::tempdir().expect("a folder");
        Self { folder, base: base.to_owned(), port: free.expect("a free port").port() }
    }

    fn command(&self, keys: &str, arguments: &[&str]) -> Command {
        let config = self.folder.path().join("tradepost.toml");
        let secrets = "master_key_env = \"TRADEPOST_MASTER_KEY\"";
        fs::write(&config, text(&self.base, self.port, secrets, "")).expect("written");
        let mut command = Command::new(env!("CARGO_BIN_EXE_tradepost"));
        command
            .args(arguments)
            .arg("--config")
            .arg(config)
            .env_remove("PORT")
            .env("TRADEPOST_MASTER_KEY", keys);
        command
    }

    fn run(&self, keys: &str, arguments: &[&str]) -> (Option<i32>, String) {
        let Output { status, stdout, stderr } = self.command(keys, arguments).output().expect("it runs");
        (status.code(), String::from_utf8_lossy(&[stdout, stderr].concat()).into_owned())
    }

    fn secrets(&self, keys: &str) -> Value {
        let (code, told) = self.run(keys, &["secrets", "list", "--json"]);
        assert_eq!(code, Some(0), "{told}");
        serde_json::from_str(&told).unwrap_or_else(|error| panic!("{error}: {told}"))
    }

    /// Serves until readiness tells that state of its token; what it logged.
    async fn serves_until(&self, keys: &str, state: &str) -> String {
        let log = self.folder.path().join("log");
        let paper = fs::File::create(&log).expect("a log");
        let mut command = self.command(keys, &["serve"]);
        let serving = Serving(command.stderr(paper).stdout(Stdio::null()).spawn().expect("it runs"));
        for _ in 0..500 {
            let ready = self.ready().await.unwrap_or_default();
            if ready["tokens"][0]["state"] == state
                && (state != "good" || !ready["tokens"][0]["expires_at"].is_null())
            {
                drop(serving);
                return fs::read_to_string(log).expect("a log");
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("its token is never {state}: {}", fs::read_to_string(log).unwrap_or_default());
    }

    async fn ready(&self) -> Option<Value> {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        let mut stream = tokio::net::TcpStream::connect(("127.0.0.1", self.port)).await.ok()?;
        stream.write_all(b"GET /health/ready HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await.ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.ok()?;
        serde_json::from_str(answer.split_once("\r\n\r\n")?.1).ok()
    }
}

struct Serving(Child);

impl Drop for Serving {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// From the first start to a dropped old key, with a wrong one in between.
///
/// proves: PL-21
#[tokio::test(flavor = "multi_thread")]
async fn a_master_key_is_changed_by_command() {
    let sandbox = sandbox(SandboxConfig::default()).await;
    let program = Program::new(sandbox.base_url());
    program.serves_until(KEY, "good").await;
    let listed = program.secrets(KEY);
    assert_eq!(listed["secret"], format!("account:instagram:{ID}/token"));
    assert_eq!((listed["key"].as_str(), listed["opens"].as_str()), (Some("one"), Some("yes")));
    assert!(
        listed["expires"].as_str().is_some_and(|at| !at.is_empty()) && !listed.to_string().contains("IGAA")
    );

    let log = program.serves_until(WRONG_KEY, "unreadable").await;
    assert!(
        log.contains("account:instagram") && log.contains("master key `one`") && !log.contains("panicked"),
        "{log}"
    );
    assert_eq!(program.secrets(WRONG_KEY)["opens"], "no");
    let (code, told) = program.run(NEW_KEY, &["secrets", "rotate"]);
    assert!(code == Some(1) && told.contains("master key `one`, which is not given"), "{told}");
    assert_eq!(program.secrets(KEY), listed_again(&program, &listed), "nothing was overwritten");

    let both = format!("{NEW_KEY},{KEY}");
    let (code, told) = program.run(&both, &["secrets", "rotate"]);
    assert!(code == Some(0) && told.contains("1 sealed anew under master key `two`"), "{told}");
    let (code, told) = program.run(&both, &["secrets", "rotate"]);
    assert!(code == Some(0) && told.contains("0 sealed anew"), "{told}");
    let listed = program.secrets(NEW_KEY);
    assert_eq!((listed["key"].as_str(), listed["opens"].as_str()), (Some("two"), Some("yes")));
    program.serves_until(NEW_KEY, "good").await;
    let name = format!("account:instagram:{ID}/token");
    let (code, told) = program.run(NEW_KEY, &["secrets", "forget", &name]);
    assert_eq!(code, Some(0), "{told}");
    assert_eq!(program.run(NEW_KEY, &["secrets", "list"]), (Some(0), "nothing\n".to_owned()));
    assert_eq!(program.run(NEW_KEY, &["secrets", "forget", &name]).0, Some(1));
    sandbox.stop().await;
}

/// The same row; its age may have grown.
fn listed_again(program: &Program, listed: &Value) -> Value {
    let mut same = listed.clone();
    same["age"] = program.secrets(KEY)["age"].clone();
    same
}

/// proves: PL-21
#[test]
fn a_new_key_is_printed_and_is_one() {
    let print = || Command::new(env!("CARGO_BIN_EXE_tradepost")).args(["secrets", "new-key"]).output();
    let [one, other] = [print(), print()].map(|output| output.expect("it runs").stdout);
    assert_ne!(one, other);
    let key = String::from_utf8(one).expect("a text");
    assert!(Keyring::read(&SecretString::from(key)).is_ok());
}

/// proves: PL-21
#[test]
fn the_demo_s_key_is_made_once_for_its_owner_only() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("master-key");
    make_key_file(&file, &SystemDice).expect("made");
    let key = fs::read_to_string(&file).expect("a key");
    assert!(Keyring::read(&SecretString::from(key.clone())).is_ok());
    let mode = fs::metadata(&file).expect("a file").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    make_key_file(&file, &SystemDice).expect("kept");
    assert_eq!(fs::read_to_string(&file).expect("a key"), key);
    assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1);
}
