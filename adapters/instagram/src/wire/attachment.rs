//! What hangs on a message, and what we make of it.

use serde::Deserialize;
use tradepost_domain::{Content, Media, MediaKind};
use tradepost_meta::lenient::{Words, perhaps, short};

/// An item of `attachments[]`.
#[derive(Deserialize)]
pub(crate) struct Attachment {
    #[serde(rename = "type")]
    pub kind: Option<Words>,
    #[serde(default, deserialize_with = "perhaps")]
    pub payload: Option<Payload>,
}

#[derive(Deserialize)]
pub(crate) struct Payload {
    pub url: Option<Words>,
    pub title: Option<Words>,
}

/// An attachment in our words.
enum Part {
    Medium(Media),
    Words(String),
    Strange(String),
}

impl Attachment {
    /// Meta's word for the type.
    pub fn kind(&self) -> &str {
        self.kind.as_ref().map_or("", |kind| kind.0.as_str())
    }

    fn url(&self) -> Option<&str> {
        let url = self.payload.as_ref()?.url.as_ref()?.0.as_str();
        (!url.is_empty()).then_some(url)
    }

    fn title(&self) -> Option<&str> {
        Some(self.payload.as_ref()?.title.as_ref()?.0.as_str())
    }

    fn parts(&self) -> Vec<Part> {
        let strange = || vec![Part::Strange(short(self.kind()))];
        match self.kind() {
            "like_heart" => vec![Part::Words("❤️".into())],
            "image" => self.medium(MediaKind::Image).unwrap_or_else(strange),
            "video" => self.medium(MediaKind::Video).unwrap_or_else(strange),
            "audio" => self.medium(MediaKind::Audio).unwrap_or_else(strange),
            // Whether a story or a shared post is a picture or a video is known when it has been fetched.
            "file" | "story_mention" => self.medium(MediaKind::File).unwrap_or_else(strange),
            "share" | "post" | "ig_post" => self.shared(MediaKind::File).unwrap_or_else(strange),
            "reel" | "ig_reel" => self.shared(MediaKind::Video).unwrap_or_else(strange),
            _ => strange(),
        }
    }

    fn medium(&self, kind: MediaKind) -> Option<Vec<Part>> {
        Some(vec![Part::Medium(Media::remote(kind, self.url()?))])
    }

    /// A lasting link to a post stays a link; an address of its bytes expires, so these are fetched.
    fn shared(&self, kind: MediaKind) -> Option<Vec<Part>> {
        let url = self.url()?;
        let post =
            if is_permalink(url) { Part::Words(url.into()) } else { Part::Medium(Media::remote(kind, url)) };
        Some(self.title().map(|title| Part::Words(title.into())).into_iter().chain([post]).collect())
    }
}

/// What a text and its attachments say together; `None` when they say nothing.
pub(crate) fn content(text: Option<&str>, attachments: &[Attachment]) -> Option<Content> {
    let mut words: Vec<String> = text.map(str::to_owned).into_iter().collect();
    let (mut media, mut strange) = (Vec::new(), None);
    for part in attachments.iter().flat_map(Attachment::parts) {
        match part {
            Part::Medium(medium) => media.push(medium),
            Part::Words(more) => words.push(more),
            Part::Strange(what) => strange = strange.or(Some(what)),
        }
    }
    words.retain(|some| !some.trim().is_empty());
    let text = (!words.is_empty()).then(|| words.join("\n"));
    match (media.is_empty(), text) {
        (false, text) => Some(Content::Media { media, text }),
        (true, Some(text)) => Some(Content::Text { text }),
        (true, None) => strange.map(|what| Content::Unsupported { what }),
    }
}

fn is_permalink(url: &str) -> bool {
    let rest = url.strip_prefix("https://").unwrap_or(url);
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    matches!(host, "instagram.com" | "www.instagram.com" | "ig.me")
}
