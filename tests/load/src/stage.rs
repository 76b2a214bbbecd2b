//! What measurements share: programs, a folder on a disk, and servers that are started once.

use std::{
    cell::OnceCell,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};
use tempfile::TempDir;
use tradepost_tests_servers::{Keeping, Postgres, Redis};

use crate::{machine, options::Options, programs::Programs, store::Kind};

/// The stage of a run.
pub struct Stage {
    pub options: Options,
    pub programs: Programs,
    folder: TempDir,
    postgres: OnceCell<Postgres>,
    redis: OnceCell<Redis>,
}

impl Stage {
    pub fn set(options: &Options) -> Result<Self> {
        let programs = Programs::find()?;
        let place = options.folder.clone().map_or_else(target, Ok)?;
        let folder = tempfile::Builder::new().prefix("load-").tempdir_in(&place);
        let folder = folder.with_context(|| format!("make a folder in {}", place.display()))?;
        let whole = folder.path().canonicalize().context("find the folder")?;
        machine::is_on_disk(&whole)?;
        let (postgres, redis) = (OnceCell::new(), OnceCell::new());
        Ok(Self { options: options.clone(), programs, folder, postgres, redis })
    }

    /// A new folder below the run's.
    pub fn folder(&self, name: &str) -> Result<PathBuf> {
        let folder = self.folder.path().join(name);
        std::fs::create_dir(&folder).with_context(|| format!("make {}", folder.display()))?;
        Ok(folder)
    }

    /// The server of this run, durable as it ships.
    pub fn postgres(&self) -> &Postgres {
        self.postgres.get_or_init(|| Postgres::start(Keeping::Durable))
    }

    /// The server of this run.
    pub fn redis(&self) -> &Redis {
        self.redis.get_or_init(Redis::start)
    }

    /// Why a store cannot be measured with these programs.
    pub fn refuses(&self, kind: Kind) -> Option<&'static str> {
        let missing = kind == Kind::Postgres && !self.programs.has_roles;
        missing.then_some("skipped: this tradepost has no `serve --role`, and with it no PostgreSQL")
    }
}

/// The folder that holds the one of this program: the target folder.
fn target() -> Result<PathBuf> {
    let own = std::env::current_exe().context("find this program")?;
    own.parent().and_then(Path::parent).map(Path::to_owned).context("find the target folder")
}
