//! What a caller asks in a customer's name, and the arrival it becomes.

use serde_json::json;
use tradepost_domain::{Arrival, Content, Party, StorefrontId, Timestamp, What};

/// One message of a customer, handed over by a server-side caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Whom it is for.
    pub storefront: StorefrontId,
    /// The caller's own id of the customer.
    pub contact: String,
    /// What the customer is called, if the caller knows.
    pub name: Option<String>,
    /// What the customer says.
    pub words: Words,
    /// The caller's id of the message: the same one asks once, however often it is sent.
    pub message: String,
}

/// What the customer says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Words {
    /// They wrote.
    Text(String),
    /// They tapped something that we offered.
    Tap {
        /// The machine value of the offer.
        payload: String,
        /// What stood on it.
        title: String,
    },
}

impl Question {
    /// The name of the message in the transcript: the caller's id, within the customer.
    pub fn reference(&self) -> String {
        // The length keeps ("a", "b/c") and ("a/b", "c") apart.
        format!("{}/{}/{}", self.contact.len(), self.contact, self.message)
    }

    /// What enters the house.
    pub fn arrival(&self, now: Timestamp) -> Arrival {
        let reference = self.reference();
        Arrival {
            account: self.storefront.to_string(),
            key: format!("{}/{reference}", self.storefront),
            at: Some(now),
            raw: self.raw(),
            what: What::Message {
                from: Party { name: self.name.clone(), ..Party::new(self.contact.clone()) },
                reference: Some(reference),
                content: self.content(),
                about: None,
                referral: None,
            },
        }
    }

    fn content(&self) -> Content {
        match &self.words {
            Words::Text(text) => Content::text(text.as_str()),
            Words::Tap { payload, title } => Content::Tap { payload: payload.clone(), title: title.clone() },
        }
    }

    fn raw(&self) -> String {
        let (text, tap) = match &self.words {
            Words::Text(text) => (json!(text), json!(null)),
            Words::Tap { payload, title } => (json!(null), json!({ "payload": payload, "title": title })),
        };
        json!({ "storefront": self.storefront, "contact": self.contact, "name": self.name, "text": text, "tap": tap,
                "message_id": self.message })
        .to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question(contact: &str, message: &str) -> Question {
        Question {
            storefront: "shop".into(),
            contact: contact.into(),
            name: None,
            words: Words::Text("hello".into()),
            message: message.into(),
        }
    }

    /// proves: IN-04
    #[test]
    fn the_same_message_has_the_same_key_and_no_other_has_it() {
        let now = Timestamp::UNIX_EPOCH;
        let key = |contact, message| question(contact, message).arrival(now).key;
        assert_eq!(key("a", "1"), key("a", "1"));
        assert_ne!(key("a", "b/c"), key("a/b", "c"));
        let other = Question { storefront: "stall".into(), ..question("a", "1") };
        assert_ne!(other.arrival(now).key, key("a", "1"));
    }
}
