//! What a house stands on: a file, PostgreSQL, or PostgreSQL and Redis; with the servers' own durability.

use std::path::Path;

use tradepost_tests_servers::{Keeping, PgBouncer, Postgres, Redis};

use super::Books;

/// Which servers, and how many processes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// A file, one process.
    File,
    /// PostgreSQL, one process.
    Single,
    /// PostgreSQL and Redis, and so many processes of each role.
    Several {
        /// Those that take.
        webs: usize,
        /// Those that work.
        workers: usize,
    },
}

impl Layout {
    /// For tables.
    pub fn words(self) -> String {
        match self {
            Self::File => "sqlite, 1 process".into(),
            Self::Single => "postgres, 1 process".into(),
            Self::Several { webs, workers } => format!("postgres + redis, {webs} web, {workers} worker"),
        }
    }
}

/// The servers of a scene.
pub struct Ground {
    pub layout: Layout,
    pub postgres: Option<Postgres>,
    pub redis: Option<Redis>,
    pub bouncer: Option<PgBouncer>,
    /// The database's own name.
    database: String,
}

impl Ground {
    pub fn lay(layout: Layout) -> Self {
        let postgres = (layout != Layout::File).then(|| Postgres::start(Keeping::Durable));
        let redis = matches!(layout, Layout::Several { .. }).then(Redis::start);
        let url = postgres.as_ref().map(Postgres::fresh_database).unwrap_or_default();
        let database = url.rsplit('/').next().unwrap_or_default().to_owned();
        Self { layout, postgres, redis, bouncer: None, database }
    }

    /// Puts a pooler between the houses and PostgreSQL.
    pub fn pooled(self) -> Self {
        self.pooled_by(20)
    }

    /// The same, with so many sessions for everybody.
    pub fn pooled_by(mut self, sessions: usize) -> Self {
        self.bouncer = self.postgres.as_ref().map(|postgres| PgBouncer::start(postgres, sessions));
        self
    }

    /// The database's address, or the one at another port that leads there.
    pub fn database(&self, through: Option<u16>) -> Option<String> {
        let direct = self.postgres.as_ref()?.url(&self.database);
        Some(match (through, &self.bouncer) {
            (Some(port), _) => format!("postgres://postgres@127.0.0.1:{port}/{}", self.database),
            (None, Some(bouncer)) => bouncer.url(&self.database),
            (None, None) => direct,
        })
    }

    /// Another database of the same server is the house's from now on.
    pub fn move_to(&mut self, url: &str) {
        self.database = url.rsplit('/').next().unwrap_or_default().to_owned();
    }

    /// The settings' lines about it.
    pub fn settings(&self, data: &str, through: Option<u16>) -> String {
        let mut lines = format!("[store]\ndata = \"{data}\"\n");
        if let Some(url) = self.database(through) {
            lines += &format!("postgres = \"{url}\"\n");
        }
        if let Some(redis) = &self.redis {
            lines +=
                &format!("[coordinator]\nredis = \"{}\"\nnamespace = \"{}\"\n", redis.url(), self.database);
        }
        lines
    }

    /// The books of the house whose file is there, if it is a file.
    pub fn books(&self, file: &Path) -> Books {
        match &self.postgres {
            Some(postgres) => Books::of_database(postgres.url(&self.database)),
            None => Books::open(file),
        }
    }

    pub fn postgres(&mut self) -> &mut Postgres {
        self.postgres.as_mut().expect("a layout with PostgreSQL")
    }

    pub fn bouncer(&self) -> &PgBouncer {
        self.bouncer.as_ref().expect("a layout with a pooler")
    }

    pub fn redis(&mut self) -> &mut Redis {
        self.redis.as_mut().expect("a layout with Redis")
    }
}
