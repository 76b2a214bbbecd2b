//! The bench, as anybody runs it.

use serde_json::Value;

use crate::stage::{binary, command, run, tradepost};

/// One command measures, and its file holds what the printed figure is made of: counts and times of both loads, the machine,
/// the command. Whoever reads the file comes to the same figure.
///
/// proves: FI-12
#[test]
fn a_benchmark_is_run_by_one_command_and_gives_its_raw_data() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("figures.json");
    let mut bench = command(binary("TRADEPOST_LOAD_BIN", "tradepost-load"));
    bench.env("TRADEPOST_BIN", tradepost());
    bench.env("TRADEPOST_SANDBOX_BIN", binary("TRADEPOST_SANDBOX_BIN", "tradepost-sandbox"));
    let done = run(bench.args(["limits", "--smoke", "--store", "sqlite", "--json"]).arg(&file));
    let table = String::from_utf8_lossy(&done.stdout);
    assert!(done.status.success(), "{table}\n{}", String::from_utf8_lossy(&done.stderr));
    let told: Value = serde_json::from_slice(&std::fs::read(&file).expect("a file")).expect("JSON");
    assert!(told["command"].as_str().is_some_and(|words| words.contains("limits --smoke")), "{told}");
    assert!(told["machine"]["cores"].as_u64().is_some_and(|cores| cores > 0), "{told}");
    assert_eq!(told["faults"], serde_json::json!([]));
    let sections = told["sections"].as_array().expect("sections");
    let limits = sections.iter().find(|section| section["title"] == "limits, sqlite").expect("a section");
    let number = |path: &str| {
        limits["raw"].pointer(path).and_then(Value::as_f64).unwrap_or_else(|| panic!("no {path}: {limits}"))
    };
    let rate = |load: &str| number(&format!("/{load}/accepted")) / number(&format!("/{load}/seconds"));
    let (without, with) = (rate("without limits"), rate("with limits"));
    for figure in
        [format!("{without:.0} events/s"), format!("{with:.0} events/s"), format!("{:.2}", with / without)]
    {
        assert!(table.contains(&figure), "{figure} in\n{table}");
        assert!(limits["rows"].to_string().contains(&figure), "{figure} in {limits}");
    }
    for load in ["without limits", "with limits"] {
        assert_eq!(
            number(&format!("/{load}/latency/count")),
            number(&format!("/{load}/accepted")),
            "{limits}"
        );
    }
}
