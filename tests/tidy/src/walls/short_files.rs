//! Files of one subject are short.

use super::{Fault, Wall, fault};
use crate::house::{File, House};

pub(super) const WALL: Wall = Wall {
    name: "short-files",
    mend: "give the second subject a file of its own, or list the file with the reason in tests/tidy/long-files.txt",
    check,
    refused: &[
        (
            "a reason for a file that is gone",
            "=== tests/tidy/long-files.txt\ncore/domain/src/gone.rs: it is one table\n",
        ),
        (
            "a reason for a short file",
            "=== core/domain/src/lib.rs\n//! x\n=== tests/tidy/long-files.txt\ncore/domain/src/lib.rs: it is one table\n",
        ),
        ("no reason", "=== tests/tidy/long-files.txt\ncore/domain/src/lib.rs\n"),
    ],
    allowed: &[(
        "short",
        "=== core/domain/src/lib.rs\n//! x\n=== tests/tidy/long-files.txt\n# path: reason\n",
    )],
};

const LIST: &str = "tests/tidy/long-files.txt";

/// Lines.
pub const LONGEST: usize = 400;

fn check(house: &House) -> Vec<Fault> {
    let listed: Vec<(usize, &str)> = house.file(LIST).map(lines).unwrap_or_default();
    let reasoned = |file: &File| {
        listed.iter().any(|(_, line)| line.split_once(": ").is_some_and(|(path, _)| path == file.path))
    };
    let long = house.files.iter().filter(|file| is_long(file) && !reasoned(file));
    let long = long
        .map(|file| fault(&file.path, format!("{} lines; {LONGEST} are enough", file.text.lines().count())));
    let idle = listed.iter().filter(|(_, line)| !is_needed(house, line));
    let idle = idle.map(|(at, line)| {
        fault(format!("{LIST}:{at}"), format!("`{line}` names no long file with a reason"))
    });
    long.chain(idle).collect()
}

fn lines(file: &File) -> Vec<(usize, &str)> {
    let lines = file.text.lines().enumerate().map(|(at, line)| (at + 1, line.trim()));
    lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#')).collect()
}

fn is_long(file: &File) -> bool {
    let code =
        file.is_rust() || ["tests/run", ".ci/run"].contains(&&*file.path) || file.path.ends_with(".sh");
    code && file.text.lines().count() > LONGEST
}

fn is_needed(house: &House, line: &str) -> bool {
    let Some((path, reason)) = line.split_once(": ") else { return false };
    !reason.trim().is_empty() && house.file(path).is_some_and(is_long)
}
