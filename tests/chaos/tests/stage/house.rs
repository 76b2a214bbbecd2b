//! The house: `tradepost serve`, on a directory and a port of its own.

use std::{
    fs::File,
    io::Write,
    net::TcpStream,
    path::PathBuf,
    process::{ExitStatus, Output, Stdio},
};

use reqwest::Client;
use rustix::process::Signal;
use serde_json::Value;

use super::{
    BRANCH, CONCURRENCY, Ground, SHOP,
    program::{Program, command, free_port, moment, run, tradepost},
    provider::{APP_SECRET, client},
    until, until_told,
};

/// A house, running or not.
pub struct House {
    folder: PathBuf,
    role: String,
    port: u16,
    program: Option<Program>,
    http: Client,
}

impl House {
    /// Writes the settings. Each process has a folder of its own.
    pub fn furnish(folder: PathBuf, role: &str, ground: &str, provider: &str) -> Self {
        std::fs::create_dir_all(&folder).expect("made");
        let port = free_port();
        let house = Self { folder, role: role.to_owned(), port, program: None, http: client() };
        std::fs::write(house.settings(), settings(port, ground, provider)).expect("written");
        house
    }

    /// Seeds the rules and lets the rule about opening hours answer with the customer's own words.
    pub fn seed(&self, ground: &Ground) {
        let seeded = self.run(&["rules", "seed"]);
        assert!(seeded.status.success(), "{seeded:?}");
        ground.books(&self.store()).echo_in_rule("contact");
    }

    /// Starts, and waits until it is ready, or has killed itself at `kill_at` before that.
    pub async fn start(&mut self, kill_at: Option<&str>) {
        self.start_under(&[], kill_at).await;
    }

    /// As [`House::start`], as an argument of another program.
    pub async fn start_under(&mut self, wrapper: &[String], kill_at: Option<&str>) {
        let program = tradepost();
        let mut command = match wrapper {
            [] => command(program),
            [first, rest @ ..] => {
                let mut command = command(first);
                command.args(rest).args(["setpriv", "--pdeathsig", "KILL", "--"]).arg(program);
                command
            }
        };
        command.args(["serve", "--role", &self.role, "--config"]).arg(self.settings());
        if let Some(place) = kill_at {
            command.env("TRADEPOST_KILL_AT", place);
        }
        let log =
            File::options().create(true).append(true).open(self.folder.join("house.log")).expect("a log");
        command.stdout(log.try_clone().expect("a log")).stderr(log);
        self.program = Some(Program::start(&mut command));
        while !self.is_ready().await {
            match (self.program().ended(), kill_at) {
                (Some(_), Some(_)) => return,
                (Some(status), None) => panic!("the house ended: {status}\n{}", self.last_words()),
                (None, _) => moment().await,
            }
        }
    }

    pub fn signal(&mut self, signal: Signal) {
        self.program().signal(signal);
    }

    /// Was it started, and has it not ended?
    pub fn runs(&mut self) -> bool {
        self.program.as_mut().is_some_and(|program| program.ended().is_none())
    }

    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.program().ended()
    }

    pub async fn end(&mut self) -> ExitStatus {
        self.program().end().await
    }

    /// Waits until nobody listens at its port: what it ran under has ended, and it with that.
    pub async fn is_gone(&self) {
        let listens = || TcpStream::connect(("127.0.0.1", self.port)).is_ok();
        until("nobody listens", || !listens()).await;
    }

    /// Stops and starts it again.
    pub async fn restart(&mut self) {
        self.stop().await;
        self.start(None).await;
    }

    /// Asks it to stop, and waits until it has.
    pub async fn stop(&mut self) {
        self.signal(Signal::TERM);
        let status = self.end().await;
        assert!(status.success(), "the house stopped with {status}\n{}", self.last_words());
    }

    /// Runs a command of the program beside it.
    pub fn run(&self, arguments: &[&str]) -> Output {
        run(command(tradepost()).args(arguments).arg("--config").arg(self.settings()))
    }

    /// Signs a payload and posts it, as the provider would.
    pub fn posts(&self, payload: &Value) {
        let file = self.folder.join("payload.json");
        std::fs::write(&file, payload.to_string()).expect("written");
        let (file, to) = (file.to_string_lossy().into_owned(), format!("127.0.0.1:{}", self.port));
        let posted = self.run(&["webhook", "send", "main", &file, "--to", &to]);
        assert!(posted.status.success(), "{posted:?}");
    }

    /// Changes a line of the settings.
    pub fn resettle(&self, from: &str, to: &str) {
        let text = std::fs::read_to_string(self.settings()).expect("settings");
        assert!(text.contains(from), "the settings hold {from}");
        std::fs::write(self.settings(), text.replacen(from, to, 1)).expect("written");
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    pub fn role(&self) -> &str {
        &self.role
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn settings(&self) -> PathBuf {
        self.folder.join("tradepost.toml")
    }

    pub fn store(&self) -> PathBuf {
        self.folder.join("data/tradepost.db")
    }

    /// What readiness tells, whatever its status.
    pub async fn readiness(&self) -> Option<Value> {
        let answer = self.http.get(self.url("/health/ready")).send().await.ok()?;
        serde_json::from_str(&answer.text().await.ok()?).ok()
    }

    pub async fn is_ready(&self) -> bool {
        self.readiness().await.is_some_and(|told| told["status"] == "ready")
    }

    /// Does readiness say that other processes can be reached?
    pub async fn reaches_others(&self) -> bool {
        self.readiness().await.is_some_and(|told| told["coordinator"] == true && told["status"] == "ready")
    }

    /// How readiness tells an account.
    pub async fn provider(&self, account: &str) -> Value {
        let told = self.readiness().await.unwrap_or_default();
        let accounts = told["providers"].as_array().cloned().unwrap_or_default();
        let named = |one: &Value| one["account"].as_str().is_some_and(|name| name.ends_with(account));
        accounts.into_iter().find(named).unwrap_or_default()
    }

    /// Waits until an account's breaker is in that state.
    pub async fn breaker_is(&self, account: &str, state: &str) {
        until_told("the breaker changes", || async { self.provider(account).await["breaker"] == state })
            .await;
    }

    fn program(&mut self) -> &mut Program {
        self.program.as_mut().expect("a house that was started")
    }

    /// Its whole log.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.join("house.log")).unwrap_or_default()
    }

    /// The end of its log.
    pub fn last_words(&self) -> String {
        let text = self.log();
        let lines: Vec<_> = text.lines().collect();
        lines[lines.len().saturating_sub(20)..].join("\n")
    }
}

/// A house that cannot be opened: what it said, and its exit code.
pub fn refused(command_line: &mut std::process::Command) -> (Option<i32>, String) {
    let output = run(command_line.stdout(Stdio::piped()).stderr(Stdio::piped()));
    std::io::stderr().write_all(&output.stderr).expect("told");
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

fn settings(port: u16, ground: &str, provider: &str) -> String {
    let account = |id: &str| {
        format!(
            "[[account]]\nchannel = \"instagram\"\nid = \"{id}\"\nstorefront = \"shop\"\ntoken = \"token-{id}\"\n\
             base = \"{provider}/\"\ntime_limit = \"5 s\"\nconcurrency = {CONCURRENCY}\nper_second = 500\n"
        )
    };
    format!(
        "[server]\nbind = \"127.0.0.1\"\nport = {port}\nheader_wait = \"2 s\"\n{ground}\
         [[storefront]]\nid = \"shop\"\nname = \"Shop\"\ncurrency = \"USD\"\nshow_signals = false\n\
         [[endpoint]]\nchannel = \"instagram\"\nname = \"main\"\napp_secret = \"{APP_SECRET}\"\n\
         verify_token = \"a-word-for-the-handshake\"\n{}{}",
        account(SHOP),
        account(BRANCH)
    )
}
