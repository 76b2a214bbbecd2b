//! Waiting for the answer to a question: the transcript is read again whenever a line has left.

use std::{sync::Arc, time::Duration};

use futures::{Stream, stream};
use tokio::sync::watch;
use tradepost_domain::{AccountKey, Author, ConversationId, Delivery, MessageId, Timestamp};
use tradepost_ports::{
    Clock, Coordinator, Store, StoreError, Wake,
    coordinator::Listener,
    store::{Class, Unit, UnitWork, Written},
};

/// A wake-up may be lost; this often the store is asked all the same.
const SWEEP: Duration = Duration::from_millis(200);

/// When the house stops, an answer that is nearly there may still come.
const GRACE: Duration = Duration::from_secs(2);

/// Lines read at once.
const PAGE: u32 = 100;

/// What a caller hears.
#[derive(Debug, Clone, PartialEq)]
pub enum Heard {
    /// A line has left.
    Line(Box<Written>),
    /// Nothing more will be said here.
    End {
        /// Is everything answered? Else the time was up.
        complete: bool,
    },
}

/// What a question waits on.
pub struct Waiting<'a> {
    /// Where the answer is read.
    pub store: Arc<dyn Store>,
    /// Who tells that a line has left.
    pub coordinator: &'a dyn Coordinator,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Turns true when the house stops.
    pub stop: watch::Receiver<bool>,
    /// How long an answer is waited for.
    pub wait: Duration,
}

/// One question that waits for its answer.
pub struct Exchange {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    listener: Box<dyn Listener>,
    stop: watch::Receiver<bool>,
    stopping: bool,
    account: AccountKey,
    reference: String,
    until: Timestamp,
    asked: Option<Asked>,
    told: Vec<MessageId>,
    ready: Vec<Written>,
    ended: Option<bool>,
    over: bool,
}

#[derive(Debug, Clone, Copy)]
struct Asked {
    conversation: ConversationId,
    line: MessageId,
}

/// What one look at the store found.
#[derive(Default)]
struct Look {
    asked: Option<Asked>,
    lines: Vec<Written>,
    settled: bool,
}

impl Exchange {
    /// Begins to listen, so that no wake-up between asking and waiting is lost. Called before the question is handed in.
    pub fn begin(waiting: Waiting<'_>, account: AccountKey, reference: String) -> Self {
        let Waiting { store, coordinator, clock, stop, wait } = waiting;
        let until = clock.now().saturating_add(wait).unwrap_or(Timestamp::MAX);
        Self {
            store,
            clock,
            listener: coordinator.listen(),
            stop,
            stopping: false,
            account,
            reference,
            until,
            asked: None,
            told: Vec::new(),
            ready: Vec::new(),
            ended: None,
            over: false,
        }
    }

    /// The conversation of the question, as soon as it is known; `None` when the time was up before.
    pub async fn conversation(&mut self) -> Result<Option<ConversationId>, StoreError> {
        loop {
            if let Some(asked) = self.asked {
                return Ok(Some(asked.conversation));
            }
            if self.ended.is_some() {
                return Ok(None);
            }
            self.look().await?;
            if self.asked.is_none() && self.ended.is_none() {
                self.rest().await;
            }
        }
    }

    /// Every line as it leaves, then the end.
    pub fn stream(self) -> impl Stream<Item = Result<Heard, StoreError>> + Send {
        stream::unfold(self, |mut exchange| async move {
            if exchange.over {
                return None;
            }
            let heard = exchange.next().await;
            exchange.over = !matches!(heard, Ok(Heard::Line(_)));
            Some((heard, exchange))
        })
    }

    /// What comes next.
    pub async fn next(&mut self) -> Result<Heard, StoreError> {
        loop {
            if !self.ready.is_empty() {
                let line = self.ready.remove(0);
                return Ok(Heard::Line(Box::new(line)));
            }
            if let Some(complete) = self.ended {
                return Ok(Heard::End { complete });
            }
            self.look().await?;
            if self.ready.is_empty() && self.ended.is_none() {
                self.rest().await;
            }
        }
    }

    async fn look(&mut self) -> Result<(), StoreError> {
        let late = self.clock.now() >= self.until;
        let look = self.read().await?;
        self.asked = look.asked.or(self.asked);
        for written in look.lines {
            if visible(&written) && !self.told.contains(&written.line.id) {
                self.told.push(written.line.id);
                self.ready.push(written);
            }
        }
        match (look.settled, late) {
            (true, _) => self.ended = Some(true),
            (false, true) => self.ended = Some(false),
            (false, false) => {}
        }
        Ok(())
    }

    /// Lines and what waits are read in one unit: an answer cannot slip between them.
    async fn read(&mut self) -> Result<Look, StoreError> {
        let (account, reference, asked) = (self.account.clone(), self.reference.clone(), self.asked);
        let (send, receive) = tokio::sync::oneshot::channel();
        let work: UnitWork = Box::new(move |unit| {
            Box::pin(async move {
                let look = look(unit, &account, &reference, asked).await?;
                // The one who asked may have gone away; then nobody misses the look.
                let _ = send.send(look);
                Ok(())
            })
        });
        self.store.read(work).await?;
        receive.await.map_err(|_| StoreError::Broken("a unit returned nothing".to_owned()))
    }

    async fn rest(&mut self) {
        let left = Duration::try_from(self.until.duration_since(self.clock.now())).unwrap_or_default();
        let sweep = self.clock.sleep(SWEEP.min(left.max(Duration::from_millis(1))));
        let conversation = self.asked.map(|asked| asked.conversation);
        let stops = tokio::select! {
            () = woken(self.listener.as_mut(), conversation) => false,
            () = sweep => false,
            () = stopped(&mut self.stop), if !self.stopping => true,
        };
        if stops {
            self.stopping = true;
            self.until = self.until.min(self.clock.now().saturating_add(GRACE).unwrap_or(Timestamp::MAX));
        }
    }
}

/// Waits until the house stops; a sender that is gone has stopped, too.
async fn stopped(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}

/// Waits until a line of that conversation has left.
async fn woken(listener: &mut dyn Listener, conversation: Option<ConversationId>) {
    loop {
        let wakes = listener.next().await;
        if wakes.iter().any(|wake| matches!(wake, Wake::Answered(id) if Some(*id) == conversation)) {
            return;
        }
    }
}

async fn look(
    unit: &mut dyn Unit,
    account: &AccountKey,
    reference: &str,
    asked: Option<Asked>,
) -> Result<Look, StoreError> {
    let asked = match asked {
        Some(asked) => Some(asked),
        None => unit
            .by_reference(account, reference)
            .await?
            .map(|written| Asked { conversation: written.conversation, line: written.line.id }),
    };
    let Some(Asked { conversation, line }) = asked else { return Ok(Look::default()) };
    let lines = transcript(unit, conversation, line).await?;
    Ok(Look { asked, lines, settled: settled(unit, conversation).await? })
}

async fn transcript(
    unit: &mut dyn Unit,
    conversation: ConversationId,
    after: MessageId,
) -> Result<Vec<Written>, StoreError> {
    let (mut lines, mut after) = (Vec::new(), after);
    loop {
        let page = unit.transcript(conversation, Some(after), PAGE).await?;
        let full = page.len() == PAGE as usize;
        if let Some(last) = page.last() {
            after = last.line.id;
        }
        lines.extend(page);
        if !full {
            return Ok(lines);
        }
    }
}

/// Does nothing wait that could still say something? Quiet work, such as a compensation that is tried for hours, does
/// not count.
async fn settled(unit: &mut dyn Unit, conversation: ConversationId) -> Result<bool, StoreError> {
    if !unit.waiting(conversation).await?.is_empty() {
        return Ok(false);
    }
    let rows = unit.rows_of(conversation).await?;
    Ok(!rows.iter().any(|row| matches!(row.class, Class::Say | Class::Read | Class::Write)))
}

/// A line of ours that the customer has.
fn visible(written: &Written) -> bool {
    written.line.author != Author::Customer
        && matches!(written.line.delivery, Some(Delivery::Sent | Delivery::Delivered | Delivery::Read))
}
