//! A token's exchange for a newer one: `GET /refresh_access_token` of Instagram Login.
//! developers.facebook.com/docs/instagram-platform/reference/refresh_access_token

use std::time::Duration;

use async_trait::async_trait;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer};
use tradepost_domain::ErrorKind;
use tradepost_http::Request;
use tradepost_meta::graph;
use tradepost_ports::{FreshToken, PortResult, TokenCell, TokenHabits, TokenSource};

use crate::{Instagram, KIND, messenger::error, wire::failure};

/// What is answered.
#[derive(Deserialize)]
struct Told {
    #[serde(deserialize_with = "secret")]
    access_token: SecretString,
    /// Seconds.
    expires_in: Option<u64>,
}

#[async_trait]
impl TokenSource for Instagram {
    fn cell(&self) -> &TokenCell {
        &self.token
    }

    fn habits(&self) -> TokenHabits {
        self.habits
    }

    async fn refresh(&self, token: &SecretString) -> PortResult<FreshToken> {
        let url = self.config.refresh_url();
        let url = url.ok_or_else(|| error(ErrorKind::Config, "`base` is no address"))?;
        let request = Request::get(KIND, url).within(self.terms.time_limit);
        let answer = self.http.call(request.secret_query("access_token", token)).await?;
        failure::told(answer.status(), answer.body(), answer.retry_after(), token.expose_secret())
            .map_err(graph::asked)?;
        let told =
            serde_json::from_slice::<Told>(answer.body()).ok().filter(|told| is_token(&told.access_token));
        let told = told.ok_or_else(|| error(ErrorKind::Unexpected, "the answer holds no token"))?;
        let lives = told.expires_in.map_or(self.config.token_life, Duration::from_secs);
        Ok(FreshToken { token: told.access_token, lives })
    }
}

fn secret<'de, D: Deserializer<'de>>(value: D) -> Result<SecretString, D::Error> {
    String::deserialize(value).map(SecretString::from)
}

fn is_token(token: &SecretString) -> bool {
    let token = token.expose_secret();
    !token.is_empty() && token.len() <= 4096 && token.bytes().all(|byte| byte.is_ascii_graphic())
}
