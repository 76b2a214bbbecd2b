//! A provider made up for the kit, and its adapter: good, or with one flaw. The good one passes both suites.

pub mod client;
mod limits;
pub mod messenger;
pub mod webhook;

mod suite {
    use crate::pigeon;

    fn sends() -> pigeon::messenger::Loft {
        pigeon::messenger::Loft { flaw: None }
    }

    fn calls() -> pigeon::webhook::Loft {
        pigeon::webhook::Loft { flaw: None }
    }

    mod messenger {
        tradepost_testkit::messenger_suite!(super::sends);
    }

    mod webhook {
        tradepost_testkit::webhook_suite!(super::calls);
    }
}
