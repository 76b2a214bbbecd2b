//! The cases. They are run by [`messenger_suite!`](crate::messenger_suite).
#![expect(missing_docs, reason = "a case's name says what it tries")]

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use tradepost_domain::{
    Author, Capabilities, Card, Choice, Content, EffectId, ErrorKind, Link, Media, PortError, Template,
    capabilities::{CardLimit, ChoiceLimit, Passage, TextUnit},
    template::Parameter,
};
use tradepost_ports::{Messenger, Outbound, PortResult, Receipt, Signal};

use super::{Double, Provider, Reply, SECRET};
use crate::make;

/// Long enough for a loopback call on a busy machine.
const PATIENT: Duration = Duration::from_secs(10);

type Doubled = Arc<dyn Double>;

fn outbound(double: &Doubled, n: u64, content: Content) -> Outbound {
    let effect = EffectId { turn: make::turn_id(n), position: 0 };
    Outbound {
        effect,
        peer: double.peer(),
        content,
        attached: Vec::new(),
        author: Author::Bot,
        passage: Passage::Open,
    }
}

async fn send(double: &Doubled, messenger: &dyn Messenger, n: u64, content: Content) -> PortResult<Receipt> {
    messenger.send(&outbound(double, n, content)).await
}

/// The error of sending a line to a provider that plays so.
async fn failure(double: &Doubled, provider: Provider, time_limit: Duration) -> PortError {
    let messenger = double.messenger(provider.base(), time_limit);
    let result = send(double, &*messenger, 1, Content::text("Hello.")).await;
    let error = result.expect_err("this should not count as sent");
    assert_discreet(&error);
    error
}

async fn answered(double: &Doubled, reply: Reply) -> PortError {
    let provider = Provider::answering(move |_, _| reply.clone()).await;
    failure(double, provider, PATIENT).await
}

fn assert_discreet(error: &PortError) {
    let shown = format!("{error} {error:?} {error:#?}");
    assert!(!shown.contains(SECRET), "the secret is shown: {shown}");
}

/// proves: CH-06
pub async fn a_taken_line_has_a_reference_of_its_own(double: Doubled) {
    let provider = Provider::taking(&double).await;
    let messenger = double.messenger(provider.base(), PATIENT);
    let mut references = Vec::new();
    for n in [1, 2] {
        let receipt = send(&double, &*messenger, n, Content::text("Hello.")).await;
        references.push(receipt.expect("the provider took it").reference);
    }
    assert!(references[0].contains("line-"), "the provider's own: {references:?}");
    assert_ne!(references[0], references[1]);
}

/// proves: CH-06
pub async fn text_at_the_limit_is_taken(double: Doubled) {
    let provider = Provider::taking(&double).await;
    let messenger = double.messenger(provider.base(), PATIENT);
    let limit = messenger.capabilities().text;
    let letter = if limit.unit == TextUnit::Characters { "é" } else { "e" };
    let text = letter.repeat(limit.most.min(1_000_000));
    assert!(limit.unit.measure(&text) <= limit.most);
    let result = send(&double, &*messenger, 1, Content::text(text)).await;
    assert!(result.is_ok(), "{} letters: {result:?}", limit.most);
}

/// proves: CH-06
pub async fn every_declared_kind_is_taken(double: Doubled) {
    let provider = Provider::taking(&double).await;
    let messenger = double.messenger(provider.base(), PATIENT);
    for (n, content) in (1..).zip(declared(messenger.capabilities())) {
        let result = send(&double, &*messenger, n, content.clone()).await;
        assert!(result.is_ok(), "{content:?}: {result:?}");
    }
}

/// One content of every kind that a channel declares, at its limits.
fn declared(can: &Capabilities) -> Vec<Content> {
    let text = || "Which one?".to_owned();
    let mut contents = vec![Content::text("Hello.")];
    contents.extend(
        can.quick_replies.map(|limit| Content::QuickReplies { text: text(), choices: choices(limit) }),
    );
    contents.extend(can.buttons.map(|limit| Content::Buttons { text: text(), choices: choices(limit) }));
    contents.extend(can.list.map(|limit| {
        let button = "Choose".into();
        Content::List { text: text(), button, choices: choices(limit) }
    }));
    contents.extend(can.cards.map(cards));
    for limit in &can.media {
        let media = vec![Media::remote(limit.kind, "https://media.example/1")];
        contents.push(Content::Media { media: media.clone(), text: None });
        contents.extend((limit.caption > 0).then(|| Content::Media { media, text: Some("Look.".into()) }));
    }
    let place =
        Content::Location { latitude_e6: 37_800_000, longitude_e6: -122_270_000, name: Some("Shop".into()) };
    contents.extend(can.location.then_some(place));
    contents.extend(can.templates.then(|| {
        let parameters = vec![Parameter::new("Sam")];
        Content::Template(Template { parameters, ..Template::new("order_ready", "en") })
    }));
    contents
}

fn choices(limit: ChoiceLimit) -> Vec<Choice> {
    let of = |letter: &str, most: usize| letter.repeat(most.clamp(1, 200));
    let choice = |n: usize| Choice::new(of(&char_of(n), limit.payload), of(&char_of(n), limit.title));
    (0..limit.most.min(20)).map(choice).collect()
}

fn cards(limit: CardLimit) -> Content {
    let title = "t".repeat(limit.title.clamp(1, 200));
    let button = |n: usize| char_of(n).repeat(limit.button_title.clamp(1, 200));
    let link = Link { title: button(0), url: "https://shop.example/1".into() };
    let rest = (1..limit.buttons).map(|n| Choice::new(format!("1:{n}"), button(n))).collect();
    let card = Card {
        title: title.clone(),
        subtitle: Some(title),
        image: Some("https://media.example/1.png".into()),
        opens: None,
        links: if limit.buttons > 0 { vec![link] } else { Vec::new() },
        choices: rest,
    };
    Content::Cards { cards: vec![card; limit.most.clamp(1, 20)] }
}

fn char_of(n: usize) -> String {
    char::from(b'a' + u8::try_from(n % 26).unwrap_or_default()).to_string()
}

pub async fn signs_of_life_are_shown(double: Doubled) {
    let provider = Provider::taking(&double).await;
    let messenger = double.messenger(provider.base(), PATIENT);
    let can = messenger.capabilities();
    for (declared, signal) in [(can.typing, Signal::Typing), (can.seen, Signal::Seen)] {
        if declared {
            let result = messenger.signal(&double.peer(), Some("line-0"), signal).await;
            assert_eq!(result, Ok(()), "{signal:?}");
        }
    }
}

pub async fn what_is_refused_is_invalid(double: Doubled) {
    let error = answered(&double, double.refused()).await;
    assert_eq!(error.kind, ErrorKind::Invalid, "{error}");
}

pub async fn a_refused_token_is_denied(double: Doubled) {
    let error = answered(&double, double.denied()).await;
    assert_eq!(error.kind, ErrorKind::Denied, "{error}");
}

pub async fn too_fast_is_rate_limited(double: Doubled) {
    let error = answered(&double, double.throttled(7)).await;
    assert_eq!(error.kind, ErrorKind::RateLimited, "{error}");
    let expected = double.tells_wait().then_some(Duration::from_secs(7));
    assert_eq!(error.retry_after(), expected, "{error}");
}

pub async fn nobody_there_is_unavailable(double: Doubled) {
    let error = failure(&double, Provider::nobody().await, PATIENT).await;
    assert_eq!(error.kind, ErrorKind::Unavailable, "nothing was taken: {error}");
}

pub async fn a_broken_provider_is_never_success(double: Doubled) {
    for status in [500, 502, 503, 504] {
        let reply = Reply { status, headers: Vec::new(), body: "<html>Sorry.</html>".into() };
        let error = answered(&double, reply).await;
        let kinds = [ErrorKind::Unavailable, ErrorKind::Uncertain, ErrorKind::Unexpected];
        assert!(kinds.contains(&error.kind), "{status}: {error}");
    }
}

/// proves: FI-01
pub async fn a_puzzling_answer_is_uncertain(double: Doubled) {
    for body in ["", "<html>Welcome!</html>", "{\"half\":", "[]", "{}", "null"] {
        let error = answered(&double, Reply::json(200, body)).await;
        assert_eq!(error.kind, ErrorKind::Uncertain, "it may have been taken: `{body}`: {error}");
    }
}

/// proves: FI-01
pub async fn a_cut_connection_is_uncertain(double: Doubled) {
    let error = failure(&double, Provider::cutting().await, PATIENT).await;
    assert_eq!(error.kind, ErrorKind::Uncertain, "it may have been taken: {error}");
}

/// proves: PL-11
pub async fn the_time_limit_holds(double: Doubled) {
    let begun = Instant::now();
    let limit = Duration::from_millis(300);
    let error = failure(&double, Provider::hanging(Duration::from_secs(60)).await, limit).await;
    assert_eq!(error.kind, ErrorKind::Uncertain, "it may have been taken: {error}");
    assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", begun.elapsed());
}

/// proves: PL-02
pub async fn no_error_shows_the_secret(double: Doubled) {
    for status in [200, 400, 401, 403, 404, 429, 500] {
        let body = format!("{{\"error\":{{\"message\":\"bad token {SECRET}\",\"code\":\"{SECRET}\"}}}}");
        let error = answered(&double, Reply::json(status, body)).await;
        assert_discreet(&error);
    }
}

pub async fn terms_fit_the_abilities(double: Doubled) {
    let provider = Provider::nobody().await;
    let messenger = double.messenger(provider.base(), PATIENT);
    let (terms, can) = (messenger.terms(), messenger.capabilities());
    assert_eq!(terms.time_limit, PATIENT, "the limit that was asked for");
    assert!(terms.concurrency > 0 && terms.per_second > 0, "{terms:?}");
    assert!(!terms.account.kind().is_empty() && !terms.account.account().is_empty(), "{terms:?}");
    assert!(can.text.most > 0, "{can:?}");
}
