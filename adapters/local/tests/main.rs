//! The coordinator passes the kit's suite; the system's clock and dice do what a clock and dice do.

use std::{sync::Arc, time::Duration};

use tradepost_local::{Local, SystemClock, SystemDice};
use tradepost_ports::{Clock as _, Coordinator as _, Dice as _, Wake};
use tradepost_testkit::{coordinator::Fresh, time::HandClock};

async fn fresh() -> Fresh {
    let clock = HandClock::default();
    Fresh::new(Local::new(Arc::new(clock.clone())), clock)
}

mod suite {
    tradepost_testkit::coordinator_suite!(super::fresh);
}

#[test]
fn the_clock_goes_forward_while_one_sleeps() {
    let (before, after) = tradepost_testkit::run(async {
        let before = SystemClock.now();
        SystemClock.sleep(Duration::from_millis(2)).await;
        (before, SystemClock.now())
    });
    assert!(before < after, "{before} {after}");
}

#[test]
fn dice_differ() {
    assert_ne!(SystemDice.roll(), SystemDice.roll());
}

#[test]
fn a_listener_that_left_is_forgotten() {
    let local = Local::new(Arc::new(HandClock::default()));
    drop(local.listen());
    local.wake(Wake::Dispatch);
    let mut listener = local.listen();
    local.wake(Wake::Dispatch);
    assert_eq!(tradepost_testkit::run(listener.next()), [Wake::Dispatch]);
}
