//! What a customer's message holds. core.telegram.org/bots/api#message

use tradepost_domain::{Content, Media, MediaKind, Person, message::Referral};

use super::shapes::{File, Message, Photo, Point, Sticker, full_name};

/// What customers send and the house has no form for.
const UNSHOWN: [&str; 9] =
    ["checklist", "dice", "game", "giveaway", "giveaway_winners", "invoice", "paid_media", "poll", "story"];

/// What Telegram notes in a chat, and nobody said.
const NOTES: [&str; 14] = [
    "chat_background_set",
    "chat_shared",
    "checklist_tasks_added",
    "checklist_tasks_done",
    "connected_website",
    "gift",
    "message_auto_delete_timer_changed",
    "passport_data",
    "pinned_message",
    "refunded_payment",
    "successful_payment",
    "unique_gift",
    "users_shared",
    "write_access_allowed",
];

/// What the customer said; `Err` with the provider's word for what is only a note. `names` are the message's fields.
pub(crate) fn content(message: &Message, names: &[String]) -> Result<Content, String> {
    if let Some(text) = &message.text {
        return Ok(match text.trim().is_empty() {
            true => Content::Unsupported { what: "empty".into() },
            false => Content::text(text.as_str()),
        });
    }
    let held =
        media(message).or_else(|| place(message)).or_else(|| person(message)).or_else(|| form(message));
    let named =
        |list: &[&'static str]| list.iter().find(|known| names.iter().any(|name| name == *known)).copied();
    match (held, named(&UNSHOWN), named(&NOTES)) {
        (Some(content), ..) => Ok(content),
        (None, Some(what), _) => Ok(Content::Unsupported { what: what.into() }),
        (None, None, Some(note)) => Err(note.into()),
        (None, None, None) => Ok(Content::Unsupported { what: "message".into() }),
    }
}

/// A file, named by its id, with the words beside it.
fn media(message: &Message) -> Option<Content> {
    let of =
        |kind: MediaKind, file: &Option<File>| file.as_ref().map(|file| Media::remote(kind, &*file.file_id));
    if message.sticker.as_ref().is_some_and(|sticker| sticker.is_animated) {
        return Some(Content::Unsupported { what: "animated sticker".into() });
    }
    // An animation stands in `document` too.
    let medium = message
        .photo
        .as_deref()
        .and_then(largest)
        .map(|photo| Media::remote(MediaKind::Image, &*photo.file_id))
        .or_else(|| message.animation.as_ref().map(moving))
        .or_else(|| of(MediaKind::Video, &message.video))
        .or_else(|| of(MediaKind::Video, &message.video_note))
        .or_else(|| of(MediaKind::Audio, &message.voice))
        .or_else(|| of(MediaKind::Audio, &message.audio))
        .or_else(|| of(MediaKind::File, &message.document))
        .or_else(|| message.sticker.as_ref().map(stuck))?;
    let text = message.caption.clone().filter(|caption| !caption.trim().is_empty());
    Some(Content::Media { media: vec![medium], text })
}

fn largest(sizes: &[Photo]) -> Option<&Photo> {
    sizes.iter().max_by_key(|size| u64::from(size.width) * u64::from(size.height))
}

/// A video without sound as a rule, else a picture that moves.
fn moving(file: &File) -> Media {
    let picture = file.mime_type.as_deref().is_some_and(|mime| mime.starts_with("image/"));
    Media::remote(if picture { MediaKind::Image } else { MediaKind::Video }, &*file.file_id)
}

fn stuck(sticker: &Sticker) -> Media {
    Media::remote(if sticker.is_video { MediaKind::Video } else { MediaKind::Image }, &*sticker.file_id)
}

/// A venue has a location beside it, too, so it is asked first.
fn place(message: &Message) -> Option<Content> {
    let (point, name) = match (&message.venue, &message.location) {
        (Some(venue), _) => (&venue.location, Some(venue.title.trim()).filter(|title| !title.is_empty())),
        (None, point) => (point.as_ref()?, None),
    };
    let Point { latitude, longitude } = point;
    Some(match (millionths(*latitude, 90.0), millionths(*longitude, 180.0)) {
        (Some(latitude_e6), Some(longitude_e6)) => {
            Content::Location { latitude_e6, longitude_e6, name: name.map(str::to_owned) }
        }
        _ => Content::Unsupported { what: "location".into() },
    })
}

#[expect(clippy::cast_possible_truncation, reason = "180 million fit")]
fn millionths(degrees: f64, most: f64) -> Option<i32> {
    (degrees.abs() <= most).then(|| (degrees * 1e6).round() as i32)
}

/// Somebody's number. It is not taken for the customer's own: Telegram does not say that it is.
fn person(message: &Message) -> Option<Content> {
    let contact = message.contact.as_ref()?;
    let name = full_name(Some(&contact.first_name), contact.last_name.as_deref()).unwrap_or_default();
    Some(Content::People { people: vec![Person { name, phones: vec![contact.phone_number.clone()] }] })
}

/// What a page that the bot's button opened handed over.
fn form(message: &Message) -> Option<Content> {
    let given = message.web_app_data.as_ref()?;
    Some(Content::Form { name: given.button_text.clone(), answers: given.data.clone() })
}

/// The mark of a link `t.me/…?start=mark`, by which the customer opened the chat.
/// core.telegram.org/bots/features#deep-linking
pub(crate) fn referral(message: &Message) -> Option<Referral> {
    let mark = message.text.as_deref()?.strip_prefix("/start ")?.trim();
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    let is_mark = (1..=64).contains(&mark.len()) && mark.bytes().all(plain);
    is_mark.then(|| Referral { mark: Some(mark.to_owned()), ..Referral::default() })
}
