//! The walls, one file each, and the table of them all.

mod adapter_folders;
mod adapters_named_once;
mod api_types;
mod core_is_pure;
mod libraries;
mod names;
mod no_machine;
mod nothing_ignored;
mod one_test_binary;
mod requirements;
mod rooms;
mod rooms_alike;
mod rules_have_tests;
mod secrets;
mod short_files;
mod sql;
mod time;
mod verified;

use crate::house::House;

/// One wall of the house.
pub struct Wall {
    /// What it is called when it refuses.
    pub name: &'static str,
    /// What to do instead.
    pub mend: &'static str,
    /// Looks for what breaks it.
    pub check: fn(&House) -> Vec<Fault>,
    /// Trees that it refuses.
    pub refused: &'static [Sample],
    /// Trees near to those, which it lets stand.
    pub allowed: &'static [Sample],
}

/// A small tree with a label (see [`crate::sample`]).
pub type Sample = (&'static str, &'static str);

/// What a wall found.
pub struct Fault {
    /// `path` or `path:line`.
    pub place: String,
    /// What is wrong there.
    pub what: String,
}

/// A fault with the wall that it breaks.
pub struct Breach {
    /// The wall's name.
    pub wall: &'static str,
    /// `path` or `path:line`.
    pub place: String,
    /// What is wrong there.
    pub what: String,
    /// What to do instead.
    pub mend: &'static str,
}

/// All walls.
pub const WALLS: &[Wall] = &[
    adapter_folders::WALL,
    adapters_named_once::WALL,
    api_types::WALL,
    core_is_pure::WALL,
    libraries::WALL,
    names::WALL,
    no_machine::WALL,
    nothing_ignored::WALL,
    one_test_binary::WALL,
    requirements::WALL,
    rooms::WALL,
    rooms_alike::WALL,
    rules_have_tests::WALL,
    secrets::WALL,
    short_files::WALL,
    sql::WALL,
    time::WALL,
    verified::WALL,
];

/// Every breach of every wall.
pub fn check(house: &House) -> Vec<Breach> {
    let breaches = |wall: &Wall| {
        let (wall_name, mend) = (wall.name, wall.mend);
        let faults = (wall.check)(house).into_iter();
        faults
            .map(move |Fault { place, what }| Breach { wall: wall_name, place, what, mend })
            .collect::<Vec<_>>()
    };
    WALLS.iter().flat_map(breaches).collect()
}

impl std::fmt::Display for Breach {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { wall, place, what, mend } = self;
        write!(f, "{place}: breaks `{wall}`: {what}\n    mend: {mend}")
    }
}

fn fault(place: impl Into<String>, what: impl Into<String>) -> Fault {
    Fault { place: place.into(), what: what.into() }
}
