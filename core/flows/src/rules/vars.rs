//! What a response may speak of.

use std::collections::BTreeMap;

use serde::Serialize;
use tradepost_domain::{Author, Context, Line, ledger::Order};

/// Characters of one value.
const MOST_VALUE: usize = 1_000;

/// What a response may speak of.
#[derive(Serialize)]
pub(super) struct Vars {
    contact: ContactVars,
    storefront: StorefrontVars,
    message: MessageVars,
    now: String,
    today: String,
    hour: i8,
    orders: Vec<OrderVars>,
    thread: Vec<LineVars>,
}

#[derive(Serialize)]
struct ContactVars {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    returning: bool,
    facts: BTreeMap<String, String>,
}

#[derive(Serialize)]
struct StorefrontVars {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    contact: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    persona: Option<String>,
    locale: String,
}

#[derive(Serialize)]
struct MessageVars {
    text: String,
}

#[derive(Serialize)]
struct OrderVars {
    id: String,
    sku: String,
    title: String,
    quantity: u32,
    total: String,
    state: &'static str,
}

#[derive(Serialize)]
struct LineVars {
    author: &'static str,
    text: String,
}

impl Vars {
    /// The variables of a step, for an answer to these words.
    pub(super) fn of(cx: &Context, words: &str) -> Self {
        let now = cx.now.to_zoned(cx.storefront.time_zone());
        let facts = cx.contact.facts.iter().take(50);
        Self {
            contact: ContactVars {
                name: cx.contact.name.as_deref().map(clip).filter(|name| !name.is_empty()),
                returning: cx.contact.returning,
                facts: facts.map(|(name, fact)| (name.clone(), clip(&fact.value))).collect(),
            },
            storefront: StorefrontVars {
                name: clip(&cx.storefront.name),
                contact: cx.storefront.contact.as_deref().map(clip),
                persona: cx.storefront.persona.as_deref().map(clip),
                locale: cx.storefront.locale.clone(),
            },
            message: MessageVars { text: clip(words) },
            now: now.strftime("%Y-%m-%d %H:%M").to_string(),
            today: now.strftime("%Y-%m-%d").to_string(),
            hour: now.hour(),
            orders: cx.orders.iter().take(20).map(OrderVars::of).collect(),
            thread: cx.thread.iter().map(LineVars::of).collect(),
        }
    }
}

impl OrderVars {
    fn of(order: &Order) -> Self {
        Self {
            id: order.id.to_string(),
            sku: clip(&order.sku),
            title: clip(&order.title),
            quantity: order.quantity,
            total: order.total.to_string(),
            state: order.state.word(),
        }
    }
}

impl LineVars {
    fn of(line: &Line) -> Self {
        let author = match line.author {
            Author::Customer => "customer",
            Author::Bot => "bot",
            Author::Staff | Author::App => "staff",
        };
        Self { author, text: clip(line.content.words().unwrap_or_default()) }
    }
}

fn clip(text: &str) -> String {
    text.trim().chars().filter(|char| *char != '\0').take(MOST_VALUE).collect()
}
