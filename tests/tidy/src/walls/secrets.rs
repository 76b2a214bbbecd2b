//! Secrets have no `Debug` and no `Serialize`.
//!
//! A type is a secret by its name's end (`AppSecret`, `Credentials`, `ApiKey`, …). A field is one by its name's end (`token`,
//! `app_secret`, `password`, …) and then it is a `secrecy` type, which prints nothing. `x_env` and `x_file` only say where a secret is.

use super::{Fault, Wall, fault};
use crate::house::{File, House};
use crate::items::{Item, closing};
use crate::tokens::Token;

pub(super) const WALL: Wall = Wall {
    name: "secrets-are-silent",
    mend: "hold it in `secrecy::SecretString`, without Debug and Serialize; what is no secret is called by another name",
    check,
    refused: &[
        ("printed", "=== adapters/x/src/config.rs\n#[derive(Debug)]\npub struct AppSecret(String);"),
        ("stored", "=== gateway/src/settings.rs\n#[derive(serde::Serialize)]\nstruct Credentials { a: u8 }"),
        ("a bare field", "=== adapters/x/src/config.rs\npub struct Config { pub app_secret: String }"),
        (
            "an optional field",
            "=== gateway/src/settings.rs\nstruct S { #[serde(default)] pub(crate) access_token: Option<String>, other: u8 }",
        ),
        ("bytes of a key", "=== adapters/x/src/config.rs\nstruct Config { api_key: Vec<u8> }"),
    ],
    allowed: &[
        (
            "kept",
            "=== adapters/x/src/config.rs\n#[derive(Debug)]\nstruct Config { app_secret: SecretString, token: Option<SecretString>, api_key_env: Option<String> }",
        ),
        (
            "counts of tokens",
            "=== core/domain/src/model.rs\n#[derive(Debug)]\nstruct Usage { tokens: u32, most_tokens: u32 }\n#[derive(Debug)]\nstruct LockToken(u64);",
        ),
        (
            "the sandbox has none worth keeping",
            "=== adapters/sandbox/src/account.rs\n#[derive(Debug)]\nstruct Account { app_secret: String }",
        ),
    ],
};

const TYPES: [&str; 6] = ["Secret", "Secrets", "Credentials", "ApiKey", "AccessToken", "Password"];
const FIELDS: [&str; 5] = ["secret", "token", "password", "api_key", "master_key"];
const PLAIN: [&str; 6] = ["String", "str", "Vec", "Bytes", "Box", "Value"];

fn check(house: &House) -> Vec<Fault> {
    let outside =
        |file: &&File| file.is_test() || file.below("adapters/sandbox") || file.below("adapters/testkit");
    house
        .sources()
        .filter(|file| !outside(file))
        .flat_map(|file| file.items.iter().flat_map(|item| talks(file, item)))
        .collect()
}

fn talks(file: &File, item: &Item) -> Vec<Fault> {
    if item.kind != "struct" && item.kind != "enum" {
        return Vec::new();
    }
    let secret = TYPES.iter().any(|end| item.name.ends_with(end));
    let told = ["Debug", "Serialize"].into_iter().filter(|name| secret && item.derives(name));
    let derived =
        told.map(|name| fault(file.at(item.line), format!("`{}` is a secret and derives {name}", item.name)));
    let bare = fields(&item.rest).into_iter().filter(|(name, kind)| is_secret(&name.text) && is_plain(kind));
    let bare = bare
        .map(|(name, _)| fault(file.at(name.line), format!("`{}` holds a secret in the open", name.text)));
    derived.chain(bare).collect()
}

fn is_secret(name: &str) -> bool {
    FIELDS.iter().any(|end| name == *end || name.ends_with(&format!("_{end}")))
}

fn is_plain(kind: &[Token]) -> bool {
    kind.iter().any(|word| PLAIN.contains(&&*word.text))
        && !kind.iter().any(|word| word.text.starts_with("Secret"))
}

/// Each `name: Type` of a declaration's body.
fn fields(body: &[Token]) -> Vec<(&Token, &[Token])> {
    let named = body.windows(2).enumerate().filter(|(_, pair)| pair[1].text == ":" && !pair[0].literal);
    named.map(|(at, pair)| (&pair[0], until_comma(&body[at + 2..]))).collect()
}

fn until_comma(kind: &[Token]) -> &[Token] {
    let (mut at, mut angles) = (0, 0usize);
    while let Some(word) = kind.get(at) {
        match word.text.as_str() {
            "<" => angles += 1,
            ">" => angles = angles.saturating_sub(1),
            "(" | "[" => at = closing(kind, at),
            "," if angles == 0 => break,
            "}" => break,
            _ => {}
        }
        at += 1;
    }
    &kind[..at.min(kind.len())]
}
