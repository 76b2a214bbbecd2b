//! The one outgoing HTTP client of the product.
//!
//! Every adapter speaks through [`Http`]: limits of time and size, no redirects, the trace passed on, secrets kept out
//! of `Debug` and of errors, and one table from transport faults and status codes to [`ErrorKind`]. What matters most
//! is told apart here: a request that certainly never arrived (`Unavailable`) and one that may have (`Uncertain`).
//!
//! Addresses that come from users or payloads go through [`Http::fetch`] with [`Reach::Public`], which never connects
//! to an internal network, whatever the name resolves to. Proxies of the environment are not used: they would
//! connect on our behalf past that check.
#![forbid(unsafe_code)]

mod answer;
mod fault;
mod fetch;
mod form;
mod reach;
mod redact;
mod request;
mod status;
mod trace;

use std::{sync::Arc, time::Duration};

pub use answer::Answer;
pub use fetch::{Download, Pass};
pub use form::Part;
pub use reach::{Internal, Reach};
pub use redact::{brief, redact};
pub use request::{Intent, Request};
pub use reqwest::Method;
use reqwest::redirect::Policy;
pub use status::{kind_of, retry_after};
use tradepost_domain::{ErrorKind, PortError};
pub use url::Url;

/// The limits of a client. A request may ask for others.
#[derive(Debug, Clone)]
pub struct HttpConfig {
    /// Until the connection stands, TLS included.
    pub connect_limit: Duration,
    /// From the first byte sent to the last one read, connecting included.
    pub time_limit: Duration,
    /// The same for [`Http::fetch`], redirects included: media are longer than answers.
    pub fetch_limit: Duration,
    /// The longest answer that is read, in bytes after decompression.
    pub most_bytes: u64,
    /// How long an idle connection is kept. Short, since a provider that closes one while we write on it leaves us
    /// uncertain.
    pub idle_limit: Duration,
    /// How we call ourselves.
    pub user_agent: String,
}

impl Default for HttpConfig {
    fn default() -> Self {
        Self {
            connect_limit: Duration::from_secs(5),
            time_limit: Duration::from_secs(15),
            fetch_limit: Duration::from_secs(60),
            most_bytes: 1024 * 1024,
            idle_limit: Duration::from_secs(30),
            user_agent: concat!("tradepost/", env!("CARGO_PKG_VERSION")).into(),
        }
    }
}

/// The client. Cheap to clone; clones share their connections.
#[derive(Debug, Clone)]
pub struct Http {
    config: Arc<HttpConfig>,
    any: reqwest::Client,
    public: reqwest::Client,
}

impl Http {
    /// Makes the client; `Config` when the machine has no usable root certificates.
    pub fn new(config: HttpConfig) -> Result<Self, PortError> {
        let any = client(&config).build().map_err(unbuilt)?;
        let public = client(&config).dns_resolver(reach::PublicNames::new()).build().map_err(unbuilt)?;
        Ok(Self { config: Arc::new(config), any, public })
    }

    /// The limits that hold unless a request asks for others.
    pub fn config(&self) -> &HttpConfig {
        &self.config
    }

    /// Makes one request to an address of the settings and reads the whole answer, whatever its status. Redirects are
    /// answers like others; nothing is repeated.
    pub async fn call(&self, request: Request) -> Result<Answer, PortError> {
        let (provider, intent) = (request.provider, request.intent);
        let most = request.most_bytes.unwrap_or(self.config.most_bytes);
        let ready = request.into_reqwest(&self.any, self.config.time_limit)?;
        let response =
            self.any.execute(ready).await.map_err(|error| fault::to_port(provider, intent, &error))?;
        answer::read(response, most).await.map_err(|broken| broken.to_port(provider, intent))
    }

    fn reaching(&self, reach: Reach) -> &reqwest::Client {
        match reach {
            Reach::Any => &self.any,
            Reach::Public => &self.public,
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the client that everybody else uses")]
fn client(config: &HttpConfig) -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .user_agent(&config.user_agent)
        .connect_timeout(config.connect_limit)
        .pool_idle_timeout(config.idle_limit)
        .redirect(Policy::none())
        .retry(reqwest::retry::never())
        .no_proxy()
        .referer(false)
        .tcp_nodelay(true)
}

fn unbuilt(error: reqwest::Error) -> PortError {
    let detail = format!("failed to set up TLS: {}; are root certificates installed?", fault::cause(&error));
    PortError::new(ErrorKind::Config, "http", detail)
}
