//! Media: one message each, words beside the first where the channel allows it, links where it cannot send the kind.

use super::{Unfit, texts};
use crate::{Capabilities, Content, Media, Source, capabilities::MediaLimit};

/// The media that the channel sends, then what remains to be said in words.
pub(super) fn media(
    media: &[Media],
    text: Option<&str>,
    channel: &Capabilities,
) -> Result<Vec<Content>, Unfit> {
    let (sent, linked): (Vec<_>, Vec<_>) = media.iter().partition(|medium| limit(medium, channel).is_some());
    let links = linked.into_iter().map(link).collect::<Result<Vec<_>, _>>()?;
    let words: Vec<_> =
        text.into_iter().map(str::trim).filter(|text| !text.is_empty()).chain(links).collect();
    let mut words = texts(&words.join("\n"), channel);
    let room = sent.first().and_then(|first| limit(first, channel)).map_or(0, |limit| limit.caption);
    let beside = |words: &Content| words.words().is_some_and(|words| words.chars().count() <= room);
    let captioned = words.len() == 1 && words.iter().all(beside);
    let mut caption =
        if captioned { words.pop().and_then(|only| only.words().map(str::to_owned)) } else { None };
    let mut pieces: Vec<_> = sent
        .into_iter()
        .map(|medium| Content::Media { media: vec![medium.clone()], text: caption.take() })
        .collect();
    pieces.append(&mut words);
    Ok(pieces)
}

/// The channel's limit for a medium that it can send.
fn limit<'a>(medium: &Media, channel: &'a Capabilities) -> Option<&'a MediaLimit> {
    let limit = channel.media_limit(medium.kind)?;
    match &medium.source {
        Source::Remote { .. } => Some(limit),
        Source::Stored { bytes, .. } => (*bytes <= limit.bytes).then_some(limit),
        Source::Missing { .. } => None,
    }
}

/// The address that can be written instead of the medium.
fn link(medium: &Media) -> Result<&str, Unfit> {
    match &medium.source {
        Source::Remote { url } if url.starts_with("https://") || url.starts_with("http://") => Ok(url),
        _ => Err(Unfit::Medium(medium.kind)),
    }
}
