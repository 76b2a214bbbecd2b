//! A database of PostgreSQL, spoken to through `psql`.

use std::{
    io::Write as _,
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU64, Ordering},
};

use anyhow::{Context as _, Result, anyhow, bail};
use tradepost_tests_servers::ask;

pub(super) const TABLES: &str =
    "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE '\\_\\_%'";
pub(super) const BYTES: &str = "SELECT tablename || '|' || pg_total_relation_size(quote_ident(tablename)::regclass) FROM pg_tables WHERE schemaname = 'public'";
pub(super) const COMMITS: &str =
    "SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()";

pub(super) fn lines(url: &str, statements: &str) -> Result<Vec<String>> {
    let told = ask(url, statements).map_err(|words| anyhow!("ask PostgreSQL: {words}"))?;
    Ok(told.lines().map(str::to_owned).collect())
}

pub(super) fn copy(server: &str, url: &str) -> Result<String> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let name = format!("load_{}", COUNT.fetch_add(1, Ordering::Relaxed));
    lines(server, &format!("CREATE DATABASE {name} TEMPLATE {}", name_of(url)))?;
    let base = server.rsplit_once('/').map_or(server, |(base, _)| base);
    Ok(format!("{base}/{name}"))
}

pub(super) fn drop_database(server: &str, url: &str) -> Result<()> {
    lines(server, &format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", name_of(url))).map(drop)
}

fn name_of(url: &str) -> &str {
    url.rsplit_once('/').map_or(url, |(_, name)| name)
}

/// A `psql` that waits for what it is to run.
pub(super) fn session(url: &str) -> Result<Child> {
    let mut psql = Command::new("psql");
    psql.args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", url]);
    psql.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::inherit()).spawn().context("start psql")
}

/// Lets it run a script to its end.
pub(super) fn finish(mut psql: Child, script: &str) -> Result<()> {
    let mut to = psql.stdin.take().context("write to psql")?;
    to.write_all(script.as_bytes()).context("write to psql")?;
    drop(to);
    match psql.wait().context("wait for psql")?.success() {
        true => Ok(()),
        false => bail!("insert rows into PostgreSQL; psql says why"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_has_its_name_at_the_end() {
        assert_eq!(name_of("postgres://postgres@127.0.0.1:5432/load_1"), "load_1");
    }
}
