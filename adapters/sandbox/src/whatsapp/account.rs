//! A WhatsApp number's settings.

use serde::{Deserialize, Serialize};

use super::status::Step;
use super::template::Template;
use crate::registry::set;
use crate::secret::{Secret, complete_secrets, made_up};

/// How the number is reached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Dialect {
    /// Meta's Cloud API.
    #[default]
    Cloud,
    /// The reseller's API ("WAPI"), with webhooks in the reseller's envelope.
    Wapi,
}

/// How the customer's side refuses: window closed, not on WhatsApp, marketing stopped, media not fetched.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Failures {
    /// Taken with 200; a `failed` status follows.
    #[default]
    ByStatus,
    /// Refused with status 400 at once.
    AtOnce,
}

/// What the number may send; `None` takes any number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WhatsappRate {
    /// Messages in one second, 130429 beyond.
    pub messages_per_s: Option<u32>,
    /// Messages to one customer in a burst, 131056 beyond.
    pub pair_burst: Option<u32>,
    /// After so many milliseconds of the sandbox's clock one more may go to the same customer.
    pub pair_refill_ms: i64,
    /// HTTP status of both refusals.
    pub status: u16,
}

impl Default for WhatsappRate {
    /// Section 9 of the reference: 80 a second; 45 at once and one in 6 s to the same customer.
    fn default() -> Self {
        Self { messages_per_s: Some(80), pair_burst: Some(45), pair_refill_ms: 6000, status: 400 }
    }
}

impl WhatsappRate {
    /// No limits, for load tests.
    pub fn unlimited() -> Self {
        Self { messages_per_s: None, pair_burst: None, ..Self::default() }
    }
}

/// One number. Only the id is needed; what else is left out is made up from it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WhatsappAccount {
    /// `phone_number_id`, a decimal string.
    pub id: String,
    /// The WhatsApp business account: `entry[].id` of webhooks. `8` and the id when left out.
    #[serde(default)]
    pub waba_id: String,
    /// The number as people dial it, digits only. `1` and the id when left out.
    #[serde(default)]
    pub display_phone_number: String,
    /// The reseller's name for the shop, in WAPI's paths. `vendor-` and the id when left out.
    #[serde(default)]
    pub vendor_uid: String,
    /// Meta's API or the reseller's.
    #[serde(default)]
    pub dialect: Dialect,
    /// `token-` and the id when left out. Several numbers may share one.
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
    /// Takes sends to people the sandbox has never heard of, with an open window: for load tests.
    #[serde(default)]
    pub accept_strangers: bool,
    /// The numbers that a test number may write to (131030 for others); any when left out.
    #[serde(default)]
    pub allow_list: Option<Vec<String>>,
    /// The templates that are registered.
    #[serde(default)]
    pub templates: Vec<Template>,
    /// Takes templates that nobody registered.
    #[serde(default)]
    pub any_template: bool,
    /// Longest body of a list: 1,024 characters after older pages and resellers, 4,096 after the current page.
    #[serde(default = "safe_list_body")]
    pub list_body_chars: usize,
    /// WAPI: takes buttons as an array of `{id, title}` too, as the documentation shows and no client sends.
    #[serde(default)]
    pub wapi_button_arrays: bool,
    /// How the customer's side refuses.
    #[serde(default)]
    pub failures: Failures,
    /// The statuses that follow each message.
    #[serde(default = "Step::usual")]
    pub statuses: Vec<Step>,
    /// What it may send.
    #[serde(default)]
    pub rate: WhatsappRate,
}

fn safe_list_body() -> usize {
    1024
}

impl WhatsappAccount {
    /// A number with everything made up from its `phone_number_id`.
    pub fn new(id: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            waba_id: String::new(),
            display_phone_number: String::new(),
            vendor_uid: String::new(),
            dialect: Dialect::Cloud,
            access_token: Secret::default(),
            app_secret: Secret::default(),
            verify_token: Secret::default(),
            webhook_url: None,
            accept_strangers: false,
            allow_list: None,
            templates: Vec::new(),
            any_template: false,
            list_body_chars: safe_list_body(),
            wapi_button_arrays: false,
            failures: Failures::ByStatus,
            statuses: Step::usual(),
            rate: WhatsappRate::default(),
        }
        .completed()
    }

    /// The same number with its webhook address.
    pub fn with_webhook(self, url: impl Into<String>) -> Self {
        Self { webhook_url: Some(url.into()), ..self }
    }

    /// The same number with one more template.
    pub fn with_template(mut self, template: Template) -> Self {
        self.templates.push(template);
        self
    }

    pub(crate) fn completed(mut self) -> Self {
        let id = &self.id;
        made_up(&mut self.waba_id, || format!("8{id}"));
        made_up(&mut self.display_phone_number, || format!("1{id}"));
        made_up(&mut self.vendor_uid, || format!("vendor-{id}"));
        complete_secrets(id, [&mut self.access_token, &mut self.app_secret, &mut self.verify_token]);
        self
    }

    pub(super) fn change(&mut self, change: WhatsappChange) {
        set(&mut self.access_token, change.access_token);
        set(&mut self.app_secret, change.app_secret);
        set(&mut self.verify_token, change.verify_token);
        set(&mut self.webhook_url, change.webhook_url.map(Some));
        set(&mut self.dialect, change.dialect);
        set(&mut self.accept_strangers, change.accept_strangers);
        set(&mut self.allow_list, change.allow_list.map(Some));
        set(&mut self.any_template, change.any_template);
        set(&mut self.list_body_chars, change.list_body_chars);
        set(&mut self.wapi_button_arrays, change.wapi_button_arrays);
        set(&mut self.failures, change.failures);
        set(&mut self.statuses, change.statuses);
        set(&mut self.rate, change.rate);
    }
}

/// A change of a number's settings; what is left out stays.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[allow(missing_docs, reason = "the fields are those of WhatsappAccount")]
pub struct WhatsappChange {
    pub access_token: Option<Secret>,
    pub app_secret: Option<Secret>,
    pub verify_token: Option<Secret>,
    pub webhook_url: Option<String>,
    pub dialect: Option<Dialect>,
    pub accept_strangers: Option<bool>,
    pub allow_list: Option<Vec<String>>,
    pub any_template: Option<bool>,
    pub list_body_chars: Option<usize>,
    pub wapi_button_arrays: Option<bool>,
    pub failures: Option<Failures>,
    pub statuses: Option<Vec<Step>>,
    pub rate: Option<WhatsappRate>,
    /// `true` makes the token invalid, as when the owner takes the app's access away; `false` gives it back.
    pub token_revoked: Option<bool>,
}
