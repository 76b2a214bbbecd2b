//! A flow that does what the customer's words say, so that a test tells its whole story in words.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tradepost_domain::{
    Answer, Body, Call, CheckoutRequest, Choice, Content, Context, Deed, Effect, Event, Flow, Media,
    MediaKind, Message, Notice, OrderId, Outcome, Reason, SignedDuration, Slot, Source, Staff, Stage, Step,
    Template,
    ledger::{Order, Settlement},
    model::{Block, ModelTurn, Prompt, Role},
    template::Category,
};

/// The topic and slot of the talk.
pub const TALK: Slot = Slot::fixed("talk");
/// The topic of the purchase.
pub const PURCHASE: Slot = Slot::fixed("purchase");
/// Where the page to pay on is awaited.
pub const CHECKOUT: Slot = Slot::fixed("purchase.checkout");
/// How long an item is held.
pub const HOLD_FOR: SignedDuration = SignedDuration::from_mins(15);

/// Does what it is told.
pub struct Obedient;

/// What it remembers.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct State {
    open: bool,
    order: Option<Order>,
}

impl Flow for Obedient {
    const NAME: &'static str = "obedient";
    const SHAPE: u32 = 1;
    type State = State;

    fn step(&self, cx: &Context, mut state: State, event: &Event) -> Step<State> {
        let effects = match &event.body {
            Body::Said(messages) => {
                messages.iter().flat_map(|message| obey(cx, &mut state, message)).collect()
            }
            Body::Outcome(_, Outcome::Reserved { order }) => {
                state.order = Some(order.clone());
                vec![open(order)]
            }
            Body::Answer(answered) => match &answered.result {
                Ok(Answer::Reply(reply)) if reply.text() == "boom" => panic!("the flow was told to"),
                Ok(Answer::Reply(reply)) => vec![under(TALK, reply.text())],
                Ok(Answer::Checkout(page)) if answered.awaited => vec![say(format!("pay at {}", page.url))],
                Ok(_) => Vec::new(),
                Err(error) => vec![under(TALK, format!("sorry: {}", error.kind.word()))],
            },
            Body::Notice(Notice::Paid { .. }) => vec![say("thank you")],
            Body::Notice(Notice::HoldEnded { .. }) => vec![say("your hold has ended")],
            Body::Woke(slot) => vec![say(format!("ring {slot}"))],
            Body::Staff(Staff::HandedBack { meanwhile }) if listed(meanwhile).contains("boom") => {
                panic!("the flow was told to")
            }
            Body::Outcome(..) | Body::Staff(_) => Vec::new(),
        };
        Step::with(state, effects)
    }

    fn stage(&self, state: &State) -> Stage {
        Stage { name: "obeying".into(), open: state.open }
    }

    fn upgrade(&self, _: u32, _: Value) -> Option<State> {
        None
    }
}

/// What a message tells it to do. What it does not know, it leaves.
fn obey(cx: &Context, state: &mut State, message: &Message) -> Vec<Effect> {
    let words = message.content.words().unwrap_or_default();
    let (verb, rest) = words.split_once(' ').unwrap_or((words, ""));
    match verb {
        "say" => vec![say(rest)],
        "tell" => vec![under(TALK, rest)],
        "offer" => vec![under(PURCHASE, rest)],
        "template" => vec![Effect::say(Content::Template(Template::new(rest, "en")))],
        "promote" => {
            let category = Category::Marketing;
            vec![Effect::say(Content::Template(Template { category, ..Template::new(rest, "en") }))]
        }
        "show" => vec![Effect::say(Content::Media { media: vec![kept(rest)], text: None })],
        "choose" => vec![Effect::say_under(PURCHASE, question(rest))],
        "ask" => vec![Effect::Call { slot: TALK, call: ask(rest) }],
        "look" => vec![Effect::Call { slot: TALK.below("tool"), call: ask(rest) }],
        "buy" => vec![reserve(cx, rest)],
        "reopen" => state.order.iter().map(open).collect(),
        "drop" => state.order.iter().flat_map(|order| drop(order.id)).collect(),
        "forget" => vec![Effect::Forget { region: TALK }],
        "alarm" => vec![alarm(cx, rest)],
        "person" => vec![Effect::HandOver { reason: Reason::Asked }],
        "boom" => panic!("the flow was told to"),
        "begin" => {
            state.open = true;
            Vec::new()
        }
        _ => Vec::new(),
    }
}

fn say(text: impl Into<String>) -> Effect {
    Effect::say(Content::text(text))
}

fn under(topic: Slot, text: impl Into<String>) -> Effect {
    Effect::say_under(topic, Content::text(text))
}

fn question(choices: &str) -> Content {
    let choices = choices.split(' ').map(|word| Choice::new(format!("pick:{word}"), word)).collect();
    Content::QuickReplies { text: "Which?".into(), choices }
}

/// A picture of our store.
fn kept(hash: &str) -> Media {
    let source = Source::Stored { hash: hash.into(), mime: "image/png".into(), bytes: 8 };
    Media { kind: MediaKind::Image, source }
}

pub fn ask(words: &str) -> Call {
    let turns = vec![ModelTurn { role: Role::User, blocks: vec![Block::Text { text: words.into() }] }];
    Call::Model(Prompt { system: String::new(), turns, tools: Vec::new(), most_tokens: 100 })
}

fn reserve(cx: &Context, sku: &str) -> Effect {
    let deed = Deed::Reserve { sku: sku.into(), quantity: 1, ends: cx.now + HOLD_FOR };
    Effect::Deed { slot: PURCHASE.below("hold"), deed }
}

fn open(order: &Order) -> Effect {
    let request = CheckoutRequest {
        order: order.id,
        title: order.title.clone(),
        amount: order.total,
        ends: order.ends,
    };
    Effect::Call { slot: CHECKOUT, call: Call::OpenCheckout(request) }
}

fn drop(order: OrderId) -> [Effect; 2] {
    let deed = Effect::Deed { slot: PURCHASE.below("hold"), deed: Deed::Cancel { order } };
    [Effect::Forget { region: PURCHASE }, deed]
}

/// `alarm 60 talk` rings in a minute under `talk`.
fn alarm(cx: &Context, rest: &str) -> Effect {
    let (seconds, slot) = rest.split_once(' ').unwrap_or((rest, "talk"));
    let at = cx.now + SignedDuration::from_secs(seconds.parse().unwrap_or(0));
    Effect::Wake { slot: Slot::from(slot.to_owned()), at }
}

/// An event in a few words, as a test reads it from the journal.
pub fn in_words(event: &Event) -> String {
    let late = |awaited: bool| if awaited { "" } else { ", not awaited" };
    match &event.body {
        Body::Said(messages) => format!("said {}", listed(messages)),
        Body::Outcome(_, outcome) => match outcome {
            Outcome::Reserved { .. } => "reserved".into(),
            Outcome::SoldOut { .. } => "sold out".into(),
            Outcome::Cancelled { .. } => "cancelled".into(),
            Outcome::TooLate { .. } => "too late".into(),
            Outcome::Found { .. } | Outcome::Learned { .. } => "found".into(),
        },
        Body::Answer(answered) => match &answered.result {
            Ok(Answer::Reply(reply)) => format!("reply {}{}", reply.text(), late(answered.awaited)),
            Ok(Answer::Checkout(page)) => format!("page {}{}", page.reference, late(answered.awaited)),
            Ok(Answer::Closed) => "closed".into(),
            Err(error) => format!("failed as {}{}", error.kind.word(), late(answered.awaited)),
        },
        Body::Notice(Notice::Paid { settlement, .. }) => match settlement {
            Settlement::OnTime => "paid on time".into(),
            Settlement::LateButKept => "paid late but kept".into(),
            Settlement::Refund { why } => format!("to refund: {why:?}"),
        },
        Body::Notice(Notice::HoldEnded { .. }) => "hold ended".into(),
        Body::Woke(slot) => format!("woke {slot}"),
        Body::Staff(Staff::TookOver { by }) => format!("{by} took over"),
        Body::Staff(Staff::HandedBack { meanwhile }) => format!("handed back: {}", listed(meanwhile)),
    }
}

fn listed(messages: &[Message]) -> String {
    let words = messages.iter().map(|message| match &message.content {
        Content::Tap { payload, .. } => format!("tap {payload}"),
        content => content.words().unwrap_or_default().to_owned(),
    });
    words.collect::<Vec<_>>().join(" + ")
}
