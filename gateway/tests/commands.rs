//! The program beside a running house: real processes, the embedded store, signals.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    time::{Duration, Instant},
};

use serde_json::Value;
use tempfile::{TempDir, tempdir};

const BODY: &str = r#"{"object":"instagram","entry":[{"id":"17841400000000001","time":1767225600500,"messaging":[
{"sender":{"id":"9900112233"},"recipient":{"id":"17841400000000001"},"timestamp":1767225600123,
"message":{"mid":"aWdfZAG1faXRlbToxAAA","text":"Where is my order?"}}]}]}"#;

/// A shop whose provider is nowhere: what is to be sent waits.
struct Shop {
    folder: TempDir,
    port: u16,
}

impl Shop {
    fn new() -> Self {
        let folder = tempdir().expect("a folder");
        let free = std::net::TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr());
        let port = free.expect("a free port").port();
        let text = format!(
            r#"
[server]
bind = "127.0.0.1"
port = {port}
stop_wait = "4 s"
[[storefront]]
id = "shop"
name = "Shop"
currency = "USD"
[[endpoint]]
channel = "instagram"
name = "main"
app_secret_file = "app-secret"
verify_token = "a long random word"
[[account]]
channel = "instagram"
id = "17841400000000001"
storefront = "shop"
token = "IGtoken"
base = "http://127.0.0.1:9"
"#
        );
        fs::write(folder.path().join("app-secret"), "the app's secret\n").expect("written");
        fs::write(folder.path().join("tradepost.toml"), text).expect("written");
        Self { folder, port }
    }

    fn config(&self) -> PathBuf {
        self.folder.path().join("tradepost.toml")
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = program(arguments);
        command.arg("--config").arg(self.config()).output().expect("the program runs")
    }

    fn serve(&self) -> Serving {
        let child = program(&["serve", "--config"]).arg(self.config()).stderr(Stdio::null()).spawn();
        let serving = Serving(child.expect("the program runs"));
        let begun = Instant::now();
        while std::net::TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            assert!(begun.elapsed() < Duration::from_secs(20), "the house opens");
            std::thread::sleep(Duration::from_millis(20));
        }
        serving
    }

    fn file(&self, name: &str, text: &str) -> String {
        let path = self.folder.path().join(name);
        fs::write(&path, text).expect("written");
        path.to_str().unwrap_or_default().to_owned()
    }
}

struct Serving(Child);

impl Serving {
    /// Says SIGTERM and tells the exit code.
    fn terminate(mut self) -> Option<i32> {
        let told =
            Command::new("kill").args(["-TERM", &self.0.id().to_string()]).status().expect("kill runs");
        assert!(told.success());
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(10) {
            if let Some(status) = self.0.try_wait().expect("a child") {
                return status.code();
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        None
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tradepost"));
    command.args(arguments).env_remove("PORT");
    command
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn lines(output: &Output) -> Vec<Value> {
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    text(&output.stdout).lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

/// proves: IN-03, IN-04, IN-06, PL-12, PL-19
#[test]
fn a_signed_payload_is_taken_once_listed_filed_again_and_kept_over_a_restart() {
    let shop = Shop::new();
    let file = shop.file("body.json", BODY);
    let serving = shop.serve();
    for _ in 0..2 {
        let sent = shop.run(&["webhook", "send", "main", &file]);
        assert_eq!(
            (sent.status.code(), text(&sent.stdout).trim()),
            (Some(0), "200"),
            "{}",
            text(&sent.stderr)
        );
    }
    assert_eq!(serving.terminate(), Some(0), "SIGTERM ends it well and in time");
    let listed = lines(&shop.run(&["inbox", "list", "--fate", "filed", "--json"]));
    assert_eq!(listed.len(), 1, "{listed:?}");
    let serving = shop.serve();
    assert_eq!(shop.run(&["webhook", "send", "instagram/main", &file]).status.code(), Some(0));
    let event = listed[0]["event"].as_str().unwrap_or_default();
    let again = lines(&shop.run(&["inbox", "retry", event, "--json"]));
    assert_eq!(again[0]["repeats"], *event);
    let listed = lines(&shop.run(&["inbox", "list", "--fate", "filed", "--json"]));
    assert_eq!(listed.len(), 2, "the new one names the old one; the repeated delivery left nothing");
    assert_eq!(listed[0]["repeats"], *event);
    let conversation = listed[1]["conversation"].as_str().unwrap_or_default().to_owned();
    assert_eq!(serving.terminate(), Some(0));
    let replay = lines(&shop.run(&["replay", &conversation, "--json"]));
    assert_eq!(replay[0]["differences"], serde_json::json!([]));
    assert!(replay[0]["hops"].as_u64().is_some_and(|hops| hops > 0), "{replay:?}");
}

/// proves: FI-04, CV-06
#[test]
fn consent_is_exported_with_its_evidence() {
    let shop = Shop::new();
    let file = shop.file("stop.json", &BODY.replace("Where is my order?", "Stop!"));
    let serving = shop.serve();
    assert_eq!(shop.run(&["webhook", "send", "main", &file]).status.code(), Some(0));
    let begun = Instant::now();
    let entries = loop {
        let entries = lines(&shop.run(&["consents", "export", "--json"]));
        if !entries.is_empty() || begun.elapsed() > Duration::from_secs(20) {
            break entries;
        }
    };
    assert_eq!(serving.terminate(), Some(0));
    assert_eq!(entries.len(), 1, "{entries:?}");
    let told = |key: &str| entries[0][key].as_str().unwrap_or_default().to_owned();
    assert_eq!(
        (told("storefront"), told("given"), told("by")),
        ("shop".into(), "no".into(), "message".into())
    );
    assert_eq!((told("customer"), told("words")), ("9900112233".into(), "Stop!".into()));
    assert!(told("source").starts_with("msg_"), "{entries:?}");
    assert!(lines(&shop.run(&["consents", "export", "--json", "--customer", "nobody"])).is_empty());
}

#[test]
fn a_second_process_on_the_same_data_is_refused() {
    let shop = Shop::new();
    let _serving = shop.serve();
    let second = shop.run(&["serve"]);
    assert_eq!(second.status.code(), Some(3));
    assert!(text(&second.stderr).contains("another tradepost process"), "{}", text(&second.stderr));
}

#[test]
fn a_port_that_is_taken_is_said_plainly() {
    let shop = Shop::new();
    let _taken = std::net::TcpListener::bind(("127.0.0.1", shop.port)).expect("the port");
    let refused = shop.run(&["serve"]);
    assert_eq!(refused.status.code(), Some(3));
    assert!(text(&refused.stderr).contains("failed to listen on"), "{}", text(&refused.stderr));
}

/// proves: RU-02
#[test]
fn starting_rules_are_written_once_and_what_the_shop_has_is_kept() {
    let shop = Shop::new();
    assert_eq!(shop.run(&["migrate"]).status.code(), Some(0));
    assert_eq!(text(&shop.run(&["rules", "list"]).stdout).trim(), "nothing");
    assert!(
        text(&shop.run(&["rules", "seed"]).stdout).contains("shop: 5 rules written, 0 were there already")
    );
    assert!(
        text(&shop.run(&["rules", "seed"]).stdout).contains("shop: 0 rules written, 5 were there already")
    );
    let rules = lines(&shop.run(&["rules", "list", "--json"]));
    let names: Vec<_> = rules.iter().filter_map(|rule| rule["name"].as_str()).collect();
    for name in ["orders", "products", "contact", "fallback"] {
        assert!(names.contains(&name), "{names:?}");
    }
    assert_eq!(shop.run(&["rules", "list", "--storefront", "none"]).status.code(), Some(2));
    assert_eq!(text(&shop.run(&["dead-letters", "list"]).stdout).trim(), "nothing");
}

#[test]
fn a_payload_is_read_without_any_settings() {
    let mut child = program(&["webhook", "parse", "instagram", "-"])
        .current_dir(Path::new("/"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program runs");
    child.stdin.take().expect("its input").write_all(BODY.as_bytes()).expect("written");
    let events = lines(&child.wait_with_output().expect("it ends"));
    assert_eq!(events.len(), 1);
    assert_eq!(events[0]["account"], "17841400000000001");
    assert_eq!(events[0]["what"]["what"], "message");
    assert_eq!(program(&["webhook", "parse", "pigeon", "-"]).output().expect("runs").status.code(), Some(2));
}

/// Every kind that the reference knows; a payload of another product of Meta's is refused.
#[rstest::rstest]
#[case::instagram("instagram", "instagram/tests/fixtures", 40, &["page_object.json"])]
#[case::whatsapp("whatsapp", "whatsapp/tests/fixtures/cloud", 60, &["another_product.json"])]
#[case::whatsapp_resold("whatsapp", "whatsapp/tests/fixtures/wapi", 15, &[])]
fn every_kind_of_payload_is_read(
    #[case] channel: &str,
    #[case] folder: &str,
    #[case] least: usize,
    #[case] refused: &[&str],
) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../adapters").join(folder);
    let mut codes: Vec<(String, Option<i32>)> = Vec::new();
    for file in fs::read_dir(folder).expect("the fixtures").map(|entry| entry.expect("an entry").path()) {
        if file.extension().is_some_and(|kind| kind == "json") {
            let output = program(&["webhook", "parse", channel]).arg(&file).output().expect("runs");
            let name = file.file_name().map(|name| name.to_string_lossy().into_owned());
            codes.push((name.unwrap_or_default(), output.status.code()));
        }
    }
    let others = codes.iter().filter(|(_, code)| *code != Some(0)).map(|(name, _)| name.as_str());
    assert!(codes.len() > least, "{codes:?}");
    assert_eq!(others.collect::<Vec<_>>(), refused);
}

/// proves: UX-01
#[test]
fn the_demo_delivers_every_reply_once() {
    let folder = tempdir().expect("a folder");
    let data = folder.path().join("demo");
    let output = program(&["demo", "--once", "--data"]).arg(&data).output().expect("the program runs");
    assert_eq!(output.status.code(), Some(0), "{}{}", text(&output.stdout), text(&output.stderr));
    assert!(text(&output.stdout).contains("delivered exactly once"));
}
