//! `/bot<token>/METHOD` and `/file/bot<token>/PATH`.

use std::sync::Arc;

use poem::{Body, Request, Response};
use serde_json::json;

use super::call::Call;
use super::refusal::{BotError, Verdict};
use super::send::{self, Deed};
use super::shop::Shop;
use super::{files, webhook};
use crate::answer::met_by_faults;
use crate::faults::On;
use crate::world::{World, json_answer};

/// What a path is about.
pub(crate) enum Place {
    /// A method of the Bot API.
    Method {
        /// Whose.
        token: String,
        /// In small letters: case does not matter.
        method: String,
    },
    /// A file.
    File {
        /// Whose.
        token: String,
        /// Where `getFile` said that it is.
        path: String,
    },
}

impl Place {
    /// Reads a path, if it is one of Telegram's.
    pub(crate) fn of(path: &str) -> Option<Self> {
        // A colon may stand in a path as it is, and some clients escape it.
        let path = path.replace("%3A", ":").replace("%3a", ":");
        let parts = |rest: &str| {
            let (token, rest) = rest.split_once('/').unwrap_or((rest, ""));
            (token.to_owned(), rest.to_owned())
        };
        if let Some(rest) = path.strip_prefix("/file/bot") {
            let (token, path) = parts(rest);
            return Some(Self::File { token, path });
        }
        let (token, method) = parts(path.strip_prefix("/bot")?);
        Some(Self::Method { token, method: method.to_lowercase() })
    }
}

/// Answers a call of Telegram's.
pub(crate) async fn serve(request: &Request, body: Body, world: &Arc<World>, place: Place) -> Response {
    let answer = match place {
        Place::File { token, path } => files::download(world, &token, &path).await,
        Place::Method { token, method } => called(world, request, body, &token, &method).await,
    };
    answer.unwrap_or_else(|error| error.answer())
}

async fn called(
    world: &Arc<World>,
    request: &Request,
    body: Body,
    token: &str,
    method: &str,
) -> Verdict<Response> {
    let call = Call::read(request, body).await?;
    let shop = world.telegram.by_token(token);
    match Deed::of(method) {
        Some(deed) => Ok(send::take(world, shop, deed, &call).await),
        None => asked(world, &*shop?, method, &call).await,
    }
}

/// Methods that no customer notices.
async fn asked(world: &World, shop: &Shop, method: &str, call: &Call) -> Verdict<Response> {
    if method == "getfile" {
        return files::look_up(world, shop, call).await;
    }
    let account = shop.lock().account.id.clone();
    if let Some(response) = met_by_faults(world, &account, On::Profile).await? {
        return Ok(response);
    }
    let told = match method {
        "getme" => json!({ "ok": true, "result": webhook::me(shop) }),
        "setwebhook" => webhook::set(shop, call)?,
        "deletewebhook" => webhook::delete(shop),
        "getwebhookinfo" => json!({ "ok": true, "result": webhook::info(shop) }),
        _ => return Err(BotError::not_found()),
    };
    Ok(json_answer(200, &told))
}
