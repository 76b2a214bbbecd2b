//! Settings, and what can be wrong with them.

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use tradepost_http::{Reach, Url};
use tradepost_ports::adapter::BadValue;

/// Where the Bot API is.
const HOME: &str = "https://api.telegram.org/";

/// The callback of one bot. Telegram does not say in an update which bot it is for.
#[derive(Debug, Clone)]
pub struct EndpointConfig {
    /// The bot's id, as its account has it.
    pub account: String,
    /// What Telegram was told to send beside every update.
    pub secret_token: SecretString,
}

impl EndpointConfig {
    /// Everything that is wrong with these settings. With a short secret anybody could guess their way in.
    pub fn faults(&self) -> Vec<BadValue> {
        let secret = self.secret_token.expose_secret();
        [
            unless(
                is_account(&self.account),
                "account",
                "it is empty or too long",
                "give the bot's id: the digits before the colon of its token",
            ),
            unless(
                (22..=256).contains(&secret.len()) && secret.bytes().all(is_plain),
                "secret_token",
                "it has not 22 to 256 letters of A-Z, a-z, 0-9, _ and -",
                "make one (openssl rand -hex 24) and give it to setWebhook, too",
            ),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

/// One bot that can write.
#[derive(Debug, Clone)]
pub struct AccountConfig {
    /// The bot's id: the digits before the colon of its token.
    pub account: String,
    /// The bot's token. It stands in the path of every request.
    pub token: SecretString,
    /// Where the Bot API is; another address for a server of one's own and in tests.
    pub base: String,
    /// The whole time of one call.
    pub time_limit: Duration,
    /// Calls at the same time.
    pub concurrency: usize,
    /// Calls in one second.
    pub per_second: u32,
    /// How far apart lines to one customer are; zero for no distance.
    pub pair_every: Duration,
}

impl AccountConfig {
    /// A bot at Telegram's own address, with careful limits: 30 calls a second are taken, and what left at a distance may arrive together.
    pub fn new(account: impl Into<String>, token: SecretString) -> Self {
        Self {
            account: account.into(),
            token,
            base: HOME.into(),
            time_limit: Duration::from_secs(30),
            concurrency: 8,
            per_second: 25,
            pair_every: Duration::from_secs(1),
        }
    }

    /// Everything that is wrong with these settings.
    pub fn faults(&self) -> Vec<BadValue> {
        let bot = bot(self.token.expose_secret());
        let again = "copy it again from @BotFather";
        [
            unless(is_account(&self.account), "id", "it is empty or too long", "give the bot's id"),
            unless(bot.is_some(), "token", "it is not of the form digits:letters", again),
            unless(
                bot.is_none_or(|bot| bot == self.account) || !is_account(&self.account),
                "id",
                "it is not the bot of this token",
                "give the digits before the token's colon",
            ),
            unless(
                is_base(&self.base),
                "base",
                "it is no such address",
                "give https; http only on this machine",
            ),
            unless(!self.time_limit.is_zero(), "time_limit", "it is zero", "give some seconds"),
            unless(self.concurrency > 0, "concurrency", "it is zero", "give 1 or more"),
            unless(self.per_second > 0, "per_second", "it is zero", "give 1 or more"),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// Where a method is called. The token stands in it, so it is neither shown nor logged.
    pub(super) fn method_url(&self, method: &str) -> Option<Url> {
        self.url(&format!("bot{}/{method}", self.token.expose_secret()))
    }

    /// Where a file is fetched. The token stands in it, too.
    pub(super) fn file_url(&self, path: &str) -> Option<Url> {
        self.url(&format!("file/bot{}/{path}", self.token.expose_secret()))
    }

    fn url(&self, path: &str) -> Option<Url> {
        format!("{}/{path}", self.base.trim_end_matches('/')).parse().ok()
    }

    /// How far a file's address may lead: for Telegram never inside; for a server of one's own as far as its settings say.
    pub(super) fn reach(&self) -> Reach {
        match self.base.trim_end_matches('/') == HOME.trim_end_matches('/') {
            true => Reach::Public,
            false => Reach::Any,
        }
    }

    /// What is never shown: the token whole, and the part of it that is secret.
    pub(super) fn hidden(&self) -> [&str; 2] {
        let token = self.token.expose_secret();
        [token, token.split_once(':').map_or(token, |(_, secret)| secret)]
    }
}

/// The bot of a token, if it is of the form that tokens have; then it stands in a path as it is.
fn bot(token: &str) -> Option<&str> {
    let (bot, secret) = token.split_once(':')?;
    let digits = !bot.is_empty() && bot.bytes().all(|byte| byte.is_ascii_digit());
    (digits && !secret.is_empty() && secret.bytes().all(is_plain)).then_some(bot)
}

fn is_account(id: &str) -> bool {
    !id.trim().is_empty() && id.len() <= 200
}

/// What secret tokens and bots' tokens are made of.
fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

/// Is it https, or this very machine?
fn is_base(text: &str) -> bool {
    text.parse::<Url>().is_ok_and(|url| match (url.scheme(), url.host_str()) {
        _ if url.query().is_some() || url.fragment().is_some() => false,
        ("https", Some(_)) => true,
        ("http", Some(host)) => host == "localhost" || host == "127.0.0.1",
        _ => false,
    })
}

fn unless(good: bool, key: &str, wrong: &str, mend: &str) -> Option<BadValue> {
    let bad = || BadValue { key: key.into(), wrong: wrong.into(), mend: mend.into() };
    (!good).then(bad)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::home(HOME, "https://api.telegram.org", Reach::Public)]
    #[case::home_without_a_slash("https://api.telegram.org", "https://api.telegram.org", Reach::Public)]
    #[case::own_server("https://bots.example/api/", "https://bots.example/api", Reach::Any)]
    #[case::own_machine("http://localhost:8081", "http://localhost:8081", Reach::Any)]
    fn addresses_stand_below_the_base(#[case] base: &str, #[case] expected: &str, #[case] reach: Reach) {
        let usual = AccountConfig::new("4711", SecretString::from("4711:AAx_-9"));
        let config = AccountConfig { base: base.into(), ..usual };
        let shown = |url: Option<Url>| url.map(String::from);
        assert_eq!(shown(config.method_url("getMe")), Some(format!("{expected}/bot4711:AAx_-9/getMe")));
        assert_eq!(
            shown(config.file_url("a/b.jpg")),
            Some(format!("{expected}/file/bot4711:AAx_-9/a/b.jpg"))
        );
        assert_eq!(config.reach(), reach);
    }
}
