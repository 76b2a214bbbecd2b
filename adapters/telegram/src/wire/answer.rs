//! What Telegram's answers mean. core.telegram.org/bots/api#making-requests

use std::time::Duration;

use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;
use tradepost_domain::{
    ErrorKind::{self, *},
    PortError, Timestamp,
};
use tradepost_http::{Answer, Intent, brief, kind_of, redact, retry_after};
use tradepost_ports::Receipt;

use super::shapes::{Id, reference};
use crate::KIND;

/// Every answer is of this form.
#[derive(Deserialize)]
struct Told {
    ok: bool,
    #[serde(default)]
    result: Value,
    error_code: Option<u16>,
    #[serde(default)]
    description: String,
    parameters: Option<Parameters>,
}

#[derive(Deserialize)]
struct Parameters {
    retry_after: Option<u64>,
}

#[derive(Deserialize)]
struct Sent {
    message_id: Id,
    date: Option<i64>,
    chat: Option<SentTo>,
}

#[derive(Deserialize)]
struct SentTo {
    id: Id,
}

/// A file that can be fetched for an hour.
#[derive(Deserialize)]
pub(crate) struct Found {
    #[serde(default)]
    pub(crate) file_size: u64,
    pub(crate) file_path: Option<String>,
}

/// The line that was sent, or why it was not.
pub(crate) fn sent(answer: &Answer, peer: &str, hidden: &[&str]) -> Result<Receipt, PortError> {
    let Sent { message_id, date, chat } = result(answer, Intent::Write, hidden)?;
    let chat = chat.as_ref().map_or(peer, |chat| chat.id.as_str());
    let at = date.and_then(|date| Timestamp::from_second(date).ok());
    Ok(Receipt { reference: reference(chat, &message_id), at })
}

/// What was asked for, or why it is not given. The token may be repeated in a refusal and is not shown.
pub(crate) fn result<T: DeserializeOwned>(
    answer: &Answer,
    intent: Intent,
    hidden: &[&str],
) -> Result<T, PortError> {
    let status = answer.status();
    let told: Option<Told> = serde_json::from_slice(answer.body()).ok();
    match told {
        Some(told) if !told.ok => Err(refusal(&told, answer, intent, hidden)),
        Some(told) if answer.is_success() => serde_json::from_value(told.result)
            .map_err(|_| PortError::new(puzzled(intent), KIND, "the result is of another shape")),
        _ => {
            let kind = meaning(status, "", intent).unwrap_or(puzzled(intent));
            let unknown = PortError::new(kind, KIND, "the answer says nothing that we know");
            Err(unknown.with_code(status).with_retry_after(answer.retry_after()))
        }
    }
}

/// A limit is not said to be of one chat, so it holds for the bot.
fn refusal(told: &Told, answer: &Answer, intent: Intent, hidden: &[&str]) -> PortError {
    let code = told.error_code.unwrap_or(answer.status());
    let kind = match (code, intent) {
        // The server itself says that it did not do it; 500, 502 and 504 may come from what stands before it.
        (503, _) => Unavailable,
        _ => meaning(code, &told.description, intent).unwrap_or(puzzled(intent)),
    };
    let seconds = told.parameters.as_ref().and_then(|parameters| parameters.retry_after);
    let wait: Option<Duration> = seconds.and_then(|seconds| retry_after(&seconds.to_string(), None));
    PortError::new(kind, KIND, brief(&redact(&told.description, hidden), 300))
        .with_code(code)
        .with_retry_after(wait.or_else(|| answer.retry_after()))
}

/// What a code and its description mean; `None` for one that is no error. Descriptions are for people, and the only
/// thing that tells refusals apart.
fn meaning(code: u16, description: &str, intent: Intent) -> Option<ErrorKind> {
    let says = |words: &[&str]| {
        let text = description.to_ascii_lowercase();
        words.iter().any(|word| text.contains(word))
    };
    match code {
        // A path without a known token in it does not exist.
        401 | 404 => Some(Denied),
        403 if says(&["deactivated"]) => Some(NotFound),
        403 if says(&["blocked by the user"]) => Some(OptedOut),
        // Only customers begin.
        403 if says(&["can't initiate"]) => Some(OutsideWindow),
        // Said of one chat; of the token it would be a 401.
        403 => Some(Invalid),
        400 if says(&["chat not found", "user not found", "peer_id_invalid"]) => Some(NotFound),
        _ => kind_of(code, intent),
    }
}

/// Said to be done, but not what: a line may well have been sent.
fn puzzled(intent: Intent) -> ErrorKind {
    match intent {
        Intent::Write => Uncertain,
        Intent::Read => Unexpected,
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::token(401, "Unauthorized", Denied)]
    #[case::no_token(404, "Not Found", Denied)]
    #[case::blocked(403, "Forbidden: bot was blocked by the user", OptedOut)]
    #[case::gone(403, "Forbidden: user is deactivated", NotFound)]
    #[case::first(403, "Forbidden: bot can't initiate conversation with a user", OutsideWindow)]
    #[case::a_bot(403, "Forbidden: bots can't send messages to bots", Invalid)]
    #[case::stranger(400, "Bad Request: chat not found", NotFound)]
    #[case::unknown_peer(400, "Bad Request: PEER_ID_INVALID", NotFound)]
    #[case::too_long(400, "Bad Request: message is too long", Invalid)]
    #[case::too_large(413, "Request Entity Too Large", Invalid)]
    #[case::fast(429, "Too Many Requests: retry after 5", RateLimited)]
    #[case::broken(500, "Internal Server Error", Uncertain)]
    #[case::before_it(502, "Bad Gateway", Uncertain)]
    #[case::late(504, "Gateway Timeout", Uncertain)]
    #[case::moved(302, "Found", Unexpected)]
    fn a_code_means_one_thing(#[case] code: u16, #[case] description: &str, #[case] kind: ErrorKind) {
        assert_eq!(meaning(code, description, Intent::Write), Some(kind));
    }

    #[rstest]
    #[case::broken(500, Unavailable)]
    #[case::late(504, Unavailable)]
    fn a_question_that_was_lost_does_no_harm(#[case] code: u16, #[case] kind: ErrorKind) {
        assert_eq!(meaning(code, "", Intent::Read), Some(kind));
    }
}
