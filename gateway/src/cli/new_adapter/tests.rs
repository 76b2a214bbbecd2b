//! A small house, and what the command makes of it.

use std::{fs, path::Path};

use rstest::rstest;
use tempfile::{TempDir, tempdir};

use super::*;

const LIST: &str = include_str!("../../adapters.rs");
const MANIFEST: &str = include_str!("../../../Cargo.toml");
const ROOT: &str = "[workspace.package]\nversion = \"0.1.0\"\n";

fn house() -> TempDir {
    let house = tempdir().expect("a folder");
    let put = |path: &str, text: &str| {
        let path = house.path().join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::write(path, text).expect("written");
    };
    put("Cargo.toml", ROOT);
    put("Cargo.lock", "[[package]]\nname = \"tradepost-domain\"\n");
    put("gateway/Cargo.toml", MANIFEST);
    put("gateway/src/adapters.rs", LIST);
    put("adapters/instagram/Cargo.toml", "");
    house
}

fn write_adapter(house: &Path, name: &str, ports: &[Port], standalone: bool) -> Result<(), String> {
    let (name, path, ports) = (name.to_owned(), house.to_owned(), ports.to_vec());
    run(&Arguments { name, ports, path, standalone }).map_err(|ended| ended.why)
}

fn text(house: &TempDir, path: &str) -> String {
    fs::read_to_string(house.path().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Every file below a folder, by its path there.
fn files_below(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).expect("a folder").flatten() {
            match entry.path() {
                path if path.is_dir() => folders.push(path),
                path => found.push(path.strip_prefix(folder).expect("below").display().to_string()),
            }
        }
    }
    found.sort();
    found
}

/// proves: AD-02
#[rstest]
#[case::both(&[Port::Messenger, Port::Webhook], 17)]
#[case::messenger(&[Port::Messenger], 11)]
#[case::webhook(&[Port::Webhook], 15)]
fn a_new_adapter_has_its_ports_and_no_trace_of_the_template(#[case] ports: &[Port], #[case] count: usize) {
    let house = house();
    write_adapter(house.path(), "my_channel", ports, false).expect("written");
    let folder = house.path().join("adapters/my-channel");
    let files = files_below(&folder);
    assert_eq!(files.len(), count, "{files:?}");
    for port in Port::ALL {
        let file = format!("src/{}.rs", port.word());
        assert_eq!(files.contains(&file), ports.contains(&port), "{file}");
    }
    for file in &files {
        let text = fs::read_to_string(folder.join(file)).expect("text");
        let left = ["acme", "Acme", "<messenger>", "<webhook>", "<no ", "crate::template", "</"];
        assert!(
            left.iter().all(|word| !text.contains(word)),
            "{file} still holds the template's words:\n{text}"
        );
    }
    let manifest = text(&house, "adapters/my-channel/Cargo.toml");
    assert!(manifest.contains("name = \"tradepost-my-channel\""), "{manifest}");
}

/// A name may hold the template's own: its files are those of any other name of that length.
///
/// proves: AD-02
#[rstest]
#[case::begins_with_it("acme-pay", ["acme-pay", "acme_pay", "AcmePay", "Acme-Pay"])]
#[case::ends_with_it("pay-acme", ["pay-acme", "pay_acme", "PayAcme", "Pay-Acme"])]
#[case::is_it("acme", ["acme", "acme", "Acme", "Acme"])]
fn a_name_that_holds_the_templates_is_put_in_once(#[case] name: &str, #[case] forms: [&str; 4]) {
    let named = |name: &str| template::files(&Name::new(name).expect("a name"), &Port::ALL, false);
    for ((path, text), (_, other)) in named(name).into_iter().zip(named("quill-post")) {
        let others = ["quill-post", "quill_post", "QuillPost", "Quill-Post"];
        let expected = others.iter().zip(forms).fold(other, |text, (old, new)| text.replace(old, new));
        assert_eq!(text, expected, "{path}");
    }
}

/// proves: AD-01
#[rstest]
#[case::first_by_name("acme")]
#[case::between("quill-post")]
#[case::last_by_name("zebra-post")]
fn one_line_in_each_list_makes_it_known(#[case] name: &str) {
    let house = house();
    write_adapter(house.path(), name, &Port::ALL, false).expect("written");
    let added = |old: &str, new: &str| -> Vec<String> {
        assert_eq!(new.lines().count(), old.lines().count() + 1);
        new.lines().filter(|line| !old.lines().any(|known| known == *line)).map(str::to_owned).collect()
    };
    let manifest = added(MANIFEST, &text(&house, "gateway/Cargo.toml"));
    let dependency = format!("tradepost-{name} = {{ path = \"../adapters/{name}\", version = \"0.1.0\" }}");
    assert_eq!(manifest, [dependency]);
    let list = added(LIST, &text(&house, "gateway/src/adapters.rs"));
    assert_eq!(list, [format!("        Box::new(tradepost_{}::Plug),", name.replace('-', "_"))]);
}

#[rstest]
#[case::upper_case("Acme")]
#[case::spaces("my channel")]
#[case::digit_first("2go")]
#[case::dash_last("acme-")]
#[case::two_dashes("a--b")]
#[case::path("../acme")]
#[case::nothing("")]
#[case::keyword("match")]
#[case::too_long("a-name-that-nobody-wants-to-read-in-a-path")]
#[case::there("instagram")]
#[case::a_crate_of_the_house("domain")]
fn a_name_that_cannot_be_is_refused_and_nothing_is_written(#[case] name: &str) {
    let house = house();
    let before = files_below(house.path());
    write_adapter(house.path(), name, &Port::ALL, false).expect_err("refused");
    assert_eq!(files_below(house.path()), before);
    assert_eq!(text(&house, "gateway/Cargo.toml"), MANIFEST);
}

#[test]
fn what_cannot_be_written_leaves_nothing_behind() {
    let house = house();
    fs::write(house.path().join("gateway/src/adapters.rs"), "// no list").expect("written");
    let before = files_below(house.path());
    let why =
        write_adapter(house.path(), "probe", &Port::ALL, false).expect_err("there is no place for the line");
    assert!(why.contains("adapters.rs has no place"), "{why}");
    let elsewhere =
        write_adapter(&house.path().join("adapters"), "probe", &Port::ALL, false).expect_err("no house");
    assert!(elsewhere.contains("--standalone"), "{elsewhere}");
    assert_eq!(files_below(house.path()), before);
}

/// proves: AD-02
#[test]
fn a_crate_of_its_own_depends_on_what_is_published_and_joins_no_list() {
    let house = house();
    let before = text(&house, "gateway/Cargo.toml");
    write_adapter(house.path(), "probe", &Port::ALL, true).expect("written");
    let manifest = text(&house, "tradepost-probe/Cargo.toml");
    assert!(
        !manifest.contains("workspace = true") && manifest.contains("tradepost-ports = \"0.1.0\""),
        "{manifest}"
    );
    assert_eq!(text(&house, "gateway/Cargo.toml"), before);
    write_adapter(house.path(), "probe", &Port::ALL, true).expect_err("it is there already");
}
