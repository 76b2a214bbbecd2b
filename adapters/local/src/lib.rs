//! What one process needs of the world around it: wake-ups, windows, sessions, a cache and locks among its own tasks, the
//! system's clock and its randomness. Any number of processes need a server between them instead: another coordinator.
#![forbid(unsafe_code)]

mod cache;
mod locks;
mod sessions;
mod system;
mod windows;

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use bytes::Bytes;
use parking_lot::Mutex;
pub use system::{SystemClock, SystemDice};
use tradepost_domain::PortError;
use tradepost_ports::{
    Clock, Coordinator, Wake,
    coordinator::{Listener, LockToken, Mailboxes, SessionUse},
};

/// The coordinator of one process.
pub struct Local {
    clock: Arc<dyn Clock>,
    listeners: Mailboxes,
    windows: Mutex<windows::Windows>,
    sessions: Mutex<sessions::Sessions>,
    cache: Mutex<cache::Cache>,
    locks: Mutex<locks::Locks>,
}

impl Local {
    /// A coordinator that goes by that clock.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            listeners: Mailboxes::default(),
            windows: Mutex::default(),
            sessions: Mutex::default(),
            cache: Mutex::default(),
            locks: Mutex::default(),
        }
    }
}

#[async_trait]
impl Coordinator for Local {
    fn wake(&self, wake: Wake) {
        self.listeners.drop_in(&wake);
    }

    fn listen(&self) -> Box<dyn Listener> {
        self.listeners.open()
    }

    fn away(&self) -> bool {
        false
    }

    async fn allow(&self, key: &str, most: u32, window: Duration) -> Result<Result<(), Duration>, PortError> {
        Ok(self.windows.lock().allow(key, most, window, self.clock.now()))
    }

    async fn begin_session(&self, key: &str, length: Duration) -> Result<(), PortError> {
        self.sessions.lock().begin(key, length, self.clock.now());
        Ok(())
    }

    async fn use_session(&self, key: &str, most: u32) -> Result<SessionUse, PortError> {
        Ok(self.sessions.lock().use_one(key, most, self.clock.now()))
    }

    async fn cached(&self, key: &str) -> Result<Option<Bytes>, PortError> {
        Ok(self.cache.lock().get(key, self.clock.now()))
    }

    async fn cache(&self, key: &str, value: Bytes, ttl: Duration) -> Result<(), PortError> {
        self.cache.lock().put(key, value, ttl, self.clock.now());
        Ok(())
    }

    async fn forget(&self, key: &str) -> Result<(), PortError> {
        self.cache.lock().remove(key);
        Ok(())
    }

    async fn lock(&self, name: &str, lease: Duration) -> Result<Option<LockToken>, PortError> {
        Ok(self.locks.lock().take(name, lease, self.clock.now()))
    }

    async fn renew(&self, name: &str, token: LockToken, lease: Duration) -> Result<bool, PortError> {
        Ok(self.locks.lock().renew(name, token, lease, self.clock.now()))
    }

    async fn unlock(&self, name: &str, token: LockToken) -> Result<(), PortError> {
        self.locks.lock().give_back(name, token);
        Ok(())
    }
}
