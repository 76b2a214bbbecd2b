//! Scripted faults: a queue per account. Each call takes the first fault in the queue that concerns it.

use std::collections::{HashMap, VecDeque};

use parking_lot::Mutex;
use serde::{Deserialize, Serialize};

use crate::rate::Second;
use crate::whatsapp::Step;

/// One scripted fault.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Fault {
    /// What goes wrong.
    #[serde(flatten)]
    pub what: What,
    /// How many calls it meets; 0 means until cleared.
    #[serde(default = "once")]
    pub times: u32,
    /// Which calls it concerns. Webhook faults concern webhooks, whatever stands here.
    #[serde(default)]
    pub on: On,
    /// Only calls about this customer.
    #[serde(default)]
    pub customer: Option<String>,
    /// Waits so long before anything else, in milliseconds of real time.
    #[serde(default)]
    pub delay_ms: u64,
}

fn once() -> u32 {
    1
}

/// What goes wrong.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "fault", rename_all = "snake_case")]
pub enum What {
    /// Nothing (besides the delay): lets a call pass, for scripts like *pass, pass, fail*.
    Pass,
    /// Refused with this status and these codes.
    Fail {
        /// HTTP status.
        status: u16,
        /// The provider's code.
        code: i64,
        /// The provider's subcode.
        #[serde(default)]
        subcode: Option<i64>,
        /// The provider's words; a plain sentence when absent.
        #[serde(default)]
        message: Option<String>,
        /// `Retry-After`, in seconds.
        #[serde(default)]
        retry_after_s: Option<u64>,
        /// Says `is_transient`.
        #[serde(default)]
        transient: bool,
    },
    /// Accepted at once, answered only after so many milliseconds of real time.
    SlowAnswer {
        /// The wait.
        ms: u64,
    },
    /// The connection is cut before the provider takes anything.
    DropBefore,
    /// The message is taken, then the connection is cut without an answer.
    DropAfter,
    /// The message is taken, then the answer is cut in the middle of its body.
    CutBody,
    /// The message is taken; the answer is no JSON.
    NotJson,
    /// The message is taken; the answer is JSON of another shape.
    WrongShape,
    /// The message is taken; the answer has no message id.
    NoMessageId,
    /// Refused, but with status 200 and an error inside.
    #[serde(rename = "error_in_200")]
    ErrorIn200,
    /// The message is taken; the answer has so many bytes.
    HugeBody {
        /// Length of the answer's body.
        bytes: usize,
    },
    /// The message is taken; its receipts (echo and `read`, or WhatsApp's statuses; Telegram has none) arrive as webhooks before the answer does.
    ReceiptBeforeAnswer,
    /// The message is taken; these statuses follow it instead of the account's (WhatsApp).
    Statuses {
        /// One webhook each.
        steps: Vec<Step>,
    },
    /// From now on, until cleared, more calls than this in one second are refused. `times` plays no part.
    RateLimit {
        /// Calls taken in one second.
        per_second: u32,
        /// Answered with this status; the channel's own when absent.
        #[serde(default)]
        status: Option<u16>,
        /// `Retry-After`, in seconds.
        #[serde(default)]
        retry_after_s: Option<u64>,
    },
    /// The next webhook is posted twice.
    WebhookTwice,
    /// The next webhook is held back until the one after it has been posted.
    WebhookOutOfOrder,
    /// The next webhook is never posted.
    WebhookLost,
}

impl What {
    fn is_webhook(&self) -> bool {
        matches!(self, Self::WebhookTwice | Self::WebhookOutOfOrder | Self::WebhookLost)
    }
}

/// Which calls a fault concerns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum On {
    /// Sends of messages.
    #[default]
    Message,
    /// Typing, seen, reactions.
    Action,
    /// Look-ups of profiles and of the account.
    Profile,
    /// Token refresh.
    Token,
    /// Media: upload, look-up, download, deletion (WhatsApp, Telegram).
    Media,
    /// Every call.
    Any,
}

impl Fault {
    /// A fault that meets the next message.
    pub fn new(what: What) -> Self {
        Self { what, times: 1, on: On::Message, customer: None, delay_ms: 0 }
    }

    /// The usual refusal: status and code.
    pub fn fail(status: u16, code: i64) -> Self {
        Self::new(What::Fail {
            status,
            code,
            subcode: None,
            message: None,
            retry_after_s: None,
            transient: false,
        })
    }

    /// A call that is only slow: so many milliseconds before the provider takes it.
    pub fn delay(delay_ms: u64) -> Self {
        Self { delay_ms, ..Self::new(What::Pass) }
    }

    /// Meets so many calls; 0 means until cleared.
    pub fn times(self, times: u32) -> Self {
        Self { times, ..self }
    }

    /// Concerns these calls.
    pub fn on(self, on: On) -> Self {
        Self { on, ..self }
    }

    /// Concerns this customer only.
    pub fn of(self, customer: impl Into<String>) -> Self {
        Self { customer: Some(customer.into()), ..self }
    }

    fn concerns(&self, on: On, customer: Option<&str>) -> bool {
        !self.what.is_webhook()
            && (self.on == On::Any || self.on == on)
            && (self.customer.is_none() || self.customer.as_deref() == customer)
    }
}

/// A standing limit that refused a call.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limited {
    /// As the script wants it; `None` for the channel's own.
    pub(crate) status: Option<u16>,
    pub(crate) retry_after_s: Option<u64>,
}

#[derive(Debug, Default)]
struct Script {
    queue: VecDeque<Fault>,
    limit: Option<(u32, Limited)>,
    calls: Second,
}

/// The faults of all accounts.
#[derive(Debug, Default)]
pub struct Faults(Mutex<HashMap<String, Script>>);

impl Faults {
    /// Puts a fault at the end of an account's queue (a rate limit stands at once).
    pub fn push(&self, account: &str, fault: Fault) {
        let mut scripts = self.0.lock();
        let script = scripts.entry(account.to_owned()).or_default();
        match fault.what {
            What::RateLimit { per_second, status, retry_after_s } => {
                script.limit = Some((per_second, Limited { status, retry_after_s }));
                script.calls = Second::default();
            }
            _ => script.queue.push_back(fault),
        }
    }

    /// Takes an account's faults and its rate limit away.
    pub fn clear(&self, account: &str) {
        self.0.lock().remove(account);
    }

    /// What still waits in an account's queue.
    pub fn waiting(&self, account: &str) -> Vec<Fault> {
        self.0.lock().get(account).map(|script| script.queue.iter().cloned().collect()).unwrap_or_default()
    }

    pub(crate) fn take(&self, account: &str, on: On, customer: Option<&str>) -> Option<Fault> {
        self.take_where(account, |fault| fault.concerns(on, customer))
    }

    pub(crate) fn take_webhook(&self, account: &str) -> Option<Fault> {
        self.take_where(account, |fault| fault.what.is_webhook())
    }

    fn take_where(&self, account: &str, wanted: impl Fn(&Fault) -> bool) -> Option<Fault> {
        let mut scripts = self.0.lock();
        let queue = &mut scripts.get_mut(account)?.queue;
        let at = queue.iter().position(wanted)?;
        let fault = queue.get_mut(at)?;
        let taken = fault.clone();
        match fault.times {
            0 => {}
            1 => drop(queue.remove(at)),
            _ => fault.times -= 1,
        }
        Some(taken)
    }

    /// Counts a call against the scripted rate limit.
    pub(crate) fn over_limit(&self, account: &str, now_ms: i64) -> Option<Limited> {
        let mut scripts = self.0.lock();
        let script = scripts.get_mut(account)?;
        let (per_second, limited) = script.limit?;
        (!script.calls.admit(per_second, now_ms)).then_some(limited)
    }
}
