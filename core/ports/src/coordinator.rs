//! What processes tell each other. The store is right, the coordinator is fast: whatever it loses, a sweep finds.

use std::{future::Future, pin::Pin, time::Duration};

use async_trait::async_trait;
use tradepost_domain::{ConversationId, PortError};

/// Wake-ups, windows and locks across the processes of one house.
#[async_trait]
pub trait Coordinator: Send + Sync {
    /// Wakes whoever waits for that kind of work. May be lost; never waits for anybody.
    fn wake(&self, wake: Wake);

    /// Listens from now on. Wake-ups while nobody asks are kept, bounded and coalesced.
    fn listen(&self) -> Box<dyn Listener>;

    /// Counts one more use of the key in a sliding window. `Err(wait)` when `most` are used up: try again after so long.
    async fn allow(&self, key: &str, most: u32, window: Duration) -> Result<Result<(), Duration>, PortError>;

    /// Takes a named lock for at most that long; `None` when another holds it. Only a hint: what it protects must be
    /// right without it.
    async fn lock(&self, name: &str, lease: Duration) -> Result<Option<LockToken>, PortError>;

    /// Gives a lock back, if the token still holds it.
    async fn unlock(&self, name: &str, token: LockToken) -> Result<(), PortError>;
}

/// One who waits for wake-ups.
pub trait Listener: Send {
    /// The wake-ups since the last call; waits for at least one.
    fn next(&mut self) -> Pin<Box<dyn Future<Output = Vec<Wake>> + Send + '_>>;
}

/// What there is to do.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Wake {
    /// These conversations have something ripe. A hint: the store knows.
    Turn(Vec<ConversationId>),
    /// The outbox has something to send.
    Dispatch,
    /// A line of this conversation has left: whoever waits for an answer may look.
    Answered(ConversationId),
}

/// Proof of holding a lock; grows with every taking, so that a store can fence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct LockToken(pub u64);
