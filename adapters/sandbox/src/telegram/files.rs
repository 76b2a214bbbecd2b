//! Files: what customers send and bots upload, `getFile`, and the downloads. core.telegram.org/bots/api#getfile

use std::collections::HashMap;
use std::sync::Arc;

use bytes::Bytes;
use poem::Response;
use serde_json::{Value, json};

use super::call::Call;
use super::refusal::{BotError, Verdict};
use super::shop::Shop;
use crate::answer::met_by_faults;
use crate::faults::On;
use crate::json::{given, or_null};
use crate::media::{self, Bend};
use crate::mint::Mint;
use crate::world::{World, json_answer};

const MB: u64 = 1024 * 1024;
/// What a bot may download.
const DOWNLOAD: u64 = 20 * MB;
/// How long a path is good: an hour at least, and here no longer.
const PATH_MS: i64 = 3_600_000;

/// What a file is sent as: the field of the message, and of the method that sends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Kind {
    /// `photo`, `video`…
    pub(super) field: &'static str,
    /// Where it is kept.
    folder: &'static str,
    /// What may be uploaded.
    pub(super) most: u64,
    /// Ending of the sandbox's own file of this kind.
    ending: &'static str,
}

const fn kind(field: &'static str, folder: &'static str, megabytes: u64, ending: &'static str) -> Kind {
    Kind { field, folder, most: megabytes * MB, ending }
}

/// core.telegram.org/bots/api#sending-files
pub(super) const KINDS: [Kind; 8] = [
    kind("photo", "photos", 10, "png"),
    kind("video", "videos", 50, "mp4"),
    kind("animation", "animations", 50, "mp4"),
    kind("video_note", "video_notes", 50, "mp4"),
    kind("audio", "music", 50, "m4a"),
    kind("voice", "voice", 50, "ogg"),
    kind("document", "documents", 50, "pdf"),
    kind("sticker", "stickers", 50, "webp"),
];

impl Kind {
    /// The kind of that field.
    pub(super) fn of(field: &str) -> Option<Self> {
        KINDS.into_iter().find(|kind| kind.field == field)
    }
}

/// One file of a bot.
#[derive(Clone, Debug)]
pub(super) struct File {
    pub(super) kind: Kind,
    pub(super) mime: String,
    pub(super) name: Option<String>,
    pub(super) bytes: Bytes,
    /// How its download is bent.
    pub(super) bend: Bend,
    /// Telegram no longer has it.
    pub(super) gone: bool,
}

impl File {
    /// A file of the sandbox's own, another one for each name.
    pub(super) fn made_up(kind: Kind, name: &str) -> Self {
        let (mime, bytes) = media::file(&format!("{name}.{}", kind.ending));
        let mime = media::bare(mime).to_owned();
        Self { kind, mime, name: None, bytes: bytes.into(), bend: Bend::default(), gone: false }
    }

    fn size(&self) -> u64 {
        self.bend.bytes.unwrap_or(0).max(self.bytes.len() as u64)
    }
}

/// The files of a bot by their ids, and by the paths that `getFile` gave.
#[derive(Default)]
pub(crate) struct Files {
    by_id: HashMap<String, File>,
    paths: HashMap<String, (String, i64)>,
}

impl Files {
    pub(super) fn len(&self) -> usize {
        self.by_id.len()
    }

    pub(super) fn get(&self, id: &str) -> Option<&File> {
        self.by_id.get(id)
    }

    /// Keeps a file and gives its id.
    pub(super) fn keep(&mut self, mint: &Mint, file: File) -> String {
        let id = format!("AgAC{}", mint.word());
        self.by_id.insert(id.clone(), file);
        id
    }

    /// The file as a message tells it; a picture in two sizes, the smaller first.
    pub(super) fn shown(&mut self, mint: &Mint, id: &str) -> Value {
        let Some(file) = self.by_id.get(id).cloned() else { return Value::Null };
        if file.kind.field != "photo" {
            return whole(id, &file);
        }
        let small = File { bend: Bend::default(), ..File::made_up(file.kind, &format!("small-{id}")) };
        let small_size = small.size();
        let small_id = self.keep(mint, small);
        let size = |id: &str, bytes: u64, width: i64, height: i64| json!({ "file_id": id, "file_unique_id": unique(id), "file_size": bytes, "width": width, "height": height });
        json!([size(&small_id, small_size, 90, 67), size(id, file.size(), 1280, 960)])
    }

    /// A path for the next hour.
    fn path(&mut self, id: &str, now_ms: i64) -> Option<String> {
        let file = self.by_id.get(id)?;
        let ending = file.name.as_deref().and_then(|name| name.rsplit_once('.')).map(|(_, ending)| ending);
        let ending = ending.unwrap_or(file.kind.ending);
        let path = format!("{}/file_{}.{ending}", file.kind.folder, self.paths.len());
        self.paths.insert(path.clone(), (id.to_owned(), now_ms + PATH_MS));
        Some(path)
    }

    fn at(&self, path: &str, now_ms: i64) -> Option<&File> {
        let (id, until_ms) = self.paths.get(path)?;
        self.by_id.get(id).filter(|_| now_ms < *until_ms)
    }
}

/// The same file for every bot has the same.
fn unique(id: &str) -> &str {
    id.get(4..20).unwrap_or(id)
}

/// A file as its own object of a message.
fn whole(id: &str, file: &File) -> Value {
    let of = |fields: &[&str], value: Value| {
        if fields.contains(&file.kind.field) { value } else { Value::Null }
    };
    let named = ["video", "animation", "audio", "document"];
    given([
        ("file_id", id.into()),
        ("file_unique_id", unique(id).into()),
        ("file_size", file.size().into()),
        (
            "mime_type",
            if ["sticker", "video_note"].contains(&file.kind.field) {
                Value::Null
            } else {
                file.mime.clone().into()
            },
        ),
        ("file_name", of(&named, or_null(&file.name))),
        ("duration", of(&["video", "animation", "video_note", "audio", "voice"], 3.into())),
        ("width", of(&["video", "animation", "sticker"], 512.into())),
        ("height", of(&["video", "animation", "sticker"], 512.into())),
        ("length", of(&["video_note"], 240.into())),
        ("type", of(&["sticker"], "regular".into())),
        ("is_animated", of(&["sticker"], file.mime.contains("tgsticker").into())),
        ("is_video", of(&["sticker"], (file.mime == "video/webm").into())),
        ("emoji", of(&["sticker"], "\u{1f642}".into())),
    ])
}

/// `getFile`.
pub(super) async fn look_up(world: &World, shop: &Shop, call: &Call) -> Verdict<Response> {
    let account = shop.lock().account.id.clone();
    if let Some(response) = met_by_faults(world, &account, On::Media).await? {
        return Ok(response);
    }
    let id = call.required("file_id")?;
    let mut state = shop.lock();
    let file = state.files.get(&id).ok_or_else(|| BotError::bad("invalid file_id"))?;
    if file.gone {
        return Err(BotError::bad("wrong file_id or the file is temporarily unavailable"));
    }
    let size = file.size();
    if size > DOWNLOAD {
        return Err(BotError::bad("file is too big"));
    }
    let path = state.files.path(&id, world.clock.now_ms());
    let told = json!({ "file_id": id, "file_unique_id": unique(&id), "file_size": size, "file_path": path });
    Ok(json_answer(200, &json!({ "ok": true, "result": told })))
}

/// `GET /file/bot<token>/<path>`.
pub(super) async fn download(world: &Arc<World>, token: &str, path: &str) -> Verdict<Response> {
    let shop = world.telegram.by_token(token)?;
    let account = shop.lock().account.id.clone();
    if let Some(response) = met_by_faults(world, &account, On::Media).await? {
        return Ok(response);
    }
    let file = shop.lock().files.at(path, world.clock.now_ms()).cloned();
    let file = file.ok_or_else(BotError::not_found)?;
    Ok(media::bent(world, "application/octet-stream", file.bytes, &file.bend).await)
}
