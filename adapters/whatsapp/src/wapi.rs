//! Calls of the reseller's API: `POST /{vendor}/contact/send-…`.

use secrecy::ExposeSecret;
use tradepost_domain::ErrorKind;
use tradepost_http::Request;
use tradepost_ports::{Outbound, PortResult};

use crate::{
    KIND, WapiConfig, WhatsApp,
    messenger::{error, unfit},
    wire::resold::{self, Taken, Writing},
};

impl WhatsApp {
    /// Sends a line. The id that later news names is Meta's; where the reseller tells only its own, or none, that or the
    /// effect's stands in its place, and no news will find it.
    pub(crate) async fn send_by_wapi(&self, outbound: &Outbound, wapi: &WapiConfig) -> PortResult<String> {
        let writing = Writing {
            shelf: self.shelf(),
            media_base: wapi.media_base.as_deref(),
            buttons_as_array: wapi.buttons_as_array,
            account: &self.config.account,
        };
        let (call, body) = resold::send(&outbound.peer, &outbound.content, &writing).map_err(unfit)?;
        let url = self.address(&format!("contact/{call}"))?;
        let request = Request::post(KIND, url).within(self.terms.time_limit).json(&body)?;
        let request = match wapi.token_in_query {
            true => request.secret_query("token", self.token()),
            false => request.bearer(self.token())?,
        };
        let answer = self.http.call(request).await?;
        let token = self.token().expose_secret();
        match resold::told(answer.status(), answer.body(), answer.retry_after(), token)? {
            Some(Taken::As(id)) => Ok(id),
            Some(Taken::Nameless) => Ok(outbound.effect.to_string()),
            None => Err(error(ErrorKind::Uncertain, "the answer does not say whether the line was taken")),
        }
    }
}
