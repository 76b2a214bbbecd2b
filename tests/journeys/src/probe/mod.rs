//! The probe's stories (`stories/probe/*.txt`): a flow with a model, stock, holds and payments, on scripted ports and
//! the real store. Two workers share the store; what happens comes in at one and the other in turn.
//!
//! ```text
//! ann writes: buy mug           the scripted model looks up what follows `look up`, and offers what follows `buy`
//! shop answers: …               order ids in brackets are left out
//! ann taps: Yes                 `(and nobody waits)` goes on before the answer
//! ann pays                      `(told twice)`
//! payments answer late: 3 s     the next page is opened only then; `payments close nothing`, `payments are well`
//! 20 customers write at once: …  each one's words, at both workers; `20 customers tap at once`, `1 customer hears: …`
//! mugs are free: 4              the ledger; `order is: paid`
//! ```

mod act;
mod crowd;
mod shop;

use std::{fs, path::Path};

use crate::story::{self, Line};

/// Plays `stories/probe/<name>.txt`. Panics where the shop does something else.
pub fn play_probe(name: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("stories/probe").join(format!("{name}.txt"));
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    tradepost_testkit::run(async {
        let mut tale = act::Tale::begin().await;
        for line in story::read(&text) {
            let Line { number, who, what, words, .. } = &line;
            println!("{name}.txt:{number} {who} {what} {words}");
            tale.act(&line).await;
        }
        tale.end().await;
    });
}
