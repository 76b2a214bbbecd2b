//! Makes ids from the time and chance handed in.

use std::sync::Arc;

use tradepost_domain::{DeadLetterId, EventId, MessageId, OrderId, Timestamp, TurnId};
use tradepost_ports::{Clock, Dice};

pub(crate) struct Mint {
    clock: Arc<dyn Clock>,
    dice: Arc<dyn Dice>,
}

macro_rules! mints {
    ($($method:ident: $id:ident),* $(,)?) => {$(
        pub(crate) fn $method(&self) -> $id {
            let (at, dice) = self.toss();
            $id::new(at, dice)
        }
    )*};
}

impl Mint {
    pub(crate) fn new(clock: Arc<dyn Clock>, dice: Arc<dyn Dice>) -> Self {
        Self { clock, dice }
    }

    pub(crate) fn toss(&self) -> (Timestamp, u128) {
        (self.clock.now(), self.dice.roll())
    }

    pub(crate) fn dice(&self) -> &dyn Dice {
        &*self.dice
    }

    mints! {
        event: EventId,
        turn: TurnId,
        message: MessageId,
        order: OrderId,
        dead_letter: DeadLetterId,
    }
}
