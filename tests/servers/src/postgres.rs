//! A PostgreSQL server.

use std::{
    fs::File,
    process::{Command, Stdio},
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use crate::{
    folder::Folder,
    process::{Process, Signal, free_port},
    programs::{Account, command, of_postgres},
};

/// How well a server keeps what it was told to keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keeping {
    /// Nothing is waited for: for ordinary tests.
    Quick,
    /// PostgreSQL's own defaults: for chaos and load.
    Durable,
}

/// How a server is told to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// Sessions are ended, everything is written down.
    Fast,
    /// At once, as in a crash: the next start recovers.
    Immediate,
}

/// What a server says of its durability.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// `on` or `off`.
    pub fsync: String,
    /// `on`, `off`, `local`, …
    pub synchronous_commit: String,
    /// `on` or `off`.
    pub full_page_writes: String,
}

/// A server of its own; its data go with it.
pub struct Postgres {
    process: Option<Process>,
    port: u16,
    keeping: Keeping,
    account: Option<Account>,
    folder: Folder,
}

impl Postgres {
    /// Starts one on a free port, with an empty cluster. Everybody who connects from this machine is `postgres`.
    pub fn start(keeping: Keeping) -> Self {
        let account = Account::unprivileged();
        let folder = Folder::new("postgres", account);
        let mut server = Self { process: None, port: 0, keeping, account, folder };
        server.init();
        let came = (0..5).any(|_| {
            server.port = free_port();
            server.comes_up()
        });
        assert!(came, "PostgreSQL did not start:\n{}", server.folder.read("log"));
        server
    }

    fn init(&self) {
        let mut init = command(&of_postgres("initdb"), self.account, "KILL");
        init.args([
            "-A",
            "trust",
            "-U",
            "postgres",
            "-E",
            "UTF8",
            "--locale=C",
            "--no-sync",
            "--no-instructions",
            "-D",
        ]);
        let made = init.arg(self.folder.path().join("data")).current_dir(self.folder.path()).output();
        let made = made.expect("initdb to run");
        assert!(made.status.success(), "initdb failed: {}", String::from_utf8_lossy(&made.stderr));
    }

    fn comes_up(&mut self) -> bool {
        // Killed, it would leave its shared memory to the machine.
        let mut server = command(&of_postgres("postgres"), self.account, "QUIT");
        server.current_dir(self.folder.path()).arg("-D").arg(self.folder.path().join("data"));
        server.arg("-k").arg(self.folder.path()).args(["-h", "127.0.0.1", "-p", &self.port.to_string()]);
        server.args(["-c", "max_connections=200"]);
        if self.keeping == Keeping::Quick {
            server.args(["-F", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"]);
        }
        let log = File::options().create(true).append(true).open(self.folder.path().join("log"));
        let mut process = Process::start("PostgreSQL", server, Stdio::from(log.expect("a log")));
        let url = self.url("postgres");
        let came = process.comes_up(|| ask(&url, "select 1").is_ok());
        self.process = came.then_some(process);
        came
    }

    /// The address of one of its databases.
    pub fn url(&self, database: &str) -> String {
        url(self.port, database)
    }

    /// Where it listens, on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// A new, empty database's address. It goes with the server.
    pub fn fresh_database(&self) -> String {
        self.url(&create_database(&self.url("postgres")))
    }

    /// Runs statements, and gives what they answer: a line per row, `|` between columns.
    ///
    /// # Errors
    /// What the server, or `psql`, complains of.
    pub fn ask(&self, database: &str, statements: &str) -> Result<String, String> {
        ask(&self.url(database), statements)
    }

    /// How durable it is, in its own words.
    pub fn settings(&self) -> Settings {
        let show = |name: &str| self.ask("postgres", &format!("show {name}")).expect("a server that answers");
        Settings {
            fsync: show("fsync"),
            synchronous_commit: show("synchronous_commit"),
            full_page_writes: show("full_page_writes"),
        }
    }

    /// Stops it and waits until it has stopped. Nothing happens to one that does not run.
    pub fn stop(&mut self, how: Stop) {
        if let Some(mut process) = self.process.take() {
            process.end(match how {
                Stop::Fast => Signal::INT,
                Stop::Immediate => Signal::QUIT,
            });
        }
    }

    /// Starts it again where it was, with what it has kept.
    pub fn start_again(&mut self) {
        assert!(self.process.is_none(), "PostgreSQL runs already");
        // Somebody else may hold the port for a moment.
        let came = (0..20).any(|again| {
            std::thread::sleep(Duration::from_millis(50) * again);
            self.comes_up()
        });
        assert!(came, "PostgreSQL did not start again:\n{}", self.folder.read("log"));
    }

    /// Stops it where it is: connections stay open and nobody answers.
    pub fn pause(&self) {
        self.process.as_ref().inspect(|process| process.pause());
    }

    /// Lets it go on.
    pub fn resume(&self) {
        self.process.as_ref().inspect(|process| process.resume());
    }
}

fn url(port: u16, database: &str) -> String {
    format!("postgres://postgres@127.0.0.1:{port}/{database}")
}

/// Runs statements through `psql`, and gives what they answer: a line per row, `|` between columns.
///
/// # Errors
/// What the server, or `psql`, complains of.
pub fn ask(url: &str, statements: &str) -> Result<String, String> {
    let mut psql = Command::new(of_postgres("psql"));
    psql.args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", url, "-c", statements]);
    let done = psql.stdin(Stdio::null()).output().expect("psql to run");
    let words = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    if done.status.success() { Ok(words(&done.stdout)) } else { Err(words(&done.stderr)) }
}

/// Makes a database with a name that nobody else takes. `template0` can be copied whoever is connected.
pub fn create_database(server: &str) -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let name = format!("test_{}_{:x}_{count}", std::process::id(), nanoseconds());
    ask(server, &format!("create database {name} template template0")).expect("a fresh database");
    name
}

#[expect(clippy::disallowed_methods, reason = "a name that no other process takes, not a time")]
fn nanoseconds() -> u32 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.subsec_nanos())
}
