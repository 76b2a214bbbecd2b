//! Limits while the coordinator is away: each process counts for itself until it is back.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use bytes::Bytes;
use tradepost_domain::PortError;
use tradepost_ports::{
    Coordinator, Wake,
    coordinator::{Listener, LockToken, SessionUse},
};

/// A coordinator of many processes, and one of this process that counts while the other is away. Nothing else falls back:
/// a lock of one process alone would exclude nobody.
pub struct Fallback {
    /// The coordinator of all.
    pub all: Arc<dyn Coordinator>,
    /// This process's own.
    pub own: Arc<dyn Coordinator>,
}

#[async_trait]
impl Coordinator for Fallback {
    fn wake(&self, wake: Wake) {
        self.all.wake(wake);
    }

    fn listen(&self) -> Box<dyn Listener> {
        self.all.listen()
    }

    fn away(&self) -> bool {
        self.all.away()
    }

    async fn allow(&self, key: &str, most: u32, window: Duration) -> Result<Result<(), Duration>, PortError> {
        match self.all.allow(key, most, window).await {
            Ok(allowed) => Ok(allowed),
            Err(_) => self.own.allow(key, most, window).await,
        }
    }

    async fn begin_session(&self, key: &str, length: Duration) -> Result<(), PortError> {
        self.all.begin_session(key, length).await
    }

    async fn use_session(&self, key: &str, most: u32) -> Result<SessionUse, PortError> {
        self.all.use_session(key, most).await
    }

    async fn cached(&self, key: &str) -> Result<Option<Bytes>, PortError> {
        self.all.cached(key).await
    }

    async fn cache(&self, key: &str, value: Bytes, ttl: Duration) -> Result<(), PortError> {
        self.all.cache(key, value, ttl).await
    }

    async fn forget(&self, key: &str) -> Result<(), PortError> {
        self.all.forget(key).await
    }

    async fn lock(&self, name: &str, lease: Duration) -> Result<Option<LockToken>, PortError> {
        self.all.lock(name, lease).await
    }

    async fn renew(&self, name: &str, token: LockToken, lease: Duration) -> Result<bool, PortError> {
        self.all.renew(name, token, lease).await
    }

    async fn unlock(&self, name: &str, token: LockToken) -> Result<(), PortError> {
        self.all.unlock(name, token).await
    }
}
