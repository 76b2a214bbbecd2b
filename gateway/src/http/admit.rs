//! Who is let in: how many requests there may be, and from where.

use std::{sync::Arc, time::Duration};

use ipnet::IpNet;
use poem::Request;
use tradepost_openapi::ProblemKind;
use tradepost_ports::Coordinator;

use super::{Refusal, client};
use crate::settings::ServerSettings;

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);

/// Counts requests, in all processes together.
pub struct Admission {
    /// Who counts.
    pub coordinator: Arc<dyn Coordinator>,
    /// Proxies whose word about the client's address is believed.
    pub trusted: Vec<IpNet>,
    /// Requests in a second.
    pub per_second: Option<u32>,
    /// Requests to the API in a minute from one address.
    pub address_per_minute: Option<u32>,
}

impl Admission {
    /// The limits of these settings.
    pub fn of(server: &ServerSettings, coordinator: Arc<dyn Coordinator>) -> Self {
        let ServerSettings { trusted, per_second, address_per_minute, .. } = server.clone();
        Self { coordinator, trusted, per_second, address_per_minute }
    }

    /// Lets a request in, or says when to come again. Questions for health are always let in.
    pub(super) async fn admit(&self, request: &Request) -> Result<(), Refusal> {
        let path = request.uri().path();
        if path.starts_with("/health") {
            return Ok(());
        }
        if let Some(most) = self.per_second {
            self.count("requests", most, SECOND).await?;
        }
        if let Some(most) = self.address_per_minute
            && path.starts_with("/v1/")
            && let Some(address) = client::address(request, &self.trusted)
        {
            self.count(&format!("address:{}", client::counted(address)), most, MINUTE).await?;
        }
        Ok(())
    }

    async fn count(&self, key: &str, most: u32, window: Duration) -> Result<(), Refusal> {
        match self.coordinator.allow(key, most, window).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(wait)) => {
                Err(Refusal { retry_after: Some(wait), ..Refusal::new(ProblemKind::TooManyRequests) })
            }
            // Better a request too many than none.
            Err(error) => {
                tracing::warn!(%error, "failed to count a request");
                Ok(())
            }
        }
    }
}
