//! The stage: a provider and a house, each a process of its own, and the books that tell what became of everything.

mod books;
mod crowd;
mod house;
mod program;
mod provider;
mod tally;
mod tracee;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

pub use books::Books;
pub use crowd::Crowd;
pub use house::{House, refused};
pub use program::{command, tradepost};
pub use provider::{Provider, Sent, client};
pub use tally::Tally;
use tempfile::TempDir;
pub use tracee::Tracee;

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
    pub house: House,
    _folder: TempDir,
}

impl Scene {
    /// One endpoint with two accounts, `SHOP` and `BRANCH`.
    pub async fn set() -> Self {
        let folder = tempfile::tempdir().expect("a directory");
        let port = program::free_port();
        let provider = Provider::start(folder.path(), program::free_port(), port);
        let provider = Arc::new(provider);
        let house = House::furnish(folder.path(), port, provider.base());
        Self { provider, house, _folder: folder }
    }

    /// The same, and the house runs.
    pub async fn open() -> Self {
        let mut scene = Self::set().await;
        scene.house.start(None).await;
        scene
    }

    pub fn books(&self) -> Books {
        Books::open(&self.house.store())
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
