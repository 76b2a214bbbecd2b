//! Other people who use a server at the same time.

use std::process::Stdio;

use crate::{
    folder::Folder,
    process::{Process, Signal},
    programs::{Account, command, of_postgres},
};

/// Clients of PostgreSQL that are never idle: each asks for one short transaction after the other, as long as this is held.
pub struct Others {
    process: Process,
    _folder: Folder,
}

impl Others {
    /// So many clients of the database at that address. A transaction of theirs lasts 20 ms.
    pub fn come(url: &str, many: usize) -> Self {
        let account = Account::unprivileged();
        let folder = Folder::new("others", account);
        let script = folder.write("transaction", "BEGIN;\nSELECT pg_sleep(0.02);\nCOMMIT;\n");
        let mut bench = command(&of_postgres("pgbench"), account, "KILL");
        bench.args(["--no-vacuum", "--time=3600", "--jobs=1", &format!("--client={many}"), "--file"]);
        bench.arg(script).arg(url).current_dir(folder.path());
        Self { process: Process::start("pgbench", bench, Stdio::null()), _folder: folder }
    }

    /// Whether they are still there.
    pub fn are_there(&mut self) -> bool {
        self.process.runs()
    }
}

impl Drop for Others {
    fn drop(&mut self) {
        self.process.end(Signal::TERM);
    }
}
