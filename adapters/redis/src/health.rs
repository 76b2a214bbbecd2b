//! Whether the server answers, as far as this process knows.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use tokio::sync::watch;
use tradepost_domain::PortError;

/// What is known. Connections are numbered by generations: when one turns out to be of no use, all that were made before
/// that moment are given up.
pub(crate) struct Health {
    generation: AtomicU64,
    answers: watch::Sender<bool>,
    subscribed: AtomicBool,
}

impl Default for Health {
    fn default() -> Self {
        let (answers, _) = watch::channel(true);
        Self { generation: AtomicU64::new(0), answers, subscribed: AtomicBool::new(true) }
    }
}

impl Health {
    /// What a new connection belongs to.
    pub(crate) fn generation(&self) -> u64 {
        self.generation.load(Ordering::Acquire)
    }

    /// Whether commands are answered.
    pub(crate) fn answers(&self) -> bool {
        *self.answers.borrow()
    }

    /// Whether something of what others tell, or what we tell them, is lost at present.
    pub(crate) fn away(&self) -> bool {
        !self.answers() || !self.subscribed.load(Ordering::Acquire)
    }

    /// A connection of that generation is of no use. What late calls of older generations say is no news.
    pub(crate) fn lost(&self, generation: u64, why: &PortError) {
        let next = generation.wrapping_add(1);
        let news = self.generation.compare_exchange(generation, next, Ordering::AcqRel, Ordering::Acquire);
        if news.is_ok() && self.answers.send_replace(false) {
            tracing::warn!(error = %why, "Redis is away; limits and wake-ups are this process's own until it is back");
        }
    }

    /// It has answered again.
    pub(crate) fn back(&self) {
        if !self.answers.send_replace(true) {
            tracing::info!("Redis is back");
        }
    }

    /// Whether what others publish is heard.
    pub(crate) fn set_subscribed(&self, subscribed: bool) {
        self.subscribed.store(subscribed, Ordering::Release);
    }

    /// Waits until commands are answered, or until they are not.
    pub(crate) async fn until(&self, answers: bool) {
        // It cannot end: the sender is ours.
        let _ = self.answers.subscribe().wait_for(|now| *now == answers).await;
    }
}
