//! Keyboards: below a message, or below the field for typing. core.telegram.org/bots/api#inlinekeyboardmarkup

use serde_json::Value;
use url::Url;

use super::call::Call;
use super::refusal::{BotError, Verdict};

/// Bytes of a button's `callback_data`.
const DATA: usize = 64;

/// What a button below a message may do: exactly one of these.
const DEEDS: [&str; 10] = [
    "url",
    "callback_data",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "callback_game",
    "pay",
];

/// What `reply_markup` makes of the chat.
pub(super) enum Markup {
    /// Buttons below the message, which stay in it.
    Inline(Value),
    /// Buttons below the field for typing: their titles.
    Keyboard(Vec<String>),
    /// Takes these away.
    Remove,
    /// Asks for an answer to the message.
    ForceReply,
}

impl Markup {
    /// The markup of a call, if it has one that is right.
    pub(super) fn of(call: &Call) -> Verdict<Option<Self>> {
        let Some(markup) = call.json_of("reply_markup")? else { return Ok(None) };
        let fields = markup.as_object().ok_or_else(|| BotError::bad("object expected as reply markup"))?;
        if let Some(rows) = fields.get("inline_keyboard") {
            buttons(rows)?.into_iter().try_for_each(inline)?;
            return Ok(Some(Self::Inline(markup)));
        }
        if let Some(rows) = fields.get("keyboard") {
            let titles = buttons(rows)?.into_iter().map(title).collect::<Verdict<_>>()?;
            return Ok(Some(Self::Keyboard(titles)));
        }
        match (&markup["remove_keyboard"], &markup["force_reply"]) {
            (Value::Bool(true), _) => Ok(Some(Self::Remove)),
            (_, Value::Bool(true)) => Ok(Some(Self::ForceReply)),
            _ if fields.is_empty() => Ok(None),
            _ => Err(BotError::bad("can't parse reply markup: it is none of the four kinds")),
        }
    }
}

/// The buttons of a list of rows.
fn buttons(rows: &Value) -> Verdict<Vec<&Value>> {
    let rows =
        rows.as_array().ok_or_else(|| BotError::bad("can't parse keyboard: a list of rows is expected"))?;
    if !rows.iter().all(Value::is_array) {
        return Err(BotError::bad("can't parse keyboard: a row is a list of buttons"));
    }
    Ok(rows.iter().filter_map(Value::as_array).flatten().collect())
}

fn inline(button: &Value) -> Verdict {
    let words = button["text"].as_str().map(str::trim).filter(|text| !text.is_empty());
    let words = words.ok_or_else(|| BotError::bad("can't parse inline keyboard button: text is empty"))?;
    let deeds: Vec<_> = DEEDS.iter().filter(|deed| !button[**deed].is_null()).collect();
    let [deed] = deeds.as_slice() else {
        return Err(BotError::bad(format!("inline keyboard button {words} needs exactly one thing to do")));
    };
    let value = button[**deed].as_str().unwrap_or_default();
    match **deed {
        "callback_data" if !(1..=DATA).contains(&value.len()) => Err(BotError::bad("BUTTON_DATA_INVALID")),
        "url" if !is_address(value) => {
            Err(BotError::bad(format!("inline keyboard button URL '{value}' is invalid: Wrong HTTP URL")))
        }
        _ => Ok(()),
    }
}

fn is_address(url: &str) -> bool {
    Url::parse(url).is_ok_and(|url| matches!(url.scheme(), "http" | "https" | "tg"))
}

fn title(button: &Value) -> Verdict<String> {
    let words = button.as_str().or_else(|| button["text"].as_str()).filter(|text| !text.trim().is_empty());
    words.map(str::to_owned).ok_or_else(|| BotError::bad("can't parse keyboard button: text is empty"))
}
