//! Rows and values for tests: valid, plain, and different by their number. Change the fields that a test is about.
//!
//! Number `n` of every kind belongs to conversation `n` where nothing else is said; a larger number is a later id.

use std::time::Duration;

use bytes::Bytes;
use serde_json::json;
use tradepost_domain::{
    AccountKey, Author, Body, Capabilities, Contact, ContactId, Content, Conversation, ConversationId,
    Correlation, DeadLetterId, Delivery, EffectId, Event, EventId, Identity, Lane, Line, MatchKind,
    MediaKind, Message, MessageId, Mode, Money, OrderId, Rule, RuleId, Slot, Storefront, StorefrontId,
    Timestamp, Trace, TurnId, WorkerId,
    capabilities::{CardLimit, ChoiceLimit, MediaLimit, TextUnit, Window},
    conversation::Inner,
    ledger::{Item, Order, OrderState, Payment},
    money::Currency,
};
use tradepost_ports::{
    Terms,
    store::{
        Cause, Class, DeadLetter, DeadWork, Fate, InboxBody, InboxRow, JournalRow, MediaBlob, OutboxRow,
        Parked, ParkedNews, Sealed, StoredEvent, Timer, Work, Written,
    },
};

/// Where [`at`] counts from: a Tuesday in January 2026, ten in the morning, UTC.
const START: i64 = 1_768_298_400;

/// So many seconds after the start of the test's time.
pub fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(START + seconds).unwrap_or(Timestamp::MAX)
}

macro_rules! ids {
    ($($(#[$doc:meta])* $make:ident -> $id:ident;)*) => {$(
        $(#[$doc])*
        pub fn $make(n: u64) -> $id {
            $id::new(at(i64::try_from(n).unwrap_or(i64::MAX)), u128::from(n))
        }
    )*};
}

ids! {
    /// The id of event `n`.
    event_id -> EventId;
    /// The id of turn `n`.
    turn_id -> TurnId;
    /// The id of line `n`.
    message_id -> MessageId;
    /// The id of conversation `n`.
    conversation_id -> ConversationId;
    /// The id of contact `n`.
    contact_id -> ContactId;
    /// The id of order `n`.
    order_id -> OrderId;
    /// The id of rule `n`.
    rule_id -> RuleId;
    /// The id of dead letter `n`.
    dead_letter_id -> DeadLetterId;
}

/// The first effect of turn `n`.
pub fn effect_id(n: u64) -> EffectId {
    EffectId { turn: turn_id(n), position: 0 }
}

/// The storefront that everything here belongs to.
pub fn storefront() -> StorefrontId {
    "corner-shop".into()
}

/// The account that everything here goes through.
pub fn account() -> AccountKey {
    AccountKey::of("sandbox", "1")
}

/// The lane of that account.
pub fn lane() -> Lane {
    "sandbox:1".into()
}

/// A worker of that name.
pub fn worker(name: &str) -> WorkerId {
    name.into()
}

/// The provider's id of customer `n`.
pub fn peer(n: u64) -> String {
    format!("peer-{n}")
}

/// Contact `n`, of whom nothing is known but that identity.
pub fn contact(n: u64) -> Contact {
    let identities = vec![Identity::new(account().as_str(), peer(n))];
    Contact { id: contact_id(n), storefront: storefront(), name: None, identities, facts: [].into() }
}

/// Conversation `n` with contact `n`, fresh.
pub fn conversation(n: u64) -> Conversation {
    Conversation {
        id: conversation_id(n),
        storefront: storefront(),
        account: account(),
        contact: contact_id(n),
        peer: peer(n),
        version: 0,
        lease: None,
        heard_at: None,
        idle_at: None,
        mode: Mode::Bot,
        stage: "start".into(),
        created_at: at(0),
        inner: Inner::default(),
    }
}

/// Message `n` of a customer.
pub fn message(n: u64, text: &str) -> Message {
    let at = at(i64::try_from(n).unwrap_or_default());
    Message { id: message_id(n), at, content: Content::text(text), about: None, referral: None }
}

/// The request that caused it all.
pub fn correlation() -> Correlation {
    event_id(0).into()
}

/// The same, remembering the step of a trace, as queued rows do.
pub fn traced() -> Correlation {
    correlation().caused_by(Some(Trace::Recorded { trace: 0xf00d << 64, step: 7 }))
}

/// Event `n` as written down: filed, of conversation `n`'s account.
pub fn stored_event(n: u64) -> StoredEvent {
    StoredEvent {
        id: event_id(n),
        endpoint: Some("sandbox-app".into()),
        account: account(),
        conversation: None,
        at: at(i64::try_from(n).unwrap_or_default()),
        kind: "message".into(),
        fate: Fate::Filed,
        note: None,
        raw: json!({ "number": n }).to_string(),
        arrival: None,
        reference: None,
        correlation: correlation(),
        repeats: None,
    }
}

/// Event `n` in a conversation's queue: words, ripe when they came.
pub fn inbox_row(n: u64, conversation: ConversationId) -> InboxRow {
    let at = at(i64::try_from(n).unwrap_or_default());
    let body = InboxBody::Said(message(n, "Have you got it in blue?"));
    InboxRow::new(event_id(n), conversation, traced(), at, body)
}

/// Line `n` of ours, queued.
pub fn written(n: u64, conversation: ConversationId) -> Written {
    let line = Line {
        id: message_id(n),
        at: at(i64::try_from(n).unwrap_or_default()),
        author: Author::Bot,
        content: Content::text(format!("Line {n}.")),
        topic: None,
        delivery: Some(Delivery::Queued),
    };
    Written {
        conversation,
        account: account(),
        line,
        correlation: correlation(),
        effect: None,
        reference: None,
        reason: None,
        left_at: None,
    }
}

/// Line `n`, the customer's own.
pub fn heard(n: u64, conversation: ConversationId) -> Written {
    let mut written = written(n, conversation);
    written.line.author = Author::Customer;
    written.line.delivery = None;
    written
}

/// Row `n` of the outbox: a line that may leave at once and is valid for six hours.
pub fn outbox_row(n: u64, conversation: ConversationId) -> OutboxRow {
    let cause = Cause { storefront: storefront(), conversation, correlation: traced(), at: at(0) };
    let content = Content::text(format!("Line {n}."));
    let work = Work::Say { peer: "peer-1".into(), content, author: Author::Bot };
    OutboxRow::new(cause, effect_id(n), lane(), Class::Say, work, Duration::from_secs(6 * 3600))
}

/// So many dollars and cents, in cents.
pub fn dollars(minor: i64) -> Money {
    Money::new(minor, Currency::USD)
}

/// An item at $12.50.
pub fn item(sku: &str, title: &str) -> Item {
    Item { sku: sku.into(), title: title.into(), price: dollars(1250), free: 0 }
}

/// Order `n` of a conversation: one piece of `sku`, held for 15 minutes.
pub fn order(n: u64, conversation: ConversationId, sku: &str) -> Order {
    Order {
        id: order_id(n),
        storefront: storefront(),
        conversation,
        sku: sku.into(),
        title: format!("The {sku}"),
        quantity: 1,
        total: dollars(1250),
        state: OrderState::Held,
        ends: at(900),
        checkout: None,
    }
}

/// Payment `n` for the provider's order of that id: $12.50.
pub fn payment(n: u64, reference: &str) -> Payment {
    Payment { id: format!("payment-{n}"), reference: reference.into(), amount: dollars(1250) }
}

/// Parked news `n`: an echo, looked at again after 72 hours.
pub fn parked(n: u64, reference: &str) -> Parked {
    let news = ParkedNews::Echo { content: Content::text("Hello.") };
    Parked { event: event_id(n), account: account(), reference: reference.into(), until: at(72 * 3600), news }
}

/// Rule `n`: a word and its answer.
pub fn rule(n: u64, name: &str) -> Rule {
    Rule {
        id: rule_id(n),
        storefront: storefront(),
        name: name.into(),
        priority: 10,
        kind: MatchKind::Word,
        pattern: "hours, open".into(),
        locale: None,
        response: "We are open from ten to six.".into(),
        active: true,
    }
}

/// A hop of a conversation.
pub fn journal_row(conversation: ConversationId, hop: i64) -> JournalRow {
    JournalRow {
        conversation,
        hop,
        turn: turn_id(1),
        flow: "rules/1".into(),
        event: Event { id: event_id(1), at: at(0), body: Body::Said(vec![message(1, "Hello?")]) },
        context: json!({ "now": at(0) }),
        storefront: "a1".into(),
        channel: "b2".into(),
        fresh: hop == 0,
        state: "c3".into(),
        effects: "d4".into(),
    }
}

/// Dead letter `n` of a conversation.
pub fn dead_letter(n: u64, conversation: ConversationId) -> DeadLetter {
    DeadLetter {
        id: dead_letter_id(n),
        storefront: storefront(),
        conversation,
        at: at(i64::try_from(n).unwrap_or_default()),
        reason: "the flow panicked".into(),
        work: DeadWork::Event { event: event_id(n), body: json!({ "inbox": "idle" }) },
    }
}

/// An alarm of a conversation under a slot.
pub fn timer(conversation: ConversationId, slot: &'static str, at: Timestamp) -> Timer {
    Timer { conversation, slot: Slot::fixed(slot), effect: effect_id(1), at }
}

/// A small picture in the store.
pub fn media(hash: &str) -> MediaBlob {
    let bytes = Bytes::from_static(b"\x89PNG\r\n\x1a\n");
    MediaBlob { hash: hash.into(), mime: "image/png".into(), bytes }
}

/// A secret under seal, never to end.
pub fn sealed(name: &str) -> Sealed {
    Sealed {
        name: name.into(),
        key_id: "k1".into(),
        nonce: vec![7; 24],
        ciphertext: vec![1, 2, 3],
        version: 1,
        expires_at: None,
        refreshed_at: at(0),
    }
}

/// The shop that tests trade in: plain, in English and dollars.
pub fn corner_shop() -> Storefront {
    Storefront {
        id: storefront(),
        name: "The Corner Shop".into(),
        persona: None,
        zone: "UTC".into(),
        locale: "en".into(),
        currency: Currency::USD,
        contact: None,
        rules: Vec::new(),
        revision: 0,
    }
}

/// Generous terms of an account, whose lane is the account: five seconds a call, no keys.
pub fn terms(account: &str) -> Terms {
    Terms {
        time_limit: Duration::from_secs(5),
        concurrency: 8,
        per_second: 1_000,
        ..Terms::of(AccountKey::new(account))
    }
}

/// A channel that can show everything, within a window of 24 hours (seven days for a person).
pub fn capabilities() -> Capabilities {
    let choices = |most| Some(ChoiceLimit { description: 72, ..ChoiceLimit::new(most, 20, 256) });
    let media = |kind| MediaLimit { kind, bytes: 8 << 20, caption: 1_000 };
    Capabilities {
        quick_replies: choices(13),
        buttons: choices(3),
        list: choices(10),
        cards: Some(CardLimit { most: 10, title: 80, buttons: 3, button_title: 20 }),
        media: [MediaKind::Image, MediaKind::Video, MediaKind::Audio, MediaKind::File].map(media).into(),
        location: true,
        people: true,
        templates: true,
        window: Some(Window { staff_seconds: 7 * 24 * 3600, ..Window::hours(24) }),
        typing: true,
        seen: true,
        ..Capabilities::text_only(1_000, TextUnit::Characters)
    }
}
