//! The purchase: ask, hold, open the checkout, wait for the money. Hear first, decide second.

use serde::{Deserialize, Serialize};
use tradepost_domain::{
    Answer, Answered, Call, CheckoutRequest, Choice, Content, Context, Deed, Effect, ErrorKind, Message,
    Notice, OrderId, Outcome, Reason, SignedDuration, Step,
    ledger::{Order, Settlement},
};

use crate::{
    State,
    slot::{Name, PURCHASE},
};

/// How long an item is held.
pub const HOLD_FOR: SignedDuration = SignedDuration::from_mins(15);
/// How long before its end we remind.
const REMIND_BEFORE: SignedDuration = SignedDuration::from_mins(5);

/// Where the purchase stands. It keeps the order's id, never a copy of its state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "at", rename_all = "snake_case")]
pub enum Purchase {
    /// The customer is asked.
    Confirming {
        /// The item.
        sku: String,
        /// The question's number: a tap carries it.
        question: String,
    },
    /// The hold is being made: answered in the same turn.
    Holding,
    /// The page is being opened.
    Opening {
        /// The order.
        order: OrderId,
    },
    /// The money is awaited.
    Paying {
        /// The order.
        order: OrderId,
    },
}

impl Purchase {
    /// The stage's name.
    pub fn stage(&self) -> &'static str {
        match self {
            Self::Confirming { .. } => "confirming",
            Self::Holding => "holding",
            Self::Opening { .. } => "opening",
            Self::Paying { .. } => "paying",
        }
    }

    fn order(&self) -> Option<OrderId> {
        match self {
            Self::Opening { order } | Self::Paying { order } => Some(*order),
            Self::Confirming { .. } | Self::Holding => None,
        }
    }
}

/// The stage's small word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heard {
    /// Yes, to the question that stands.
    Yes,
    /// No.
    No,
    /// Give it up.
    Cancel,
    /// Something else.
    Pass,
}

/// Turns messages into the stage's word. A bare "yes" counts only if the question had left when it was written; a tap
/// carries its question's number.
pub fn hear(cx: &Context, state: &State, messages: &[Message]) -> Heard {
    let Some(purchase) = &state.purchase else { return Heard::Pass };
    messages
        .iter()
        .map(|message| hear_one(cx, purchase, message))
        .find(|heard| *heard != Heard::Pass)
        .unwrap_or(Heard::Pass)
}

fn hear_one(cx: &Context, purchase: &Purchase, message: &Message) -> Heard {
    match (&message.content, purchase) {
        (Content::Tap { payload, .. }, Purchase::Confirming { question, .. }) => {
            match payload.split_once(':') {
                Some(("yes", number)) if number == question => Heard::Yes,
                Some(("no", number)) if number == question => Heard::No,
                _ => Heard::Pass,
            }
        }
        (Content::Text { text }, Purchase::Confirming { .. }) if cx.had_asked(&PURCHASE, message.at) => {
            match text.as_str() {
                "yes" => Heard::Yes,
                "no" => Heard::No,
                "cancel" => Heard::Cancel,
                _ => Heard::Pass,
            }
        }
        (Content::Text { text }, _) if text == "cancel" => Heard::Cancel,
        _ => Heard::Pass,
    }
}

/// Decides what the word means where the purchase stands.
pub fn decide(cx: &Context, mut state: State, heard: Heard) -> Step<State> {
    match (state.purchase.take(), heard) {
        (Some(Purchase::Confirming { sku, .. }), Heard::Yes) => hold(cx, state, sku),
        (Some(Purchase::Confirming { .. }), Heard::No | Heard::Cancel) => {
            Step::with(state, [Effect::say_under(PURCHASE, Content::text("Fine, another time."))])
        }
        (Some(purchase), Heard::Cancel) => cancel(state, &purchase),
        (purchase, Heard::Yes | Heard::No | Heard::Cancel | Heard::Pass) => {
            state.purchase = purchase;
            Step::quiet(state)
        }
    }
}

/// The model proposes to sell; the customer is asked.
pub fn offer(cx: &Context, mut state: State, sku: &str) -> Step<State> {
    state.talk = crate::Talk::default();
    if state.purchase.as_ref().is_some_and(|purchase| purchase.order().is_some()) {
        let busy = Content::text("Let us finish the order that is open first.");
        return Step::with(state, [Effect::say_under(crate::slot::TALK, busy)]);
    }
    let question = cx.turn.to_string();
    let choices =
        vec![Choice::new(format!("yes:{question}"), "Yes"), Choice::new(format!("no:{question}"), "No")];
    let ask = Content::QuickReplies { text: format!("Shall I hold {sku} for you?"), choices };
    state.purchase = Some(Purchase::Confirming { sku: sku.to_owned(), question });
    Step::with(state, [Effect::say_under(PURCHASE, ask)])
}

fn hold(cx: &Context, mut state: State, sku: String) -> Step<State> {
    state.purchase = Some(Purchase::Holding);
    let deed = Deed::Reserve { sku, quantity: 1, ends: cx.now + HOLD_FOR };
    Step::with(state, [Effect::Deed { slot: Name::Hold.slot(), deed }])
}

fn cancel(state: State, purchase: &Purchase) -> Step<State> {
    let forget = Effect::Forget { region: PURCHASE };
    let deeds =
        purchase.order().map(|order| Effect::Deed { slot: Name::Hold.slot(), deed: Deed::Cancel { order } });
    let mut step = Step::with(state, [forget]);
    step.effects.extend(deeds);
    step
}

/// The ledger has decided.
pub fn outcome(_: &Context, mut state: State, outcome: &Outcome) -> Step<State> {
    match outcome {
        Outcome::Reserved { order } => open(state, order),
        Outcome::SoldOut { sku, .. } => {
            state.purchase = None;
            Step::with(
                state,
                [Effect::say_under(PURCHASE, Content::text(format!("Sorry, {sku} has just gone.")))],
            )
        }
        Outcome::Cancelled { .. } => {
            Step::with(state, [Effect::say(Content::text("Your order is cancelled."))])
        }
        Outcome::TooLate { .. } => {
            Step::with(state, [Effect::say(Content::text("Your order is settled already."))])
        }
        Outcome::Found { .. } | Outcome::Learned { .. } => Step::quiet(state),
    }
}

fn open(mut state: State, order: &Order) -> Step<State> {
    state.purchase = Some(Purchase::Opening { order: order.id });
    let request = CheckoutRequest {
        order: order.id,
        title: order.title.clone(),
        amount: order.total,
        ends: order.ends,
    };
    let call = Call::OpenCheckout(request);
    let remind = Effect::Wake { slot: Name::Reminder.slot(), at: order.ends - REMIND_BEFORE };
    Step::with(state, [Effect::Call { slot: Name::Checkout.slot(), call }, remind])
}

/// The page is open, or it is not.
pub fn opened(mut state: State, answered: &Answered) -> Step<State> {
    match (&answered.result, state.purchase.take()) {
        (Ok(Answer::Checkout(checkout)), Some(Purchase::Opening { order })) if answered.awaited => {
            state.purchase = Some(Purchase::Paying { order });
            Step::with(state, [Effect::say(Content::text(format!("Please pay here: {}", checkout.url)))])
        }
        (Err(error), Some(Purchase::Opening { order }))
            if answered.awaited && error.kind == ErrorKind::Uncertain =>
        {
            state.purchase = Some(Purchase::Opening { order });
            Step::with(
                state,
                [Effect::HandOver { reason: Reason::Uncertain { what: "the checkout".into() } }],
            )
        }
        (Err(_), Some(purchase @ Purchase::Opening { .. })) if answered.awaited => cancel(state, &purchase),
        (_, purchase) => {
            // Nobody waits for it any more: the engine closes the page of an order that has ended.
            state.purchase = purchase;
            Step::quiet(state)
        }
    }
}

/// News of the order; the ledger knew it first.
pub fn notice(_: &Context, mut state: State, notice: &Notice) -> Step<State> {
    let (order, effects) = match notice {
        Notice::Paid { order, settlement: Settlement::OnTime | Settlement::LateButKept, .. } => {
            (*order, vec![Effect::say(Content::text(format!("Paid, thank you! ({order})")))])
        }
        Notice::Paid { order, settlement: Settlement::Refund { why }, .. } => {
            let reason = Reason::Refund { what: format!("{why:?}") };
            let sorry = Effect::say(Content::text(format!("Your money comes back to you. ({order})")));
            (*order, vec![sorry, Effect::HandOver { reason }])
        }
        Notice::HoldEnded { order } => {
            (*order, vec![Effect::say(Content::text(format!("Your hold has ended. ({order})")))])
        }
    };
    if state.purchase.as_ref().and_then(Purchase::order) != Some(order) {
        return Step::with(state, effects);
    }
    state.purchase = None;
    Step::with(state, effects).and(Effect::Forget { region: PURCHASE })
}

/// The hold ends soon.
pub fn remind(state: State) -> Step<State> {
    let text = Content::text("I hold it for five minutes more.");
    match &state.purchase {
        Some(Purchase::Paying { .. } | Purchase::Opening { .. }) => {
            Step::with(state, [Effect::say_under(PURCHASE, text)])
        }
        _ => Step::quiet(state),
    }
}

/// The conversation has been idle for its time.
pub fn give_up(mut state: State) -> Step<State> {
    match state.purchase.take() {
        Some(purchase) => cancel(state, &purchase),
        None => Step::quiet(state),
    }
}
