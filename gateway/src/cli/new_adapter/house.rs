//! A checkout of Tradepost, and the lines by which it knows an adapter.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, bail};

use super::Name;

/// Where the list begins, and what stands before its end.
const LIST: (&str, &str) = ("let adapters: Vec<Box<dyn Adapter>> = vec![\n", "    ];\n");

/// The root of a checkout.
pub(super) struct House(PathBuf);

/// A file and its new text.
pub(super) struct Edit {
    pub path: PathBuf,
    old: String,
    new: String,
}

impl House {
    /// The checkout there, if it is one.
    pub(super) fn at(root: &Path) -> anyhow::Result<Self> {
        let house = Self(root.to_owned());
        if !house.list().is_file() || !house.manifest().is_file() || !house.adapters().is_dir() {
            bail!(
                "{} is not the root of a checkout of Tradepost: go there, name it with --path, or write a crate of its own with \
                 --standalone",
                root.display()
            );
        }
        Ok(house)
    }

    pub(super) fn adapters(&self) -> PathBuf {
        self.0.join("adapters")
    }

    fn list(&self) -> PathBuf {
        self.0.join("gateway/src/adapters.rs")
    }

    fn manifest(&self) -> PathBuf {
        self.0.join("gateway/Cargo.toml")
    }

    /// The edits that add the adapter; an error if its name is taken. Nothing is written yet.
    pub(super) fn with(&self, name: &Name) -> anyhow::Result<Vec<Edit>> {
        let package = name.package();
        if self.adapters().join(name.kebab()).exists() {
            bail!("adapters/{} is there already", name.kebab());
        }
        let lock = fs::read_to_string(self.0.join("Cargo.lock")).unwrap_or_default();
        if lock.lines().any(|line| line == format!("name = \"{package}\"")) {
            bail!("there is a crate `{package}` already");
        }
        let version = version(&read(&self.0.join("Cargo.toml"))?)?;
        let path = format!("../adapters/{}", name.kebab());
        let dependency = format!("{package} = {{ path = \"{path}\", version = \"{version}\" }}");
        let manifest = edit(self.manifest(), |text| with_dependency(text, &package, &dependency))?;
        let entry = format!("Box::new(tradepost_{}::Plug),", name.snake());
        let list = edit(self.list(), |text| with_entry(text, &entry))?;
        if list.old.contains(&entry)
            || manifest.old.lines().any(|line| line.starts_with(&format!("{package} ")))
        {
            bail!("`{package}` is listed in the gateway already");
        }
        Ok(vec![manifest, list])
    }
}

/// Writes all edits, or none.
pub(super) fn apply(edits: &[Edit]) -> anyhow::Result<()> {
    for (done, edit) in edits.iter().enumerate() {
        let path = edit.path.display();
        if let Err(error) = fs::write(&edit.path, &edit.new) {
            for undone in &edits[..=done] {
                fs::write(&undone.path, &undone.old)
                    .with_context(|| format!("failed to restore {}", undone.path.display()))?;
            }
            return Err(error).with_context(|| format!("failed to write {path}"));
        }
    }
    Ok(())
}

fn edit(path: PathBuf, change: impl FnOnce(&str) -> Option<String>) -> anyhow::Result<Edit> {
    let old = read(&path)?;
    let new =
        change(&old).with_context(|| format!("{} has no place for an adapter's line", path.display()))?;
    Ok(Edit { path, old, new })
}

fn read(path: &Path) -> anyhow::Result<String> {
    fs::read_to_string(path).with_context(|| format!("failed to read {}", path.display()))
}

/// The version that all rooms share.
fn version(manifest: &str) -> anyhow::Result<String> {
    let shared = manifest.lines().skip_while(|line| *line != "[workspace.package]").skip(1);
    let mut shared = shared.take_while(|line| !line.starts_with('['));
    let version =
        shared.find_map(|line| Some(line.strip_prefix("version = \"")?.strip_suffix('"')?.to_owned()));
    version.context("the root's Cargo.toml has no version in [workspace.package]")
}

/// The dependency in its place among the house's own, by name.
fn with_dependency(manifest: &str, package: &str, line: &str) -> Option<String> {
    let start = manifest.find("[dependencies]\n")?;
    let end = manifest[start + 1..].find("\n[").map_or(manifest.len(), |at| start + 1 + at);
    let mut place = None;
    let mut at = start;
    for known in manifest[start..end].split_inclusive('\n') {
        let name = known.split(['.', ' ', '=']).next().unwrap_or_default();
        match name.starts_with("tradepost-") {
            true if name < package => place = Some(at + known.len()),
            // Before the first of them, if it is the first by name.
            true => place = place.or(Some(at)),
            false => {}
        }
        at += known.len();
    }
    Some(inserted(manifest, place?, &format!("{line}\n")))
}

/// The entry at the list's end.
fn with_entry(list: &str, entry: &str) -> Option<String> {
    let start = list.find(LIST.0)? + LIST.0.len();
    let end = start + list[start..].find(LIST.1)?;
    Some(inserted(list, end, &format!("        {entry}\n")))
}

fn inserted(text: &str, at: usize, more: &str) -> String {
    format!("{}{more}{}", &text[..at], &text[at..])
}
