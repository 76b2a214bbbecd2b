//! The objects of updates, as far as they are used. Unknown fields are allowed everywhere.
//! core.telegram.org/bots/api#available-types

use serde::Deserialize;

/// An id. Telegram's are numbers or texts; here each is opaque text.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Written")]
pub(crate) struct Id(String);

#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Number(i64),
    Text(String),
}

impl TryFrom<Written> for Id {
    type Error = &'static str;

    fn try_from(written: Written) -> Result<Self, Self::Error> {
        match written {
            Written::Number(number) => Ok(Self(number.to_string())),
            Written::Text(text) if !text.is_empty() && text.len() <= 100 => Ok(Self(text)),
            Written::Text(_) => Err("an id is empty or too long"),
        }
    }
}

impl Id {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// The id of a message among all chats: Telegram numbers the messages of each chat by themselves.
pub(crate) fn reference(chat: &str, message: &Id) -> String {
    format!("{chat}:{}", message.as_str())
}

#[derive(Deserialize)]
pub(crate) struct Chat {
    pub(crate) id: Id,
    /// `private`, `group`, `supergroup` or `channel`.
    #[serde(rename = "type")]
    pub(crate) kind: String,
}

impl Chat {
    pub(crate) fn is_private(&self) -> bool {
        self.kind == "private"
    }
}

#[derive(Deserialize)]
pub(crate) struct User {
    first_name: Option<String>,
    last_name: Option<String>,
}

impl User {
    /// The name as Telegram shows it.
    pub(crate) fn name(&self) -> Option<String> {
        full_name(self.first_name.as_deref(), self.last_name.as_deref())
    }
}

/// The words of a name that are not blank.
pub(crate) fn full_name(first: Option<&str>, last: Option<&str>) -> Option<String> {
    let words: Vec<&str> =
        [first, last].into_iter().flatten().map(str::trim).filter(|word| !word.is_empty()).collect();
    (!words.is_empty()).then(|| words.join(" "))
}

#[derive(Deserialize)]
pub(crate) struct Message {
    pub(crate) message_id: Id,
    pub(crate) chat: Chat,
    pub(crate) from: Option<User>,
    pub(crate) date: Option<i64>,
    pub(crate) edit_date: Option<i64>,
    pub(crate) text: Option<String>,
    pub(crate) caption: Option<String>,
    pub(crate) photo: Option<Vec<Photo>>,
    pub(crate) animation: Option<File>,
    pub(crate) video: Option<File>,
    pub(crate) video_note: Option<File>,
    pub(crate) voice: Option<File>,
    pub(crate) audio: Option<File>,
    pub(crate) document: Option<File>,
    pub(crate) sticker: Option<Sticker>,
    pub(crate) location: Option<Point>,
    pub(crate) venue: Option<Venue>,
    pub(crate) contact: Option<Contact>,
    pub(crate) web_app_data: Option<WebAppData>,
    pub(crate) reply_to_message: Option<Replied>,
}

/// One size of a picture.
#[derive(Deserialize)]
pub(crate) struct Photo {
    pub(crate) file_id: String,
    #[serde(default)]
    pub(crate) width: u32,
    #[serde(default)]
    pub(crate) height: u32,
}

#[derive(Deserialize)]
pub(crate) struct File {
    pub(crate) file_id: String,
    pub(crate) mime_type: Option<String>,
}

#[derive(Deserialize)]
pub(crate) struct Sticker {
    pub(crate) file_id: String,
    /// A vector picture of Telegram's own format.
    #[serde(default)]
    pub(crate) is_animated: bool,
    #[serde(default)]
    pub(crate) is_video: bool,
}

#[derive(Deserialize)]
pub(crate) struct Point {
    pub(crate) latitude: f64,
    pub(crate) longitude: f64,
}

#[derive(Deserialize)]
pub(crate) struct Venue {
    pub(crate) location: Point,
    #[serde(default)]
    pub(crate) title: String,
}

#[derive(Deserialize)]
pub(crate) struct Contact {
    pub(crate) phone_number: String,
    #[serde(default)]
    pub(crate) first_name: String,
    pub(crate) last_name: Option<String>,
}

/// What a page that was opened from a button handed over.
#[derive(Deserialize)]
pub(crate) struct WebAppData {
    #[serde(default)]
    pub(crate) data: String,
    #[serde(default)]
    pub(crate) button_text: String,
}

#[derive(Deserialize)]
pub(crate) struct Replied {
    pub(crate) message_id: Id,
}

#[derive(Deserialize)]
pub(crate) struct CallbackQuery {
    pub(crate) id: Id,
    pub(crate) from: Option<User>,
    pub(crate) message: Option<Asked>,
    pub(crate) data: Option<String>,
}

/// The message that a button hangs on. One that is too old for Telegram has no keyboard.
#[derive(Deserialize)]
pub(crate) struct Asked {
    pub(crate) message_id: Id,
    pub(crate) chat: Chat,
    reply_markup: Option<Markup>,
}

#[derive(Deserialize)]
struct Markup {
    #[serde(default)]
    inline_keyboard: Vec<Vec<Button>>,
}

#[derive(Deserialize)]
struct Button {
    #[serde(default)]
    text: String,
    callback_data: Option<String>,
}

impl Asked {
    /// What stands on the button of that value.
    pub(crate) fn title(&self, value: &str) -> Option<&str> {
        let mut buttons = self.reply_markup.iter().flat_map(|markup| markup.inline_keyboard.iter().flatten());
        let button = buttons.find(|button| button.callback_data.as_deref() == Some(value))?;
        Some(button.text.as_str())
    }
}

#[derive(Deserialize)]
pub(crate) struct ReactionUpdated {
    pub(crate) chat: Chat,
    pub(crate) message_id: Id,
    pub(crate) user: Option<User>,
    pub(crate) date: Option<i64>,
    #[serde(default)]
    pub(crate) old_reaction: Vec<Sign>,
    #[serde(default)]
    pub(crate) new_reaction: Vec<Sign>,
}

/// One sign of a reaction; only some kinds have an emoji.
#[derive(PartialEq, Deserialize)]
pub(crate) struct Sign {
    #[serde(rename = "type")]
    kind: String,
    pub(crate) emoji: Option<String>,
    custom_emoji_id: Option<String>,
}

#[derive(Deserialize)]
pub(crate) struct MemberUpdated {
    pub(crate) chat: Chat,
    pub(crate) from: Option<User>,
    pub(crate) date: Option<i64>,
    pub(crate) new_chat_member: Member,
}

#[derive(Deserialize)]
pub(crate) struct Member {
    /// `kicked` once the customer has blocked the bot.
    pub(crate) status: String,
}
