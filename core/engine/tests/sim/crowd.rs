//! The customers of a simulated day: what they write, and what a model makes of it.

use std::time::Duration;

use serde_json::json;
use tradepost_domain::{
    Arrival, Content, Delivery, Party, Timestamp, What,
    model::{Block, Prompt, Reply, Role, Stop, Usage},
};
use tradepost_ports::{Outbound, store::StaffWord};
use tradepost_testkit::chance::SeededDice;

/// What a customer may write.
const WORDS: &[&str] =
    &["hello", "look up mug", "buy mug", "yes", "buy mug", "yes", "no", "cancel", "person", "thanks"];
/// What one who wants the mug writes.
const EAGER: &[&str] = &["buy mug", "yes", "yes", "yes"];

/// What a customer writes in a day, in order.
pub fn words(dice: &SeededDice, eager: bool) -> Vec<&'static str> {
    match eager {
        true => EAGER.to_vec(),
        false => (0..3 + dice.below(4)).map(|_| *dice.pick(WORDS).expect("some")).collect(),
    }
}

/// A message of a customer, as the provider delivers it; every delivery has the same key.
pub fn message(peer: &str, number: usize, text: &str) -> Arrival {
    let key = format!("{peer}/{number}");
    let from = Party::new(peer);
    let content = Content::text(text);
    let what = What::Message { from, reference: Some(key.clone()), content, about: None, referral: None };
    Arrival { account: "1".into(), key, at: None, raw: "{}".into(), what }
}

/// What the channel tells of a line that it took.
pub fn news(line: &Outbound, reference: String, which: usize) -> What {
    let peer = Some(line.peer.clone());
    let receipt = |line, delivery, earlier_too| {
        let reference = reference.clone();
        What::Receipt { peer, reference, line, delivery, earlier_too, reason: None }
    };
    match which {
        0 => receipt(None, Delivery::Delivered, false),
        1 => receipt(None, Delivery::Read, true),
        2 => receipt(Some(line.line), Delivery::Sent, false),
        3 => receipt(Some(line.line), Delivery::Read, true),
        _ => {
            let to = Party::new(line.peer.clone());
            What::Echo { to, reference, content: line.content.clone() }
        }
    }
}

/// What somebody of the shop says.
pub fn staff(which: usize, now: Timestamp) -> StaffWord {
    let by = || "Staff".to_owned();
    match which {
        0 => StaffWord::TakeOver { by: by(), until: None },
        1 => StaffWord::TakeOver { by: by(), until: Some(now + Duration::from_secs(60)) },
        2 => StaffWord::Say { by: by(), content: Content::text("I see to it.") },
        _ => StaffWord::HandBack,
    }
}

/// A simple model: it looks things up, offers what shall be bought, and otherwise talks.
pub fn reply(prompt: &Prompt) -> Reply {
    let last = prompt.turns.last();
    let came_back = last.is_some_and(|turn| matches!(turn.blocks.last(), Some(Block::ToolResult { .. })));
    let words = prompt.turns.iter().rev().find(|turn| turn.role == Role::User).and_then(|turn| {
        match turn.blocks.first() {
            Some(Block::Text { text }) => Some(text.as_str()),
            _ => None,
        }
    });
    match words {
        _ if came_back => said("I have looked it up."),
        Some(text) if text.starts_with("look up ") => tool("look_up", json!({"words": &text[8..]})),
        Some(text) if text.starts_with("buy ") => tool("offer", json!({"sku": &text[4..]})),
        Some(text) => said(&format!("You said: {text}")),
        None => said("Hm."),
    }
}

fn said(text: &str) -> Reply {
    Reply { blocks: vec![Block::Text { text: text.to_owned() }], stop: Stop::Done, usage: Usage::default() }
}

fn tool(name: &str, input: serde_json::Value) -> Reply {
    let block = Block::ToolUse { id: "t1".into(), name: name.into(), input };
    Reply { blocks: vec![block], stop: Stop::Tools, usage: Usage::default() }
}
