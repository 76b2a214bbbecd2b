//! What customers sent: `getFile` says where a file is, and it is fetched from there.
//! core.telegram.org/bots/api#getfile

use async_trait::async_trait;
use serde_json::json;
use tradepost_domain::{AccountKey, ErrorKind, Media, PortError, Source};
use tradepost_http::{Http, Intent, Request};
use tradepost_ports::{Fetched, MediaSource, PortResult, Terms};

use crate::{
    KIND,
    config::AccountConfig,
    wire::{
        answer::{self, Found},
        bytes,
    },
};

/// The files of one bot's customers.
#[derive(Debug)]
pub struct TelegramMedia {
    http: Http,
    config: AccountConfig,
    terms: Terms,
}

impl TelegramMedia {
    pub(super) fn new(config: AccountConfig, http: Http) -> Self {
        let account = AccountKey::of(KIND, &format!("{}:media", config.account));
        let time_limit = config.time_limit + http.config().fetch_limit;
        let terms = Terms { time_limit, ..Terms::of(account) };
        Self { http, config, terms }
    }

    /// Where the file is now. Telegram refuses to hand over more than 20 MB.
    async fn find(&self, file_id: &str) -> PortResult<Found> {
        let url = self.config.method_url("getFile");
        let url = url.ok_or_else(|| error(ErrorKind::Config, "`base` is no address"))?;
        let request = Request::post(KIND, url).asks().within(self.config.time_limit);
        let answer = self.http.call(request.json(&json!({"file_id": file_id}))?).await?;
        answer::result(&answer, Intent::Read, &self.config.hidden())
    }
}

#[async_trait]
impl MediaSource for TelegramMedia {
    fn fetch_terms(&self) -> &Terms {
        &self.terms
    }

    async fn fetch(&self, media: &Media, most_bytes: u64) -> PortResult<Fetched> {
        let Source::Remote { url: file_id } = &media.source else {
            return Err(error(ErrorKind::Invalid, "the medium is not at Telegram"));
        };
        let found = self.find(file_id).await?;
        if found.file_size > most_bytes {
            return Err(error(ErrorKind::Invalid, &format!("it is longer than {most_bytes} bytes")));
        }
        let path = found.file_path.filter(|path| is_below(path));
        let path = path.ok_or_else(|| error(ErrorKind::Invalid, "the file cannot be fetched by its path"))?;
        let url = self.config.file_url(&path);
        let url = url.ok_or_else(|| error(ErrorKind::Config, "`base` is no address"))?;
        let download = self.http.fetch(KIND, url.as_str(), most_bytes, self.config.reach()).await?;
        let mime = bytes::mime(media.kind, &download.bytes);
        let mime = mime.ok_or_else(|| error(ErrorKind::Invalid, "its type is not that of its kind"))?;
        Ok(Fetched { bytes: download.bytes, mime: mime.to_owned() })
    }
}

/// Plain names, one below the other. A server of one's own in its local mode gives paths of its disk, which nobody serves.
fn is_below(path: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    let name = |name: &str| !name.is_empty() && !name.starts_with('.') && name.bytes().all(plain);
    path.split('/').all(name)
}

fn error(kind: ErrorKind, detail: &str) -> PortError {
    PortError::new(kind, KIND, detail)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::usual("photos/file_3.jpg", true)]
    #[case::on_a_disk("/var/lib/telegram-bot-api/photos/file_3.jpg", false)]
    #[case::upwards("../../bot1:x/getMe", false)]
    #[case::elsewhere("https://inside.example/", false)]
    #[case::with_a_query("photos/a.jpg?x=1", false)]
    #[case::escaped("photos/%2e%2e/a", false)]
    #[case::nothing("", false)]
    fn a_path_stays_below_the_address(#[case] path: &str, #[case] good: bool) {
        assert_eq!(is_below(path), good);
    }
}
