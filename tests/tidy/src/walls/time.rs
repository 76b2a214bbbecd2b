//! The core takes time, ids and chance as values.

use super::{Fault, Wall, fault};
use crate::house::{File, House};
use crate::tokens::find;

pub(super) const WALL: Wall = Wall {
    name: "time-is-handed-in",
    mend: "take the time from the Clock port (in the engine) or as an argument (in domain and flows); ids and chance likewise",
    check,
    refused: &[
        ("the wall clock", "=== core/engine/src/lib.rs\nfn f() { let _ = jiff::Timestamp::now(); }"),
        (
            "the system's",
            "=== core/domain/src/lib.rs\nuse std::time::SystemTime;\nfn f() { SystemTime::now(); }",
        ),
        ("a stopwatch", "=== core/flows/src/a.rs\nfn f() { let _ = std::time::Instant::now(); }"),
        ("a macro hides it", "=== core/engine/src/lib.rs\nmacro_rules! m { () => { Zoned::now() } }"),
        ("chance", "=== core/domain/src/id.rs\nfn f() { Ulid::new(); }"),
    ],
    allowed: &[
        ("the port", "=== core/engine/src/lib.rs\nfn f(clock: &dyn Clock) { clock.now(); }"),
        ("an adapter is the clock", "=== gateway/src/clock.rs\nfn f() { Timestamp::now(); }"),
        ("told of", "=== core/engine/src/lib.rs\n/// Never Timestamp::now().\nfn f() {}"),
    ],
};

const SOURCES: &[(&[&str], bool)] = &[
    (&["SystemTime", "::", "now"], true),
    (&["Timestamp", "::", "now"], true),
    (&["Instant", "::", "now"], true),
    (&["Zoned", "::", "now"], true),
    (&["thread", "::", "sleep"], true),
    (&["Ulid", "::", "new"], false),
    (&["Uuid", "::", "new_v4"], false),
    (&["Uuid", "::", "now_v7"], false),
    (&["rand", "::"], false),
    (&["fastrand", "::"], false),
    (&["getrandom", "::"], false),
];

fn check(house: &House) -> Vec<Fault> {
    house.sources().filter(|file| file.below("core") && !file.is_test()).flat_map(taken).collect()
}

/// Ids and chance may be made in the engine, which hands them to the flows; time never.
fn taken(file: &File) -> Vec<Fault> {
    let engine = file.below("core/engine");
    let found = |(source, everywhere): &(&[&str], bool)| {
        let lines: Vec<usize> = find(&file.tokens, source).filter(|_| *everywhere || !engine).collect();
        let word = source.concat();
        lines
            .into_iter()
            .map(move |line| fault(file.at(line), format!("`{word}` is not handed in")))
            .collect::<Vec<_>>()
    };
    SOURCES.iter().flat_map(found).collect()
}
