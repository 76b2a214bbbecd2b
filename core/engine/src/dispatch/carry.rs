//! Carries a marked row through its port, under guard.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use backon::{BackoffBuilder, ExponentialBuilder};

use tracing::Instrument;
use tradepost_domain::{
    Answer, Call, Checkout, CheckoutRequest, Content, EffectId, ErrorKind, Media, PortError, Source,
};
use tradepost_ports::{
    Fetched, MediaSource, Messenger, Outbound, Payments, PortResult, Receipt, StoreError,
    correlation::correlated,
    observer::STEPS,
    store::{Class, MediaBlob, Work},
    terms::Repeat,
};

use super::claim::Marked;
use crate::{House, Stage, registry::Port, unit::read};

/// The first wait before a result is offered to the store again; it doubles up to the sweep's.
const SETTLE_WAIT: Duration = Duration::from_millis(100);
/// So often at most: five minutes with a sweep every second.
const SETTLE_TRIES: usize = 300;

/// What came of a row.
#[derive(Debug)]
pub(super) enum Outcome {
    /// A line.
    Said(PortResult<Receipt>),
    /// A call.
    Answered(PortResult<Answer>),
    /// A sign of life; whatever came of it.
    Shown,
    /// A medium.
    Fetched(PortResult<Fetched>),
    /// Not sent: it was marked too long ago, and others may already think it uncertain.
    TooLate,
}

impl Outcome {
    /// For logs: without a word of what was said.
    fn word(&self) -> &'static str {
        match self {
            Self::Shown => "shown",
            Self::TooLate => "too late",
            _ => self.error().map_or("done", |error| error.kind.word()),
        }
    }

    /// What went wrong.
    pub(super) fn error(&self) -> Option<&PortError> {
        match self {
            Self::Said(result) => result.as_ref().err(),
            Self::Answered(result) => result.as_ref().err(),
            Self::Fetched(result) => result.as_ref().err(),
            Self::Shown | Self::TooLate => None,
        }
    }
}

impl House {
    /// Sends a marked row and settles it. The caller must own the row: nobody else sends it.
    pub async fn carry(self: &Arc<Self>, marked: Marked) -> Result<(), StoreError> {
        let (request, effect, account) = (marked.row.correlation.clone(), marked.row.effect, &marked.account);
        let span = tracing::info_span!("call", request.id = request.as_str(), %effect, %account);
        let request = self.step(&span, request);
        let work = async {
            let outcome = correlated(request, self.send(&marked)).await;
            tracing::debug!(outcome = outcome.word(), "the port has answered");
            self.heed_rate(&marked, &outcome);
            self.reached(Stage::Answered);
            let settling =
                self.span(|| tracing::info_span!(target: STEPS, "settle", outcome = outcome.word()));
            self.settle_surely(marked, outcome).instrument(settling).await
        };
        work.instrument(span).await
    }

    /// What the provider said is known here alone: while the store is away it is kept and offered again.
    async fn settle_surely(self: &Arc<Self>, marked: Marked, outcome: Outcome) -> Result<(), StoreError> {
        let (marked, outcome) = (Arc::new(marked), Arc::new(outcome));
        let waits = ExponentialBuilder::default()
            .with_min_delay(SETTLE_WAIT)
            .with_max_delay(self.tuning.sweep)
            .with_max_times(SETTLE_TRIES)
            .build();
        for wait in waits {
            match self.settle(&marked, &outcome).await {
                Err(error @ (StoreError::Away(_) | StoreError::Conflict)) => {
                    tracing::warn!(%error, "failed to write down what came of a call; trying again");
                    self.clock.sleep(wait).await;
                }
                settled => return settled,
            }
        }
        self.settle(&marked, &outcome).await
    }

    async fn send(&self, marked: &Marked) -> Outcome {
        if self.now() > marked.at + self.tuning.margin {
            return Outcome::TooLate;
        }
        match (&marked.row.work, self.registry.port(&marked.account)) {
            (Work::Say { .. }, Some(Port::Messenger(port))) => {
                Outcome::Said(self.send_line(marked, &**port).await)
            }
            (Work::Call { call }, Some(port)) => Outcome::Answered(self.send_call(marked, call, port).await),
            (Work::Signal { .. }, Some(Port::Messenger(port))) => self.show(marked, &**port).await,
            (Work::Fetch { media, .. }, Some(Port::Media(port))) => {
                Outcome::Fetched(self.fetch(marked, media, &**port).await)
            }
            (Work::Say { .. }, _) => Outcome::Said(Err(no_port(marked))),
            (Work::Call { .. }, None) => Outcome::Answered(Err(no_port(marked))),
            (Work::Fetch { .. }, _) => Outcome::Fetched(Err(no_port(marked))),
            (Work::Signal { .. }, _) => Outcome::Shown,
        }
    }

    async fn send_line(&self, marked: &Marked, port: &dyn Messenger) -> PortResult<Receipt> {
        let (Work::Say { peer, content, author }, Some(line)) = (&marked.row.work, marked.row.message) else {
            return Err(no_port(marked));
        };
        let send = || async {
            let outbound = Outbound {
                effect: marked.row.effect,
                line,
                peer: peer.clone(),
                content: content.clone(),
                // Read behind the breaker, so that nothing is read in vain.
                attached: self.attached(content, port).await?,
                author: *author,
                passage: marked.passage,
            };
            port.send(&outbound).await
        };
        self.guarded(marked, send).await
    }

    /// The bytes of the content's media that we keep, for a channel that wants them.
    async fn attached(&self, content: &Content, port: &dyn Messenger) -> PortResult<Vec<MediaBlob>> {
        let kept = |media: &Media| match &media.source {
            Source::Stored { hash, .. } => Some(hash.clone()),
            _ => None,
        };
        let hashes: BTreeSet<String> = content.media().iter().filter_map(kept).collect();
        if hashes.is_empty() || !port.capabilities().uploads {
            return Ok(Vec::new());
        }
        let blobs = read(&*self.store, move |unit| {
            Box::pin(async move {
                let mut blobs = Vec::with_capacity(hashes.len());
                for hash in &hashes {
                    blobs.push(unit.media(hash).await?);
                }
                Ok(blobs)
            })
        });
        let blobs = blobs.await.map_err(|error| {
            PortError::new(ErrorKind::Unavailable, "engine", format!("failed to read a medium: {error}"))
        })?;
        blobs.into_iter().collect::<Option<Vec<_>>>().ok_or_else(|| {
            PortError::new(ErrorKind::Invalid, "engine", "the medium is not in the store any more")
        })
    }

    async fn show(&self, marked: &Marked, port: &dyn Messenger) -> Outcome {
        if let Work::Signal { peer, about, signal } = &marked.row.work
            && let Err(error) = self.guarded(marked, || port.signal(peer, about.as_deref(), *signal)).await
        {
            tracing::debug!(%error, "failed to show a sign of life");
        }
        Outcome::Shown
    }

    async fn fetch(&self, marked: &Marked, media: &Media, source: &dyn MediaSource) -> PortResult<Fetched> {
        let most = self.tuning.most_media_bytes;
        self.guarded(marked, || source.fetch(media, most)).await
    }

    async fn send_call(&self, marked: &Marked, call: &Call, port: &Port) -> PortResult<Answer> {
        match (call, port) {
            (Call::Model(prompt), Port::Llm(llm)) => {
                self.guarded(marked, || llm.complete(prompt)).await.map(Answer::Reply)
            }
            (Call::OpenCheckout(request), Port::Payments(payments)) => {
                self.open_checkout(marked, request, &**payments).await.map(Answer::Checkout)
            }
            (Call::CloseCheckout { reference, .. }, Port::Payments(payments)) => {
                let closed = self.guarded(marked, || payments.close_checkout(reference)).await;
                closed.map(|()| Answer::Closed)
            }
            _ => Err(no_port(marked)),
        }
    }

    /// The same effect id is the key of every try; where the provider knows no keys, a try that may have arrived is
    /// looked up, and where it cannot be looked up it is never repeated.
    async fn open_checkout(
        &self,
        marked: &Marked,
        request: &CheckoutRequest,
        payments: &dyn Payments,
    ) -> PortResult<Checkout> {
        let key: EffectId = marked.row.effect;
        let opened = match (marked.row.attempt, payments.terms().repeat) {
            (1, _) | (_, Repeat::Keyed) => {
                self.guarded(marked, || payments.open_checkout(key, request)).await
            }
            (_, Repeat::Never) => {
                Err(PortError::new(ErrorKind::Uncertain, "engine", "an earlier try may have arrived"))
            }
            (_, Repeat::LookUp) => match self.look_up(marked, request, payments).await? {
                Some(checkout) => Ok(checkout),
                None => self.guarded(marked, || payments.open_checkout(key, request)).await,
            },
        };
        match opened {
            Err(error) if error.kind == ErrorKind::Uncertain && payments.terms().repeat == Repeat::LookUp => {
                self.look_up(marked, request, payments).await?.ok_or(error)
            }
            opened => opened,
        }
    }

    async fn look_up(
        &self,
        marked: &Marked,
        request: &CheckoutRequest,
        payments: &dyn Payments,
    ) -> PortResult<Option<Checkout>> {
        self.guarded(marked, || payments.find_checkout(request.order)).await
    }

    async fn guarded<T, F, Fut>(&self, marked: &Marked, call: F) -> PortResult<T>
    where
        F: Fn() -> Fut,
        Fut: Future<Output = PortResult<T>>,
    {
        let class: Class = marked.row.class;
        match self.guards.of(&marked.account) {
            Some(guard) => guard.call(class, call).await,
            None => Err(no_port(marked)),
        }
    }
}

fn no_port(marked: &Marked) -> PortError {
    let detail = format!("account `{}` does not do this", marked.account);
    PortError::new(ErrorKind::Config, "engine", detail)
}
