//! Calls of Meta's Cloud API: `POST /{phone_number_id}/messages` and `/media`.
//! developers.facebook.com/documentation/business-messaging/whatsapp/business-phone-numbers/media

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use secrecy::ExposeSecret;
use serde_json::Value;
use tradepost_domain::{Content, ErrorKind, Media, PortError, Source};
use tradepost_http::{Part, Request, Url};
use tradepost_ports::{Outbound, PortResult, Signal};

use crate::{
    KIND, WhatsApp,
    messenger::{error, unfit},
    wire::{
        failure,
        outbound::{self, Handles, Writing},
    },
};

/// The time of one line: whoever waits for it gives up after the whole, and then does not know whether it was sent.
struct Time {
    whole: Duration,
    begun: Instant,
}

impl Time {
    fn of(whole: Duration) -> Self {
        Self { whole, begun: Instant::now() }
    }

    fn left(&self) -> Duration {
        self.whole.saturating_sub(self.begun.elapsed())
    }

    /// Until then uploads are waited for: two thirds, so that who waits hears from us that nothing was sent.
    fn to_upload(&self) -> Duration {
        (self.whole * 2 / 3).saturating_sub(self.begun.elapsed())
    }

    /// What is left for the line itself; with less than a quarter it would be sent without hearing of it.
    fn to_send(&self) -> PortResult<Duration> {
        let left = self.left();
        match left < self.whole / 4 {
            true => Err(error(ErrorKind::Unavailable, "uploading took too much of the time")),
            false => Ok(left),
        }
    }
}

impl WhatsApp {
    /// Sends a line; stored media are uploaded before. The message's id.
    pub(crate) async fn send_by_cloud(&self, outbound: &Outbound, preview_url: bool) -> PortResult<String> {
        let time = Time::of(self.terms.time_limit);
        // What cannot be sent is known before anything is uploaded.
        self.body(outbound, preview_url, &|_| Some(String::new()))?;
        let handles = self.uploaded(outbound, &time).await?;
        let body = self.body(outbound, preview_url, &|hash| handles.get(hash).cloned())?;
        let told = self.post(&body, time.to_send()?).await?;
        told.ok_or_else(|| error(ErrorKind::Uncertain, "the answer names no message"))
    }

    pub(crate) async fn signal_by_cloud(&self, about: &str, signal: Signal) -> PortResult<()> {
        self.post(&outbound::signal(about, signal), self.terms.time_limit).await.map(drop)
    }

    fn body(&self, outbound: &Outbound, preview_url: bool, handles: Handles<'_>) -> PortResult<Value> {
        let writing = Writing { shelf: self.shelf(), handles, preview_url };
        outbound::send(&outbound.peer, &outbound.content, &outbound.line.to_string(), &writing).map_err(unfit)
    }

    async fn post(&self, body: &Value, limit: Duration) -> PortResult<Option<String>> {
        let request = Request::post(KIND, self.messages("messages")?).within(limit).json(body)?;
        self.told(request.bearer(self.token())?).await
    }

    /// Uploads what the line names of our store; the ids by hash.
    async fn uploaded(&self, outbound: &Outbound, time: &Time) -> PortResult<BTreeMap<String, String>> {
        let mut handles = BTreeMap::new();
        for (hash, kind) in stored(&outbound.content) {
            if !handles.contains_key(hash) {
                let id = self.upload(outbound, (hash, kind), time.to_upload()).await?;
                handles.insert(hash.to_owned(), id);
            }
        }
        Ok(handles)
    }

    /// An upload that nobody hears of does no harm: the line has not been sent.
    async fn upload(
        &self,
        outbound: &Outbound,
        (hash, mime): (&str, &str),
        limit: Duration,
    ) -> PortResult<String> {
        let blob = outbound.attached.iter().find(|blob| blob.hash == hash);
        let blob = blob.ok_or_else(|| unfit("the medium's bytes were not handed over".into()))?;
        let mime = outbound::named_at_meta(mime);
        let parts = [
            Part::text("messaging_product", "whatsapp"),
            Part::text("type", mime),
            Part::file("file", "medium", mime, &blob.bytes),
        ];
        let request = Request::post(KIND, self.messages("media")?).asks().within(limit);
        let told = self.told(request.multipart(&parts)?.bearer(self.token())?).await.map_err(nothing_sent)?;
        told.ok_or_else(|| error(ErrorKind::Unavailable, "the answer to an upload names no medium"))
    }

    /// Makes a call; the id in the answer, if it names one.
    pub(crate) async fn told(&self, request: Request) -> PortResult<Option<String>> {
        let answer = self.http.call(request).await?;
        let token = self.token().expose_secret();
        failure::told(answer.status(), answer.body(), answer.retry_after(), token)
    }

    fn messages(&self, what: &str) -> PortResult<Url> {
        self.address(&format!("{}/{what}", self.config.account))
    }

    pub(crate) fn address(&self, path: &str) -> PortResult<Url> {
        self.config.url(path).ok_or_else(|| error(ErrorKind::Config, "`base` is no address"))
    }
}

/// Hash and type of the media that are in our store.
fn stored(content: &Content) -> impl Iterator<Item = (&str, &str)> {
    outbound::media_of(content).into_iter().filter_map(|media: &Media| match &media.source {
        Source::Stored { hash, mime, .. } => Some((hash.as_str(), mime.as_str())),
        _ => None,
    })
}

/// Of an upload: whatever strange was answered, the line is unsent and may be tried again.
fn nothing_sent(error: PortError) -> PortError {
    match error.kind {
        ErrorKind::Uncertain | ErrorKind::Unexpected => PortError { kind: ErrorKind::Unavailable, ..error },
        _ => error,
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    /// proves: PL-11
    #[rstest]
    #[case::fresh(0, 66, true)]
    #[case::half_is_gone(50, 16, true)]
    #[case::too_late_to_hear_of_it(80, 0, false)]
    #[case::over(200, 0, false)]
    fn a_line_leaves_only_with_time_to_hear_of_it(
        #[case] gone: u64,
        #[case] to_upload: u64,
        #[case] sends: bool,
    ) {
        let whole = Duration::from_secs(100);
        let begun = Instant::now().checked_sub(Duration::from_secs(gone)).expect("a machine that runs");
        let time = Time { whole, begun };
        assert!(time.to_upload().as_secs().abs_diff(to_upload) <= 1);
        assert_eq!(
            time.to_send().map(drop).map_err(|error| error.kind),
            match sends {
                true => Ok(()),
                false => Err(ErrorKind::Unavailable),
            }
        );
    }
}
