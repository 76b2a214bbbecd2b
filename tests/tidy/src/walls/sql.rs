//! SQL is spoken in one room.

use super::{Fault, Wall, fault};
use crate::house::{File, House};
use regex::Regex;

pub(super) const WALL: Wall = Wall {
    name: "sql-in-one-room",
    mend: "ask the Store port; its words in SQL stand in adapters/store-sql, its tables in migrations",
    check,
    refused: &[
        (
            "a query in the gateway",
            "=== gateway/src/inbox.rs\nconst Q: &str = \"SELECT id FROM inbox WHERE done = 0\";",
        ),
        (
            "an insert in the engine",
            "=== core/engine/src/lib.rs\nconst Q: &str = r#\"\n  INSERT INTO inbox VALUES (1)\"#;",
        ),
        ("a script elsewhere", "=== gateway/src/tables.sql\nCREATE TABLE t (id INTEGER);"),
    ],
    allowed: &[
        (
            "the store",
            "=== adapters/store-sql/src/inbox.rs\nconst Q: &str = \"SELECT id FROM inbox\";\n=== migrations/sqlite/0001.sql\nCREATE TABLE t (id INTEGER);",
        ),
        ("plain words", "=== core/engine/src/lib.rs\nconst Q: &str = \"select a colour from the list\";"),
        (
            "a test reads behind the store's back",
            "=== tests/chaos/src/lib.rs\nconst Q: &str = \"SELECT id FROM inbox\";",
        ),
    ],
};

const ROOMS: [&str; 3] = ["adapters/store-sql", "migrations", "tests"];

fn check(house: &House) -> Vec<Fault> {
    let Ok(statement) = Regex::new(STATEMENT) else {
        return vec![fault("tests/tidy", "the pattern is broken")];
    };
    let elsewhere = house.files.iter().filter(|file| !ROOMS.iter().any(|room| file.below(room)));
    elsewhere
        .flat_map(
            |file| if file.path.ends_with(".sql") { script(file) } else { statements(file, &statement) },
        )
        .collect()
}

const STATEMENT: &str = r##"^(b|c)?r?#*"\s*(SELECT\s.*\sFROM\s|INSERT\s+(OR\s+\w+\s+)?INTO\s|UPDATE\s+\w+\s+SET\s|DELETE\s+FROM\s|CREATE\s+(TABLE|INDEX)\s|PRAGMA\s)"##;

fn script(file: &File) -> Vec<Fault> {
    vec![fault(&file.path, "an SQL script outside `migrations`")]
}

fn statements(file: &File, statement: &Regex) -> Vec<Fault> {
    let found = file.tokens.iter().filter(|token| token.literal && statement.is_match(&token.text));
    found.map(|token| fault(file.at(token.line), "an SQL statement outside the store")).collect()
}
