//! What a channel allows: its quota, its templates, its rate for one customer and for all; what it is handed.

use std::time::Duration;

use rstest::rstest;
use tradepost_domain::{
    Capabilities, Content, Delivery, ErrorKind, MediaKind, Party, PortError, What,
    capabilities::{MediaLimit, Passage, TextUnit, Window},
};
use tradepost_ports::{Signal, terms::PairRate};
use tradepost_testkit::{make, script::Play};

use super::{
    hours, secs,
    shop::{LINES, MODEL, Setup, Shop},
};

fn text() -> Capabilities {
    Capabilities::text_only(1_000, TextUnit::Characters)
}

fn with_capabilities(capabilities: Capabilities) -> Shop {
    Shop::with(Setup { capabilities, ..Setup::default() })
}

fn reason(shop: &Shop) -> String {
    let line = shop.store.tables().messages().pop().expect("a line");
    assert_eq!(line.line.delivery, Some(Delivery::Failed));
    line.reason.unwrap_or_default()
}

/// proves: CV-07
#[test]
fn a_spent_quota_refuses_until_the_customer_writes_again() {
    let window = Some(Window { quota: Some(2), ..Window::hours(48) });
    let shop = with_capabilities(Capabilities { window, ..text() });
    shop.answers("say one");
    shop.sends();
    shop.answers("alarm 60");
    shop.answers("alarm 120 purchase");
    shop.passes(secs(200));
    shop.rests();
    assert_eq!(shop.sent().len(), 3, "one before, two after the last word");
    shop.answers("alarm 60");
    shop.answers("alarm 120 purchase");
    shop.answers("say two");
    shop.passes(secs(200));
    shop.rests();
    assert_eq!(shop.sent().len(), 5, "two after the last word, not three");
    assert!(reason(&shop).contains("quota"), "{}", reason(&shop));
}

/// proves: CV-07, CH-02
#[test]
fn a_template_leaves_while_the_window_is_closed() {
    let window = Some(Window::hours(1));
    let shop = with_capabilities(Capabilities { window, templates: true, ..text() });
    shop.answers("template order_ready");
    shop.passes(hours(2));
    let passages: Vec<_> = shop.marks(LINES).into_iter().map(|marked| marked.passage).collect();
    assert_eq!(passages, [Passage::Open]);
}

/// proves: CV-06, FI-04
#[test]
fn an_offer_that_waits_does_not_leave_after_a_stop() {
    let shop = with_capabilities(Capabilities { templates: true, ..text() });
    shop.answers("promote spring");
    shop.answers("template order_ready");
    shop.answers("STOP");
    shop.rests();
    shop.rests();
    let names = |line: &tradepost_ports::Outbound| match &line.content {
        Content::Template(template) => template.name.clone(),
        other => other.words().unwrap_or_default().chars().take(8).collect(),
    };
    let sent: Vec<_> = shop.messenger.taken().iter().map(names).collect();
    assert_eq!(sent, ["order_ready", "You will"]);
    let failed = shop.store.tables().messages().into_iter().find_map(|line| line.reason);
    assert_eq!(failed.as_deref(), Some("the customer takes no offers"));
}

/// proves: CH-02
#[test]
fn lines_to_one_customer_keep_their_distance_and_their_order() {
    let pair = Some(PairRate { burst: 2, every: Duration::from_secs(6) });
    let shop = Shop::with(Setup { pair, ..Setup::default() });
    for n in 1..=4 {
        shop.answers(&format!("say {n}"));
    }
    shop.hears_from("bob", Content::text("say bob"));
    shop.turns_all();
    shop.sends();
    assert_eq!(shop.sent(), ["1", "bob", "2"], "others need not wait");
    shop.sends();
    assert_eq!(shop.sent().len(), 3);
    shop.passes(secs(7));
    shop.sends();
    shop.passes(secs(6));
    shop.sends();
    assert_eq!(shop.sent(), ["1", "bob", "2", "3", "4"]);
}

/// Ann's line is refused so, then Bob has one.
fn refused_first(error: PortError) -> Shop {
    let shop = Shop::new();
    shop.messenger.plan(Play::fail(error));
    shop.answers("say ann");
    shop.sends();
    shop.hears_from("bob", Content::text("say bob"));
    shop.turns_all();
    shop.sends();
    shop
}

fn too_fast() -> PortError {
    PortError::new(ErrorKind::RateLimited, "sim", "too fast").with_retry_after(Some(secs(30)))
}

/// proves: CH-02
#[test]
fn too_fast_for_the_account_and_its_lane_rests() {
    let shop = refused_first(too_fast());
    assert_eq!(shop.messenger.calls().len(), 1, "nobody else is tried meanwhile");
    shop.passes(secs(30));
    shop.sends();
    assert_eq!(shop.sent().len(), 2);
}

/// proves: CH-02
#[test]
fn too_fast_for_one_customer_and_others_go_on() {
    let shop = refused_first(too_fast().for_this_customer());
    assert_eq!(shop.sent(), ["bob"]);
    shop.passes(secs(30));
    shop.sends();
    assert_eq!(shop.sent(), ["bob", "ann"]);
}

/// proves: CH-02, PL-11
#[rstest]
#[case::half_an_hour(Some(secs(1_800)), secs(1_800))]
#[case::an_hour(Some(hours(1)), hours(1))]
#[case::a_day_is_not_believed(Some(hours(24)), hours(1))]
#[case::without_a_time(None, secs(1))]
fn who_tells_a_time_is_left_alone_for_so_long(#[case] told: Option<Duration>, #[case] wait: Duration) {
    let error = PortError::new(ErrorKind::RateLimited, "sim", "too fast").with_retry_after(told);
    let shop = refused_first(error);
    shop.passes(wait - secs(1));
    shop.sends();
    assert_eq!(shop.messenger.calls().len(), 1, "neither Ann's line nor another is tried before");
    shop.passes(secs(1));
    shop.sends();
    assert_eq!(shop.sent().len(), 2);
}

/// proves: PL-11
#[rstest]
#[case::ten_minutes(Some(secs(600)), 600)]
#[case::a_day_is_not_believed(Some(hours(24)), 3_600)]
#[case::without_a_time(None, 1)]
fn who_is_away_is_asked_again_when_it_said(#[case] told: Option<Duration>, #[case] wait: i64) {
    let error = PortError::new(ErrorKind::Unavailable, "sim", "away").with_retry_after(told);
    let shop = refused_first(error);
    let row = shop.store.tables().outbox().remove(0);
    assert_eq!(row.not_before.duration_since(shop.now()).as_secs(), wait);
}

/// proves: CH-02
#[test]
fn a_rate_that_stays_exceeded_is_waited_for_longer_each_time() {
    let shop = Shop::new();
    shop.answers("say hello");
    shop.messenger.behave(|_| Play::fail_as(ErrorKind::RateLimited));
    let mut waits = Vec::new();
    for _ in 0..3 {
        shop.sends();
        let row = shop.store.tables().outbox().remove(0);
        let wait = row.not_before.duration_since(shop.now());
        waits.push(wait.as_secs());
        shop.passes(secs(u64::try_from(wait.as_secs()).unwrap_or(0)));
    }
    assert!(waits[0] < waits[1] && waits[1] < waits[2], "{waits:?}");
}

fn pictures(uploads: bool) -> Shop {
    let media = vec![MediaLimit { kind: MediaKind::Image, bytes: 100, caption: 0 }];
    let shop = with_capabilities(Capabilities { media, uploads, ..text() });
    shop.answers("hello");
    let line = shop.store.tables().messages().remove(0).line.id;
    shop.within(Box::new(move |unit| {
        Box::pin(async move { unit.keep_media(line, &make::media("cafe")).await })
    }));
    shop
}

/// proves: CH-02
#[test]
fn a_channel_that_uploads_is_handed_the_bytes() {
    for (uploads, handed) in [(true, 1), (false, 0)] {
        let shop = pictures(uploads);
        shop.answers("show cafe");
        shop.sends();
        assert_eq!(shop.messenger.taken()[0].attached, vec![make::media("cafe"); handed]);
    }
}

/// proves: CH-02
#[test]
fn a_medium_that_is_gone_fails_its_line() {
    let shop = pictures(true);
    shop.answers("show beef");
    shop.sends();
    assert!(reason(&shop).contains("not in the store any more"), "{}", reason(&shop));
    assert!(shop.messenger.calls().is_empty());
}

/// proves: CH-02
#[test]
fn signs_of_life_name_the_message_that_they_are_about() {
    let shop = Shop::with(Setup {
        capabilities: Capabilities { seen: true, typing: true, ..text() },
        ..Setup::default()
    });
    let (from, reference, content) = (Party::new("ann"), Some("m-7".to_owned()), Content::text("ask tea"));
    shop.arrives(What::Message { from, reference: reference.clone(), content, about: None, referral: None });
    shop.turns();
    shop.sends();
    let shown = |signal| ("ann".to_owned(), reference.clone(), signal);
    let signals = shop.messenger.signals();
    assert_eq!(signals.len(), 2);
    assert!(
        signals.contains(&shown(Signal::Seen)) && signals.contains(&shown(Signal::Typing)),
        "{signals:?}"
    );
    assert_eq!(shop.marks(MODEL).len(), 1);
}
