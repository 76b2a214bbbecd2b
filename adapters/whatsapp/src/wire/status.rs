//! News of our lines, and failures that belong to none.
//! developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages/status

use tradepost_domain::{Delivery, MessageId, What};
use tradepost_meta::{
    events::Reading,
    graph::GraphError,
    lenient::{short, text_of, words_of},
};

use super::{failure, inbound::Status};

/// How far a line has come. The same line comes several times, once for each word.
pub(crate) fn status(status: &Status) -> Reading {
    let (Some(reference), Some(word)) = (text_of(&status.id), words_of(&status.status)) else {
        return Reading::spoilt("a status names no message or no word");
    };
    let mark = format!("{reference}:{}", short(word));
    let what = match delivery(word) {
        _ if words_of(&status.recipient_type) == Some("group") => other("group", reference),
        None => other(&format!("status {word}"), reference),
        Some(delivery) => What::Receipt {
            peer: text_of(&status.recipient_id).or_else(|| text_of(&status.recipient_user_id)),
            reference,
            line: words_of(&status.biz_opaque_callback_data).and_then(line),
            delivery,
            earlier_too: false,
            reason: status.errors.first().filter(|_| delivery == Delivery::Failed).map(failure::reason),
        },
    };
    Reading::new(what, mark)
}

/// A failure without a line.
pub(crate) fn error(error: &GraphError) -> Reading {
    match error.code() {
        Some(code) => Reading::other(&format!("error {code}")),
        None => Reading::other("error"),
    }
}

fn other(kind: &str, reference: String) -> What {
    What::Other { kind: short(kind), reference: Some(reference) }
}

/// The line whose mark that is. Another program that sends by the same number has marks of its own.
fn line(mark: &str) -> Option<MessageId> {
    mark.parse().ok()
}

fn delivery(word: &str) -> Option<Delivery> {
    Some(match word {
        "sent" => Delivery::Sent,
        "delivered" => Delivery::Delivered,
        // A voice message was played: more than read.
        "read" | "played" => Delivery::Read,
        "failed" => Delivery::Failed,
        _ => return None,
    })
}
