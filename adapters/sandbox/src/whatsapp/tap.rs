//! What may be tapped: the buttons and rows that were sent, so that a tap gives the id back that came with them.

use serde_json::Value;

use crate::json::or_null;

/// Offers remembered for each customer.
pub(super) const OFFERS: usize = 50;

/// What a tap comes back as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Button,
    List,
    Template,
}

/// A message with something to tap.
#[derive(Clone, Debug)]
pub(super) struct Offer {
    pub(super) message_id: String,
    pub(super) kind: Kind,
    pub(super) choices: Vec<Choice>,
}

/// One button or row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Choice {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) description: Option<String>,
}

impl Offer {
    /// What an interactive message offers, if it offers anything.
    pub(super) fn of(message_id: &str, interactive: &Value) -> Option<Self> {
        let action = &interactive["action"];
        let (kind, choices) = match interactive["type"].as_str()? {
            "button" => {
                let buttons = action["buttons"].as_array()?.iter();
                (Kind::Button, buttons.filter_map(|button| Choice::of(&button["reply"])).collect())
            }
            "list" => {
                let sections = action["sections"].as_array()?.iter();
                let rows = sections.filter_map(|section| section["rows"].as_array()).flatten();
                (Kind::List, rows.filter_map(Choice::of).collect())
            }
            _ => return None,
        };
        Some(Self { message_id: message_id.to_owned(), kind, choices })
    }

    /// What a template offers: payloads and titles.
    pub(super) fn of_template(message_id: &str, taps: Vec<(String, String)>) -> Option<Self> {
        let choice = |(id, title)| Choice { id, title, description: None };
        let choices: Vec<Choice> = taps.into_iter().map(choice).collect();
        (!choices.is_empty()).then(|| Self {
            message_id: message_id.to_owned(),
            kind: Kind::Template,
            choices,
        })
    }

    /// The choice with this title, or the one that stands there (from 1).
    pub(super) fn choice(&self, title: Option<&str>, index: Option<usize>) -> Option<&Choice> {
        match (title, index) {
            (Some(title), _) => {
                self.choices.iter().find(|choice| choice.title.to_lowercase() == title.to_lowercase())
            }
            (None, Some(index)) => self.choices.get(index.checked_sub(1)?),
            (None, None) => None,
        }
    }
}

impl Choice {
    fn of(row: &Value) -> Option<Self> {
        let word = |name: &str| row[name].as_str().map(str::to_owned);
        Some(Self { id: word("id")?, title: word("title")?, description: word("description") })
    }

    pub(super) fn description(&self) -> Value {
        or_null(&self.description)
    }
}
