//! The programs that are measured: given by the environment, beside this one, or built.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result, bail};
use serde::Serialize;

/// Where the programs are.
#[derive(Debug, Clone, Serialize)]
pub struct Programs {
    /// `tradepost`.
    pub house: PathBuf,
    /// `tradepost-sandbox`.
    pub sandbox: PathBuf,
    /// Does `tradepost serve` know roles, and with them PostgreSQL and Redis?
    pub has_roles: bool,
}

impl Programs {
    /// Finds both; builds them, and says so, if they are neither named nor there.
    pub fn find() -> Result<Self> {
        let own = std::env::current_exe().context("find this program")?;
        let beside = own.parent().context("find this program's folder")?;
        let both = || {
            Some((
                named("TRADEPOST_BIN", "tradepost", beside)?,
                named("TRADEPOST_SANDBOX_BIN", "tradepost-sandbox", beside)?,
            ))
        };
        let (house, sandbox) = match both() {
            Some(found) => found,
            None => build(beside.parent().context("find the target folder")?)?,
        };
        let has_roles = has_roles(&house)?;
        Ok(Self { house, sandbox, has_roles })
    }
}

fn named(variable: &str, name: &str, beside: &Path) -> Option<PathBuf> {
    let path = std::env::var_os(variable).map_or_else(|| beside.join(name), PathBuf::from);
    path.is_file().then_some(path)
}

fn build(target: &Path) -> Result<(PathBuf, PathBuf)> {
    let arguments = ["build", "--release", "-p", "tradepost-gateway", "-p", "tradepost-sandbox"];
    eprintln!("tradepost and tradepost-sandbox are not beside this program: cargo {}", arguments.join(" "));
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let built =
        Command::new(cargo).args(arguments).arg("--target-dir").arg(target).status().context("run cargo")?;
    let folder = target.join("release");
    match (built.success(), folder.join("tradepost"), folder.join("tradepost-sandbox")) {
        (true, house, sandbox) if house.is_file() && sandbox.is_file() => Ok((house, sandbox)),
        _ => bail!("build the programs; build them yourself, or set TRADEPOST_BIN and TRADEPOST_SANDBOX_BIN"),
    }
}

fn has_roles(house: &Path) -> Result<bool> {
    let told =
        Command::new(house).args(["serve", "--help"]).output().context("ask tradepost what it can do")?;
    Ok(String::from_utf8_lossy(&told.stdout).contains("--role"))
}
