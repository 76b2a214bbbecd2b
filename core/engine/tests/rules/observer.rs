//! What a house tells its observer, and how a trace goes on across the store.

use std::{sync::Arc, time::Duration};

use parking_lot::Mutex;
use tradepost_domain::{Content, Correlation, Trace};
use tradepost_ports::{Happening, Observer, store::StaffWord};

use super::{
    secs,
    shop::{Setup, Shop},
};

/// Writes down what it is told: its steps are numbers, and of each it notes the one that it comes from.
#[derive(Default)]
struct Notes {
    steps: Mutex<Vec<Option<u64>>>,
    happened: Mutex<Vec<Happening>>,
}

impl Observer for Notes {
    fn step(&self, _: &tracing::Span, cause: &Correlation) -> Correlation {
        let before = match cause.trace() {
            Some(Trace::Recorded { step, .. }) => Some(step),
            _ => None,
        };
        let mut steps = self.steps.lock();
        steps.push(before);
        let step = u64::try_from(steps.len()).expect("few");
        cause.caused_by(Some(Trace::Recorded { trace: 1, step }))
    }

    fn saw(&self, happening: Happening) {
        self.happened.lock().push(happening);
    }
}

fn watched() -> (Shop, Arc<Notes>) {
    let notes = Arc::new(Notes::default());
    let shop =
        Shop::with(Setup { observer: Some(Arc::clone(&notes) as Arc<dyn Observer>), ..Setup::default() });
    (shop, notes)
}

/// Each step comes from the one that caused it: through the inbox to the turn, through the outbox to the call, and on.
///
/// proves: PL-08
#[test]
fn a_trace_goes_on_across_the_store() {
    let (shop, notes) = watched();
    shop.hears("say hello");
    shop.rests();
    let steps = notes.steps.lock().clone();
    assert_eq!(steps, [None, Some(1), Some(2), Some(3)], "accept, turn, dispatch, the try at the port");
    let sent = shop.messenger.calls();
    let told = sent[0].correlation.as_ref().and_then(Correlation::trace);
    assert_eq!(told, Some(Trace::Recorded { trace: 1, step: 4 }), "the provider hears of the try itself");
}

/// proves: PL-08
#[test]
fn what_happens_is_told_in_words_of_ours() {
    let (shop, notes) = watched();
    shop.hears("say hello");
    shop.passes(secs(2));
    shop.rests();
    let happened = notes.happened.lock().clone();
    let (storefront, kind) = (|| "corner-shop".to_owned(), || "sim".to_owned());
    let after = Duration::from_secs(2);
    for expected in [
        Happening::Filed { channel: kind(), fate: "filed" },
        Happening::Began { storefront: storefront() },
        Happening::Turned { storefront: storefront(), took: Duration::ZERO },
        Happening::Called { provider: kind(), class: "say", outcome: "done", took: Duration::ZERO },
        Happening::Answered { channel: kind(), after },
    ] {
        assert!(happened.contains(&expected), "{expected:?} in {happened:?}");
    }
}

/// Only the first line after a customer's words answers them.
///
/// proves: PL-08
#[test]
fn a_customer_is_answered_once() {
    let (shop, notes) = watched();
    let answers =
        || notes.happened.lock().iter().filter(|one| matches!(one, Happening::Answered { .. })).count();
    shop.hears("say one");
    shop.rests();
    shop.hears("say two");
    shop.rests();
    assert_eq!(answers(), 2);
    shop.staff(StaffWord::Say { by: "Staff".into(), content: Content::text("this is me") });
    shop.rests();
    assert_eq!((shop.sent().len(), answers()), (3, 2));
}
