//! A pooler in front of a PostgreSQL server.

use std::process::Stdio;

use crate::{
    folder::Folder,
    postgres::{Postgres, ask},
    process::{Process, Signal, free_port},
    programs::{Account, command, find},
};

/// pgbouncer in transaction mode: two statements outside a transaction may meet different sessions.
pub struct PgBouncer {
    process: Option<Process>,
    port: u16,
    sessions: usize,
    folder: Folder,
}

impl PgBouncer {
    /// Starts one on a free port, before every database of that server, with so many of the server's sessions for each.
    /// Whoever connects is `postgres`.
    pub fn start(postgres: &Postgres, sessions: usize) -> Self {
        let account = Account::unprivileged();
        let folder = Folder::new("pgbouncer", account);
        let mut pooler = Self { process: None, port: 0, sessions, folder };
        let came = (0..5).any(|_| {
            pooler.port = free_port();
            pooler.comes_up(postgres, account)
        });
        assert!(came, "pgbouncer did not start:\n{}", pooler.folder.read("log"));
        pooler
    }

    fn comes_up(&mut self, postgres: &Postgres, account: Option<Account>) -> bool {
        let settings = self.folder.write("pgbouncer.ini", &self.settings(postgres.port()));
        let mut server = command(&find("pgbouncer", "pgbouncer"), account, "KILL");
        server.arg("-q").arg(settings).current_dir(self.folder.path());
        let mut process = Process::start("pgbouncer", server, Stdio::null());
        let url = self.url("postgres");
        let came = process.comes_up(|| ask(&url, "select 1").is_ok());
        self.process = came.then_some(process);
        came
    }

    fn settings(&self, postgres: u16) -> String {
        let Self { port, sessions, folder, .. } = self;
        let folder = folder.path().display();
        format!(
            "[databases]\n* = host=127.0.0.1 port={postgres} user=postgres\n[pgbouncer]\nlisten_addr = 127.0.0.1\n\
             listen_port = {port}\nunix_socket_dir =\nlogfile = {folder}/log\nauth_type = any\npool_mode = transaction\n\
             max_client_conn = 500\ndefault_pool_size = {sessions}\n"
        )
    }

    /// The address of one of the server's databases, through the pooler.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }

    /// Where it listens, on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// How many of a database's clients wait for a session now.
    ///
    /// # Errors
    /// What the pooler, or `psql`, complains of.
    pub fn waiting(&self, database: &str) -> Result<usize, String> {
        let told = ask(&self.url("pgbouncer"), "show pools")?;
        // Database, user, clients that have a session, clients that wait for one, …
        let rows = told.lines().map(|row| row.split('|').collect::<Vec<_>>());
        let ours = rows.filter(|row| row.first() == Some(&database));
        let waiting = ours.filter_map(|row| row.get(3)?.parse::<usize>().ok());
        Ok(waiting.sum())
    }

    /// Stops it at once; its clients lose their connections. Nothing happens to one that does not run.
    pub fn stop(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.end(Signal::TERM);
        }
    }
}
