//! The bench, as anybody runs it.

use serde_json::Value;

use crate::stage::{binary, command, run, tradepost};

/// One command measures, and its file holds what the headline is made of: counts and times, both ceilings, the machine, how
/// durable the store was. Whoever reads the file comes to the same figure.
///
/// proves: FI-12
#[test]
fn a_benchmark_is_run_by_one_command_and_gives_its_raw_data() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("figures.json");
    let mut bench = command(binary("TRADEPOST_LOAD_BIN", "tradepost-load"));
    bench.env("TRADEPOST_BIN", tradepost());
    bench.env("TRADEPOST_SANDBOX_BIN", binary("TRADEPOST_SANDBOX_BIN", "tradepost-sandbox"));
    let done = run(bench.args(["ingest", "--smoke", "--store", "sqlite", "--json"]).arg(&file));
    let table = String::from_utf8_lossy(&done.stdout);
    assert!(done.status.success(), "{table}\n{}", String::from_utf8_lossy(&done.stderr));
    let told: Value = serde_json::from_slice(&std::fs::read(&file).expect("a file")).expect("JSON");
    assert!(
        told["command"].as_str().is_some_and(|words| words.contains("ingest --smoke")),
        "{}",
        told["command"]
    );
    assert!(told["machine"]["cores"].as_u64().is_some_and(|cores| cores > 0), "{}", told["machine"]);
    assert_eq!(told["faults"], serde_json::json!([]));
    let sections = told["sections"].as_array().expect("sections");
    let ingest = sections.iter().find(|section| section["title"] == "ingest, sqlite").expect("a section");
    let raw = &ingest["raw"];
    let number =
        |path: &str| raw.pointer(path).and_then(Value::as_f64).unwrap_or_else(|| panic!("no {path}: {raw}"));
    let rate = |load: &str| number(&format!("/{load}/accepted")) / number(&format!("/{load}/seconds"));
    let (bare, reached) = (rate("a: bare route"), rate("workers off, closed loop"));
    let ceiling = 1.0 / (1.0 / bare + 1.0 / number("/ceiling/b"));
    let share = format!("{:.0} %", 100.0 * reached / ceiling);
    assert!((number("/ceiling/percent") - 100.0 * reached / ceiling).abs() < 0.01, "{raw}");
    assert!(table.contains(&share) && ingest["rows"].to_string().contains(&share), "{share} in\n{table}");
    assert_eq!(raw["durability"], serde_json::json!([["journal_mode", "wal"]]), "read back from the store");
    assert!(number("/workers off, closed loop/latency/count") >= 1.0);
}
