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
    print(&table(headings, rows))
}

fn table(headings: &[&str], rows: Vec<Vec<String>>) -> String {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(headings.iter().copied());
    table.add_rows(rows.iter().map(|row| row.iter().map(|cell| tame(cell))));
    table.to_string()
}

/// A text that moves no cursor and paints nothing: customers' words may hold what a terminal obeys.
pub(super) fn tame(text: &str) -> String {
    text.replace(char::is_control, "\u{fffd}")
}

fn object(headings: &[&str], row: Vec<String>) -> Value {
    headings
        .iter()
        .zip(row)
        .map(|(heading, cell)| ((*heading).to_owned(), Value::String(cell)))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    /// proves: PL-23
    #[rstest]
    #[case::clears_the_screen("stop\u{1b}[2J", "stop\u{fffd}[2J")]
    #[case::in_one_character("stop\u{9b}2J", "stop\u{fffd}2J")]
    #[case::overwrites("stop\rstart\u{8}\u{7f}", "stop\u{fffd}start\u{fffd}\u{fffd}")]
    #[case::makes_a_row_of_its_own("stop\nyes", "stop\u{fffd}yes")]
    #[case::words("arrêt, बंद करें 🙂", "arrêt, बंद करें 🙂")]
    fn a_table_holds_nothing_that_a_terminal_obeys(#[case] words: &str, #[case] shown: &str) {
        let table = table(&["words"], vec![vec![words.to_owned()]]);
        let lines: Vec<_> = table.lines().map(str::trim).collect();
        assert_eq!(lines, ["words", shown]);
    }
}
