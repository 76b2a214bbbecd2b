//! What was found: tables for people, JSON for everybody else.

use std::fmt;

use comfy_table::{Table, presets::ASCII_MARKDOWN};
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::{clock, machine::Machine, options::Options};

/// The findings of a run.
pub struct Report {
    command: String,
    date: String,
    machine: Machine,
    smoke: bool,
    sections: Vec<Section>,
    faults: Vec<String>,
}

/// What one measurement found.
#[derive(Debug, Default)]
pub struct Section {
    title: String,
    rows: Vec<[String; 3]>,
    notes: Vec<String>,
    raw: Map<String, Value>,
    faults: Vec<String>,
}

impl Report {
    pub fn new(options: &Options) -> Self {
        let words: Vec<_> = std::env::args().skip(1).collect();
        Self {
            command: format!("tradepost-load {}", words.join(" ")).trim_end().to_owned(),
            date: clock::date(),
            machine: Machine::this(),
            smoke: options.smoke,
            sections: Vec::new(),
            faults: Vec::new(),
        }
    }

    /// Adds a section, and shows it at once: a long run is watched.
    pub fn add(&mut self, section: Section) {
        eprintln!("{section}");
        self.faults.extend(section.faults.iter().map(|fault| format!("{}: {fault}", section.title)));
        self.sections.push(section);
    }

    /// Did every measurement give figures, and was nothing lost or doubled?
    pub fn is_good(&self) -> bool {
        self.faults.is_empty()
    }

    /// Everything, with raw figures.
    pub fn json(&self) -> Value {
        let section = |section: &Section| json!({ "title": section.title, "rows": section.rows, "notes": section.notes, "raw": section.raw });
        json!({
            "command": self.command, "date": self.date, "smoke": self.smoke, "machine": self.machine,
            "sections": self.sections.iter().map(section).collect::<Vec<_>>(), "faults": self.faults,
        })
    }
}

impl Section {
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), ..Self::default() }
    }

    /// A section that says why there is nothing in it.
    pub fn skipped(title: impl Into<String>, why: impl Into<String>) -> Self {
        let mut section = Self::new(title);
        section.note(why);
        section
    }

    /// A line of the table: what, how much, and what is aimed at.
    pub fn row(&mut self, what: impl Into<String>, figure: impl fmt::Display, aim: &str) {
        self.rows.push([what.into(), figure.to_string(), aim.to_owned()]);
    }

    /// A sentence below the table.
    pub fn note(&mut self, words: impl Into<String>) {
        self.notes.push(words.into());
    }

    /// A raw figure.
    pub fn raw(&mut self, name: &str, value: impl Serialize) {
        self.raw.insert(name.to_owned(), serde_json::to_value(value).unwrap_or_default());
    }

    /// What must hold, whatever the speed.
    pub fn check(&mut self, holds: bool, otherwise: impl Into<String>) {
        if !holds {
            self.faults.push(otherwise.into());
        }
    }
}

impl fmt::Display for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\n### {}\n", self.title)?;
        if !self.rows.is_empty() {
            let mut table = Table::new();
            table.load_preset(ASCII_MARKDOWN).set_header(["what", "figure", "aim"]).add_rows(&self.rows);
            writeln!(f, "{table}\n")?;
        }
        self.notes.iter().try_for_each(|note| writeln!(f, "- {note}"))?;
        self.faults.iter().try_for_each(|fault| writeln!(f, "- WRONG: {fault}"))
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Machine { cores, processor, memory, kernel, load } = &self.machine;
        writeln!(f, "`{}`, {}", self.command, self.date)?;
        writeln!(
            f,
            "{cores} cores ({processor}), {} MB of memory, Linux {kernel}; load average before {load}",
            memory / 1_000_000
        )?;
        if self.smoke {
            writeln!(f, "A smoke run: it shows that everything is measured; its figures mean nothing.")?;
        }
        self.sections.iter().try_for_each(|section| write!(f, "{section}"))?;
        match self.faults.as_slice() {
            [] => writeln!(f, "\nNothing was lost, nothing was doubled."),
            faults => writeln!(f, "\nWRONG:\n{}", faults.join("\n")),
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;

    #[test]
    fn what_is_wrong_makes_the_run_wrong_and_stands_everywhere() {
        let mut report = Report::new(&Options::parse_from(["tradepost-load"]));
        let mut section = Section::new("ingest, sqlite");
        section.row("taken", "900 events/s", "70 %");
        section.raw("events_per_s", 900.5);
        section.check(true, "never told");
        report.add(section);
        assert!(report.is_good() && report.to_string().contains("900 events/s"));
        let mut section = Section::new("turns, sqlite");
        section.check(false, "2 answers are missing");
        report.add(section);
        assert!(!report.is_good() && report.to_string().contains("turns, sqlite: 2 answers are missing"));
        let json = report.json();
        assert_eq!(json["sections"][0]["raw"]["events_per_s"], 900.5);
        assert_eq!(json["faults"][0], "turns, sqlite: 2 answers are missing");
    }
}
