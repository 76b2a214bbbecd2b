//! How a story is written: one happening a line; blank lines and what stands behind `#` tell it to people only.
//!
//! ```text
//! ann writes: Where is my order?          words with ` | ` for the end of a line
//! ann writes (twice delivered): hello     also: (50 at once), (and it keeps failing), (to the stall), (to an unknown account), (all in one post)
//! shop answers: We look it up.            or `shop answers ben:`, or `stall answers:`
//!   offers: A product, Contact            the quick replies below that answer
//! ann taps: Contact                       a quick reply that she was offered
//! a person types in the app: I will look. in the provider's own app
//! staff says: We have it.                 through us; also `staff takes over`, `staff hands back`
//! 30 minutes pass
//! kim writes on WhatsApp: hello           people stay on the channel where they were last
//! shop answers kim on WhatsApp: Hello!    whom, and where, if that is not clear
//! ```
//! Anything else is a row of [`HAPPENINGS`].

use std::time::Duration;

/// One line of a story.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Line {
    /// Its number in the file.
    pub number: usize,
    /// Whom it speaks of: its first word.
    pub who: String,
    /// What happens.
    pub what: String,
    /// The channel that stands behind it: `on WhatsApp`, `on Instagram`, `on Telegram`.
    pub on: Option<Channel>,
    /// What stands in brackets.
    pub how: String,
    /// What stands behind the colon.
    pub words: String,
}

/// A provider's channel that a story names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Channel {
    /// The usual one.
    Instagram,
    /// The Corner Shop's number.
    WhatsApp,
    /// The Corner Shop's bot.
    Telegram,
}

/// What a story may say beside the lines above, for its readers.
pub const HAPPENINGS: &[(&str, &str)] = &[
    ("the shop gathers words for: 2 s", "at the top: how long a burst may be"),
    ("the shop stumbles over glass", "at the top: its flow has a fault, which is mended after eight tries"),
    ("the shop may answer for a week", "at the top: the account has the Human Agent feature"),
    (
        "the provider tells of our own lines",
        "at the top: echoes come after each answer; `before its answer` too",
    ),
    (
        "the shop is on WhatsApp",
        "at the top: everybody writes to the shop's number; `on Telegram`, to its bot",
    ),
    ("the number speaks the reseller's way", "at the top: it is the number that the reseller serves"),
    ("ann sends: a picture", "also `a video`, `a voice message`, `a file`, `2 pictures`"),
    ("ann answers a story: …", "`ann mentions the shop in a story`, `ann likes`, `ann reacts`"),
    ("ann reads", "`ann takes it back`, `ann edits it: …`"),
    (
        "ann sends something new",
        "a kind of event that nobody knows yet; `… something unreadable` is no event at all",
    ),
    ("ann asks at the website: …", "the direct channel; `(as a stream)` reads server-sent events"),
    ("website shows: …", "what was answered there; `offers:` as above"),
    ("shop is silent", "no reply is left unread; true before every other line, too"),
    ("shop answers in parts: …", "several messages which together say these words, each within 1000 bytes"),
    ("last line is: sent", "how far our last line has come, and why: `failed, outside the window`"),
    ("last line went as a person's", "it carried the Human Agent tag"),
    ("ann is with: the bot", "`a person`, or `wants a person`"),
    ("ann wants offers", "`ann wants no offers`: the consent ledger"),
    ("transcript holds: 2 pictures", "by their hash, and nowhere a remote address"),
    ("transcript says: …", "a line of these words; `transcript does not say: …`"),
    ("events are: 1 unrouted", "how many events had that fate; `4 in all`"),
    ("last message is tried again", "`inbox retry`"),
    ("dead letters are listed: 1", "`dead-letters list`; `dead letter says: …` is the newest one's reason"),
    ("last dead letter is tried again", "`dead-letters retry`"),
    ("dead letters remain: 1", "none, where the story does not say so"),
    ("kim has the number: 551187654321", "before she writes, or as it is written from now on"),
    ("kim hides her number", "only her business-scoped id is told; `kim shows her number` tells both"),
    ("kim moves to the number: …", "told by a system message"),
    ("kim stops offers in the app", "the provider's own control; `kim resumes offers in the app`"),
    (
        "kim sends: a place",
        "also `a card`, `an order`, `a form`, `a sticker`, `nothing of a question`, `a new kind`",
    ),
    ("kim sends: a lost picture", "also `a huge picture`, `a refused picture`, `the file as a picture`"),
    ("kim sends something unsupported", "what the provider does not hand on"),
    ("kim quotes (Which size?): 2", "words in answer to our message of those words"),
    ("kim is told: read", "a status of our last line, once more; `delivered`, `sent`, `failed 131026`"),
    (
        "12 people write: repeat",
        "to the shop's number in one post, or `(on both channels)`; each adds a number to the words",
    ),
    ("kim sees: read", "that we have read what she wrote; `typing`"),
    ("each is answered: You wrote: repeat", "with that number behind it"),
    (
        "next line becomes: delivered, sent before its answer",
        "its statuses; also `twice`, `failed 131026 after 1 hour`",
    ),
    ("kim gets lines as: sent, failed 131026 after 1 minute", "the statuses of all lines to her from now on"),
    ("number is busy (3 times)", "answers 130429; `(for 5 s)` says when to come again"),
    ("number loses its answer", "it has taken the line, and we are not told"),
    (
        "bot is busy (for 5 s)",
        "answers 429 and when to come again; also `takes: 4 a second`, `loses its answer`, `is broken`",
    ),
    ("last answer came after: 5 s", "since the provider refused it, and not much later"),
    ("kim comes by the link: poster", "Telegram: `t.me/bot?start=poster`; `kim begins the chat` without one"),
    ("kim blocks the shop", "Telegram: the bot may no longer write; `kim unblocks the shop`"),
    ("kim taps an old button: Contact", "Telegram: the message that it hangs on is no longer told"),
    ("kim hands on: …", "Telegram: words of somebody else; `kim writes (in a group): …`"),
    ("lines nobody knows of: 1", "none, where the story does not say so"),
    ("number takes: 2 a second", "130429 for more"),
    ("provider refuses with: 130429", "such refusals belong to the story; none, where it does not say so"),
    ("template is paused: order_update", "by its provider, who tells us so"),
    ("staff sends the template: order_update | 4711", "its name and values; `summer_offer` is marketing"),
    (
        "staff offers a list: Which? | Small | Large",
        "also `buttons`; a payload is the title in small letters",
    ),
    ("staff sends: a picture", "by a link"),
    (
        "staff says (46 times): News",
        "with a number behind it; `shop answers 46 lines: News`; `(and nobody waits)`",
    ),
    ("shop answers with: a picture", "a medium and no words"),
    ("shop has heard: a place …", "what the customer sent last, in our words"),
    ("last line went to: 4915112345601", "the id that the provider was given"),
    ("last line failed with: 131026", "what its reason says; `transcript holds no medium: 404` likewise"),
    ("kim is known by: 4915112345601, DE.900000001", "all ids of her contact on this channel"),
    ("conversations are: 1", "in all of the house"),
    ("ledger says: no, written", "consent, entry by entry; also `told`, `carried along`"),
];

/// Reads a story.
pub fn read(text: &str) -> Vec<Line> {
    let told =
        text.lines().enumerate().map(|(at, line)| (at + 1, line.split(" #").next().unwrap_or_default()));
    let lines = told.filter(|(_, line)| !line.trim().is_empty() && !line.trim_start().starts_with('#'));
    lines.map(|(number, line)| one(number, line.trim())).collect()
}

fn one(number: usize, line: &str) -> Line {
    let (before, words) = line.split_once(':').unwrap_or((line, ""));
    let (before, how) = match before.split_once('(') {
        Some((before, how)) => (before, how.trim().trim_end_matches(')')),
        None => (before, ""),
    };
    let (who, what) = before.trim().split_once(' ').unwrap_or((before.trim(), ""));
    let (what, on) = placed(what.trim());
    let words = words.trim().replace(" | ", "\n");
    Line { number, who: who.to_owned(), what: what.to_owned(), on, how: how.to_owned(), words }
}

/// What happens, and on which channel if the line says so.
fn placed(what: &str) -> (&str, Option<Channel>) {
    let named = [
        (" on Instagram", Channel::Instagram),
        (" on WhatsApp", Channel::WhatsApp),
        (" on Telegram", Channel::Telegram),
    ];
    let found = named.into_iter().find_map(|(name, channel)| Some((what.strip_suffix(name)?, Some(channel))));
    found.unwrap_or((what, None))
}

/// A time in words, such as `30` `minutes`; what stands behind the unit does not matter.
pub fn span(number: &str, unit: &str) -> Duration {
    let number: u64 = number.parse().unwrap_or_default();
    let unit = unit.split(' ').next().unwrap_or_default();
    let seconds = match unit {
        "s" | "second" | "seconds" => 1,
        "minute" | "minutes" => 60,
        "hour" | "hours" => 3_600,
        "day" | "days" => 86_400,
        _ => panic!("`{unit}` is no unit of time"),
    };
    Duration::from_secs(number * seconds)
}
