//! Settings, and what can be wrong with them.

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use tradepost_http::{Reach, Url};
use tradepost_meta::settings::{Fault, Faults, is_base, is_version, reach_of};

const DAY: Duration = Duration::from_secs(24 * 3600);
/// No token lives longer than ten years.
const LONGEST: Duration = Duration::from_secs(3650 * 24 * 3600);

/// An app's callback: one secret, any number of accounts.
#[derive(Debug, Clone)]
pub struct EndpointConfig {
    /// The key of the signatures: the app secret. On the route of Instagram Login it is the *Instagram* app secret of
    /// that product, which differs from the Facebook app's.
    pub app_secret: SecretString,
    /// The word that the dashboard is given, which the handshake repeats.
    pub verify_token: SecretString,
}

/// Which of Meta's two routes an account is reached by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Route {
    /// Instagram API with Instagram Login; needs no Facebook Page.
    InstagramLogin,
    /// Messenger platform through the linked Facebook Page.
    Page,
}

impl Route {
    /// The route of that word in the settings.
    pub fn of_word(word: &str) -> Option<Self> {
        match word {
            "instagram_login" => Some(Self::InstagramLogin),
            "page" => Some(Self::Page),
            _ => None,
        }
    }

    /// Where Meta serves it.
    pub fn base(self) -> &'static str {
        match self {
            Self::InstagramLogin => "https://graph.instagram.com/",
            Self::Page => "https://graph.facebook.com/",
        }
    }
}

/// One account that can write.
#[derive(Debug, Clone)]
pub struct AccountConfig {
    /// The account's id as webhooks carry it (`entry[].id`, at Meta `user_id` or `IG_ID`).
    pub account: String,
    /// How it is reached.
    pub route: Route,
    /// Where the Graph API is; Meta's by default, the sandbox's in tests.
    pub base: String,
    /// The version of the Graph API.
    pub version: String,
    /// The Instagram user token, or the Page's. With Instagram Login it may be exchanged for newer ones while we run.
    pub token: SecretString,
    /// Is the token exchanged before it ends? `None`: where that is possible.
    pub refresh: Option<bool>,
    /// So long before its end.
    pub refresh_before: Duration,
    /// A token lives so long if the provider does not say. Assumed, not documented.
    pub token_life: Duration,
    /// A younger token is not exchanged. Assumed, not documented.
    pub token_least_age: Duration,
    /// Has the app the Human Agent feature? Then persons may write for 7 days, else for 24 hours like the bot.
    pub human_agent: bool,
    /// Are questions with buttons sent as a button template? Meta documents it for Messenger only, so it is off.
    pub button_template: bool,
    /// Where our stored media are served to the public; the content hash is appended.
    pub media_base: Option<String>,
    /// The whole time of one call.
    pub time_limit: Duration,
    /// Calls at the same time.
    pub concurrency: usize,
    /// Calls in one second. Meta allows 300 texts, but 10 sounds or videos.
    pub per_second: u32,
}

impl AccountConfig {
    /// An account with Meta's addresses and careful limits.
    pub fn new(account: impl Into<String>, route: Route, token: SecretString) -> Self {
        Self {
            account: account.into(),
            route,
            base: route.base().into(),
            version: "v25.0".into(),
            token,
            refresh: None,
            refresh_before: 10 * DAY,
            token_life: 60 * DAY,
            token_least_age: DAY,
            human_agent: false,
            button_template: false,
            media_base: None,
            time_limit: Duration::from_secs(15),
            concurrency: 8,
            per_second: 100,
        }
    }

    /// How far customers' media may lead: anywhere only for an API on this very machine.
    pub fn reach(&self) -> Reach {
        reach_of(&self.base)
    }

    /// Is the token to be exchanged before it ends? Page tokens do not end.
    pub fn refreshes(&self) -> bool {
        self.route == Route::InstagramLogin && self.refresh.unwrap_or(true)
    }

    /// Where a token is exchanged: beside the versions.
    pub(crate) fn refresh_url(&self) -> Option<Url> {
        let base = self.base.trim_end_matches('/');
        format!("{base}/refresh_access_token?grant_type=ig_refresh_token").parse().ok()
    }

    /// Where messages are posted.
    pub(crate) fn send_url(&self) -> Option<Url> {
        let sender = match self.route {
            Route::InstagramLogin => self.account.as_str(),
            Route::Page => "me",
        };
        format!("{}/{}/{sender}/messages", self.base.trim_end_matches('/'), self.version).parse().ok()
    }
}

impl EndpointConfig {
    /// Everything that is wrong with these settings.
    pub fn faults(&self) -> Vec<Fault> {
        let mut faults = Faults::default();
        let secret = self.app_secret.expose_secret().trim();
        faults.unless(!secret.is_empty(), "app_secret", "is empty", "copy it from the app's dashboard");
        let token = self.verify_token.expose_secret().trim();
        let mend = "choose a long random word and give the same to the app's dashboard";
        faults.unless(!token.is_empty(), "verify_token", "is empty", mend);
        faults.all()
    }
}

impl AccountConfig {
    /// Everything that is wrong with these settings.
    pub fn faults(&self) -> Vec<Fault> {
        let mut faults = Faults::default();
        let word = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let mend = "set the id that webhooks carry in `entry[].id`, digits only";
        faults.unless(word(&self.account), "account", "is not an id", mend);
        faults.unless(
            is_version(&self.version),
            "version",
            format!("is `{}`", self.version),
            "write it like `v25.0`",
        );
        let mend = "give an https address; http only on this machine";
        faults.unless(is_base(&self.base), "base", format!("is `{}`", self.base), mend);
        let mend = "give the https address under which the gateway serves media";
        faults.unless(
            self.media_base.as_deref().is_none_or(is_base),
            "media_base",
            "is no such address",
            mend,
        );
        faults.token("token", &self.token);
        let page = self.refresh == Some(true) && self.route == Route::Page;
        faults.unless(!page, "refresh", "is true for a Page's token, which does not end", "remove the line");
        let life = !self.token_life.is_zero() && self.token_life <= LONGEST;
        faults.unless(life, "token_life", "is zero or over ten years", "give its days in hours: \"1440 h\"");
        let early = self.refresh_before < self.token_life && self.token_least_age < self.token_life;
        let mend = "make refresh_before and token_least_age shorter than token_life";
        faults.unless(early, "refresh_before", "leaves a token no time", mend);
        faults.unless(!self.time_limit.is_zero(), "time_limit", "is zero", "give some seconds");
        faults.unless(self.concurrency > 0, "concurrency", "is zero", "give at least 1");
        faults.unless(self.per_second > 0, "per_second", "is zero", "give at least 1");
        faults.all()
    }
}
