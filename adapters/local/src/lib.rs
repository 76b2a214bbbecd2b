//! What one process needs of the world around it: wake-ups, windows and locks among its own tasks, the system's clock
//! and its randomness. Any number of processes need a server between them instead: another coordinator.
#![forbid(unsafe_code)]

mod locks;
mod mailbox;
mod system;
mod windows;

use std::{
    sync::{Arc, Weak},
    time::Duration,
};

use async_trait::async_trait;
use mailbox::{Mailbox, Owner};
use parking_lot::Mutex;
pub use system::{SystemClock, SystemDice};
use tradepost_domain::PortError;
use tradepost_ports::{
    Clock, Coordinator, Wake,
    coordinator::{Listener, LockToken},
};

/// The coordinator of one process.
pub struct Local {
    clock: Arc<dyn Clock>,
    listeners: Mutex<Vec<Weak<Mailbox>>>,
    windows: Mutex<windows::Windows>,
    locks: Mutex<locks::Locks>,
}

impl Local {
    /// A coordinator that goes by that clock.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, listeners: Mutex::default(), windows: Mutex::default(), locks: Mutex::default() }
    }
}

#[async_trait]
impl Coordinator for Local {
    fn wake(&self, wake: Wake) {
        self.listeners.lock().retain(|listener| match listener.upgrade() {
            Some(mailbox) => {
                mailbox.drop_in(&wake);
                true
            }
            None => false,
        });
    }

    fn listen(&self) -> Box<dyn Listener> {
        let mailbox = Arc::new(Mailbox::default());
        self.listeners.lock().push(Arc::downgrade(&mailbox));
        Box::new(Owner(mailbox))
    }

    async fn allow(&self, key: &str, most: u32, window: Duration) -> Result<Result<(), Duration>, PortError> {
        Ok(self.windows.lock().allow(key, most, window, self.clock.now()))
    }

    async fn lock(&self, name: &str, lease: Duration) -> Result<Option<LockToken>, PortError> {
        Ok(self.locks.lock().take(name, lease, self.clock.now()))
    }

    async fn unlock(&self, name: &str, token: LockToken) -> Result<(), PortError> {
        self.locks.lock().give_back(name, token);
        Ok(())
    }
}
