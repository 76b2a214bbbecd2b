//! Dispatch: lines leave in order, in time, through an open window, and waiting is not an attempt.

use rstest::rstest;
use tradepost_domain::{
    Capabilities, Content, Delivery, ErrorKind, Media, MediaKind, Source,
    capabilities::{Passage, TextUnit, Window},
};
use tradepost_ports::store::StaffWord;
use tradepost_testkit::script::Play;

use super::{
    hours, secs,
    shop::{LINES, PICTURES, Setup, Shop},
};

/// proves: CV-10
#[test]
fn lines_of_one_conversation_leave_in_order() {
    let shop = Shop::new();
    shop.messenger.plan(Play::fail_as(ErrorKind::RateLimited));
    shop.answers("say one");
    shop.answers("say two");
    shop.sends();
    assert!(shop.sent().is_empty(), "the second waits for the first");
    shop.passes(secs(1));
    shop.sends();
    assert_eq!(shop.sent(), ["one", "two"]);
}

#[test]
fn an_uncertain_line_is_never_repeated_and_holds_its_followers_for_half_a_minute() {
    let shop = Shop::new();
    shop.messenger.plan(Play::lose());
    shop.answers("say one");
    shop.answers("say two");
    shop.sends();
    shop.passes(secs(29));
    shop.rests();
    assert_eq!(shop.sent(), ["one"]);
    shop.passes(secs(1));
    shop.rests();
    assert_eq!(shop.sent(), ["one", "two"]);
    assert_eq!(shop.line("one"), Delivery::Uncertain);
}

#[test]
fn waiting_is_not_an_attempt() {
    let shop = Shop::new();
    for _ in 0..20 {
        shop.messenger.plan(Play::fail_as(ErrorKind::RateLimited));
    }
    shop.answers("say hello");
    for _ in 0..=20 {
        shop.sends();
        shop.passes(secs(60));
    }
    assert_eq!(shop.sent(), ["hello"]);
}

/// proves: CV-08
#[test]
fn a_line_that_is_refused_for_ever_is_a_dead_letter() {
    let shop = Shop::new();
    shop.messenger.behave(|_| Play::fail_as(ErrorKind::Unavailable));
    shop.answers("say hello");
    for _ in 0..8 {
        assert_eq!(shop.line("hello"), Delivery::Queued);
        shop.sends();
        shop.passes(secs(300));
    }
    assert_eq!(shop.line("hello"), Delivery::Failed);
    assert_eq!(shop.store.tables().dead_letters().len(), 1);
}

/// proves: CV-12
#[test]
fn a_reply_expires_after_six_hours() {
    let shop = Shop::new();
    shop.answers("say hello");
    shop.passes(hours(6));
    shop.sends();
    assert_eq!((shop.line("hello"), shop.messenger.calls().len()), (Delivery::Expired, 0));
}

/// proves: CV-12
#[test]
fn news_is_valid_for_three_days() {
    let shop = Shop::new();
    shop.stocks(1);
    shop.answers("buy mug");
    shop.passes(hours(1));
    shop.sweeps();
    shop.turns();
    shop.passes(hours(71));
    shop.sends();
    assert_eq!(shop.line("your hold has ended"), Delivery::Sent);
}

/// proves: CV-12
#[test]
fn what_expires_in_the_queue_is_swept_out() {
    let shop = Shop::new();
    shop.answers("say hello");
    shop.passes(hours(6));
    shop.sweeps();
    assert_eq!(shop.line("hello"), Delivery::Expired);
}

/// A picture that nobody could fetch in time, found by the sweep or by whoever claims it.
///
/// proves: IN-11 CV-12
#[rstest]
#[case::swept(Shop::sweeps)]
#[case::claimed(|shop: &Shop| assert_eq!(shop.sends_on(PICTURES), 0))]
fn no_expiring_link_stays_when_its_fetch_has_expired(#[case] ends: fn(&Shop)) {
    let shop = Shop::new();
    let media = vec![Media::remote(MediaKind::Image, "https://cdn.example/expires")];
    shop.hears_from("ann", Content::Media { media, text: None });
    shop.passes(hours(6));
    ends(&shop);
    let line = shop.store.tables().messages().remove(0);
    let Content::Media { media, .. } = &line.line.content else { panic!("no media: {line:?}") };
    let reason = "its validity time has ended".to_owned();
    assert_eq!(media[0].source, Source::Missing { reason });
    assert!(shop.store.tables().outbox().is_empty());
}

/// proves: CV-07 AD-05
#[test]
fn a_closed_window_refuses_the_flow_and_lets_a_person_through() {
    let window = Some(Window { staff_seconds: 7 * 24 * 3_600, ..Window::hours(24) });
    let text = Capabilities::text_only(1_000, TextUnit::Characters);
    let shop = Shop::with(Setup { capabilities: Capabilities { window, ..text }, ..Setup::default() });
    shop.answers("alarm 72000");
    shop.passes(hours(23));
    shop.rests();
    assert_eq!(shop.sent(), ["ring talk"], "the window is still open");
    shop.passes(hours(2));
    shop.staff(StaffWord::Say { by: "Staff".into(), content: Content::text("still here") });
    shop.turns();
    let passages: Vec<_> = shop.marks(LINES).into_iter().map(|marked| marked.passage).collect();
    assert_eq!(passages, [Passage::AsStaff]);
}

/// proves: CV-07
#[test]
fn a_line_after_the_window_fails_and_says_why() {
    let window = Some(Window::hours(1));
    let text = Capabilities::text_only(1_000, TextUnit::Characters);
    let shop = Shop::with(Setup { capabilities: Capabilities { window, ..text }, ..Setup::default() });
    shop.answers("alarm 7200");
    shop.passes(hours(2));
    shop.rests();
    let line = shop.store.tables().messages().pop().expect("a line");
    assert_eq!(line.line.delivery, Some(Delivery::Failed));
    assert!(line.reason.is_some_and(|reason| reason.contains("window is closed")));
    assert!(shop.messenger.calls().is_empty());
}

/// One lane, many more held lines than may be under way at once, and somebody behind them.
#[test]
fn lines_that_must_wait_keep_no_other_conversation_from_being_served() {
    let shop = Shop::new();
    for n in 0..150 {
        shop.hears_from(&format!("peer-{n}"), Content::text("tell hello"));
    }
    shop.turns_all();
    for n in 0..150 {
        shop.hears_from(&format!("peer-{n}"), Content::text("wait"));
    }
    shop.answers("say served");
    shop.sends();
    assert_eq!(shop.sent(), ["served"]);
}

/// One claim takes the first of each, not all of one.
#[test]
fn a_conversation_with_many_lines_keeps_no_other_from_being_served() {
    let shop = Shop::new();
    for _ in 0..8 {
        shop.answers("say hello");
    }
    shop.hears_from("bob", Content::text("say served"));
    shop.turns_all();
    let marked = shop.marks(LINES);
    assert_eq!(marked.len(), 2);
    shop.carries(marked);
    assert_eq!(shop.sent(), ["hello", "served"]);
}

/// proves: CV-10
#[test]
fn a_lane_is_served_by_one_worker_at_a_time() {
    let shop = Shop::new();
    let other = shop.another("b");
    let claims = |most| {
        let claimed = futures::executor::block_on(other.claim(&LINES.into(), &"b".into(), most));
        claimed.expect("asked").len()
    };
    shop.answers("say one");
    let marked = shop.marks(LINES);
    shop.hears_from("bob", Content::text("say two"));
    shop.turns_all();
    assert_eq!((marked.len(), claims(8)), (1, 0));
    shop.passes(secs(10));
    assert_eq!(claims(8), 1, "the lane's lease has passed");
}
