//! What processes tell each other. The store is right, the coordinator is fast: whatever it loses, a sweep finds.
//!
//! A coordinator may forget everything at any moment, as a server does that is started anew: then windows begin again,
//! sessions are closed, the cache is empty and locks are free. Only a lock's tokens go on growing.

mod mailbox;

use std::{future::Future, pin::Pin, time::Duration};

use async_trait::async_trait;
use bytes::Bytes;
pub use mailbox::{Mailbox, Mailboxes};
use tradepost_domain::{ConversationId, Lane, PortError};

/// The largest value that a cache keeps, in bytes.
pub const LARGEST: usize = 1 << 20;

/// Wake-ups, windows, sessions, a cache and locks across the processes of one house. Names and keys of one kind have
/// nothing to do with those of another.
///
/// A coordinator that cannot be reached fails within a second, as [`Unavailable`](crate::ErrorKind::Unavailable).
#[async_trait]
pub trait Coordinator: Send + Sync {
    /// Wakes whoever waits for that kind of work, in every process. May be lost; never waits for anybody.
    fn wake(&self, wake: Wake);

    /// Listens from now on. Wake-ups while nobody asks are kept, bounded and coalesced; when some may have been missed,
    /// `Turn` of none and `Dispatch` are heard.
    fn listen(&self) -> Box<dyn Listener>;

    /// Whether other processes are known to be out of reach now: what they would tell must be looked for in the store,
    /// ten times as often as otherwise. Never, if there are no others.
    fn away(&self) -> bool;

    /// Counts one more use of the key in a sliding window: of any window's length, no more than `most` are allowed.
    /// `Err(wait)` when they are used up: try again after so long. A refused use does not count.
    async fn allow(&self, key: &str, most: u32, window: Duration) -> Result<Result<(), Duration>, PortError>;

    /// Begins a session: from now on, for that long, [`use_session`](Self::use_session) counts. One that is open already
    /// begins again with nothing used.
    async fn begin_session(&self, key: &str, length: Duration) -> Result<(), PortError>;

    /// Counts one more use of the session, if it is open and fewer than `most` are used. For providers that allow so
    /// many messages within so long after a customer's word.
    async fn use_session(&self, key: &str, most: u32) -> Result<SessionUse, PortError>;

    /// What was last cached under the key, unless its time has passed or room was needed for others.
    async fn cached(&self, key: &str) -> Result<Option<Bytes>, PortError>;

    /// Keeps a value for that long, in place of the key's former one. One of more than [`LARGEST`] bytes is not kept, and
    /// one that is kept for no time is forgotten.
    async fn cache(&self, key: &str, value: Bytes, ttl: Duration) -> Result<(), PortError>;

    /// Takes a value out of the cache.
    async fn forget(&self, key: &str) -> Result<(), PortError>;

    /// Takes a named lock for at most that long; `None` when another holds it. Only a hint: what it protects must be
    /// right without it.
    async fn lock(&self, name: &str, lease: Duration) -> Result<Option<LockToken>, PortError>;

    /// Holds a lock for that long from now, if the token still holds it; `false` when it does not.
    async fn renew(&self, name: &str, token: LockToken, lease: Duration) -> Result<bool, PortError>;

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
    /// These conversations have something ripe. A hint: the store knows. None of them: the store should be looked through.
    Turn(Vec<ConversationId>),
    /// The outbox has something to send: the store should be looked through.
    Dispatch,
    /// This lane has something to send. A hint: the store knows.
    Lane(Lane),
    /// A line of this conversation has left: whoever waits for an answer may look.
    Answered(ConversationId),
}

/// What became of a session's use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionUse {
    /// Counted; so many are left.
    Used {
        /// Uses that are left.
        left: u32,
    },
    /// None was left.
    Spent,
    /// No session was begun, or it has ended.
    Closed,
}

/// Proof of holding a lock; grows with every taking, so that a store can fence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct LockToken(pub u64);
