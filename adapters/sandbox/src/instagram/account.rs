//! An Instagram account's settings.

use serde::{Deserialize, Serialize};

use crate::secret::{Secret, complete_secrets, made_up};

/// Which of the two routes an account is reached by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Route {
    /// Instagram API with Instagram Login.
    #[default]
    L,
    /// Messenger platform through a linked Page.
    P,
}

/// When the account's own sends come back as echo webhooks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Echo {
    /// Never.
    #[default]
    Off,
    /// Before the HTTP answer: the answer waits for the post.
    Before,
    /// After the HTTP answer.
    After,
}

/// Sends taken in one second; `None` takes any number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Rate {
    /// Text, links, reactions, stickers, pictures.
    pub messages_per_s: Option<u32>,
    /// Audio and video.
    pub audio_video_per_s: Option<u32>,
}

impl Default for Rate {
    /// developers.facebook.com/documentation/business-messaging/messenger-platform/overview/rate-limiting
    fn default() -> Self {
        Self { messages_per_s: Some(300), audio_video_per_s: Some(10) }
    }
}

/// One professional account. Only the id is needed; what else is left out is made up from it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InstagramAccount {
    /// `IG_ID`, an opaque decimal string: `entry[].id` of webhooks.
    pub id: String,
    /// Route L: the other id that `/me` tells. `app-` and the id when left out.
    #[serde(default)]
    pub app_scoped_id: String,
    /// Route P: the linked Page. `9` and the id when left out.
    #[serde(default)]
    pub page_id: String,
    /// The account's public name. `shop_` and the id when left out.
    #[serde(default)]
    pub username: String,
    /// Which route it is reached by.
    #[serde(default)]
    pub route: Route,
    /// `token-` and the id when left out.
    #[serde(default)]
    pub access_token: Secret,
    /// Signs webhooks. `secret-` and the id when left out.
    #[serde(default)]
    pub app_secret: Secret,
    /// For the handshake. `verify-` and the id when left out.
    #[serde(default)]
    pub verify_token: Secret,
    /// Where webhooks go (plain http); may be set later.
    #[serde(default)]
    pub webhook_url: Option<String>,
    /// Whether the app has the Human Agent feature.
    #[serde(default)]
    pub human_agent: bool,
    /// Takes sends to people the sandbox has never heard of, with an open window: for load tests.
    #[serde(default)]
    pub accept_strangers: bool,
    /// When sends come back as echoes.
    #[serde(default)]
    pub echo: Echo,
    /// Sends taken in one second.
    #[serde(default)]
    pub rate: Rate,
    /// When the token was given, ms since 1970; long ago when left out. A token is refreshed 24 h later at the earliest.
    #[serde(default)]
    pub token_issued_at_ms: Option<i64>,
    /// When the token ends, ms since 1970; never when left out.
    #[serde(default)]
    pub token_expires_at_ms: Option<i64>,
    /// How long a token stays good once it was exchanged for a newer one, in ms; until its own end when left out.
    #[serde(default)]
    pub former_token_life_ms: Option<i64>,
}

impl InstagramAccount {
    /// An account with everything made up from its id.
    pub fn new(id: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            app_scoped_id: String::new(),
            page_id: String::new(),
            username: String::new(),
            route: Route::L,
            access_token: Secret::default(),
            app_secret: Secret::default(),
            verify_token: Secret::default(),
            webhook_url: None,
            human_agent: false,
            accept_strangers: false,
            echo: Echo::Off,
            rate: Rate::default(),
            token_issued_at_ms: None,
            token_expires_at_ms: None,
            former_token_life_ms: None,
        }
        .completed()
    }

    /// The same account with its webhook address.
    pub fn with_webhook(self, url: impl Into<String>) -> Self {
        Self { webhook_url: Some(url.into()), ..self }
    }

    pub(crate) fn completed(mut self) -> Self {
        let id = &self.id;
        made_up(&mut self.app_scoped_id, || format!("app-{id}"));
        made_up(&mut self.page_id, || format!("9{id}"));
        made_up(&mut self.username, || format!("shop_{id}"));
        complete_secrets(id, [&mut self.access_token, &mut self.app_secret, &mut self.verify_token]);
        self
    }

    /// The ids by which a path may name the account.
    pub(super) fn answers_to(&self, node: &str) -> bool {
        let other = if self.route == Route::L { &self.app_scoped_id } else { &self.page_id };
        node == "me" || node == self.id || node == other
    }
}

/// A change of an account's settings; what is left out stays.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[allow(missing_docs, reason = "the fields are those of InstagramAccount")]
pub struct AccountChange {
    pub access_token: Option<Secret>,
    pub app_secret: Option<Secret>,
    pub verify_token: Option<Secret>,
    pub webhook_url: Option<String>,
    pub human_agent: Option<bool>,
    pub accept_strangers: Option<bool>,
    pub echo: Option<Echo>,
    pub route: Option<Route>,
    pub rate: Option<Rate>,
    pub token_issued_at_ms: Option<i64>,
    pub token_expires_at_ms: Option<i64>,
    pub former_token_life_ms: Option<i64>,
    /// `true` makes every token invalid, as when the owner takes the app's access away; `false` gives it back.
    pub token_revoked: Option<bool>,
}
