//! `new-adapter`: writes the crate of a new channel, which compiles and passes its suites, and adds it to the list.

mod house;
mod name;
mod template;

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, bail};
use house::House;
use name::Name;

use super::{Ended, Outcome, show};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// What the channel is called, such as acme: stands in paths, settings and the crate's name.
    name: String,
    /// What it can: write to customers, be called by the provider.
    #[arg(long, value_delimiter = ',', value_enum, default_value = "messenger,webhook")]
    ports: Vec<Port>,
    /// The root of a checkout of Tradepost; with --standalone the folder in which the crate's is made.
    #[arg(long, default_value = ".")]
    path: PathBuf,
    /// Writes a crate of its own, which depends on the published crates, and adds it to no list.
    #[arg(long)]
    standalone: bool,
}

/// A port that the new adapter implements.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Port {
    Messenger,
    Webhook,
}

impl Port {
    const ALL: [Self; 2] = [Self::Messenger, Self::Webhook];

    /// As the files and the marks in the templates call it.
    fn word(self) -> &'static str {
        match self {
            Self::Messenger => "messenger",
            Self::Webhook => "webhook",
        }
    }
}

pub(super) fn run(arguments: &Arguments) -> Outcome {
    let name = Name::new(&arguments.name).map_err(Ended::usage)?;
    let written = match arguments.standalone {
        true => standalone(&name, arguments),
        false => in_house(&name, arguments),
    };
    show::print(&written.map_err(|error| Ended::wrong(format!("{error:#}")))?)
}

fn standalone(name: &Name, arguments: &Arguments) -> anyhow::Result<String> {
    let folder = arguments.path.join(name.package());
    write(&folder, &template::files(name, &arguments.ports, true))?;
    Ok(told(
        name,
        &folder,
        &[],
        "Next, in that folder: cargo test. Then put its `Plug` into the list of your own program.",
    ))
}

fn in_house(name: &Name, arguments: &Arguments) -> anyhow::Result<String> {
    let house = House::at(&arguments.path)?;
    let edits = house.with(name)?;
    let folder = house.adapters().join(name.kebab());
    write(&folder, &template::files(name, &arguments.ports, false))?;
    if let Err(error) = house::apply(&edits) {
        fs::remove_dir_all(&folder).with_context(|| format!("failed to remove {}", folder.display()))?;
        return Err(error);
    }
    let edited: Vec<&Path> = edits.iter().map(|edit| edit.path.as_path()).collect();
    let next = format!(
        "Next: cargo test -p {0}, then put the provider's words in place of each TODO. adapters/README.md leads from here to a working \
         channel.",
        name.package()
    );
    Ok(told(name, &folder, &edited, &next))
}

fn told(name: &Name, folder: &Path, edited: &[&Path], next: &str) -> String {
    let edited: String =
        edited.iter().map(|path| format!("added its line to {}\n", path.display())).collect();
    format!("wrote {} into {}\n{edited}{next}", name.package(), folder.display())
}

/// Writes a folder that is not there yet, or nothing: the files are put beside it, and then it gets its name.
fn write(folder: &Path, files: &[(String, String)]) -> anyhow::Result<()> {
    if folder.exists() {
        bail!("{} is there already", folder.display());
    }
    let parent = folder.parent().unwrap_or(Path::new("."));
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    let half = parent.join(format!(".{name}.{}", std::process::id()));
    let written = put(&half, files).and_then(|()| {
        fs::rename(&half, folder).with_context(|| format!("failed to make {}", folder.display()))
    });
    if written.is_err() {
        // What could not be written is not worth a second complaint.
        let _ = fs::remove_dir_all(&half);
    }
    written
}

fn put(folder: &Path, files: &[(String, String)]) -> anyhow::Result<()> {
    for (path, text) in files {
        let path = folder.join(path);
        let parent = path.parent().unwrap_or(folder);
        fs::create_dir_all(parent).with_context(|| format!("failed to make {}", parent.display()))?;
        fs::write(&path, text).with_context(|| format!("failed to write {}", path.display()))?;
    }
    arrange(folder, files);
    Ok(())
}

/// A longer name breaks lines elsewhere. Without rustfmt they stay as they are: it changes how they look, not what they say.
fn arrange(folder: &Path, files: &[(String, String)]) {
    let sources = files.iter().map(|(path, _)| path).filter(|path| path.ends_with(".rs"));
    let sources: Vec<PathBuf> = sources.map(|path| folder.join(path)).collect();
    let mut rustfmt = Command::new("rustfmt");
    rustfmt.args(["--edition", "2024", "--quiet"]).args(sources);
    let _ = rustfmt.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
}

#[cfg(test)]
mod tests;
