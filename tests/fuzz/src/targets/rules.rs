//! A rule and a message that it may answer: kind, pattern, response and message, with lines of `---` between them.

use std::{collections::BTreeMap, sync::Arc};

use tradepost_domain::{
    Body, Capabilities, Context, Effect, Event, Flow, Identity, MatchKind, Rule, Step, Storefront,
    capabilities::TextUnit, context::ContactView, money::Currency,
};
use tradepost_flows::rules::{RulesFlow, check_rule};
use tradepost_testkit::make;

/// A rule that is taken answers within its bounds, one that is refused does no harm in a storefront. How long it may
/// take is the fuzzer's limit.
pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let mut parts = text.splitn(4, "\n---\n");
    let mut part = || parts.next().unwrap_or_default();
    let (kind, pattern, response, words) = (part(), part(), part(), part());
    let Some(kind) = MatchKind::of(kind) else { return };
    let (pattern, response) = (pattern.to_owned(), response.to_owned());
    let rule = Rule { kind, pattern, response, ..make::rule(1, "tried") };
    // A rule that is refused may stand in a store all the same, and answer whom it can.
    let _ = check_rule(&rule);
    let event = Event {
        id: make::event_id(1),
        at: make::at(1),
        body: Body::Said(vec![make::message(1, words), make::message(2, "and more")]),
    };
    let Step { effects, .. } = RulesFlow::new(None).step(&context(rule), Default::default(), &event);
    assert!(effects.len() <= 2, "{} effects", effects.len());
    for effect in &effects {
        let Effect::Say { content, .. } = effect else { continue };
        assert!(content.words().is_some_and(|words| words.len() <= 16_000), "an endless answer");
    }
}

fn context(rule: Rule) -> Context {
    let storefront = Storefront {
        id: make::storefront(),
        name: "Corner Shop".into(),
        persona: None,
        zone: "UTC".into(),
        locale: "en".into(),
        currency: Currency::USD,
        contact: None,
        rules: vec![rule],
        revision: 1,
    };
    let identity = Identity::new(make::account().as_str(), make::peer(1));
    Context {
        now: make::at(1),
        turn: make::turn_id(1),
        storefront: Arc::new(storefront),
        channel: Arc::new(Capabilities::text_only(1_000, TextUnit::Bytes)),
        contact: ContactView::of(&make::contact(1), identity, false, None),
        thread: Vec::new(),
        summary: None,
        orders: Vec::new(),
        said_at: BTreeMap::new(),
    }
}
