//! Calls of Meta's Cloud API: `POST /{phone_number_id}/messages` and `/media`.
//! developers.facebook.com/documentation/business-messaging/whatsapp/business-phone-numbers/media

use std::{collections::BTreeMap, time::Instant};

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

impl WhatsApp {
    /// Sends a line; stored media are uploaded before. The message's id.
    pub(crate) async fn send_by_cloud(&self, outbound: &Outbound, preview_url: bool) -> PortResult<String> {
        let begun = Instant::now();
        // What cannot be sent is known before anything is uploaded.
        self.body(outbound, preview_url, &|_| Some(String::new()))?;
        let handles = self.uploaded(outbound).await?;
        let body = self.body(outbound, preview_url, &|hash| handles.get(hash).cloned())?;
        let left = self.terms.time_limit.saturating_sub(begun.elapsed());
        if left.is_zero() {
            return Err(error(ErrorKind::Unavailable, "uploading took all the time"));
        }
        let told = self.post(&body, left).await?;
        told.ok_or_else(|| error(ErrorKind::Uncertain, "the answer names no message"))
    }

    pub(crate) async fn signal_by_cloud(&self, about: &str, signal: Signal) -> PortResult<()> {
        self.post(&outbound::signal(about, signal), self.terms.time_limit).await.map(drop)
    }

    fn body(&self, outbound: &Outbound, preview_url: bool, handles: Handles<'_>) -> PortResult<Value> {
        let writing = Writing { shelf: self.shelf(), handles, preview_url };
        outbound::send(&outbound.peer, &outbound.content, &outbound.effect.to_string(), &writing)
            .map_err(unfit)
    }

    async fn post(&self, body: &Value, limit: std::time::Duration) -> PortResult<Option<String>> {
        let request = Request::post(KIND, self.messages("messages")?).within(limit).json(body)?;
        self.told(request.bearer(self.token())?).await
    }

    /// Uploads what the line names of our store; the ids by hash.
    async fn uploaded(&self, outbound: &Outbound) -> PortResult<BTreeMap<String, String>> {
        let mut handles = BTreeMap::new();
        for (hash, kind) in stored(&outbound.content) {
            if !handles.contains_key(hash) {
                let id = self.upload(outbound, hash, kind).await?;
                handles.insert(hash.to_owned(), id);
            }
        }
        Ok(handles)
    }

    /// An upload that nobody hears of does no harm: the line has not been sent.
    async fn upload(&self, outbound: &Outbound, hash: &str, mime: &str) -> PortResult<String> {
        let blob = outbound.attached.iter().find(|blob| blob.hash == hash);
        let blob = blob.ok_or_else(|| unfit("the medium's bytes were not handed over".into()))?;
        let parts = [
            Part::text("messaging_product", "whatsapp"),
            Part::text("type", mime),
            Part::file("file", "medium", mime, &blob.bytes),
        ];
        let request = Request::post(KIND, self.messages("media")?).asks().within(self.terms.time_limit);
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

fn nothing_sent(error: PortError) -> PortError {
    match error.kind {
        ErrorKind::Uncertain => PortError { kind: ErrorKind::Unavailable, ..error },
        _ => error,
    }
}
