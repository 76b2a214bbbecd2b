//! What a case of a suite ends with, and where that is written down.
//!
//! Each case prints a line. If the environment variable [`FOLDER`] names a folder, it writes its record there, too; a
//! [`Report`](crate::report::Report) makes a table of all of them.

use std::{
    any::Any,
    borrow::Cow,
    fs,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    path::Path,
};

use serde_json::{Value, json};

/// The environment variable that names the folder of records.
pub const FOLDER: &str = "TRADEPOST_CONFORMANCE";

/// How a case went that did not fail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It was tried and held.
    Ran,
    /// The adapter does not promise it, for this reason.
    NotPromised(Cow<'static, str>),
}

impl Verdict {
    /// The adapter does not promise it.
    pub fn not_promised(why: impl Into<Cow<'static, str>>) -> Self {
        Self::NotPromised(why.into())
    }
}

/// Where a suite is called: which adapter it tries. Made by the suites' macros.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    /// The package.
    pub package: &'static str,
    /// The path of the module.
    pub module: &'static str,
}

/// Names of modules that tell nothing of the adapter.
const SILENT: [&str; 8] =
    ["main", "tests", "conformance", "messenger", "messengers", "webhook", "webhooks", "suite"];

impl Place {
    /// The adapter's name: the package's without `tradepost-`, then what tells its dialects apart.
    pub fn adapter(&self) -> String {
        let package = self.package.strip_prefix("tradepost-").unwrap_or(self.package);
        let modules = self.module.split("::").skip(1).filter(|module| !SILENT.contains(module));
        std::iter::once(package).chain(modules).collect::<Vec<_>>().join("/")
    }
}

/// One case's record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The adapter, see [`Place::adapter`].
    pub adapter: String,
    /// The suite: `messenger` or `webhook`.
    pub suite: String,
    /// The case.
    pub case: String,
    /// `ran`, `not promised` or `failed`.
    pub verdict: String,
    /// Why it is not promised, or what failed.
    pub why: String,
}

impl Record {
    /// Reads a record; `None` if it is none.
    pub fn read(value: &Value) -> Option<Self> {
        let text = |name: &str| Some(value.get(name)?.as_str()?.to_owned());
        Some(Self {
            adapter: text("adapter")?,
            suite: text("suite")?,
            case: text("case")?,
            verdict: text("verdict")?,
            why: text("why")?,
        })
    }

    fn keep(&self) {
        let Self { adapter, suite, case, verdict, why } = self;
        println!("conformance: {adapter} {suite}::{case}: {verdict}{}", aside(why));
        let body = json!({"adapter": adapter, "suite": suite, "case": case, "verdict": verdict, "why": why});
        write_down(&format!("{adapter}.{suite}.{case}"), &body);
    }
}

fn aside(why: &str) -> String {
    if why.is_empty() { String::new() } else { format!(" ({})", why.lines().next().unwrap_or_default()) }
}

/// Writes a record into the folder that the environment names, if it names one.
pub fn write_down(name: &str, body: &Value) {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let path = Path::new(&folder).join(file_name(name));
    let written = fs::create_dir_all(&folder).and_then(|()| fs::write(&path, body.to_string()));
    written.unwrap_or_else(|error| panic!("failed to write {}: {error}", path.display()));
}

/// A name of its own for each record: no crate, module or case has a `+` in its name.
fn file_name(name: &str) -> String {
    format!("{}.json", name.replace('/', "+"))
}

/// Runs a case, tells how it went, and fails if it failed.
pub fn tell(place: Place, suite: &str, case: &str, run: impl FnOnce() -> Verdict) {
    let ended = catch_unwind(AssertUnwindSafe(run));
    let (verdict, why) = match &ended {
        Ok(Verdict::Ran) => ("ran", String::new()),
        Ok(Verdict::NotPromised(why)) => ("not promised", why.to_string()),
        Err(panic) => ("failed", said(&**panic)),
    };
    let (suite, case, verdict) = (suite.to_owned(), case.to_owned(), verdict.to_owned());
    Record { adapter: place.adapter(), suite, case, verdict, why }.keep();
    if let Err(panic) = ended {
        resume_unwind(panic);
    }
}

/// The words of a panic.
pub fn said(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("a panic without words").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crate_and_a_dialect_of_like_names_are_kept_apart() {
        let file = |package, module| file_name(&Place { package, module }.adapter());
        assert_ne!(file("tradepost-acme-page", "main"), file("tradepost-acme", "main::page"));
        assert!(!file("tradepost-acme", "main::page").contains('/'));
    }

    #[test]
    fn an_adapter_is_called_after_its_package_and_its_dialect() {
        let adapter = |package, module| Place { package, module }.adapter();
        assert_eq!(adapter("tradepost-direct", "main::conformance"), "direct");
        assert_eq!(adapter("tradepost-acme", "main::conformance::messenger::page"), "acme/page");
        assert_eq!(adapter("pigeon-post", "pigeon_post::tests::suite"), "pigeon-post");
    }
}
