//! The source tree as it is read: files with their text, and rooms with their manifests.

use std::path::Path;

use anyhow::{Context, Result};
use ignore::WalkBuilder;
use toml::Table;

use crate::items::{self, Item};
use crate::tokens::{self, Token};

/// A source tree.
pub struct House {
    /// Every text file that is not ignored, by path.
    pub files: Vec<File>,
    /// Every package, by folder.
    pub rooms: Vec<Room>,
}

/// One text file.
pub struct File {
    /// From the root of the house, with `/`.
    pub path: String,
    /// As it is.
    pub text: String,
    /// What the compiler reads of it: no comments. Empty if it is not Rust.
    pub tokens: Vec<Token>,
    /// Its declarations, nested ones too. Empty if it is not Rust.
    pub items: Vec<Item>,
}

/// One package.
pub struct Room {
    /// From the root of the house: `core/domain`.
    pub folder: String,
    /// Its `Cargo.toml`.
    pub manifest: Table,
}

/// One line of a manifest's dependencies.
pub struct Dependency<'a> {
    /// The package, not what it is renamed to.
    pub name: &'a str,
    /// Whether only tests and benches see it.
    pub dev: bool,
    /// What stands behind the name.
    pub value: &'a toml::Value,
}

impl House {
    /// Reads the tree below `root`, leaving out what git ignores.
    pub fn read(root: &Path) -> Result<Self> {
        let mut files = Vec::new();
        let walk = WalkBuilder::new(root)
            .hidden(false)
            .parents(false)
            .require_git(false)
            .filter_entry(|entry| entry.file_name() != ".git")
            .sort_by_file_path(Ord::cmp)
            .build();
        for entry in walk {
            let entry = entry.context("failed to walk the house")?;
            if entry.file_type().is_some_and(|kind| kind.is_file()) {
                files.extend(File::read(root, entry.path())?);
            }
        }
        let rooms = files.iter().filter_map(Room::of).collect::<Result<_>>()?;
        Ok(Self { files, rooms })
    }

    /// The file at exactly this path.
    pub fn file(&self, path: &str) -> Option<&File> {
        self.files.iter().find(|file| file.path == path)
    }

    /// The Rust files.
    pub fn sources(&self) -> impl Iterator<Item = &File> {
        self.files.iter().filter(|file| file.is_rust())
    }

    /// The room in which a file lies: the deepest one.
    pub fn room_of(&self, path: &str) -> Option<&Room> {
        self.rooms.iter().filter(|room| below(path, &room.folder)).max_by_key(|room| room.folder.len())
    }
}

impl File {
    fn read(root: &Path, path: &Path) -> Result<Option<Self>> {
        let place = path.strip_prefix(root).unwrap_or(path).to_string_lossy().replace('\\', "/");
        let bytes = std::fs::read(path).with_context(|| format!("failed to read {place}"))?;
        // What is not text, such as a picture, breaks no wall.
        let Ok(text) = String::from_utf8(bytes) else { return Ok(None) };
        let tokens = match place.ends_with(".rs") {
            true => tokens::read(&text).with_context(|| format!("failed to read {place} as Rust"))?,
            false => Vec::new(),
        };
        let items = items::read(&tokens);
        Ok(Some(Self { path: place, text, tokens, items }))
    }

    /// Whether it is Rust.
    pub fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    /// Whether it lies in this folder or deeper.
    pub fn below(&self, folder: &str) -> bool {
        below(&self.path, folder)
    }

    /// Whether only tests are built from it.
    pub fn is_test(&self) -> bool {
        self.path.starts_with("tests/") || self.path.contains("/tests/") || self.path.contains("/benches/")
    }

    /// `path:line`.
    pub fn at(&self, line: usize) -> String {
        format!("{}:{line}", self.path)
    }
}

impl Room {
    fn of(file: &File) -> Option<Result<Self>> {
        let folder = file.path.strip_suffix("/Cargo.toml")?;
        let manifest = file.text.parse::<Table>().with_context(|| format!("failed to read {}", file.path));
        Some(manifest.map(|manifest| Self { folder: folder.to_owned(), manifest }))
    }

    /// Where its manifest is.
    pub fn place(&self) -> String {
        format!("{}/Cargo.toml", self.folder)
    }

    /// The name that the manifest gives, or nothing.
    pub fn package(&self) -> &str {
        self.manifest.get("package").and_then(|package| package.get("name")?.as_str()).unwrap_or_default()
    }

    /// What it depends on, for every target.
    pub fn dependencies(&self) -> Vec<Dependency<'_>> {
        let targets = self.manifest.get("target").and_then(|targets| targets.as_table());
        let tables = targets.into_iter().flat_map(Table::values).filter_map(|target| target.as_table());
        std::iter::once(&self.manifest).chain(tables).flat_map(dependencies_in).collect()
    }
}

fn dependencies_in(table: &Table) -> Vec<Dependency<'_>> {
    let sections = [("dependencies", false), ("build-dependencies", false), ("dev-dependencies", true)];
    let listed = |(section, dev)| {
        let lines = table.get(section).and_then(|section| section.as_table()).into_iter().flatten();
        lines.map(move |(key, value)| {
            let name = value.get("package").and_then(|name| name.as_str()).unwrap_or(key);
            Dependency { name, dev, value }
        })
    };
    sections.into_iter().flat_map(listed).collect()
}

fn below(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}
