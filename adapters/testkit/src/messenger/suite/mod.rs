//! The cases. They are run by [`messenger_suite!`](crate::messenger_suite).
#![expect(missing_docs, reason = "a case's name says what it tries")]

mod abilities;
mod contents;
mod refusals;
mod secrets;
mod sending;
mod shown;
mod trouble;

use std::{sync::Arc, time::Duration};

pub use abilities::*;
pub use refusals::*;
pub use secrets::*;
pub use sending::*;
pub use shown::*;
use tradepost_domain::{
    Author, Content, EffectId, ErrorKind, Media, PortError, Source, capabilities::Passage,
};
use tradepost_ports::{Messenger, Outbound, PortResult, Receipt, store::MediaBlob};
pub use trouble::*;

use super::{Asked, Double, Provider, Reply};
use crate::{make, verdict::Verdict};

/// Long enough for a loopback call on a busy machine.
const PATIENT: Duration = Duration::from_secs(10);

type Doubled = Arc<dyn Double>;

/// Why a case of a provider's answers is not tried.
fn alone() -> Verdict {
    Verdict::not_promised("no provider stands behind the channel")
}

/// A messenger and its provider.
struct Stage {
    double: Doubled,
    provider: Provider,
    messenger: Box<dyn Messenger>,
}

impl Stage {
    fn new(double: &Doubled, provider: Provider, time_limit: Duration) -> Self {
        let messenger = double.messenger(provider.base(), time_limit);
        Self { double: Arc::clone(double), provider, messenger }
    }

    async fn taking(double: &Doubled) -> Self {
        Self::new(double, Provider::taking(double).await, PATIENT)
    }

    async fn answering(double: &Doubled, reply: Reply) -> Self {
        Self::new(double, Provider::answering(move |_, _| reply.clone()).await, PATIENT)
    }

    /// Sends a line; its number makes it another one.
    async fn send(&self, n: u64, content: Content) -> PortResult<Receipt> {
        let (effect, line) = (EffectId { turn: make::turn_id(n), position: 0 }, make::message_id(n));
        let (peer, author, passage) = (self.double.peer(), Author::Bot, Passage::Open);
        let attached = if self.messenger.capabilities().uploads { attached(&content) } else { Vec::new() };
        self.messenger.send(&Outbound { effect, line, peer, content, attached, author, passage }).await
    }

    async fn hello(&self) -> PortResult<Receipt> {
        self.send(1, Content::text("Hello.")).await
    }

    /// The error of a line that does not count as sent.
    async fn failure(&self) -> PortError {
        self.hello().await.expect_err("this should not count as sent")
    }

    /// The content is refused as ours to mend, before anything has left.
    async fn refuses(&self, n: u64, label: &str, content: Content) {
        let before = self.provider.asked().len();
        let result = self.send(n, content).await;
        let kind = result.as_ref().map_err(|error| error.kind).map(drop);
        assert_eq!(kind, Err(ErrorKind::Invalid), "{label} should be refused by the adapter: {result:?}");
        assert_eq!(self.provider.asked().len(), before, "{label} should be refused before anything leaves");
    }
}

/// What the engine hands over beside media of our store: small bytes, whatever length is declared. Nobody is refused for
/// want of them, so those over a limit are refused by their length.
fn attached(content: &Content) -> Vec<MediaBlob> {
    const SMALL: u64 = 1024;
    let Content::Media { media, .. } = content else { return Vec::new() };
    let blob = |medium: &Media| match &medium.source {
        Source::Stored { hash, mime, bytes } => {
            let bytes = vec![b'.'; usize::try_from(*bytes.min(&SMALL)).unwrap_or_default()].into();
            Some(MediaBlob { hash: hash.clone(), mime: mime.clone(), bytes })
        }
        _ => None,
    };
    media.iter().filter_map(blob).collect()
}
