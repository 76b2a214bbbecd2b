//! The files of a new adapter: those of the made-up Acme, under another name and with the ports that were asked for.
//!
//! They are real files, compiled and tried by `gateway/tests/template.rs`. Lines between `// <webhook>` and
//! `// </webhook>` stand for that port only; those between `// <no webhook>` and its end are comments that become code
//! without it.

use super::{Name, Port};

macro_rules! file {
    ($path:literal) => {
        ($path, include_str!(concat!("../../../templates/adapter/", $path)))
    };
}

const MANIFEST: &str = "Cargo.toml";
const IN_HOUSE: &str = include_str!("../../../templates/adapter/Cargo.workspace.toml");
const STANDALONE: &str = include_str!("../../../templates/adapter/Cargo.standalone.toml");

/// Files of every adapter.
const ALWAYS: &[(&str, &str)] = &[
    file!("README.md"),
    file!("src/lib.rs"),
    file!("src/config.rs"),
    file!("src/plug.rs"),
    file!("src/wire.rs"),
    file!("tests/main.rs"),
    file!("tests/conformance.rs"),
    file!("tests/plug.rs"),
];

const MESSENGER: &[(&str, &str)] = &[file!("src/messenger.rs"), file!("src/wire/outbound.rs")];

const WEBHOOK: &[(&str, &str)] = &[
    file!("src/webhook.rs"),
    file!("src/wire/inbound.rs"),
    file!("tests/fixtures/receipt.json"),
    file!("tests/fixtures/receipt.expected"),
    file!("tests/fixtures/text.json"),
    file!("tests/fixtures/text.expected"),
];

/// All files of the adapter, by their paths in its folder.
pub(super) fn files(name: &Name, ports: &[Port], standalone: bool) -> Vec<(String, String)> {
    let manifest = (MANIFEST, if standalone { STANDALONE } else { IN_HOUSE });
    let optional = [(Port::Messenger, MESSENGER), (Port::Webhook, WEBHOOK)];
    let chosen = optional.into_iter().filter(|(port, _)| ports.contains(port)).flat_map(|(_, files)| files);
    let files = std::iter::once(&manifest).chain(ALWAYS).chain(chosen);
    files.map(|(path, text)| ((*path).to_owned(), named(name, path, &chosen_lines(text, ports)))).collect()
}

/// The text with the lines of these ports.
fn chosen_lines(text: &str, ports: &[Port]) -> String {
    let (mut kept, mut marks) = (String::with_capacity(text.len()), Vec::new());
    for line in text.lines() {
        match mark(line) {
            Some(Mark::Open(part)) => marks.push(part),
            Some(Mark::Close) => drop(marks.pop()),
            None if marks.iter().all(|part| part.stands(ports)) => {
                let spoken = marks.iter().any(|part| part.without);
                kept.push_str(&if spoken { uncommented(line) } else { line.to_owned() });
                kept.push('\n');
            }
            None => {}
        }
    }
    kept
}

/// A part of a file that depends on a port.
#[derive(Clone, Copy)]
struct Part {
    port: Port,
    /// Does it stand where the port does not?
    without: bool,
}

impl Part {
    fn stands(self, ports: &[Port]) -> bool {
        ports.contains(&self.port) != self.without
    }
}

enum Mark {
    Open(Part),
    Close,
}

/// `// <webhook>`, `# </no messenger>`, `<!-- <webhook> -->`.
fn mark(line: &str) -> Option<Mark> {
    let line = line.trim().trim_start_matches("<!--").trim_end_matches("-->");
    let word = line.trim_start_matches(['/', '#']).trim().strip_prefix('<')?.strip_suffix('>')?;
    let (closes, word) = word.strip_prefix('/').map_or((false, word), |word| (true, word));
    let (without, word) = word.strip_prefix("no ").map_or((false, word), |word| (true, word));
    let port = Port::ALL.into_iter().find(|port| port.word() == word)?;
    Some(if closes { Mark::Close } else { Mark::Open(Part { port, without }) })
}

fn uncommented(line: &str) -> String {
    let (indent, rest) = line.split_at(line.len() - line.trim_start().len());
    let code = rest.strip_prefix("//").map_or(rest, |code| code.strip_prefix(' ').unwrap_or(code));
    format!("{indent}{code}").trim_end().to_owned()
}

/// The text with Acme's names made this one's. In this repository Acme is a module of the test that tries it.
fn named(name: &Name, path: &str, text: &str) -> String {
    let root =
        if path.starts_with("tests/") { format!("tradepost_{}::", name.snake()) } else { "crate::".into() };
    let names = [
        ("crate::acme::", root),
        ("crate::template::", "crate::".into()),
        ("tradepost_acme", format!("tradepost_{}", name.snake())),
        ("X-Acme-", format!("X-{}-", name.train())),
        ("Acme", name.pascal()),
        ("acme", name.kebab().into()),
    ];
    replaced(text, &names)
}

/// The text with each of these words made the one beside it, the first that fits; in one pass, since a new word may hold
/// an old one.
fn replaced(mut text: &str, words: &[(&str, String)]) -> String {
    let mut made = String::with_capacity(text.len());
    while let Some(char) = text.chars().next() {
        let word = words.iter().find_map(|(old, new)| Some((text.strip_prefix(old)?, new)));
        text = match word {
            Some((rest, new)) => {
                made.push_str(new);
                rest
            }
            None => {
                made.push(char);
                &text[char.len_utf8()..]
            }
        };
    }
    made
}
