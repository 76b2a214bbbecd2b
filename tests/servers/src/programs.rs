//! Where the servers' programs are, and who runs them.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

/// Debian keeps servers in folders that are not on everybody's path.
const BESIDE_THE_PATH: [&str; 3] = ["/usr/sbin", "/usr/local/sbin", "/usr/local/bin"];
/// A folder per version of PostgreSQL.
const POSTGRES: &str = "/usr/lib/postgresql";

/// The program of that name, or a panic that names the package to install.
pub fn find(name: &str, package: &str) -> PathBuf {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = env::split_paths(&path).chain(BESIDE_THE_PATH.map(PathBuf::from));
    folders
        .map(|folder| folder.join(name))
        .find(|program| program.is_file())
        .unwrap_or_else(|| panic!("`{name}` is missing: install Debian's {package}"))
}

/// A program of PostgreSQL: from `TRADEPOST_TEST_POSTGRES_BIN`, from the newest version installed, or from the path.
pub fn of_postgres(name: &str) -> PathBuf {
    let chosen = env::var_os("TRADEPOST_TEST_POSTGRES_BIN").map(PathBuf::from);
    let folders = chosen.into_iter().chain(versions());
    let found = folders.map(|folder| folder.join(name)).find(|program| program.is_file());
    found.unwrap_or_else(|| find(name, "postgresql"))
}

/// The newest first.
fn versions() -> Vec<PathBuf> {
    let folders = fs::read_dir(POSTGRES).into_iter().flatten().flatten();
    let number = |folder: &Path| folder.file_name()?.to_str()?.parse::<u32>().ok();
    let mut versions: Vec<_> =
        folders.filter_map(|folder| Some((number(&folder.path())?, folder.path()))).collect();
    versions.sort();
    versions.into_iter().rev().map(|(_, folder)| folder.join("bin")).collect()
}

/// Whom a server runs as: PostgreSQL and pgbouncer refuse to run as root.
#[derive(Debug, Clone, Copy)]
pub struct Account {
    /// Of the user.
    pub uid: u32,
    /// Of its group.
    pub gid: u32,
}

impl Account {
    /// Somebody without rights when we are root; nobody else is needed when we are not.
    pub fn unprivileged() -> Option<Self> {
        if !rustix::process::geteuid().is_root() {
            return None;
        }
        let accounts = fs::read_to_string("/etc/passwd").expect("the list of accounts");
        let named = |name| accounts.lines().find_map(|line| Self::read(line, name));
        Some(named("postgres").or_else(|| named("nobody")).expect("an account `postgres` or `nobody`"))
    }

    fn read(line: &str, name: &str) -> Option<Self> {
        let mut fields = line.split(':');
        (fields.next()? == name).then_some(())?;
        let mut numbers = fields.skip(1).map(str::parse);
        Some(Self { uid: numbers.next()?.ok()?, gid: numbers.next()?.ok()? })
    }
}

/// A command run by that account, which gets that signal when the thread that started it ends: `KILL`, or what ends it
/// in better order. `setpriv` (util-linux) sees to both.
pub fn command(program: &Path, account: Option<Account>, when_we_die: &str) -> Command {
    let mut command = Command::new(find("setpriv", "util-linux"));
    command.args(["--pdeathsig", when_we_die]);
    if let Some(Account { uid, gid }) = account {
        command.arg(format!("--reuid={uid}")).arg(format!("--regid={gid}")).arg("--clear-groups");
    }
    command.arg("--").arg(program);
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_read_by_its_name() {
        let line = "postgres:x:101:104:PostgreSQL administrator,,,:/var/lib/postgresql:/bin/bash";
        let account = Account::read(line, "postgres").expect("an account");
        assert_eq!((account.uid, account.gid), (101, 104));
        assert!(Account::read(line, "post").is_none());
    }
}
