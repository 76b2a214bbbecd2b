//! What came of fetching a medium: its bytes are in our store, or its line says why not.

use sha2::{Digest, Sha256};
use tradepost_domain::{Content, Media, MessageId, Source};
use tradepost_ports::{
    Fetched, PortResult, Unit,
    store::{Kept, MediaBlob, OutboxRow, Work},
};

use crate::House;

impl House {
    /// No expiring provider link stays in a transcript.
    pub(super) async fn fetched(
        &self,
        unit: &mut dyn Unit,
        row: OutboxRow,
        result: &PortResult<Fetched>,
    ) -> Kept<()> {
        let Work::Fetch { line, .. } = row.work else { return unit.remove(row.effect).await };
        let source = match result {
            Ok(fetched) => keep(unit, line, fetched).await?,
            Err(error) if error.kind.waits() => {
                let wait = self.wait_for(&row, error);
                return self.again(unit, row, wait).await;
            }
            Err(error) if error.kind.retryable() && row.failures + 1 < self.tuning.most_tries => {
                return self.later(unit, row, error).await;
            }
            Err(error) => Source::Missing { reason: error.to_string() },
        };
        unit.remove(row.effect).await?;
        put_source(unit, &row.work, source).await
    }
}

async fn keep(unit: &mut dyn Unit, line: MessageId, fetched: &Fetched) -> Kept<Source> {
    let hash = hex::encode(Sha256::digest(&fetched.bytes));
    let (mime, bytes) = (fetched.mime.clone(), fetched.bytes.clone());
    let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    unit.keep_media(line, &MediaBlob { hash: hash.clone(), mime: mime.clone(), bytes }).await?;
    Ok(Source::Stored { hash, mime, bytes: length })
}

pub(super) async fn put_source(unit: &mut dyn Unit, work: &Work, source: Source) -> Kept<()> {
    let Work::Fetch { line, position, .. } = work else { return Ok(()) };
    let Some(written) = unit.written(*line).await? else { return Ok(()) };
    let Content::Media { mut media, text } = written.line.content else { return Ok(()) };
    if let Some(Media { source: place, .. }) = media.get_mut(usize::from(*position)) {
        *place = source;
    }
    unit.rewrite(*line, &Content::Media { media, text }).await
}
