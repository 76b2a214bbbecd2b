//! Nothing unverified is parsed.

use super::{Fault, Wall, fault};
use crate::house::{File, House};
use crate::items::Item;
use crate::tokens::find;

pub(super) const WALL: Wall = Wall {
    name: "verified-before-parsed",
    mend: "take `&Verified` from `Unverified::verified_by` in the adapter's webhook.rs: no signature check, no parsing",
    check,
    refused: &[
        (
            "raw bytes are parsed",
            "=== adapters/x/src/webhook.rs\nimpl Webhook for X { fn parse(&self, body: &[u8]) -> Vec<Arrival> { vec![] } }",
        ),
        ("an open door", "=== core/ports/src/webhook.rs\npub struct Verified { pub body: Bytes }"),
        ("an open door without names", "=== core/ports/src/webhook.rs\npub struct Verified(pub Bytes);"),
        (
            "made by default",
            "=== core/ports/src/webhook.rs\n#[derive(Default)]\npub struct Verified { body: Bytes }",
        ),
        (
            "an adapter that trusts",
            "=== adapters/x/src/webhook.rs\nfn f(raw: Unverified) -> Verified { raw.trusted_by_operator() }",
        ),
        (
            "verified far from the adapter",
            "=== gateway/src/door.rs\nfn f(raw: Unverified) { raw.verified_by(|_| Ok(())); }",
        ),
    ],
    allowed: &[
        (
            "the way it goes",
            "=== core/ports/src/webhook.rs\npub struct Verified { body: Bytes }\n=== adapters/x/src/webhook.rs\nimpl Webhook for X { fn parse(&self, verified: &Verified) -> Vec<Arrival> { vec![] } }\nfn f(raw: Unverified) { raw.verified_by(|_| Ok(())); }",
        ),
        (
            "the pattern of new adapters",
            "=== gateway/templates/adapter/src/webhook.rs\nfn f(raw: Unverified) { raw.verified_by(|_| Ok(())); }",
        ),
        (
            "an operator reads a file",
            "=== gateway/src/cli/webhook.rs\nfn f(raw: Unverified) { raw.trusted_by_operator(); }",
        ),
    ],
};

fn check(house: &House) -> Vec<Fault> {
    let product = house.sources().filter(|file| !file.is_test() && !file.below("core/ports"));
    let parsing = house
        .sources()
        .filter(|file| file.path.ends_with("/webhook.rs") || file.path.contains("/webhook/"))
        .flat_map(parses);
    let doors = house.sources().flat_map(open_doors);
    parsing.chain(doors).chain(product.flat_map(makers)).collect()
}

/// A webhook's `parse` is the method that takes `self` in a file of the webhook.
fn parses(file: &File) -> Vec<Fault> {
    let method = |item: &&Item| {
        item.kind == "fn" && item.name == "parse" && find(&item.rest, &["&", "self"]).next().is_some()
    };
    let raw = |item: &&Item| find(&item.rest, &["&", "Verified"]).next().is_none();
    let found = file.items.iter().filter(method).filter(raw);
    found.map(|item| fault(file.at(item.line), "`parse` takes what nobody verified")).collect()
}

fn open_doors(file: &File) -> Vec<Fault> {
    let open = |item: &Item| {
        item.rest.iter().any(|word| word.text == "pub")
            || item.derives("Default")
            || item.derives("Deserialize")
    };
    let found =
        file.items.iter().filter(|item| item.kind == "struct" && item.name == "Verified" && open(item));
    found.map(|item| fault(file.at(item.line), "`Verified` can be made without verifying")).collect()
}

fn makers(file: &File) -> Vec<Fault> {
    let webhook = file.path.ends_with("/webhook.rs") || file.path.contains("/webhook/");
    let adapter = file.below("adapters") || file.below("gateway/templates");
    let verifies = file.below("adapters/testkit") || adapter && webhook;
    let words = [("trusted_by_operator", file.below("gateway")), ("verified_by", verifies)];
    let strangers = words.into_iter().filter(|(_, here)| !here);
    strangers.flat_map(|(word, _)| named(file, word)).collect()
}

fn named(file: &File, word: &str) -> Vec<Fault> {
    find(&file.tokens, &[word])
        .map(|line| fault(file.at(line), format!("`{word}` has no business here")))
        .collect()
}
