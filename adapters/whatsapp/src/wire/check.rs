//! What the API refuses is refused before it leaves. The engine fits lines first, so this is somebody's mistake.

use std::collections::BTreeSet;

use tradepost_domain::{Capabilities, Choice, Media, MediaKind, Source, capabilities::ChoiceLimit};
use tradepost_http::{Reach, Url};

/// Why a content cannot be sent as it is.
pub(crate) type Unfit = String;

/// What an account shows, and how far its links may lead.
pub(crate) struct Shelf<'a> {
    pub limits: &'a Capabilities,
    pub reach: Reach,
}

impl Shelf<'_> {
    /// A text within the channel's limit.
    pub fn text<'a>(&self, text: &'a str) -> Result<&'a str, Unfit> {
        characters("the text", text, self.limits.text.most)?;
        Ok(text)
    }

    /// A question with choices, none of which could be taken for another.
    pub fn question(&self, text: &str, choices: &[Choice], limit: Option<&ChoiceLimit>) -> Result<(), Unfit> {
        let limit = limit.ok_or("such questions are off")?;
        characters("the question", text, limit.text.min(self.limits.text.most))?;
        within("choices", choices.len(), limit.most)?;
        for choice in choices {
            characters("a choice's title", &choice.title, limit.title)?;
            characters("a choice's payload", &choice.payload, limit.payload)?;
            let second = choice.description.as_deref().map_or(0, |line| line.chars().count());
            if second > limit.description {
                return Err(format!(
                    "a choice's second line has {second} characters, {} are allowed",
                    limit.description
                ));
            }
            if choice.payload.trim() != choice.payload {
                return Err("a choice's payload begins or ends with a blank".into());
            }
        }
        differ("titles", choices.iter().map(|choice| choice.title.as_str()))?;
        differ("payloads", choices.iter().map(|choice| choice.payload.as_str()))
    }

    /// A medium with words beside it.
    pub fn caption(&self, kind: MediaKind, text: Option<&str>) -> Result<(), Unfit> {
        let most = self.limits.media_limit(kind).map_or(0, |limit| limit.caption);
        match text.map(|text| text.chars().count()) {
            Some(_) if most == 0 => Err("words beside this medium need a message of their own".into()),
            Some(length) if length > most => {
                Err(format!("the words beside the medium have {length} characters, {most} are allowed"))
            }
            _ => Ok(()),
        }
    }

    /// The provider fetches it, so it must be public, too.
    pub fn public<'a>(&self, url: &'a str) -> Result<&'a str, Unfit> {
        let parsed: Url = url.parse().map_err(|_| "an address is not one")?;
        self.reach.admit(&parsed).map_err(|internal| internal.to_string())?;
        Ok(url)
    }

    /// A stored medium's hash and type, if it is not too large.
    pub fn stored<'a>(&self, media: &'a Media) -> Result<(&'a str, &'a str), Unfit> {
        let Source::Stored { hash, mime, bytes } = &media.source else {
            return Err("the medium is missing".into());
        };
        let most = self.limits.media_limit(media.kind).map_or(0, |limit| limit.bytes);
        if *bytes == 0 || *bytes > most {
            return Err(format!("the medium has {bytes} bytes, 1 to {most} are allowed"));
        }
        Ok((hash, mime))
    }
}

/// One medium only.
pub(crate) fn one(media: &[Media]) -> Result<&Media, Unfit> {
    match media {
        [one] => Ok(one),
        _ => Err("one message carries one medium".into()),
    }
}

pub(crate) fn within(what: &str, count: usize, most: usize) -> Result<(), Unfit> {
    if count == 0 || count > most {
        return Err(format!("there are {count} {what}, 1 to {most} are allowed"));
    }
    Ok(())
}

pub(crate) fn characters(what: &str, text: &str, most: usize) -> Result<(), Unfit> {
    let length = text.chars().count();
    if text.trim().is_empty() || length > most {
        return Err(format!("{what} has {length} characters, 1 to {most} are allowed"));
    }
    Ok(())
}

fn differ<'a>(what: &str, words: impl Iterator<Item = &'a str>) -> Result<(), Unfit> {
    let mut seen = BTreeSet::new();
    for word in words {
        if !seen.insert(word) {
            return Err(format!("two {what} are the same"));
        }
    }
    Ok(())
}
