//! A house: `tradepost serve` as a process of its own, on a store of its own.

use std::{
    fs::File,
    net::{SocketAddr, TcpListener},
    path::{Path, PathBuf},
    process::{Command, Output},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};
use bytes::Bytes;
use http_body_util::Full;
use hyper::{Request, StatusCode};

use crate::{
    client::once,
    letter::{ACCOUNTS, APP_SECRET, account, whatsapp},
    process::{Program, Used, child_of, command, used},
    provider::Provider,
    stage::Stage,
    store::{Kind, Store},
};

/// What does not come by then never does.
const PATIENCE: Duration = Duration::from_secs(300);

/// What a process of the house does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// Takes, answers and sends.
    All,
    /// As `All`, but a burst ends only after a day: nothing is ever ripe, so workers only look.
    Quiet,
    /// As `Quiet`, with limits that nobody reaches.
    QuietLimited,
    /// `--role web`: takes only.
    Web,
    /// As `Web`, with limits that nobody reaches.
    WebLimited,
    /// `--role worker`: answers and sends only.
    Worker,
}

/// A house, running or not.
pub struct House {
    folder: PathBuf,
    program: PathBuf,
    provider: String,
    redis: Option<String>,
    /// What it keeps, read behind its back.
    pub store: Store,
    running: Option<Running>,
}

/// A process of a house.
pub struct Running {
    program: Program,
    pid: i32,
    /// Its door, if it has one.
    pub address: SocketAddr,
    /// From its start to its first 200.
    pub ready_after: Duration,
}

impl House {
    /// Writes settings, and rules that answer a question with its own first words.
    pub fn furnish(stage: &Stage, kind: Kind, name: &str, provider: &Provider) -> Result<Self> {
        let folder = stage.folder(&format!("{name}-{}", kind.word()))?;
        let store = Store::new(stage, kind, &folder);
        let program = stage.programs.house.clone();
        let house = Self { folder, program, provider: provider.base(), redis: None, store, running: None };
        house.settle_as(Manner::All, 0)?;
        house.seed()?;
        Ok(house)
    }

    /// The same, for several processes.
    pub fn furnish_for_several(stage: &Stage, name: &str, provider: &Provider) -> Result<Self> {
        let house = Self::furnish(stage, Kind::Postgres, name, provider)?;
        Ok(Self { redis: Some(stage.redis().url()), ..house })
    }

    fn seed(&self) -> Result<()> {
        let seeded = self.ask(&["rules", "seed"])?;
        if !seeded.status.success() {
            bail!("seed the rules: {}", String::from_utf8_lossy(&seeded.stderr));
        }
        self.store
            .run("UPDATE rules SET response = 'You asked: {{ message.text[:40] }}' WHERE name = 'contact'")
    }

    /// Runs a command of the program beside it.
    fn ask(&self, words: &[&str]) -> Result<Output> {
        let mut command = Command::new(&self.program);
        command.args(words).arg("--config").arg(self.settings(Manner::All)).output().context("run tradepost")
    }

    fn settings(&self, manner: Manner) -> PathBuf {
        self.folder.join(format!("{manner:?}.toml"))
    }

    /// Processes beside each other have data directories of their own, and a name of their own for their keys.
    fn settle_as(&self, manner: Manner, port: u16) -> Result<()> {
        let name = self.folder.file_name().unwrap_or_default().to_string_lossy();
        let layout = match &self.redis {
            None => format!("data = \"data\"\n{}", self.store.settings()),
            Some(url) => format!(
                "data = \"data-{port}\"\n{}[coordinator]\nredis = \"{url}\"\nnamespace = \"{name}\"\n",
                self.store.settings()
            ),
        };
        let words = settings(manner, port, &self.provider, &layout);
        std::fs::write(self.settings(manner), words).context("write a house's settings")
    }

    /// Starts its one process, and waits until it is ready.
    pub async fn start(&mut self, manner: Manner) -> Result<&Running> {
        let running = self.start_one(manner, &[]).await?;
        Ok(self.running.insert(running))
    }

    /// As [`House::start`], under another program, which has it as its only child.
    pub async fn start_under(&mut self, wrapper: &[&str]) -> Result<&Running> {
        let running = self.start_one(Manner::Quiet, wrapper).await?;
        Ok(self.running.insert(running))
    }

    /// Starts a process beside others.
    pub async fn start_one(&self, manner: Manner, wrapper: &[&str]) -> Result<Running> {
        let port = free_port()?;
        self.settle_as(manner, port)?;
        let log =
            File::options().create(true).append(true).open(self.log()).context("open the house's log")?;
        let mut words = wrapper.iter().map(AsRef::as_ref).chain([self.program.as_os_str()]);
        let mut command = command(words.next().context("name a program")?);
        command.args(words).arg("serve").arg("--config").arg(self.settings(manner));
        match manner {
            Manner::All | Manner::Quiet | Manner::QuietLimited => {}
            Manner::Web | Manner::WebLimited => drop(command.args(["--role", "web"])),
            Manner::Worker => drop(command.args(["--role", "worker"])),
        }
        command.stdout(log.try_clone().context("share the log")?).stderr(log);
        let begun = Instant::now();
        let mut program = Program::start(command)?;
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        while !is_ready(address).await {
            if program.has_ended() || begun.elapsed() > PATIENCE {
                bail!("open a house; it says:\n{}", self.last_words());
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        let ready_after = begun.elapsed();
        let pid = if wrapper.is_empty() {
            program.pid()
        } else {
            child_of(program.pid()).context("find the house")?
        };
        Ok(Running { program, pid, address, ready_after })
    }

    /// Its door.
    pub fn address(&self) -> Result<SocketAddr> {
        self.running
            .as_ref()
            .map(|running| running.address)
            .context("find the door of a house that does not run")
    }

    /// What its process has used.
    pub fn used(&self) -> Result<Used> {
        self.running.as_ref().context("look at a house that does not run")?.used()
    }

    /// Stops its process; everything it was given is in the store then.
    pub async fn stop(&mut self) -> Result<()> {
        match self.running.take() {
            Some(running) => running.stop().await.with_context(|| self.last_words()),
            None => Ok(()),
        }
    }

    /// Waits until nothing waits in the inbox and nothing is to leave; tells how many lines are uncertain or dead.
    pub async fn settle(&self) -> Result<i64> {
        let begun = Instant::now();
        let waiting =
            "SELECT (SELECT count(*) FROM inbox) + (SELECT count(*) FROM outbox WHERE state <> 'uncertain')";
        while self.store.number(waiting)? > 0 {
            if begun.elapsed() > PATIENCE {
                bail!("settle a house within {} s", PATIENCE.as_secs());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        self.store.number("SELECT (SELECT count(*) FROM outbox) + (SELECT count(*) FROM dead_letters)")
    }

    /// A file for another program's words.
    pub fn beside(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    fn log(&self) -> PathBuf {
        self.folder.join("house.log")
    }

    fn last_words(&self) -> String {
        let text = std::fs::read_to_string(self.log()).unwrap_or_default();
        let lines: Vec<_> = text.lines().collect();
        lines[lines.len().saturating_sub(10)..].join("\n")
    }

    /// Its folder goes, and its store.
    pub fn raze(mut self) -> Result<()> {
        drop(self.running.take());
        self.store.drop()?;
        std::fs::remove_dir_all(&self.folder).context("remove a house's folder")
    }
}

impl Running {
    pub fn used(&self) -> Result<Used> {
        used(self.pid)
    }

    pub async fn stop(mut self) -> Result<()> {
        self.program.end(self.pid).await
    }
}

async fn is_ready(address: SocketAddr) -> bool {
    let request = Request::get("/health/ready").header("host", "127.0.0.1").body(Full::new(Bytes::new()));
    let Ok(request) = request else { return false };
    matches!(once(address, request).await, Ok((StatusCode::OK, _)))
}

fn free_port() -> Result<u16> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).context("find a free port")?;
    Ok(listener.local_addr().context("find a free port")?.port())
}

/// As it ships, but for what a load needs: more sends in a second, no limits, and no signs of life, which would double them.
fn settings(manner: Manner, port: u16, provider: &str, layout: &str) -> String {
    let quiet = if matches!(manner, Manner::Quiet | Manner::QuietLimited) { "24 h" } else { "0 s" };
    let most = if matches!(manner, Manner::QuietLimited | Manner::WebLimited) { 1_000_000 } else { 0 };
    let one = |number| {
        let numbers = account_settings("whatsapp", &whatsapp::account(number), provider);
        account_settings("instagram", &account(number), provider) + &numbers
    };
    let accounts: String = (0..ACCOUNTS).map(one).collect();
    let endpoints: String = ["instagram", "whatsapp"].map(endpoint_settings).concat();
    format!(
        "[server]\nbind = \"127.0.0.1\"\nport = {port}\nper_second = {most}\n[store]\n{layout}[log]\nformat = \"json\"\n\
         [[storefront]]\nid = \"shop\"\nname = \"Shop\"\ncurrency = \"USD\"\nquiet = \"{quiet}\"\nquiet_most = \"24 h\"\n\
         show_signals = false\ncontact_per_minute = {most}\nper_minute = {most}\n{endpoints}{accounts}"
    )
}

fn endpoint_settings(channel: &str) -> String {
    format!(
        "[[endpoint]]\nchannel = \"{channel}\"\nname = \"main\"\napp_secret = \"{APP_SECRET}\"\n\
         verify_token = \"a-word-for-the-handshake\"\n"
    )
}

fn account_settings(channel: &str, id: &str, provider: &str) -> String {
    format!(
        "[[account]]\nchannel = \"{channel}\"\nid = \"{id}\"\nstorefront = \"shop\"\ntoken = \"token-{id}\"\n\
         base = \"{provider}/\"\nper_second = 1000\n"
    )
}

/// Is the file there?
pub fn is_installed(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder: PathBuf| Path::new(&folder).join(program).is_file())
}
