//! The control API under `/_control`: what the Rust API does, for tests in other processes. It has no key; the sandbox listens on
//! this machine only.

use std::sync::Arc;

use poem::http::StatusCode;
use poem::web::{Data, Json, Path, Query};
use poem::{Endpoint, EndpointExt, Response, Route, get, handler, patch, post};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::error::SandboxError;
use crate::faults::Fault;
use crate::handshake::{Handshake, shake};
use crate::instagram::{self, Action, Customer, InstagramAccount, Profile, Staff};
use crate::log::Filter;
use crate::telegram::{self, TelegramAccount, TelegramCustomer};
use crate::whatsapp::{self, WhatsappAccount, WhatsappCustomer};
use crate::wish::{Introduction, Wish, taken, understood};
use crate::world::{Provider, World, json_answer};

type Control = Result<Response, SandboxError>;

/// All paths of the control API.
pub(crate) fn routes() -> impl Endpoint<Output = Response> + 'static {
    Route::new()
        .at("/health", get(health))
        .at("/clock", get(clock).post(move_clock))
        .at("/log", get(log).delete(clear_log))
        .at("/doubles", get(doubles))
        .at("/webhooks", get(webhooks))
        .at("/accounts", get(accounts).post(add_account))
        .at("/accounts/:account", patch(change_account))
        .at("/faults/:account", get(faults).post(add_faults).delete(clear_faults))
        .at("/customer/:account/:who", get(standing).post(act).put(introduce).delete(forget))
        .at("/staff/:account/:who", post(staff))
        .at("/together", post(together))
        .at("/templates/:account", get(templates).post(template_becomes).put(register))
        .at("/handshake/:account", post(handshake))
        .at("/release/:account", post(release))
        .catch_all_error(|error: poem::Error| async move {
            json_answer(error.status().as_u16(), &json!({ "error": error.to_string() }))
        })
}

impl poem::error::ResponseError for SandboxError {
    fn status(&self) -> StatusCode {
        match self {
            Self::NoAccount(_) => StatusCode::NOT_FOUND,
            Self::Taken(_) | Self::NoWebhook(_) => StatusCode::CONFLICT,
            Self::Unclear(_) => StatusCode::BAD_REQUEST,
            Self::Listen(_) | Self::Log(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

#[handler]
fn health(world: Data<&Arc<World>>) -> Response {
    let (forgotten, failed) = (world.log.forgotten(), world.log.file_failed());
    json_answer(200, &json!({ "status": "ok", "log_forgotten": forgotten, "log_file_failed": failed }))
}

#[handler]
fn clock(world: Data<&Arc<World>>) -> Response {
    json_answer(200, &json!({ "now_ms": world.clock.now_ms(), "offset_ms": world.clock.offset_ms() }))
}

/// Exactly one of the two.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
enum Move {
    AdvanceMs(i64),
    OffsetMs(i64),
}

#[handler]
fn move_clock(Json(how): Json<Move>, world: Data<&Arc<World>>) -> Response {
    match how {
        Move::AdvanceMs(by_ms) => world.clock.advance_ms(by_ms),
        Move::OffsetMs(offset_ms) => world.clock.set_offset_ms(offset_ms),
    }
    json_answer(200, &json!({ "now_ms": world.clock.now_ms(), "offset_ms": world.clock.offset_ms() }))
}

#[handler]
fn log(Query(filter): Query<Filter>, world: Data<&Arc<World>>) -> Response {
    let entries = world.log.find(&filter);
    if filter.format.as_deref() != Some("lines") {
        return json_answer(200, &entries);
    }
    let lines = entries.iter().filter_map(|entry| serde_json::to_string(entry).ok()).map(|line| line + "\n");
    Response::builder().content_type("application/jsonl").body(lines.collect::<String>())
}

#[handler]
fn clear_log(world: Data<&Arc<World>>) -> StatusCode {
    world.log.clear();
    StatusCode::NO_CONTENT
}

#[handler]
fn doubles(world: Data<&Arc<World>>) -> Response {
    json_answer(200, &world.log.doubles())
}

/// Which account's posts are wanted.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct OfAccount {
    account: Option<String>,
}

#[handler]
fn webhooks(Query(of): Query<OfAccount>, world: Data<&Arc<World>>) -> Response {
    let mut posted = world.hooks.posted();
    posted.retain(|posted| of.account.as_ref().is_none_or(|account| *account == posted.account));
    json_answer(200, &posted)
}

#[handler]
fn accounts(world: Data<&Arc<World>>) -> Response {
    let mut accounts: Vec<Value> = world.instagram.all().iter().map(|shop| shop.lock().told()).collect();
    accounts.extend(world.whatsapp.all().iter().map(|shop| shop.lock().told()));
    accounts.extend(world.telegram.all().iter().map(|shop| shop.lock().told()));
    json_answer(200, &accounts)
}

/// An account of Instagram, or of the `provider` that the body names.
#[handler]
fn add_account(Json(mut account): Json<Value>, world: Data<&Arc<World>>) -> Control {
    let provider = taken(&mut account, "provider");
    let told = match provider.as_ref().map(|provider| provider.as_str().unwrap_or_default()) {
        None | Some(instagram::PROVIDER) => {
            let account: InstagramAccount = understood(account)?;
            let id = account.id.clone();
            world.add_instagram(account)?;
            world.instagram.get(&id)?.lock().told()
        }
        Some(whatsapp::PROVIDER) => {
            let account: WhatsappAccount = understood(account)?;
            let id = account.id.clone();
            world.add_whatsapp(account)?;
            world.whatsapp.get(&id)?.lock().told()
        }
        Some(telegram::PROVIDER) => {
            let account: TelegramAccount = understood(account)?;
            let id = account.id.clone();
            world.add_telegram(account)?;
            world.telegram.get(&id)?.lock().told()
        }
        Some(other) => return Err(SandboxError::Unclear(format!("there is no provider {other}"))),
    };
    Ok(json_answer(201, &told))
}

#[handler]
fn change_account(Path(id): Path<String>, Json(change): Json<Value>, world: Data<&Arc<World>>) -> Control {
    let told = match world.provider_of(&id)? {
        Provider::Instagram => {
            let shop = world.instagram.get(&id)?;
            shop.lock().change(understood(change)?);
            shop.lock().told()
        }
        Provider::Whatsapp => {
            let shop = world.whatsapp.get(&id)?;
            shop.lock().change(understood(change)?);
            shop.lock().told()
        }
        Provider::Telegram => {
            let shop = world.telegram.get(&id)?;
            shop.lock().change(understood(change)?);
            shop.lock().told()
        }
    };
    Ok(json_answer(200, &told))
}

#[handler]
fn faults(Path(account): Path<String>, world: Data<&Arc<World>>) -> Control {
    world.knows(&account)?;
    Ok(json_answer(200, &world.faults.waiting(&account)))
}

/// One fault or a list of them.
#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMore {
    More(Vec<Fault>),
    One(Fault),
}

#[handler]
fn add_faults(
    Path(account): Path<String>,
    Json(added): Json<OneOrMore>,
    world: Data<&Arc<World>>,
) -> Control {
    world.knows(&account)?;
    let added = match added {
        OneOrMore::More(more) => more,
        OneOrMore::One(one) => vec![one],
    };
    added.into_iter().for_each(|fault| world.faults.push(&account, fault));
    Ok(json_answer(200, &world.faults.waiting(&account)))
}

#[handler]
fn clear_faults(Path(account): Path<String>, world: Data<&Arc<World>>) -> StatusCode {
    world.faults.clear(&account);
    StatusCode::NO_CONTENT
}

#[handler]
fn standing(Path((account, who)): Path<(String, String)>, world: Data<&Arc<World>>) -> Control {
    let here = world.clone();
    Ok(match world.provider_of(&account)? {
        Provider::Instagram => json_answer(200, &Customer::new(here, &account, &who)?.standing()),
        Provider::Whatsapp => json_answer(200, &WhatsappCustomer::new(here, &account, &who)?.standing()),
        Provider::Telegram => json_answer(200, &TelegramCustomer::new(here, &account, &who)?.standing()),
    })
}

#[handler]
async fn act(
    Path((account, who)): Path<(String, String)>,
    Json(wish): Json<Value>,
    world: Data<&Arc<World>>,
) -> Control {
    let delivered = match world.provider_of(&account)? {
        Provider::Instagram => {
            let customer = Customer::new(world.clone(), &account, &who)?;
            let Wish { events, delivery } = Wish::read(wish)?;
            let actions = events.into_iter().map(understood).collect::<Result<Vec<Action>, _>>()?;
            customer.does_all(actions, &delivery).await?
        }
        Provider::Whatsapp => whatsapp::control::act(&world, &account, &who, wish).await?,
        Provider::Telegram => telegram::control::act(&world, &account, &who, wish).await?,
    };
    Ok(json_answer(200, &delivered))
}

#[handler]
fn introduce(
    Path((account, who)): Path<(String, String)>,
    Json(wish): Json<Value>,
    world: Data<&Arc<World>>,
) -> Control {
    Ok(match world.provider_of(&account)? {
        Provider::Instagram => {
            let introduction: Introduction<Profile> = understood(wish)?;
            let customer = Customer::new(world.clone(), &account, &who)?;
            if let Some(profile) = introduction.profile {
                customer.has_profile(profile);
            }
            if let Some(ago_ms) = introduction.wrote_ms_ago {
                customer.wrote_ms_ago(ago_ms);
            }
            json_answer(200, &customer.standing())
        }
        Provider::Whatsapp => json_answer(200, &whatsapp::control::introduce(&world, &account, &who, wish)?),
        Provider::Telegram => json_answer(200, &telegram::control::introduce(&world, &account, &who, wish)?),
    })
}

#[handler]
fn forget(
    Path((account, who)): Path<(String, String)>,
    world: Data<&Arc<World>>,
) -> Result<StatusCode, SandboxError> {
    let here = world.clone();
    match world.provider_of(&account)? {
        Provider::Instagram => Customer::new(here, &account, &who)?.is_forgotten(),
        Provider::Whatsapp => WhatsappCustomer::new(here, &account, &who)?.is_forgotten(),
        Provider::Telegram => TelegramCustomer::new(here, &account, &who)?.is_forgotten(),
    }
    Ok(StatusCode::NO_CONTENT)
}

/// What a member of staff types.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Typed {
    text: String,
}

#[handler]
async fn staff(
    Path((account, who)): Path<(String, String)>,
    Json(typed): Json<Typed>,
    world: Data<&Arc<World>>,
) -> Control {
    let delivered = match world.provider_of(&account)? {
        Provider::Instagram => {
            let staff = Staff::new(Customer::new(world.clone(), &account, &who)?);
            staff.types(typed.text).await?
        }
        Provider::Whatsapp => whatsapp::control::staff(&world, &account, &who, typed.text).await?,
        Provider::Telegram => {
            return Err(SandboxError::Unclear("nobody types in an app for a Telegram bot".into()));
        }
    };
    Ok(json_answer(200, &delivered))
}

/// Events of several WhatsApp customers in posts that they share.
#[handler]
async fn together(Json(wish): Json<Value>, world: Data<&Arc<World>>) -> Control {
    Ok(json_answer(200, &whatsapp::control::act_together(&world, wish).await?))
}

#[handler]
fn templates(Path(account): Path<String>, world: Data<&Arc<World>>) -> Control {
    Ok(json_answer(200, &whatsapp::control::templates(&world, &account)?))
}

#[handler]
fn register(Path(account): Path<String>, Json(template): Json<Value>, world: Data<&Arc<World>>) -> Control {
    whatsapp::control::register(&world, &account, understood(template)?)?;
    Ok(json_answer(200, &whatsapp::control::templates(&world, &account)?))
}

#[handler]
async fn template_becomes(
    Path(account): Path<String>,
    Json(wish): Json<Value>,
    world: Data<&Arc<World>>,
) -> Control {
    Ok(json_answer(200, &whatsapp::control::becomes(&world, &account, wish).await?))
}

#[handler]
async fn handshake(
    Path(account): Path<String>,
    Json(how): Json<Handshake>,
    world: Data<&Arc<World>>,
) -> Control {
    Ok(json_answer(200, &shake(&world, &account, &how).await?))
}

#[handler]
async fn release(Path(account): Path<String>, world: Data<&Arc<World>>) -> Control {
    world.knows(&account)?;
    Ok(json_answer(200, &world.hooks.release(&account).await))
}
