//! The loops of a process, on a clock that is moved by hand: what one lane, one adapter or one conversation costs others.

use std::{
    sync::atomic::Ordering,
    task::{Context, Poll, Waker},
    time::Duration,
};

use rstest::rstest;
use tokio::sync::watch;
use tradepost_domain::{Content, Conversation, Delivery, SignedDuration};
use tradepost_engine::House;
use tradepost_ports::store::{Inbox, InboxBody};
use tradepost_testkit::{make, script::Play};

use super::{
    hours, secs,
    shop::{Setup, Shop},
};

/// One step of the clock.
const STEP: Duration = Duration::from_millis(100);

/// A house whose loops run, together with what happens in the shop meanwhile.
struct Life<'a> {
    shop: &'a Shop,
    run: std::pin::Pin<Box<dyn Future<Output = ()> + 'a>>,
    stops: watch::Sender<bool>,
}

impl<'a> Life<'a> {
    fn of(shop: &'a Shop) -> Self {
        let (stops, stop) = watch::channel(false);
        Self { shop, run: Box::pin(House::run(&shop.house, stop)), stops }
    }

    /// Everything that can be done now.
    fn settles(&mut self) -> Poll<()> {
        let mut cx = Context::from_waker(Waker::noop());
        for _ in 0..50 {
            if self.run.as_mut().poll(&mut cx).is_ready() {
                return Poll::Ready(());
            }
        }
        Poll::Pending
    }

    fn goes_on_for(&mut self, time: Duration) {
        for _ in 0..time.as_millis().div_ceil(STEP.as_millis()) {
            assert!(self.settles().is_pending(), "the house has ended by itself");
            self.shop.passes(STEP);
        }
        assert!(self.settles().is_pending(), "the house has ended by itself");
    }

    /// Stops, and gives what is in hand as much time as it needs.
    fn ends(mut self) {
        self.stops.send_replace(true);
        for _ in 0..600 {
            if self.settles().is_ready() {
                return;
            }
            self.shop.passes(STEP);
        }
        panic!("the house does not end");
    }
}

/// proves: CV-12 PL-11
#[test]
fn a_store_that_fails_drops_no_send_under_way() {
    let shop = Shop::new();
    shop.messenger.behave(|_| Play::usual().answered_after(secs(2)));
    shop.hears("say one");
    let mut life = Life::of(&shop);
    life.goes_on_for(secs(1));
    assert_eq!((shop.messenger.calls().len(), shop.line("one")), (1, Delivery::Sending));
    shop.hears("say two");
    shop.setup.away.store(40, Ordering::Relaxed);
    life.goes_on_for(secs(60));
    life.ends();
    assert_eq!(shop.sent(), ["one", "two"]);
    assert_eq!((shop.line("one"), shop.line("two")), (Delivery::Sent, Delivery::Sent));
}

/// However long it was away, it is asked again every second.
#[test]
fn a_store_that_comes_back_hears_at_once_what_was_kept_for_it() {
    let shop = Shop::new();
    shop.messenger.behave(|_| Play::usual().answered_after(secs(2)));
    shop.hears("say one");
    let mut life = Life::of(&shop);
    life.goes_on_for(secs(1));
    shop.setup.away.store(usize::MAX, Ordering::Relaxed);
    life.goes_on_for(secs(90));
    assert_eq!(shop.line("one"), Delivery::Sending);
    shop.setup.away.store(0, Ordering::Relaxed);
    life.goes_on_for(secs(2));
    assert_eq!((shop.line("one"), shop.messenger.calls().len()), (Delivery::Sent, 1));
    life.ends();
}

/// Nobody tells this house anything: it looks by itself, and ten times as often when it knows that nobody can.
#[rstest]
#[case::others_can_be_reached(false, None)]
#[case::the_coordinator_is_away(true, Some("one"))]
fn while_the_coordinator_is_away_the_store_is_looked_through_more_often(
    #[case] alone: bool,
    #[case] sent: Option<&str>,
) {
    let shop = Shop::with(Setup { alone, ..Setup::default() });
    let mut life = Life::of(&shop);
    life.goes_on_for(Duration::from_millis(1_100));
    shop.hears("say one");
    life.goes_on_for(Duration::from_millis(500));
    assert_eq!(shop.sent(), Vec::from_iter(sent));
    life.goes_on_for(secs(3));
    life.ends();
    assert_eq!(shop.sent(), ["one"]);
}

/// proves: PL-11
#[test]
fn an_adapter_that_panics_ends_its_own_call_only() {
    let shop = Shop::new();
    shop.messenger.behave(|line| match line.content.words() {
        Some("one") => panic!("an adapter's mistake"),
        _ => Play::usual(),
    });
    shop.hears("say one");
    shop.hears_from("bob", Content::text("say two"));
    let mut life = Life::of(&shop);
    life.goes_on_for(secs(3));
    assert_eq!((shop.line("one"), shop.line("two")), (Delivery::Uncertain, Delivery::Sent));
    shop.hears("say three");
    life.goes_on_for(secs(33));
    life.ends();
    assert_eq!(shop.line("three"), Delivery::Sent);
}

/// A lane that is empty for a moment is no faster for it.
#[test]
fn no_second_sees_more_sends_than_the_rate_allows() {
    let shop = Shop::with(Setup { per_second: 2, ..Setup::default() });
    let mut life = Life::of(&shop);
    for peer in ["ann", "bob", "cleo", "dan", "eve", "flo"] {
        shop.hears_from(peer, Content::text("say hello"));
        life.goes_on_for(secs(1));
    }
    for peer in ["gil", "hal", "ida", "jo", "kim", "lou"] {
        shop.hears_from(peer, Content::text("say hello"));
        life.goes_on_for(STEP);
    }
    life.goes_on_for(secs(10));
    life.ends();
    let sent: Vec<_> = shop.messenger.calls().iter().map(|call| call.at).collect();
    assert_eq!(sent.len(), 12);
    for three in sent.windows(3) {
        assert!(three[2].duration_since(three[0]) >= SignedDuration::from_secs(1), "{three:?}");
    }
}

/// More conversations than one look takes wait for a storefront that nobody serves any more.
///
/// proves: CV-08
#[test]
fn conversations_of_a_storefront_that_is_gone_keep_no_other_waiting() {
    let shop = Shop::new();
    shop.within(Box::new(|unit| {
        Box::pin(async move {
            for n in 1..=1_000 {
                let idle_at = Some(make::at(0));
                let orphan = Conversation { storefront: "gone".into(), idle_at, ..make::conversation(n) };
                unit.begin(&orphan).await?;
                Inbox::file(unit, &make::inbox_row(n, orphan.id)).await?;
            }
            Ok(())
        })
    }));
    shop.passes(secs(600));
    shop.hears("say hello");
    let mut life = Life::of(&shop);
    life.goes_on_for(secs(40));
    assert_eq!(shop.sent(), ["hello"]);
    shop.passes(hours(24 * 30));
    life.goes_on_for(secs(60));
    life.ends();
    assert!(shop.conversation().inner.returning, "it has become idle");
    let waiting = shop.store.tables().inbox();
    let words = waiting.iter().filter(|row| matches!(row.body, InboxBody::Said(_))).count();
    assert_eq!(
        (words, waiting.len()),
        (1_000, 2_000),
        "they are kept, and told once that their time has come"
    );
}

/// However much waits for a process when it starts, nothing of it waits for the next look.
///
/// proves: PL-04
#[test]
fn a_backlog_is_worked_off_without_a_pause() {
    let shop = Shop::new();
    for number in 0..300 {
        shop.hears_from(&format!("customer-{number}"), Content::text("say hello"));
    }
    let mut life = Life::of(&shop);
    life.goes_on_for(secs(1));
    assert_eq!(shop.lines().len(), 300, "each is answered; when the lines leave is the lane's affair");
    life.ends();
}

/// By one process of several.
///
/// proves: PL-13
#[rstest]
#[case::chosen(true, 0)]
#[case::another_is(false, 1)]
fn the_old_is_forgotten_beside_everything_else(#[case] chosen: bool, #[case] left: usize) {
    let shop = Shop::with(Setup { chosen, ..Setup::default() });
    shop.hears("say hello");
    let mut life = Life::of(&shop);
    life.goes_on_for(secs(1));
    shop.passes(hours(24));
    life.goes_on_for(secs(2));
    assert!(shop.conversation().inner.returning, "it has ended");
    shop.passes(hours(366 * 24));
    life.goes_on_for(secs(2));
    life.ends();
    assert_eq!(shop.store.tables().conversations().len(), left);
}
