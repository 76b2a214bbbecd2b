//! What customers send: fetched at once, since Meta's addresses live for a short time, and believed only as far as
//! its first bytes go.

use async_trait::async_trait;
use tradepost_domain::{ErrorKind, Media, PortError, Source};
use tradepost_meta::bytes::checked;
use tradepost_ports::{Fetched, MediaSource, PortResult, Terms};

use crate::{Instagram, KIND};

#[async_trait]
impl MediaSource for Instagram {
    fn fetch_terms(&self) -> &Terms {
        &self.fetch_terms
    }

    async fn fetch(&self, media: &Media, most_bytes: u64) -> PortResult<Fetched> {
        let Source::Remote { url } = &media.source else {
            return Err(invalid("the medium is not at Instagram"));
        };
        let download = self.http.fetch(KIND, url, most_bytes, self.reach).await.map_err(expired)?;
        let mime = checked(media.kind, &download.bytes, download.mime.as_deref()).map_err(invalid)?;
        Ok(Fetched { bytes: download.bytes, mime })
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
    PortError::new(ErrorKind::Invalid, KIND, format!("failed to fetch: {detail}"))
}
