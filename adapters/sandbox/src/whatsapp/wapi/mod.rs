//! The reseller's dialect ("WAPI"): its paths, its answers, its webhooks around Meta's. Part 2 of the reference, which is weak
//! evidence throughout; the README lists what is assumed.

mod translate;

use std::sync::Arc;

use poem::http::HeaderValue;
use poem::web::Data;
use poem::{Request, Response, handler};
use serde_json::{Value, json};

use self::translate::Ways;
use super::account::Dialect;
use super::send::{Messages, on};
use super::shop::Shop;
use crate::desk::{Clerk, Letter, Taken};
use crate::faults::What;
use crate::graph::call::Call;
use crate::graph::error::GraphError;
use crate::graph::rules::Verdict;
use crate::json::given;
use crate::log::Fate;
use crate::world::{World, json_answer};

/// Takes the reseller's sends: what they mean is Meta's business.
struct Desk<'a> {
    meta: Messages<'a>,
    world: &'a World,
}

/// Answers everything under `/api`.
#[handler]
pub(crate) async fn serve(request: &Request, body: poem::Body, world: Data<&Arc<World>>) -> Response {
    let path: Vec<&str> = request.uri().path().split('/').filter(|part| !part.is_empty()).collect();
    let call = match Call::read(request, body).await {
        Ok(call) => call,
        Err(error) => return failed(&error),
    };
    match (request.method().as_str(), path.as_slice()) {
        ("POST", ["api", vendor_uid, "contact", action]) => send(&world, vendor_uid, action, &call).await,
        _ => failed(&GraphError::new(404, 404, None, "The route is not known")),
    }
}

async fn send(world: &Arc<World>, vendor_uid: &str, action: &str, call: &Call) -> Response {
    let body = call.told_body();
    let shop = match shop_of(world, vendor_uid, &body, call) {
        Ok(shop) => shop,
        Err(error) => return failed(&error),
    };
    let arrays = shop.lock().account.wapi_button_arrays;
    let translated = translate::translate(&Ways { mint: &world.mint, arrays }, action, &body);
    let meta_body = translated.as_ref().unwrap_or(&Value::Null);
    let desk = Desk { meta: Messages::new(world, &shop, meta_body), world };
    let letter: Letter<'_> = desk.meta.letter(body);
    match &translated {
        Err(error) => letter.refused(error, &desk),
        Ok(translated) => letter.under_faults(on(translated), &desk).await,
    }
}

/// The vendor's number: the one that the body names, or the first.
fn shop_of(world: &World, vendor_uid: &str, body: &Value, call: &Call) -> Verdict<Arc<Shop>> {
    let of_vendor = |shop: &Arc<Shop>| shop.lock().account.vendor_uid == vendor_uid;
    let named = body["from_phone_number_id"].as_str();
    let ours = |shop: &Arc<Shop>| of_vendor(shop) && named.is_none_or(|named| shop.id() == named);
    if world.whatsapp.pick(|shop| of_vendor(shop).then_some(())).is_none() {
        return Err(GraphError::new(404, 404, None, "The vendor is not known"));
    }
    let token = call.bearer().or_else(|| call.query("token"));
    let mine = world.whatsapp.pick(|shop| ours(shop).then(|| shop.clone()));
    let shop =
        mine.ok_or_else(|| GraphError::new(400, 400, None, "from_phone_number_id is not the vendor's"))?;
    let judged = shop.judges(token, Dialect::Wapi);
    judged.map(|()| shop).map_err(|_| GraphError::new(401, 401, None, "The token is not valid"))
}

impl Clerk for Desk<'_> {
    type Refusal = GraphError;

    fn admit(&self) -> Verdict<Taken> {
        let taken = self.meta.admit()?;
        let data = given([
            ("wamid", taken.message_id.clone().map_or(Value::Null, Value::from)),
            ("log_uid", self.world.mint.word().into()),
            ("phone_number", self.meta.body["to"].clone()),
            ("status", "accepted".into()),
        ]);
        let mut without_id = json!({ "result": "success", "message": "Message processed", "data": data });
        let told = without_id.clone();
        if let Some(data) = without_id["data"].as_object_mut() {
            data.remove("wamid");
        }
        Ok(Taken { told, without_id, ..taken })
    }

    async fn receipts(&self, taken: &Taken, fate: &Fate, what: &What) {
        self.meta.receipts(taken, fate, what).await;
    }

    fn tell(&self, error: &GraphError) -> Response {
        failed(error)
    }
}

/// `{"result":"failed","message":…}`; what Meta refused comes with status 200 and Meta's code in the message.
fn failed(error: &GraphError) -> Response {
    let details = error.details.as_ref().map(|details| format!(": {details}")).unwrap_or_default();
    let body = json!({ "result": "failed", "message": format!("{}{details}", error.message) });
    let of_meta = error.status == 400 && error.code > 100_000;
    let mut response = json_answer(if of_meta { 200 } else { error.status }, &body);
    if let Some(seconds) = error.retry_after_s {
        response.headers_mut().insert("retry-after", HeaderValue::from(seconds));
    }
    response
}

/// The reseller's envelope around Meta's body.
pub(super) fn webhook(world: &World, meta: Value, media_link: Option<String>) -> Value {
    let value = &meta["entry"][0]["changes"][0]["value"];
    let (message, status) = (&value["messages"][0], &value["statuses"][0]);
    let number = [&message["from"], &status["recipient_id"], &value["contacts"][0]["wa_id"]];
    let number = number.into_iter().find(|number| number.is_string()).cloned().unwrap_or_default();
    let contact = given([
        ("phone_number", number),
        ("uid", world.mint.word().into()),
        ("first_name", value["contacts"][0]["profile"]["name"].clone()),
    ]);
    let media = media_link.map_or(Value::Null, |link| json!({ "link": link, "type": message["type"] }));
    let inner = given([
        ("is_new_message", message.is_object().into()),
        ("body", words_of(message)),
        ("status", status["status"].clone()),
        ("media", media),
    ]);
    json!({ "contact": contact, "message": inner, "whatsapp_webhook_payload": meta })
}

/// What a message says, in one line.
fn words_of(message: &Value) -> Value {
    let kind = message["type"].as_str().unwrap_or_default();
    let interactive = &message["interactive"];
    let places = [
        &message["text"]["body"],
        &interactive["button_reply"]["title"],
        &interactive["list_reply"]["title"],
        &message["button"]["text"],
        &message[kind]["caption"],
    ];
    places.into_iter().find(|words| words.is_string()).cloned().unwrap_or_default()
}
