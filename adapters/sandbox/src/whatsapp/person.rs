//! Customers: their ids, which of them they show, and their numbers' national oddities.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::status::Step;
use crate::json::{given, or_null};

/// A customer's public face, and how the sandbox plays this customer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WhatsappProfile {
    /// The name shown.
    pub name: Option<String>,
    /// The handle.
    pub username: Option<String>,
    /// The number, digits only. The sandbox's name for the customer when left out, if that is a number.
    pub wa_id: Option<String>,
    /// The business-scoped id, `CC.digits`. The sandbox's name for the customer when left out, if that has a dot.
    pub user_id: Option<String>,
    /// The business-scoped id of the parent portfolio, `CC.ENT.digits`.
    pub parent_user_id: Option<String>,
    /// Writes under a username: neither `from` nor `wa_id` is told, though the number may be known here.
    pub hides_number: bool,
    /// Tells the business-scoped id where the number belongs (`from`, `wa_id`), as some payloads do.
    pub id_as_number: bool,
    /// Is not on WhatsApp, or has blocked the business: what is sent fails with 131026.
    pub unreachable: bool,
    /// The statuses that follow messages to this customer, instead of the account's.
    pub statuses: Option<Vec<Step>>,
}

impl WhatsappProfile {
    /// A profile of someone who writes under a business-scoped id only.
    pub fn by_user_id(user_id: impl Into<String>) -> Self {
        Self { user_id: Some(user_id.into()), hides_number: true, ..Self::default() }
    }

    /// A profile of someone who shows both ids.
    pub fn by_both(wa_id: impl Into<String>, user_id: impl Into<String>) -> Self {
        Self { wa_id: Some(wa_id.into()), user_id: Some(user_id.into()), ..Self::default() }
    }

    /// The same profile with its name.
    pub fn named(self, name: impl Into<String>) -> Self {
        Self { name: Some(name.into()), ..self }
    }

    /// Fills in what the sandbox's name for the customer says.
    pub(super) fn called(mut self, who: &str) -> Self {
        match who.contains('.') {
            true => self.user_id = self.user_id.or_else(|| Some(who.into())),
            false => self.wa_id = self.wa_id.or_else(|| Some(who.into())),
        }
        self
    }

    /// The number as webhooks tell it.
    pub(super) fn shown_number(&self) -> Option<&str> {
        match (self.hides_number, self.id_as_number) {
            (_, true) => self.user_id.as_deref().or(self.wa_id.as_deref()),
            (true, false) => None,
            (false, false) => self.wa_id.as_deref(),
        }
    }

    /// An item of `value.contacts[]`.
    pub(super) fn contact(&self) -> Value {
        let name = self.name.clone().unwrap_or_else(|| "A customer".into());
        given([
            ("profile", given([("name", name.into()), ("username", or_null(&self.username))])),
            ("wa_id", self.shown_number().map_or(Value::Null, Value::from)),
            ("user_id", or_null(&self.user_id)),
            ("parent_user_id", or_null(&self.parent_user_id)),
        ])
    }

    /// The fields by which a message says who wrote it.
    pub(super) fn author(&self) -> Value {
        given([
            ("from", self.shown_number().map_or(Value::Null, Value::from)),
            ("from_user_id", or_null(&self.user_id)),
            ("from_parent_user_id", or_null(&self.parent_user_id)),
        ])
    }

    /// The fields by which a status says whose it is.
    pub(super) fn recipient(&self) -> Value {
        let number = self.shown_number().or(self.wa_id.as_deref());
        given([
            ("recipient_id", number.map_or(Value::Null, Value::from)),
            ("recipient_user_id", or_null(&self.user_id)),
        ])
    }

    /// What a system message says of another number, or of another business-scoped id alone.
    pub(super) fn moving(&self, wa_id: Option<&str>, user_id: Option<&str>) -> Value {
        let (body, kind) = match wa_id {
            Some(_) => ("The number has changed", "user_changed_number"),
            None => ("The user id has changed", "user_changed_user_id"),
        };
        let previous = self.user_id.as_deref().filter(|_| user_id.is_some());
        given([
            ("body", body.into()),
            ("type", kind.into()),
            ("wa_id", wa_id.map_or(Value::Null, Value::from)),
            ("user_id", user_id.map_or(Value::Null, Value::from)),
            ("previous_user_id", previous.map_or(Value::Null, Value::from)),
        ])
    }

    /// The same person with these.
    pub(super) fn moved(self, wa_id: Option<&str>, user_id: Option<&str>) -> Self {
        let wa_id = wa_id.map(str::to_owned).or(self.wa_id);
        let user_id = user_id.map(str::to_owned).or(self.user_id);
        Self { wa_id, user_id, ..self }
    }

    /// The item of `contacts[]` in the answer to a send.
    pub(super) fn answered(&self, input: &str) -> Value {
        let mut contact = json!({ "input": input });
        if let Some(wa_id) = &self.wa_id {
            contact["wa_id"] = wa_id.as_str().into();
        }
        if let Some(user_id) = &self.user_id {
            contact["user_id"] = user_id.as_str().into();
        }
        contact
    }
}

/// One form for numbers that are written in two: Brazilian mobiles without the ninth digit, Mexican ones without the 1. Section 11 of
/// the reference.
pub(super) fn canonical(digits: &str) -> String {
    match (digits.len(), digits.get(..2), digits.get(2..3), digits.get(4..5)) {
        (13, Some("55"), _, Some("9")) => format!("{}{}", &digits[..4], &digits[5..]),
        (13, Some("52"), Some("1"), _) => format!("52{}", &digits[3..]),
        _ => digits.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_written_in_two_ways_are_one() {
        for (written, one) in [
            ("5511987654321", "551187654321"),
            ("551187654321", "551187654321"),
            ("5215512345678", "525512345678"),
            ("525512345678", "525512345678"),
            ("4915112345678", "4915112345678"),
            ("5", "5"),
        ] {
            assert_eq!(canonical(written), one, "{written}");
        }
    }
}
