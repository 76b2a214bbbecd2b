//! What customers send: fetched at once, since Meta's addresses live for minutes, and believed only as far as its first
//! bytes go. The token is shown to Meta's hosts alone.

use async_trait::async_trait;
use serde::Deserialize;
use tradepost_domain::{ErrorKind, Media, PortError, Source};
use tradepost_http::{Download, Pass, Request};
use tradepost_meta::{
    bytes::checked,
    graph,
    lenient::{Code, Words, words_of},
};
use tradepost_ports::{Fetched, MediaSource, PortResult, Terms};

use crate::{KIND, WhatsApp, config::Dialect, messenger::error, wire::failure};

/// Where a medium is, by its id.
#[derive(Deserialize)]
struct Found {
    url: Option<Words>,
    #[serde(default)]
    file_size: Code,
}

#[async_trait]
impl MediaSource for WhatsApp {
    fn fetch_terms(&self) -> &Terms {
        &self.fetch_terms
    }

    async fn fetch(&self, media: &Media, most_bytes: u64) -> PortResult<Fetched> {
        let Source::Remote { url } = &media.source else {
            return Err(invalid("the medium is not at WhatsApp"));
        };
        let is_address = url.contains("://");
        let download = match self.config.dialect {
            Dialect::Cloud { .. } if is_address => self.download(url, most_bytes).await?,
            Dialect::Cloud { .. } => self.download(&self.found(url, most_bytes).await?, most_bytes).await?,
            Dialect::Wapi(_) if is_address => {
                self.http.fetch(KIND, url, most_bytes, self.reach).await.map_err(expired)?
            }
            Dialect::Wapi(_) => {
                return Err(error(ErrorKind::NotFound, "the reseller gave no address of the medium"));
            }
        };
        let mime = checked(media.kind, &download.bytes, download.mime.as_deref()).map_err(invalid)?;
        Ok(Fetched { bytes: download.bytes, mime })
    }
}

impl WhatsApp {
    /// `GET /{media_id}`: the address of its bytes.
    async fn found(&self, id: &str, most_bytes: u64) -> PortResult<String> {
        if id.is_empty()
            || !id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
        {
            return Err(invalid("a medium's id is none"));
        }
        let request = Request::get(KIND, self.address(id)?).within(self.terms.time_limit);
        let answer = self.http.call(request.bearer(self.token())?).await?;
        let token = secrecy::ExposeSecret::expose_secret(self.token());
        failure::told(answer.status(), answer.body(), answer.retry_after(), token).map_err(gone)?;
        let found = serde_json::from_slice::<Found>(answer.body()).ok();
        let size = found.as_ref().and_then(|found| found.file_size.0);
        if size.and_then(|size| u64::try_from(size).ok()).is_some_and(|size| size > most_bytes) {
            return Err(invalid("the medium is too large"));
        }
        let url = found.as_ref().and_then(|found| words_of(&found.url)).map(str::to_owned);
        url.ok_or_else(|| error(ErrorKind::Unexpected, "the answer names no address of the medium"))
    }

    async fn download(&self, url: &str, most_bytes: u64) -> PortResult<Download> {
        let trusts = |url: &tradepost_http::Url| self.config.trusts(url);
        let pass = Pass { token: self.token(), to: &trusts };
        self.http.fetch_with(KIND, url, most_bytes, self.reach, pass).await.map_err(expired)
    }
}

/// An id that Meta does not know any more, which says nothing of our account.
fn gone(error: PortError) -> PortError {
    match error.kind {
        ErrorKind::Denied if failure::is_missing(&error) => PortError { kind: ErrorKind::NotFound, ..error },
        ErrorKind::Invalid => PortError { kind: ErrorKind::NotFound, ..error },
        _ => graph::asked(error),
    }
}

/// An address whose time is over is refused, which says nothing of our account.
fn expired(error: PortError) -> PortError {
    match error.kind {
        ErrorKind::Denied => PortError { kind: ErrorKind::NotFound, ..error },
        _ => error,
    }
}

fn invalid(detail: &str) -> PortError {
    error(ErrorKind::Invalid, format!("failed to fetch: {detail}"))
}
