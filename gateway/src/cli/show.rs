//! Tables for people, JSON for programs.

use std::io::{self, Write};

use comfy_table::{ContentArrangement, Table, presets};
use serde_json::Value;

use super::{Ended, Outcome};

/// Prints a text. A reader that went away (`| head`) is no fault.
pub(super) fn print(text: &str) -> Outcome {
    let mut out = io::stdout().lock();
    match writeln!(out, "{text}").and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Ended::wrong(format!("failed to print: {error}")))
        }
        _ => Ok(()),
    }
}

/// Prints rows under these headings; as JSON objects, one per line, when asked.
pub(super) fn rows(headings: &[&str], rows: Vec<Vec<String>>, json: bool) -> Outcome {
    if json {
        let lines: Vec<_> = rows.into_iter().map(|row| object(headings, row).to_string()).collect();
        return if lines.is_empty() { Ok(()) } else { print(&lines.join("\n")) };
    }
    if rows.is_empty() {
        return print("nothing");
    }
    let mut table = Table::new();
    table.load_preset(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(headings.iter().copied());
    table.add_rows(rows);
    print(&table.to_string())
}

fn object(headings: &[&str], row: Vec<String>) -> Value {
    headings
        .iter()
        .zip(row)
        .map(|(heading, cell)| ((*heading).to_owned(), Value::String(cell)))
        .collect::<serde_json::Map<_, _>>()
        .into()
}
