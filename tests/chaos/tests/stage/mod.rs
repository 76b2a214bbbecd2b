//! The stage: a provider and a house, each a process of its own, and the books that tell what became of everything.

mod books;
mod crowd;
mod ear;
mod ground;
mod house;
mod program;
mod provider;
mod receiver;
mod tally;
mod tracee;
mod wire;

use std::{
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

pub use books::Books;
pub use crowd::Crowd;
pub use ear::Ear;
pub use ground::{Ground, Layout};
pub use house::{House, refused};
pub use program::{binary, command, free_port, run, tradepost};
pub use provider::{APP_SECRET, Provider, Sent, client};
pub use receiver::{Receiver, Told};
pub use tally::Tally;
use tempfile::TempDir;
pub use tracee::Tracee;
pub use wire::Wire;

/// The account that most cases write to.
pub const SHOP: &str = "17841400000000001";
/// Another account of the same storefront.
pub const BRANCH: &str = "17841400000000002";
/// Sends under way at once on an account.
pub const CONCURRENCY: usize = 8;
/// What must come does so in a second or in a minute, as the machine is; after this it does not come at all.
pub const AT_THE_LATEST: Duration = Duration::from_secs(180);

/// A provider, and a house that does not run yet.
pub struct Scene {
    pub provider: Arc<Provider>,
    /// The first process: the one that takes what customers write.
    pub house: House,
    /// Further processes.
    pub others: Vec<House>,
    pub ground: Ground,
    _balancer: Option<Wire>,
    folder: TempDir,
}

impl Scene {
    /// One endpoint with two accounts, `SHOP` and `BRANCH`; one process and a file.
    pub async fn set() -> Self {
        Self::set_on(Ground::lay(Layout::File)).await
    }

    /// The same on other ground.
    pub async fn set_on(ground: Ground) -> Self {
        let folder = tempfile::tempdir().expect("a directory");
        let (provides, balances) = (program::free_port(), program::free_port());
        let base = format!("http://127.0.0.1:{provides}");
        let lines = ground.settings("data", None);
        let furnish =
            |name: String, role: &str| House::furnish(folder.path().join(name), role, &lines, &base);
        let (webs, workers) = match ground.layout {
            Layout::Several { webs, workers } => (webs, workers),
            _ => (1, 0),
        };
        let role = if workers == 0 { "all" } else { "web" };
        let mut takers: Vec<House> = (0..webs).map(|n| furnish(format!("web{n}"), role)).collect();
        let doors: Vec<u16> = takers.iter().map(House::port).collect();
        let house = takers.remove(0);
        takers.extend((0..workers).map(|n| furnish(format!("worker{n}"), "worker")));
        let balancer = match doors.len() {
            1 => None,
            _ => Some(Wire::to(balances, doors).await),
        };
        let port = balancer.as_ref().map_or(house.port(), Wire::port);
        let provider = Arc::new(Provider::start(folder.path(), provides, port));
        house.seed(&ground);
        Self { provider, house, others: takers, ground, _balancer: balancer, folder }
    }

    /// One process and a file, and it runs.
    pub async fn open() -> Self {
        Self::open_on(Ground::lay(Layout::File)).await
    }

    /// All processes run.
    pub async fn open_on(ground: Ground) -> Self {
        let mut scene = Self::set_on(ground).await;
        scene.start().await;
        scene
    }

    /// Starts all processes.
    pub async fn start(&mut self) {
        for house in self.houses() {
            house.start(None).await;
        }
    }

    /// All processes, the first one first.
    pub fn houses(&mut self) -> impl Iterator<Item = &mut House> {
        std::iter::once(&mut self.house).chain(&mut self.others)
    }

    /// The process that comes to that stage of the route: those that work come to all but the first.
    pub fn at_stage(&mut self, stage: &str) -> &mut House {
        let Self { house, others, .. } = self;
        match others.iter_mut().find(|other| other.role() == "worker") {
            Some(worker) if stage != "accepted" => worker,
            _ => house,
        }
    }

    /// Where the scene's files are.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn books(&self) -> Books {
        self.ground.books(&self.house.store())
    }

    /// Waits until nothing waits in the inbox and nothing is to leave.
    pub async fn settle(&self) {
        let mut books = self.books();
        until("everything is settled", || books.waiting() == 0).await;
    }

    /// Counts what became of these customers' words to `SHOP`.
    pub async fn tally(&self, customers: &[String]) -> Tally {
        let sent = self.provider.sent(SHOP).await;
        Tally::of(customers, &sent, &self.books().lines())
    }
}

/// Looks again and again; a case whose condition never comes true fails.
pub async fn until(what: &str, mut come: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !come() {
        assert!(begun.elapsed() < AT_THE_LATEST, "it never came that {what}");
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
}

/// As [`until`], where looking waits itself.
pub async fn until_told<F: Future<Output = bool>>(what: &str, mut come: impl FnMut() -> F) {
    let begun = Instant::now();
    while !come().await {
        assert!(begun.elapsed() < AT_THE_LATEST, "it never came that {what}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
