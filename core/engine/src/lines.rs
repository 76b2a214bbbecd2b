//! What a typed answer means.

use tradepost_domain::{Choice, Content, Message, fit};

/// A message whose text selects something that our last question offered is that tap.
pub(crate) fn selecting(mut message: Message, offered: &[Choice]) -> Message {
    if let Content::Text { text } = &message.content
        && let Some(choice) = fit::chosen(text, offered)
    {
        message.content = Content::Tap { payload: choice.payload.clone(), title: choice.title.clone() };
    }
    message
}
