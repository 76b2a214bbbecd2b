//! What a customer can do, as tests and the control API say it. One variant for each row of the reference's section 6.

use serde::Deserialize;
use serde_json::Value;

/// One thing a customer does.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Action {
    /// Writes.
    Text {
        /// The words.
        text: String,
        /// Answers this message inline.
        #[serde(default)]
        reply_to: Option<String>,
        /// The message carries a referral (an ad).
        #[serde(default)]
        referral: Option<Referral>,
    },
    /// Sends pictures, a video, a voice message or a file.
    Media {
        /// Which of them.
        #[serde(default)]
        media: MediaKind,
        /// Addresses; the sandbox's own media when there are none.
        #[serde(default)]
        urls: Vec<String>,
        /// How many of the sandbox's own.
        #[serde(default = "one")]
        count: u32,
        /// How long the sandbox's own addresses last, ms of the sandbox's clock.
        #[serde(default = "an_hour")]
        expires_in_ms: i64,
        /// Words along with it.
        #[serde(default)]
        text: Option<String>,
    },
    /// Taps a quick reply.
    QuickReply {
        /// The title that was tapped; it becomes the text.
        title: String,
        /// The hidden word.
        payload: String,
    },
    /// Taps a button, an ice breaker or a menu line.
    Postback {
        /// The title that was tapped.
        title: String,
        /// The hidden word.
        payload: String,
        /// Leaves the `mid` out, as old versions do.
        #[serde(default)]
        without_mid: bool,
        /// Where the person came from.
        #[serde(default)]
        referral: Option<Referral>,
    },
    /// Likes by double tap.
    Like {},
    /// Shares a post.
    Share {
        /// The post's address.
        #[serde(default = "post_address")]
        url: String,
    },
    /// Shares a reel.
    Reel {
        /// The reel's address.
        #[serde(default = "post_address")]
        url: String,
        /// Its title.
        #[serde(default)]
        title: Option<String>,
        /// The type's other spelling, `reel` instead of `ig_reel`.
        #[serde(default)]
        short: bool,
    },
    /// Answers a story of the account.
    StoryReply {
        /// The words.
        text: String,
        /// The story.
        #[serde(default)]
        story: StoryRef,
    },
    /// Mentions the account in an own story.
    StoryMention {
        /// The story's address; the sandbox's own media when there is none.
        #[serde(default)]
        url: Option<String>,
    },
    /// Reacts to a message, by default to the account's last.
    Reaction {
        /// The message.
        #[serde(default)]
        mid: Option<String>,
        /// `like`, `love`, `laugh`, `wow`, `sad`, `angry`, `other`.
        #[serde(default = "love")]
        reaction: String,
        /// The character.
        #[serde(default = "heart")]
        emoji: String,
        /// Takes the reaction back.
        #[serde(default)]
        unreact: bool,
    },
    /// Reads up to a message, by default the account's last.
    Read {
        /// The message.
        #[serde(default)]
        mid: Option<String>,
    },
    /// Takes back a message, by default the customer's last.
    Unsend {
        /// The message.
        #[serde(default)]
        mid: Option<String>,
    },
    /// Changes a message, by default the customer's last.
    Edit {
        /// The new words.
        text: String,
        /// The message.
        #[serde(default)]
        mid: Option<String>,
        /// Which edit of it this is.
        #[serde(default = "one")]
        num_edit: u32,
    },
    /// Comes through a link into an existing thread.
    Referral {
        /// Where from.
        #[serde(flatten)]
        referral: Referral,
    },
    /// Sends something that Instagram does not hand on (a sticker, a GIF).
    Unsupported {
        /// Along with an attachment of this type.
        #[serde(default)]
        attachment_type: Option<String>,
    },
    /// Opts in.
    Optin {
        /// Which kind.
        r#type: String,
        /// The reference given.
        #[serde(default)]
        r#ref: Option<String>,
    },
    /// Comments on a post.
    Comment {
        /// The words.
        text: String,
        /// The post.
        #[serde(default = "post_id")]
        media_id: String,
        /// The comment answered.
        #[serde(default)]
        parent_id: Option<String>,
        /// The entry's shape.
        #[serde(default)]
        shape: Shape,
    },
    /// The dashboard's *Test* button.
    DashboardTest {},
    /// Any item of `messaging[]`; sender, recipient and timestamp are added where absent.
    Raw {
        /// The item.
        item: Value,
    },
    /// Any body at all, signed as it stands.
    RawBody {
        /// The body.
        body: String,
    },
}

/// Kinds of media a customer sends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names say it")]
pub enum MediaKind {
    #[default]
    Image,
    Video,
    Audio,
    File,
}

impl MediaKind {
    /// The attachment's type, and the extension of the sandbox's own file.
    pub(super) fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Image => ("image", "png"),
            Self::Video => ("video", "mp4"),
            Self::Audio => ("audio", "m4a"),
            Self::File => ("file", "pdf"),
        }
    }
}

/// Where a person came from: only what is given is sent.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
#[allow(missing_docs, reason = "the fields are the provider's")]
pub struct Referral {
    pub r#ref: Option<String>,
    pub source: Option<String>,
    pub r#type: Option<String>,
    pub ad_id: Option<String>,
    /// Title of the ad.
    pub ad_title: Option<String>,
    /// A product of the shop, instead of everything else.
    pub product: Option<String>,
}

/// A story of the account; made up where left out.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[allow(missing_docs, reason = "the fields are the provider's")]
pub struct StoryRef {
    pub id: Option<String>,
    pub url: Option<String>,
}

/// The shape of a comment's entry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    /// `changes: [{field, value}]`.
    #[default]
    Changes,
    /// `field` and `value` in the entry itself.
    Direct,
}

impl Action {
    /// The commonest of all.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text { text: text.into(), reply_to: None, referral: None }
    }

    /// A picture from the sandbox's own media host.
    pub fn picture() -> Self {
        Self::Media {
            media: MediaKind::Image,
            urls: Vec::new(),
            count: 1,
            expires_in_ms: an_hour(),
            text: None,
        }
    }

    /// Whether it is a message of the customer's, which opens the window.
    pub(super) fn opens_window(&self) -> bool {
        !matches!(
            self,
            Self::Reaction { .. }
                | Self::Read { .. }
                | Self::Unsend { .. }
                | Self::Edit { .. }
                | Self::Referral { .. }
                | Self::Optin { .. }
                | Self::Comment { .. }
                | Self::DashboardTest {}
                | Self::Raw { .. }
                | Self::RawBody { .. }
        )
    }
}

fn one() -> u32 {
    1
}

fn an_hour() -> i64 {
    3_600_000
}

fn love() -> String {
    "love".into()
}

fn heart() -> String {
    "❤".into()
}

fn post_id() -> String {
    "17900000000000001".into()
}

fn post_address() -> String {
    "https://www.instagram.com/p/sandbox/".into()
}
