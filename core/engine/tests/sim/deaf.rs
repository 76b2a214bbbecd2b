//! A coordinator for simulations.

use std::{collections::BTreeMap, future::Future, pin::Pin, time::Duration};

use bytes::Bytes;
use parking_lot::Mutex;
use tradepost_domain::PortError;
use tradepost_ports::{
    Coordinator, Wake,
    coordinator::{Listener, LockToken, SessionUse},
};

/// A coordinator that tells nothing: whatever it would have told, a sweep finds.
#[derive(Default)]
pub struct Deaf {
    /// Whether it says that others are out of reach.
    pub away: bool,
    /// Whether it is this process that does what one of several does.
    pub chosen: bool,
    /// Uses by key, where it counts them; no minute ever passes.
    pub uses: Option<Mutex<BTreeMap<String, u32>>>,
}

#[async_trait::async_trait]
impl Coordinator for Deaf {
    fn wake(&self, _: Wake) {}
    fn listen(&self) -> Box<dyn Listener> {
        Box::new(Silence)
    }
    fn away(&self) -> bool {
        self.away
    }
    async fn allow(&self, key: &str, most: u32, window: Duration) -> Result<Result<(), Duration>, PortError> {
        let Some(uses) = &self.uses else { return Ok(Ok(())) };
        let mut uses = uses.lock();
        let used = uses.entry(key.to_owned()).or_default();
        *used += 1;
        Ok(if *used <= most { Ok(()) } else { Err(window) })
    }
    async fn begin_session(&self, _: &str, _: Duration) -> Result<(), PortError> {
        Ok(())
    }
    async fn use_session(&self, _: &str, _: u32) -> Result<SessionUse, PortError> {
        Ok(SessionUse::Closed)
    }
    async fn cached(&self, _: &str) -> Result<Option<Bytes>, PortError> {
        Ok(None)
    }
    async fn cache(&self, _: &str, _: Bytes, _: Duration) -> Result<(), PortError> {
        Ok(())
    }
    async fn forget(&self, _: &str) -> Result<(), PortError> {
        Ok(())
    }
    async fn lock(&self, _: &str, _: Duration) -> Result<Option<LockToken>, PortError> {
        Ok(self.chosen.then_some(LockToken(1)))
    }
    async fn renew(&self, _: &str, _: LockToken, _: Duration) -> Result<bool, PortError> {
        Ok(false)
    }
    async fn unlock(&self, _: &str, _: LockToken) -> Result<(), PortError> {
        Ok(())
    }
}

struct Silence;

impl Listener for Silence {
    fn next(&mut self) -> Pin<Box<dyn Future<Output = Vec<Wake>> + Send + '_>> {
        Box::pin(std::future::pending())
    }
}
