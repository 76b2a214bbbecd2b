//! The registry of templates: listed and created over the API, changed by the sandbox's hand.

use poem::Response;
use serde_json::{Value, json};

use super::envelope::{self, Part};
use super::shop::Shop;
use super::template::{self, Template};
use crate::delivery::Delivery;
use crate::error::SandboxError;
use crate::graph::call::Call;
use crate::graph::error::GraphError;
use crate::graph::rules::Verdict;
use crate::hooks::Posted;
use crate::world::{World, json_answer};

/// `GET /{waba_id}/message_templates`, by `name` and `status` if these are asked for.
pub(super) fn list(shop: &Shop, call: &Call) -> Response {
    let asked = |field: &str, is: &str| call.query(field).is_none_or(|wanted| wanted == is);
    let state = shop.lock();
    let wanted = |template: &&Template| asked("name", &template.name) && asked("status", &template.status);
    let data: Vec<Value> = state.account.templates.iter().filter(wanted).map(Template::listed).collect();
    json_answer(200, &json!({ "data": data, "paging": {} }))
}

/// `POST /{waba_id}/message_templates`: pending until the sandbox is told otherwise.
pub(super) fn create(world: &World, shop: &Shop, call: &Call) -> Verdict<Response> {
    let body = call.body.clone().unwrap_or_default();
    let template: Template =
        serde_json::from_value(body).map_err(|error| GraphError::parameter(error.to_string()))?;
    let template = Template { status: "PENDING".into(), id: world.mint.number(), ..template };
    template.check()?;
    let mut state = shop.lock();
    if state.account.templates.iter().any(|there| there.is(&template.name, &template.language)) {
        return Err(GraphError::parameter("There is a template of this name and language"));
    }
    let told = json!({ "id": template.id, "status": template.status, "category": template.category });
    state.account.templates.push(template);
    Ok(json_answer(200, &told))
}

/// Registers a template, in place of one of the same name and language.
pub(crate) fn register(world: &World, shop: &Shop, mut template: Template) {
    if template.id.is_empty() {
        template.id = world.mint.number();
    }
    let templates = &mut shop.lock().account.templates;
    templates.retain(|there| !there.is(&template.name, &template.language));
    templates.push(template);
}

/// Gives a template another status, and tells the gateway.
pub(crate) async fn becomes(
    world: &World,
    account: &str,
    news: TemplateNews,
    delivery: &Delivery,
) -> Result<Vec<Posted>, SandboxError> {
    let shop = world.whatsapp.get(account)?;
    let target = shop.target(delivery)?;
    let changed = {
        let mut state = shop.lock();
        let language = |template: &Template| news.language.as_ref().is_none_or(|is| *is == template.language);
        let templates = &mut state.account.templates;
        let found = templates.iter_mut().find(|template| template.name == news.name && language(template));
        let found = found.ok_or_else(|| SandboxError::Unclear(format!("no template {}", news.name)))?;
        found.status = news.status;
        found.clone()
    };
    let part =
        Part::change(&shop, "message_template_status_update", template::update(&changed, &news.reason));
    let bodies = envelope::bodies(world, vec![part], delivery);
    Ok(world.hooks.deliver(&target, bodies, delivery).await)
}

/// What becomes of a template.
#[derive(Clone, Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TemplateNews {
    /// Its name.
    pub name: String,
    /// Its language; the first of that name when left out.
    #[serde(default)]
    pub language: Option<String>,
    /// The new status.
    pub status: String,
    /// Why; `NONE` when left out.
    #[serde(default)]
    pub reason: Option<String>,
}
