//! The operator's desk: commands of the program beside the running house.

use std::{path::Path, process::Command};

use serde_json::Value;
use tokio::task::spawn_blocking;

use crate::house::{SETTINGS, Standing, outfit};

impl Standing {
    /// What the shipped program tells: JSON, one object a line.
    pub async fn program_tells(&self, words: &'static [&'static str]) -> Vec<Value> {
        let mut command = Command::new(tradepost());
        command.args(words).arg("--json").arg("--config").arg(self.folder().join(SETTINGS));
        let output = spawn_blocking(move || command.output().expect("the program runs")).await;
        let output = output.expect("no panic");
        assert!(output.status.success(), "{output:?}");
        let text = String::from_utf8(output.stdout).expect("text");
        text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
    }

    /// Runs a command as the program would, by this house's clock.
    pub async fn command(&self, words: &[&str]) {
        let settings = self.folder().join(SETTINGS).into_os_string();
        let words = ["tradepost"].iter().chain(words).map(|word| (*word).into());
        let words: Vec<_> = words.chain(["--config".into(), settings]).collect();
        let done = spawn_blocking(move || tradepost_gateway::run_with(&outfit(false), words)).await;
        assert_eq!(done.expect("no panic"), std::process::ExitCode::SUCCESS);
    }
}

/// The real program: named by `TRADEPOST_BIN`, else beside the folder of this test.
fn tradepost() -> std::path::PathBuf {
    let beside = || {
        let test = std::env::current_exe().expect("this test's own path");
        test.parent().and_then(Path::parent).expect("a target folder").join("tradepost")
    };
    let path = std::env::var_os("TRADEPOST_BIN").map_or_else(beside, Into::into);
    let build = "build it first: cargo build -p tradepost-gateway";
    assert!(path.is_file(), "{} is not there; {build}, or set TRADEPOST_BIN", path.display());
    path
}
