//! The messenger's suite. Nobody calls this channel by webhook, and no provider stands behind it.

use tradepost_direct::{Direct, account_of};
use tradepost_ports::Messenger;
use tradepost_testkit::{
    make,
    messenger::{Alone, Double},
};

fn direct() -> impl Double {
    Alone(|| Box::new(Direct::new(account_of(&make::storefront()))) as Box<dyn Messenger>)
}

tradepost_testkit::messenger_suite!(direct);
