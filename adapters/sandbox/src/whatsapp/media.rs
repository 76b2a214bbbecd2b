//! Media: uploaded, looked up, downloaded, deleted, and held against the limits. Sections 6 and 8.5 of the reference.

use std::sync::Arc;

use bytes::Bytes;
use poem::http::{Method, StatusCode};
use poem::web::{Data, Multipart, Path, Query};
use poem::{Body, FromRequest, Request, RequestBody, Response, handler};
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::account::Dialect;
use super::call::{owner_of, unversioned};
use super::errors::Undelivered;
use super::shop::{Shop, State};
use crate::faults::On;
use crate::graph::call::Call;
use crate::graph::error::GraphError;
use crate::graph::met_by_faults;
use crate::graph::rules::Verdict;
use crate::media::{self, Bend, bare, is_genuine};
use crate::world::{World, json_answer};

const DAY_MS: i64 = 86_400_000;
/// How long the address of a medium is good.
const URL_MS: i64 = 300_000;
const MB: u64 = 1024 * 1024;
/// The largest of all limits, and room for the form around it.
const UPLOAD_BYTES: usize = 101 * 1024 * 1024;

/// One medium that the number keeps.
#[derive(Clone, Debug)]
pub(crate) struct Medium {
    pub(super) mime: String,
    pub(super) file: Bytes,
    /// Gone from this time on.
    pub(super) until_ms: i64,
    /// How its download is bent.
    pub(super) bend: Bend,
}

impl Medium {
    /// A medium that a customer sent: seven days.
    pub(super) fn received(mime: &str, file: Vec<u8>, now_ms: i64, bend: Bend) -> Self {
        Self { mime: mime.to_owned(), file: file.into(), until_ms: now_ms + 7 * DAY_MS, bend }
    }

    fn size(&self) -> u64 {
        self.bend.bytes.unwrap_or(0).max(self.file.len() as u64)
    }

    /// Base64 is for others: the API tells hex.
    pub(super) fn sha256(&self) -> String {
        hex::encode(Sha256::digest(&self.file))
    }
}

/// The formats and the size that a kind takes.
fn limits(kind: &str) -> (&'static [&'static str], u64) {
    match kind {
        "image" => (&["image/jpeg", "image/png"], 5 * MB),
        "audio" => (&["audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"], 16 * MB),
        "video" => (&["video/mp4", "video/3gpp"], 16 * MB),
        "sticker" => (&["image/webp"], 500 * 1024),
        _ => (
            &[
                "application/pdf",
                "application/msword",
                "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
                "application/vnd.ms-excel",
                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                "application/vnd.ms-powerpoint",
                "application/vnd.openxmlformats-officedocument.presentationml.presentation",
                "text/plain",
            ],
            100 * MB,
        ),
    }
}

fn kind_of(mime: &str) -> Option<&'static str> {
    let kinds = ["image", "audio", "video", "sticker", "document"];
    kinds.into_iter().find(|kind| limits(kind).0.contains(&bare(mime)))
}

/// Whether the body sends media by ids that are unknown, or that cannot be what they are sent as.
pub(super) fn held_against(state: &State, body: &Value, now_ms: i64) -> Verdict<Option<Undelivered>> {
    let mut stops = None;
    for (kind, id) in media_of(body) {
        let medium = state.media.get(id).filter(|medium| medium.until_ms > now_ms);
        let medium = medium.ok_or_else(|| GraphError::value(format!("There is no medium {id}")))?;
        let (formats, most) = limits(kind);
        let fits = formats.contains(&bare(&medium.mime)) || kind == "document";
        if !fits || medium.size() > most || !is_genuine(&medium.mime, &medium.file) {
            stops = Some(Undelivered::new(131_053, format!("The medium cannot be sent as {kind}")));
        }
    }
    Ok(stops)
}

/// Kinds and ids of the media of a message: its own, and its header's.
fn media_of(body: &Value) -> impl Iterator<Item = (&str, &str)> {
    let components = body["template"]["components"].as_array().map(Vec::as_slice).unwrap_or_default();
    let parameters = components.iter().map(|component| &component["parameters"][0]);
    let places = [body, &body["interactive"]["header"]].into_iter().chain(parameters);
    places.filter_map(|place| {
        let kind = place["type"].as_str()?;
        Some((kind, place[kind]["id"].as_str()?))
    })
}

/// The number that a request uploads to, if it does.
pub(crate) fn upload_target(world: &World, method: &Method, path: &[&str]) -> Option<Arc<Shop>> {
    match (method.as_str(), unversioned(path)) {
        ("POST", [node, "media"]) => world.whatsapp.find(node),
        _ => None,
    }
}

/// `POST /{phone_number_id}/media`.
pub(crate) async fn upload(world: &Arc<World>, shop: &Shop, request: &Request, body: Body) -> Response {
    let answer = upload_checked(world, shop, request, body).await;
    answer.unwrap_or_else(|error| error.detailed().answer(&world.mint))
}

async fn upload_checked(world: &Arc<World>, shop: &Shop, request: &Request, body: Body) -> Verdict<Response> {
    shop.judges(Call::bearer_of(request), Dialect::Cloud)?;
    let raw =
        body.into_bytes_limit(UPLOAD_BYTES).await.map_err(|_| too_large("upload", UPLOAD_BYTES as u64))?;
    if let Some(response) = met_by_faults(world, &shop.id(), On::Media).await? {
        return Ok(response);
    }
    let form = Form::read(request, raw).await?;
    let medium = form.medium(world.clock.now_ms())?;
    let id = world.mint.number();
    shop.lock().media.insert(id.clone(), medium);
    Ok(json_answer(200, &json!({ "id": id })))
}

fn too_large(kind: &str, most: u64) -> GraphError {
    GraphError::parameter(format!("The {kind} is larger than {most} bytes"))
}

/// The fields of an upload.
#[derive(Default)]
struct Form {
    file: Option<Vec<u8>>,
    r#type: Option<String>,
    messaging_product: Option<String>,
}

impl Form {
    async fn read(request: &Request, raw: Bytes) -> Verdict<Self> {
        let broken = |_| GraphError::parameter("The body is no multipart form");
        let mut body = RequestBody::new(Body::from(raw));
        let mut parts = Multipart::from_request(request, &mut body)
            .await
            .map_err(|_| GraphError::parameter("The body is no multipart form"))?;
        let mut form = Self::default();
        while let Some(field) = parts.next_field().await.map_err(broken)? {
            match field.name().unwrap_or_default() {
                "file" => {
                    // The part's own type stands in for a missing field.
                    form.r#type = form.r#type.or_else(|| field.content_type().map(str::to_owned));
                    form.file = Some(field.bytes().await.map_err(broken)?);
                }
                "type" => form.r#type = Some(field.text().await.map_err(broken)?),
                "messaging_product" => form.messaging_product = Some(field.text().await.map_err(broken)?),
                _ => {}
            }
        }
        Ok(form)
    }

    fn medium(self, now_ms: i64) -> Verdict<Medium> {
        if self.messaging_product.as_deref() != Some("whatsapp") {
            return Err(GraphError::parameter("messaging_product must be whatsapp"));
        }
        let file = self.file.filter(|file| !file.is_empty());
        let file = file.ok_or_else(|| GraphError::parameter("The parameter file is required"))?;
        let mime = self.r#type.unwrap_or_default();
        let kind = kind_of(&mime)
            .ok_or_else(|| GraphError::parameter(format!("Media of type {mime:?} are not taken")))?;
        let (_, most) = limits(kind);
        if file.len() as u64 > most {
            return Err(too_large(kind, most));
        }
        Ok(Medium { mime, file: file.into(), until_ms: now_ms + 30 * DAY_MS, bend: Bend::default() })
    }
}

/// `GET /{media_id}`: where it is for the next five minutes.
pub(super) async fn look_up(world: &Arc<World>, shop: &Shop, id: &str) -> Verdict<Response> {
    if let Some(response) = met_by_faults(world, &shop.id(), On::Media).await? {
        return Ok(response);
    }
    let state = shop.lock();
    let now_ms = world.clock.now_ms();
    let medium = state.media.get(id).filter(|medium| medium.until_ms > now_ms);
    let medium = medium.ok_or_else(|| GraphError::unknown_node(id))?;
    Ok(json_answer(
        200,
        &json!({ "messaging_product": "whatsapp", "url": address(world, id), "mime_type": medium.mime,
            "sha256": medium.sha256(), "file_size": medium.size(), "id": id }),
    ))
}

/// An address that is good for five minutes, with the token.
pub(super) fn address(world: &World, id: &str) -> String {
    format!("{}/lookaside/{id}?ext={}", world.base_url, world.clock.now_ms() + URL_MS)
}

/// `DELETE /{media_id}`.
pub(super) async fn delete(world: &Arc<World>, shop: &Shop, id: &str) -> Verdict<Response> {
    if let Some(response) = met_by_faults(world, &shop.id(), On::Media).await? {
        return Ok(response);
    }
    shop.lock().media.remove(id);
    Ok(json_answer(200, &json!({ "success": true })))
}

/// When an address ends, ms since 1970.
#[derive(Deserialize)]
pub(crate) struct Ends {
    ext: i64,
}

/// The address that a look-up gave.
#[handler]
pub(crate) async fn serve(
    request: &Request,
    Path(id): Path<String>,
    Query(Ends { ext }): Query<Ends>,
    world: Data<&Arc<World>>,
) -> Response {
    let Some(shop) = owner_of(&world, &id) else { return gone() };
    if shop.judges(Call::bearer_of(request), Dialect::Cloud).is_err() {
        return (StatusCode::UNAUTHORIZED, "the address needs the token").into();
    }
    match met_by_faults(&world, &shop.id(), On::Media).await {
        Ok(None) => {}
        Ok(Some(response)) => return response,
        Err(error) => return error.answer(&world.mint),
    }
    let now_ms = world.clock.now_ms();
    let medium = shop.lock().media.get(&id).filter(|medium| medium.until_ms > now_ms).cloned();
    match medium.filter(|_| now_ms < ext) {
        Some(medium) => media::bent(&world, &medium.mime, medium.file, &medium.bend).await,
        None => gone(),
    }
}

fn gone() -> Response {
    (StatusCode::NOT_FOUND, "there is nothing at this address").into()
}
