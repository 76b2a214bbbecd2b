//! `channels`: the channels that this program has, and the settings that each takes, ready to be pasted.

use std::fmt::Write as _;

use tradepost_ports::{
    Adapter,
    adapter::{Key, KeyKind},
};

use super::{Ended, Outcome, show};
use crate::outfit::Outfit;

pub(super) fn run(outfit: &Outfit, channel: Option<&str>) -> Outcome {
    let Some(channel) = channel else { return show::print(&outfit.kinds().join("\n")) };
    let adapter = outfit.adapter(channel).ok_or_else(|| {
        Ended::usage(format!(
            "`{channel}` is no channel of this program; use one of: {}",
            outfit.kinds().join(", ")
        ))
    })?;
    show::print(settings(adapter).trim_end())
}

/// The tables of a channel for the settings file: what must be given stands there, what may be given behind a `#`.
fn settings(adapter: &dyn Adapter) -> String {
    let kind = adapter.kind();
    let mut text = String::new();
    if adapter.reader().is_some() {
        let _ = writeln!(text, "# Give the provider https://your.host/webhooks/{kind}/main.");
        let _ = writeln!(text, "[[endpoint]]\nchannel = \"{kind}\"\nname = \"main\"");
        keys(kind, adapter.endpoint_keys(), &mut text);
    }
    if !adapter.account_keys().is_empty() {
        let _ = writeln!(
            text,
            "# One table per account that writes to customers.\n[[account]]\nchannel = \"{kind}\""
        );
        let _ = writeln!(
            text,
            "# Its id as webhooks carry it.\nid = \"ID\"\n# Whose it is.\nstorefront = \"corner-shop\""
        );
        keys(kind, adapter.account_keys(), &mut text);
    }
    text
}

fn keys(kind: &str, keys: &[Key], text: &mut String) {
    for key in keys {
        let off = if key.required { "" } else { "#" };
        let _ = writeln!(text, "# {}\n{off}{}", sentence(key.about), example(kind, key));
    }
    text.push('\n');
}

fn sentence(about: &str) -> String {
    let mut letters = about.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}

fn example(kind: &str, key: &Key) -> String {
    let name = key.name;
    match key.kind {
        KeyKind::Text => format!("{name} = \"TEXT\""),
        KeyKind::Word(words) => format!("{name} = \"{}\"", words.first().unwrap_or(&"WORD")),
        KeyKind::Secret => {
            let variable = format!("{kind}_{name}").replace('-', "_").to_uppercase();
            format!("{name}_env = \"{variable}\"")
        }
        KeyKind::Url => format!("{name} = \"https://provider.example/\""),
        KeyKind::Flag => format!("{name} = true"),
        KeyKind::Number(least, most) => format!("{name} = {least} # at most {most}"),
        KeyKind::Duration => format!("{name} = \"10 s\""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapters;

    /// proves: AD-02
    #[test]
    fn every_key_of_every_channel_is_shown_and_what_is_shown_is_toml() {
        for adapter in adapters::shipped().adapters {
            let text = settings(&*adapter);
            for key in adapter.endpoint_keys().iter().chain(adapter.account_keys()) {
                let off = if key.required { "\n" } else { "\n#" };
                let shown =
                    [" = ", "_env = "].iter().any(|is| text.contains(&format!("{off}{}{is}", key.name)));
                assert!(shown, "{} of {}: {text}", key.name, adapter.kind());
            }
            let all_on: String = text.lines().map(|line| format!("{}\n", on(line))).collect();
            assert!(all_on.parse::<toml::Table>().is_ok(), "{all_on}");
        }
    }

    fn on(line: &str) -> &str {
        line.strip_prefix('#').filter(|rest| !rest.starts_with(' ')).unwrap_or(line)
    }
}
