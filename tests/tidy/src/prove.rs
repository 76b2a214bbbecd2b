//! Which tests prove which requirement, and how nextest is asked to run exactly those.
//!
//! A test says so in its documentation: `/// proves: IN-04, IN-05`.

use crate::house::{File, House, Room};
use crate::items::Item;

/// A test that names requirements.
pub struct Proof {
    /// As written behind `proves:`.
    pub ids: Vec<String>,
    /// The package whose test it is; `None` for a case of the testkit, which runs in whichever package calls the suite.
    pub package: Option<String>,
    /// As nextest calls it: modules and name.
    pub test: String,
    /// `path:line`.
    pub place: String,
}

/// Cases of a suite are macros there; they run where the suite is called.
const TESTKIT: &str = "adapters/testkit/src";

/// All proofs of the house.
pub fn proofs(house: &House) -> Vec<Proof> {
    house.sources().flat_map(|file| proofs_in(house, file)).collect()
}

/// The filter that makes nextest run exactly the tests that prove this requirement; `None` if no test does.
pub fn filter(house: &House, id: &str) -> Option<String> {
    let named = proofs(house).into_iter().filter(|proof| proof.ids.iter().any(|found| found == id));
    let parts: Vec<String> = named.map(|proof| proof.filter()).collect();
    (!parts.is_empty()).then(|| parts.join(" | "))
}

/// The ids behind `proves:` on a line of documentation; `None` if the line does not begin with that word.
pub fn ids(line: &str) -> Option<Vec<String>> {
    let named = line.trim_start().strip_prefix("proves:")?;
    let words = named.split(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '-'));
    Some(words.filter(|word| is_id(word)).map(str::to_owned).collect())
}

/// The paths of a room's test binaries, as cargo finds them.
pub fn test_roots(house: &House, room: &Room) -> Vec<String> {
    let listed = room.manifest.get("test").and_then(|tests| tests.as_array()).into_iter().flatten();
    let path = |test: &toml::Value| {
        let named = test.get("path").and_then(|path| path.as_str()).map(str::to_owned);
        named.or_else(|| Some(format!("tests/{}.rs", test.get("name")?.as_str()?)))
    };
    let mut roots: Vec<String> =
        listed.filter_map(path).map(|path| format!("{}/{path}", room.folder)).collect();
    let package = room.manifest.get("package");
    if package.and_then(|package| package.get("autotests")) != Some(&toml::Value::Boolean(false)) {
        roots.extend(house.sources().filter(|file| is_found(file, room)).map(|file| file.path.clone()));
    }
    roots.sort();
    roots.dedup();
    roots
}

impl Proof {
    /// `case_1_…` of a table follows the name of its test.
    fn filter(&self) -> String {
        match &self.package {
            Some(package) => format!("(package(={package}) & test(/^{}(::|$)/))", self.test),
            None => format!("test(/(^|::){}(::|$)/)", self.test),
        }
    }
}

fn is_id(word: &str) -> bool {
    matches!(word.as_bytes(), [a, b, b'-', c, d] if a.is_ascii_uppercase() && b.is_ascii_uppercase() && c.is_ascii_digit() && d.is_ascii_digit())
}

fn is_found(file: &File, room: &Room) -> bool {
    let Some(rest) = file.path.strip_prefix(&format!("{}/tests/", room.folder)) else { return false };
    is_root(rest)
}

/// Cargo takes `tests/x.rs` and `tests/x/main.rs`.
fn is_root(rest: &str) -> bool {
    match rest.split_once('/') {
        None => true,
        Some((_, file)) => file == "main.rs",
    }
}

fn proofs_in(house: &House, file: &File) -> Vec<Proof> {
    let Some(room) = house.room_of(&file.path) else { return Vec::new() };
    let suite = file.below(TESTKIT);
    let tests = file.items.iter().filter(|item| item.is_test() || suite && item.kind == "fn");
    tests.filter_map(|item| Some(proof(house, room, file, item, named(item)?))).collect()
}

fn named(item: &Item) -> Option<Vec<String>> {
    let lines: Vec<Vec<String>> = item.docs.iter().filter_map(|line| ids(line)).collect();
    (!lines.is_empty()).then(|| lines.concat())
}

fn proof(house: &House, room: &Room, file: &File, item: &Item, ids: Vec<String>) -> Proof {
    let place = file.at(item.line);
    if file.below(TESTKIT) && !item.is_test() {
        return Proof { ids, package: None, test: item.name.clone(), place };
    }
    let modules = modules(house, room, file).into_iter().chain(item.path().into_iter().map(str::to_owned));
    Proof {
        ids,
        package: Some(room.package().to_owned()),
        test: modules.collect::<Vec<_>>().join("::"),
        place,
    }
}

/// The modules that a file stands for in its binary.
fn modules(house: &House, room: &Room, file: &File) -> Vec<String> {
    let roots = test_roots(house, room);
    if roots.contains(&file.path) || file.path.contains("/src/bin/") {
        return Vec::new();
    }
    let folders = roots.iter().filter_map(|root| root.rsplit_once('/')).map(|(folder, _)| folder);
    let base = folders.filter(|folder| file.below(folder)).max_by_key(|folder| folder.len());
    let base = base.map_or_else(|| format!("{}/src", room.folder), str::to_owned);
    let rest = file.path.strip_prefix(&format!("{base}/")).unwrap_or(&file.path);
    let rest = rest.trim_end_matches(".rs");
    let rest = rest.strip_suffix("/mod").unwrap_or(rest);
    if rest == "lib" || rest == "main" { Vec::new() } else { rest.split('/').map(str::to_owned).collect() }
}
