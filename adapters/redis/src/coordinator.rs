//! The port.

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use redis::Cmd;
use tradepost_domain::PortError;
use tradepost_ports::{
    Coordinator, Wake,
    coordinator::{LARGEST, Listener, LockToken, SessionUse},
};

use crate::{
    RedisCoordinator,
    scripts::{self, key, milliseconds},
};

impl RedisCoordinator {
    fn key(&self, kind: &str, name: &str) -> String {
        key(&self.namespace, kind, name)
    }
}

#[async_trait]
impl Coordinator for RedisCoordinator {
    /// Our own listeners hear it at once; others when it is published.
    fn wake(&self, wake: Wake) {
        self.listeners.drop_in(&wake);
        self.publisher.tell(&wake);
    }

    fn listen(&self) -> Box<dyn Listener> {
        self.listeners.open()
    }

    fn away(&self) -> bool {
        self.health.away()
    }

    async fn allow(&self, key: &str, most: u32, window: Duration) -> Result<Result<(), Duration>, PortError> {
        if most == 0 {
            return Ok(Err(window));
        }
        let wait: u64 = self.connections.ask(&scripts::allow(self.key("window", key), most, window)).await?;
        Ok(if wait == 0 { Ok(()) } else { Err(Duration::from_micros(wait)) })
    }

    async fn begin_session(&self, key: &str, length: Duration) -> Result<(), PortError> {
        self.connections.ask(&Cmd::pset_ex(self.key("session", key), 0, milliseconds(length))).await
    }

    async fn use_session(&self, key: &str, most: u32) -> Result<SessionUse, PortError> {
        let left: i64 = self.connections.ask(&scripts::use_session(self.key("session", key), most)).await?;
        Ok(match u32::try_from(left) {
            Ok(left) => SessionUse::Used { left },
            Err(_) if left == -1 => SessionUse::Spent,
            Err(_) => SessionUse::Closed,
        })
    }

    async fn cached(&self, key: &str) -> Result<Option<Bytes>, PortError> {
        let value: Option<Vec<u8>> = self.connections.ask(&Cmd::get(self.key("cache", key))).await?;
        Ok(value.map(Bytes::from))
    }

    async fn cache(&self, key: &str, value: Bytes, ttl: Duration) -> Result<(), PortError> {
        if value.len() > LARGEST || ttl.is_zero() {
            return self.forget(key).await;
        }
        self.connections.ask(&Cmd::pset_ex(self.key("cache", key), &value[..], milliseconds(ttl))).await
    }

    async fn forget(&self, key: &str) -> Result<(), PortError> {
        self.connections.ask(&Cmd::del(self.key("cache", key))).await
    }

    async fn lock(&self, name: &str, lease: Duration) -> Result<Option<LockToken>, PortError> {
        let token: u64 = self.connections.ask(&scripts::lock(self.key("lock", name), lease)).await?;
        Ok((token > 0).then_some(LockToken(token)))
    }

    async fn renew(&self, name: &str, token: LockToken, lease: Duration) -> Result<bool, PortError> {
        self.connections.ask(&scripts::renew(self.key("lock", name), token, lease)).await
    }

    async fn unlock(&self, name: &str, token: LockToken) -> Result<(), PortError> {
        self.connections.ask(&scripts::unlock(self.key("lock", name), token)).await
    }
}
