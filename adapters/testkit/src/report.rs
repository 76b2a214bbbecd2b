//! The tables of what was tried: adapters and their suites, and broken adapters with the cases that caught them.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    fs, io,
    path::Path,
};

use serde_json::{Value, json};

use crate::{
    messenger,
    verdict::{Record, write_down},
    webhook,
};

/// Suites whose file in an adapter's folder says that it can.
const SUITES: [(&str, &str); 2] = [("messenger", "src/messenger.rs"), ("webhook", "src/webhook.rs")];

/// The names of a suite's cases.
fn cases(suite: &str) -> BTreeSet<&'static str> {
    match suite {
        "messenger" => messenger::CASES.iter().map(|(name, _)| *name).collect(),
        "webhook" => webhook::CASES.iter().map(|(name, _)| *name).collect(),
        _ => BTreeSet::new(),
    }
}

/// One deliberately broken adapter, and the cases that failed on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// The suite.
    pub suite: String,
    /// What is wrong with the adapter.
    pub flaw: String,
    /// The case that is meant to see it.
    pub case: String,
    /// The cases that did.
    pub caught: Vec<String>,
}

impl Broken {
    /// Seen by its case and by no other?
    pub fn right(&self) -> bool {
        self.caught == [self.case.as_str()]
    }

    /// Writes it into the folder of records, if there is one.
    pub fn keep(&self) {
        let Self { suite, flaw, case, caught } = self;
        write_down(
            &format!("flaw.{suite}.{flaw}"),
            &json!({"suite": suite, "flaw": flaw, "case": case, "caught": caught}),
        );
    }

    fn read(value: &Value) -> Option<Self> {
        let text = |name: &str| Some(value.get(name)?.as_str()?.to_owned());
        let caught =
            value.get("caught")?.as_array()?.iter().filter_map(Value::as_str).map(str::to_owned).collect();
        Some(Self { suite: text("suite")?, flaw: text("flaw")?, case: text("case")?, caught })
    }
}

/// All records of a folder.
#[derive(Debug, Default)]
pub struct Report {
    records: Vec<Record>,
    broken: Vec<Broken>,
    /// Adapters that have a suite's file and no record of it.
    untried: Vec<(String, &'static str)>,
    /// Adapters without a suite's file.
    absent: Vec<(String, &'static str)>,
}

impl Report {
    /// Reads the records.
    pub fn read(folder: &Path) -> io::Result<Self> {
        let mut report = Self::default();
        let mut files: Vec<_> = fs::read_dir(folder)?.flatten().map(|entry| entry.path()).collect();
        files.sort();
        for file in files {
            let value: Value = serde_json::from_slice(&fs::read(&file)?)?;
            report.records.extend(Record::read(&value));
            report.broken.extend(Broken::read(&value));
        }
        Ok(report)
    }

    /// Compares with the adapters of that folder: who can write or is called has to be tried.
    pub fn expect(&mut self, adapters: &Path) -> io::Result<()> {
        let mut folders: Vec<_> = fs::read_dir(adapters)?.flatten().map(|entry| entry.path()).collect();
        folders.sort();
        for folder in folders {
            let has = SUITES.map(|(suite, file)| (suite, folder.join(file).is_file()));
            // The kit itself has suites of that name, and is no adapter.
            let kit = folder.file_name().is_some_and(|name| name == "testkit");
            if kit || has.iter().all(|(_, has)| !has) {
                continue;
            }
            let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
            for (suite, has) in has {
                match (has, self.tried(&name, suite)) {
                    (true, false) => self.untried.push((name.clone(), suite)),
                    (false, false) => self.absent.push((name.clone(), suite)),
                    _ => {}
                }
            }
        }
        Ok(())
    }

    fn tried(&self, adapter: &str, suite: &str) -> bool {
        let same = |name: &str| {
            name == adapter || name.strip_prefix(adapter).is_some_and(|rest| rest.starts_with('/'))
        };
        self.records.iter().any(|record| record.suite == suite && same(&record.adapter))
    }

    /// Was everything tried, did nothing fail, and is each flaw seen by its case alone? Nothing at all is not good.
    pub fn good(&self) -> bool {
        let failed = self.records.iter().any(|record| record.verdict == "failed");
        let whole = !self.records.is_empty() && self.untried.is_empty() && self.missing().is_empty();
        whole && !failed && self.broken.iter().all(Broken::right)
    }

    /// Cases of which there is no record, by adapter and suite that were tried: the test was cut off, or left out.
    fn missing(&self) -> BTreeMap<(&str, &str), BTreeSet<&'static str>> {
        let mut missing: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
        for record in &self.records {
            missing.entry((&*record.adapter, &*record.suite)).or_insert_with(|| cases(&record.suite));
        }
        for record in &self.records {
            if let Some(cases) = missing.get_mut(&(&*record.adapter, &*record.suite)) {
                cases.remove(&*record.case);
            }
        }
        missing.retain(|_, cases| !cases.is_empty());
        missing
    }

    /// Both tables, and what was not promised, failed or is missing, for reading.
    pub fn show(&self) -> String {
        let mut shown = String::new();
        self.show_adapters(&mut shown);
        for ((adapter, suite), cases) in self.missing() {
            let cases = cases.into_iter().collect::<Vec<_>>().join(", ");
            let _ = writeln!(shown, "NO RECORD: {adapter} {suite}: {cases}");
        }
        if self.records.is_empty() {
            shown.push_str("NO RECORDS\n");
        }
        for verdict in ["not promised", "failed"] {
            self.show_reasons(verdict, &mut shown);
        }
        self.show_broken(&mut shown);
        shown
    }

    fn show_adapters(&self, shown: &mut String) {
        let mut rows: Vec<[String; 3]> = self.counts();
        let told =
            |(adapter, suite): &(String, &str), why: &str| [adapter.clone(), (*suite).to_owned(), why.into()];
        rows.extend(
            self.absent.iter().map(|row| told(row, "    - not promised: there is no such file in src")),
        );
        rows.extend(
            self.untried.iter().map(|row| told(row, "    - NOT TRIED: tests/conformance.rs lacks the suite")),
        );
        rows.sort();
        let width = rows.iter().map(|[adapter, ..]| adapter.len()).max().unwrap_or_default();
        let heading = ["adapter", "suite", "  ran  not promised  failed"].map(str::to_owned);
        for [adapter, suite, counts] in std::iter::once(heading).chain(rows) {
            let _ = writeln!(shown, "{adapter:<width$}  {suite:<10} {counts}");
        }
    }

    /// Adapter, suite, and how many cases ran, are not promised, failed.
    fn counts(&self) -> Vec<[String; 3]> {
        let mut rows: BTreeMap<(&str, &str), [usize; 3]> = BTreeMap::new();
        for record in &self.records {
            let place = match record.verdict.as_str() {
                "ran" => 0,
                "not promised" => 1,
                _ => 2,
            };
            rows.entry((&record.adapter, &record.suite)).or_default()[place] += 1;
        }
        let row = |((adapter, suite), [ran, not, failed]): ((&str, &str), [usize; 3])| {
            [adapter.to_owned(), suite.to_owned(), format!("{ran:>5} {not:>13} {failed:>7}")]
        };
        rows.into_iter().map(row).collect()
    }

    fn show_reasons(&self, verdict: &str, shown: &mut String) {
        let mut reasons: BTreeMap<(&str, &str, &str), BTreeSet<&str>> = BTreeMap::new();
        for record in self.records.iter().filter(|record| record.verdict == verdict) {
            let why = record.why.lines().next().unwrap_or_default();
            reasons.entry((&record.adapter, &record.suite, why)).or_default().insert(&record.case);
        }
        if !reasons.is_empty() {
            let _ = writeln!(shown, "{verdict}:");
        }
        for ((adapter, suite, why), cases) in reasons {
            let cases = cases.into_iter().collect::<Vec<_>>().join(", ");
            let _ = writeln!(shown, "  {adapter} {suite}: {why}: {cases}");
        }
    }

    fn show_broken(&self, shown: &mut String) {
        if self.broken.is_empty() {
            return;
        }
        let right = self.broken.iter().filter(|broken| broken.right()).count();
        let _ =
            writeln!(shown, "broken adapters: {right} of {} caught by their case alone", self.broken.len());
        for broken in &self.broken {
            let caught = if broken.caught.is_empty() { "NOTHING".into() } else { broken.caught.join(", ") };
            let wrong = if broken.right() { "" } else { "   WRONG: not by its case alone" };
            let _ = writeln!(shown, "  {:<10} {:<38} {caught}{wrong}", broken.suite, broken.flaw);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(adapter: &str, suite: &str, verdict: &str) -> Record {
        let (adapter, suite, verdict) = (adapter.into(), suite.into(), verdict.into());
        Record { adapter, suite, case: "a_case".into(), verdict, why: String::new() }
    }

    fn broken(caught: &[&str]) -> Broken {
        let caught = caught.iter().map(|case| (*case).to_owned()).collect();
        Broken { suite: "webhook".into(), flaw: "Careless".into(), case: "a_case".into(), caught }
    }

    /// The record of each case of a suite.
    fn all(adapter: &str, suite: &str) -> Vec<Record> {
        let of = |case: &str| Record { case: case.into(), ..record(adapter, suite, "ran") };
        cases(suite).into_iter().map(of).collect()
    }

    #[test]
    fn a_report_is_good_only_if_nothing_failed_and_each_flaw_was_seen_by_its_case_alone() {
        let with = |records: Vec<Record>, broken| Report { records, broken, ..Report::default() }.good();
        let ran = || [all("acme", "webhook"), vec![record("acme", "webhook", "not promised")]].concat();
        assert!(with(ran(), vec![broken(&["a_case"])]));
        assert!(!with([ran(), vec![record("acme", "webhook", "failed")]].concat(), Vec::new()));
        for caught in [&[][..], &["another"], &["a_case", "another"]] {
            assert!(!with(ran(), vec![broken(caught)]), "{caught:?}");
        }
    }

    #[test]
    fn what_has_no_record_is_not_good() {
        let with = |records| Report { records, ..Report::default() };
        assert!(!with(Vec::new()).good(), "nothing at all");
        let other = || all("acme", "messenger");
        assert!(with([all("acme", "webhook"), other()].concat()).good());
        let mut cut = all("acme", "webhook");
        let lost = cut.pop().expect("a case").case;
        let report = with([cut, other()].concat());
        assert!(!report.good() && report.show().contains(&lost), "{}", report.show());
    }

    #[test]
    fn an_adapter_that_can_and_was_not_tried_is_told() {
        let adapters = tempfile::tempdir().expect("a folder");
        for file in
            ["acme/src/messenger.rs", "acme/src/webhook.rs", "acme-two/src/webhook.rs", "http/src/lib.rs"]
        {
            let path = adapters.path().join(file);
            fs::create_dir_all(path.parent().expect("a folder")).expect("made");
            fs::write(path, "").expect("written");
        }
        let mut report =
            Report { records: vec![record("acme/page", "messenger", "ran")], ..Report::default() };
        report.expect(adapters.path()).expect("read");
        assert_eq!(report.untried, [("acme".into(), "webhook"), ("acme-two".into(), "webhook")]);
        assert_eq!(report.absent, [("acme-two".into(), "messenger")]);
        assert!(!report.good());
    }
}
