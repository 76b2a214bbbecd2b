//! The command line: what it says, and with which code it leaves.

use std::{
    fs,
    process::{Command, Output},
};

use tempfile::tempdir;

fn tradepost(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_tradepost"))
        .args(arguments)
        .env_remove("PORT")
        .output()
        .expect("the program runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

const TEN_FAULTS: &str = r#"
[server]
port = 99999
bodywait = "3 s"
header_wait = "soon"
[log]
format = "xml"
[[storefront]]
id = "shop"
name = "Shop"
currency = "GOLD"
zone = "Nowhere/Land"
[[storefront]]
id = "shop"
name = "Again"
currency = "EUR"
locale = "english"
[[key]]
id = "website"
storefronts = ["mall"]
secret = "short"
"#;

/// proves: PL-02
#[test]
fn ten_different_faults_are_told_in_one_go_with_the_mending() {
    let folder = tempdir().expect("a folder");
    let file = folder.path().join("tradepost.toml");
    fs::write(&file, TEN_FAULTS).expect("written");
    let output = tradepost(&["check", "--config", file.to_str().unwrap_or_default()]);
    let told = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{told}");
    let keys = [
        "server.port",
        "server.bodywait",
        "server.header_wait",
        "log.format",
        "storefront[1].currency",
        "storefront[1].zone",
        "storefront[2].id",
        "storefront[2].locale",
        "key[1].storefronts",
        "key[1].secret",
    ];
    for key in keys {
        assert!(told.contains(&format!("{key}: ")), "{key} is not in {told}");
    }
    assert!(told.contains("10 faults") && told.matches("to mend:").count() == 10, "{told}");
    assert!(!told.contains("\"short\""), "a secret is never told");
}

#[test]
fn good_settings_are_told_as_what_would_run() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/default.toml");
    let output = tradepost(&["check", "--config", file]);
    let told = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(told.contains("corner-shop") && told.contains("8080"), "{told}");
}

#[test]
fn no_settings_file_is_code_two() {
    let output = tradepost(&["check", "--config", "/nowhere/tradepost.toml"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("/nowhere/tradepost.toml"));
    assert_eq!(tradepost(&["no-such-command"]).status.code(), Some(2));
}

#[test]
fn the_exit_codes_stand_in_the_help() {
    assert!(text(&tradepost(&["--help"]).stdout).contains("Exit codes: 0"));
}

#[test]
fn openapi_prints_the_document() {
    let output = tradepost(&["openapi"]);
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(document["openapi"], "3.0.0");
}

/// proves: FI-11
#[test]
fn an_unusable_data_directory_is_said_plainly_at_start() {
    let folder = tempdir().expect("a folder");
    let settings =
        fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/default.toml")).expect("the manual");
    let file = folder.path().join("tradepost.toml");
    fs::write(folder.path().join("data"), "a file stands in the way").expect("written");
    fs::write(&file, settings.replace("port = 8080", "port = 0")).expect("written");
    let output = tradepost(&["serve", "--config", file.to_str().unwrap_or_default()]);
    assert_eq!(output.status.code(), Some(3));
    assert!(text(&output.stderr).contains("failed to use the data directory"), "{}", text(&output.stderr));
}
