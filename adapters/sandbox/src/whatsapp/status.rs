//! What becomes of a message: the statuses that follow it, as they are scripted.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::envelope::{self, Part};
use super::errors::Undelivered;
use super::person::WhatsappProfile;
use super::shop::Shop;
use crate::delivery::{Delivery, Timestamps};
use crate::json::{given, merge, or_null};
use crate::log::Fate;
use crate::world::World;

const DAY_MS: i64 = 86_400_000;

/// One status webhook of a message. As JSON the bare name, or an object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "StepForm")]
pub struct Step {
    /// `sent`, `delivered`, `read`, `played`, `failed`, `deleted`, or any word.
    pub status: String,
    /// How long after the answer, in milliseconds of the sandbox's clock.
    pub after_ms: i64,
    /// How many copies.
    pub times: u32,
    /// Comes before the answer to the send; `after_ms` plays no part.
    pub before_answer: bool,
    /// The error of a `failed` one; 131000 when left out.
    pub code: Option<i64>,
    /// What `error_data.details` says.
    pub details: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum StepForm {
    Name(String),
    Whole(WholeStep),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WholeStep {
    status: String,
    #[serde(default)]
    after_ms: i64,
    #[serde(default = "once")]
    times: u32,
    #[serde(default)]
    before_answer: bool,
    #[serde(default)]
    code: Option<i64>,
    #[serde(default)]
    details: Option<String>,
}

fn once() -> u32 {
    1
}

impl From<StepForm> for Step {
    fn from(form: StepForm) -> Self {
        match form {
            StepForm::Name(status) => Self::new(status),
            StepForm::Whole(WholeStep { status, after_ms, times, before_answer, code, details }) => {
                Self { status, after_ms, times, before_answer, code, details }
            }
        }
    }
}

impl Step {
    /// This status, at once, once.
    pub fn new(status: impl Into<String>) -> Self {
        Self { status: status.into(), after_ms: 0, times: 1, before_answer: false, code: None, details: None }
    }

    /// `failed` with this code.
    pub fn failed(code: i64) -> Self {
        Self { code: Some(code), ..Self::new("failed") }
    }

    /// The same so long after the answer, by the sandbox's clock.
    pub fn after_ms(self, after_ms: i64) -> Self {
        Self { after_ms, ..self }
    }

    /// The same in so many copies.
    pub fn times(self, times: u32) -> Self {
        Self { times, ..self }
    }

    /// The same before the answer.
    pub fn before_answer(self) -> Self {
        Self { before_answer: true, ..self }
    }

    /// `sent`, `delivered`, `read`: what follows when nothing else was told.
    pub fn usual() -> Vec<Self> {
        ["sent", "delivered", "read"].map(Self::new).into()
    }

    fn undelivered(&self) -> Option<Undelivered> {
        let code = self.code.or((self.status == "failed").then_some(131_000))?;
        Some(Undelivered::new(code, self.details.clone().unwrap_or_else(|| "A scripted failure".into())))
    }
}

/// A message whose statuses are told.
#[derive(Clone)]
pub(super) struct Told {
    pub(super) message_id: String,
    pub(super) profile: WhatsappProfile,
    /// `biz_opaque_callback_data`.
    pub(super) callback: Option<String>,
    /// `service`, or the category of the template.
    pub(super) category: String,
}

impl Told {
    /// The part of a webhook that tells one step.
    pub(super) fn part(&self, world: &World, shop: &Shop, step: &Step, timestamps: Timestamps) -> Part {
        let now_ms = world.clock.now_ms();
        let mut status = given([
            ("id", self.message_id.as_str().into()),
            ("status", step.status.as_str().into()),
            ("timestamp", timestamps.write(now_ms, Timestamps::SecondsString)),
            ("biz_opaque_callback_data", or_null(&self.callback)),
        ]);
        merge(&mut status, self.profile.recipient());
        match step.undelivered() {
            Some(undelivered) => status["errors"] = json!([undelivered.told()]),
            None => merge(&mut status, self.price(&step.status, now_ms)),
        }
        let contact = self.profile.user_id.is_some().then(|| self.profile.contact());
        Part::in_list(shop, "statuses", status, contact)
    }

    /// `conversation` and `pricing`.
    fn price(&self, status: &str, now_ms: i64) -> Value {
        let free = self.category == "service";
        let id = hex::encode(&Sha256::digest(self.profile.answered("").to_string())[..16]);
        let mut conversation = json!({ "id": id, "origin": { "type": self.category } });
        if status == "sent" {
            conversation["expiration_timestamp"] = ((now_ms + DAY_MS) / 1000).to_string().into();
        }
        let kind = if free { "free_customer_service" } else { "regular" };
        let pricing =
            json!({ "billable": !free, "pricing_model": "PMP", "type": kind, "category": self.category });
        json!({ "conversation": conversation, "pricing": pricing })
    }
}

/// Posts what comes before the answer, and leaves the rest to the time after it.
pub(super) async fn follow(world: &Arc<World>, shop: &Arc<Shop>, told: Told, steps: Vec<Step>, fate: &Fate) {
    let (before, after): (Vec<Step>, Vec<Step>) = steps.into_iter().partition(|step| step.before_answer);
    post(world, shop, &told, &before).await;
    let taken_at_ms = world.clock.now_ms();
    let mut by_time: BTreeMap<i64, Vec<Step>> = BTreeMap::new();
    after.into_iter().for_each(|step| by_time.entry(step.after_ms).or_default().push(step));
    if by_time.is_empty() {
        return;
    }
    let (world, shop) = (world.clone(), shop.clone());
    fate.afterwards(Box::pin(async move {
        for (after_ms, steps) in by_time {
            let (then, shop, told) = (world.clone(), shop.clone(), told.clone());
            let job = async move { post(&then, &shop, &told, &steps).await };
            world.at(taken_at_ms + after_ms, Box::pin(job));
        }
    }));
}

/// Posts steps one after the other, in their order.
async fn post(world: &World, shop: &Shop, told: &Told, steps: &[Step]) {
    let delivery = Delivery::default();
    let Ok(target) = shop.target(&delivery) else { return };
    for step in steps {
        let delivery = Delivery { times: step.times, ..delivery.clone() };
        let part = told.part(world, shop, step, delivery.timestamps);
        world.hooks.deliver(&target, envelope::bodies(world, vec![part], &delivery), &delivery).await;
    }
}
