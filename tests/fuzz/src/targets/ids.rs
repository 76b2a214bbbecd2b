//! A text that may be an id of some kind.

use std::{fmt::Display, str::FromStr};

use tradepost_domain::{
    ContactId, ConversationId, DeadLetterId, EffectId, EventId, MessageId, OrderId, RuleId, TurnId,
};

/// An id of at most one kind; written and read again it is the same.
pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let kinds = [
        same::<ContactId>(text),
        same::<ConversationId>(text),
        same::<DeadLetterId>(text),
        same::<EffectId>(text),
        same::<EventId>(text),
        same::<MessageId>(text),
        same::<OrderId>(text),
        same::<RuleId>(text),
        same::<TurnId>(text),
    ];
    assert!(kinds.into_iter().filter(|taken| *taken).count() <= 1, "an id of several kinds: {text}");
}

fn same<Id: FromStr + Display + PartialEq>(text: &str) -> bool {
    let Ok(id) = text.parse::<Id>() else { return false };
    let written = id.to_string();
    assert!(written.parse::<Id>().is_ok_and(|again| again == id), "{text} is read as {written}");
    true
}
