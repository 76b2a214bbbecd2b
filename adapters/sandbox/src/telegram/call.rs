//! A call of a method: parameters in any of the four ways in which they may come. core.telegram.org/bots/api#making-requests

use std::collections::BTreeMap;

use bytes::Bytes;
use poem::web::Multipart;
use poem::{Body, FromRequest, Request, RequestBody};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::refusal::{BotError, Verdict};

/// The largest upload, and room for the form around it.
const BODY_BYTES: usize = 51 * 1024 * 1024;

/// The parameters of a call, read whole.
#[derive(Default)]
pub(super) struct Call {
    fields: Map<String, Value>,
    files: BTreeMap<String, Upload>,
}

/// A file that came with a call.
pub(super) struct Upload {
    pub(super) name: String,
    pub(super) mime: String,
    pub(super) bytes: Bytes,
}

impl Call {
    pub(super) async fn read(request: &Request, body: Body) -> Verdict<Self> {
        let raw = body.into_bytes_limit(BODY_BYTES).await.map_err(|_| BotError::too_large())?;
        let mut call = Self::default();
        call.pairs(request.uri().query().unwrap_or_default().as_bytes());
        let kind = request.content_type().unwrap_or_default();
        match kind.split(';').next().unwrap_or_default().trim() {
            "multipart/form-data" => call.form(request, raw).await?,
            "application/x-www-form-urlencoded" => call.pairs(&raw),
            "application/json" if !raw.is_empty() => call.json(&raw)?,
            _ => {}
        }
        Ok(call)
    }

    fn pairs(&mut self, raw: &[u8]) {
        let pairs = url::form_urlencoded::parse(raw).into_owned();
        self.fields.extend(pairs.map(|(name, value)| (name, value.into())));
    }

    fn json(&mut self, raw: &[u8]) -> Verdict {
        match serde_json::from_slice(raw) {
            Ok(Value::Object(fields)) => self.fields.extend(fields),
            _ => return Err(BotError::bad("the body is no JSON object")),
        }
        Ok(())
    }

    async fn form(&mut self, request: &Request, raw: Bytes) -> Verdict {
        let broken = |_| BotError::bad("the body is no multipart form");
        let mut body = RequestBody::new(Body::from(raw));
        let form = Multipart::from_request(request, &mut body).await;
        let mut form = form.map_err(|_| BotError::bad("the body is no multipart form"))?;
        while let Some(field) = form.next_field().await.map_err(broken)? {
            let name = field.name().unwrap_or_default().to_owned();
            match field.file_name().map(str::to_owned) {
                Some(file_name) => {
                    let mime = field.content_type().unwrap_or("application/octet-stream").to_owned();
                    let bytes = field.bytes().await.map_err(broken)?.into();
                    self.files.insert(name, Upload { name: file_name, mime, bytes });
                }
                None => drop(self.fields.insert(name, field.text().await.map_err(broken)?.into())),
            }
        }
        Ok(())
    }

    /// A parameter as text: numbers come as such or as text.
    pub(super) fn word(&self, name: &str) -> Option<String> {
        match self.fields.get(name)? {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            Value::Bool(yes) => Some(yes.to_string()),
            _ => None,
        }
    }

    /// A text that has to be there.
    pub(super) fn required(&self, name: &str) -> Verdict<String> {
        let word = self.word(name).filter(|word| !word.is_empty());
        word.ok_or_else(|| BotError::bad(format!("{name} is empty")))
    }

    /// A number that has to be there, within limits.
    pub(super) fn degrees(&self, name: &str, most: f64) -> Verdict<f64> {
        let number: Option<f64> = self.required(name)?.parse().ok();
        let number = number.filter(|number| number.abs() <= most);
        number.ok_or_else(|| BotError::bad(format!("{name} is not within {most} degrees")))
    }

    /// An object or list: as JSON, or as JSON in a text.
    pub(super) fn json_of(&self, name: &str) -> Verdict<Option<Value>> {
        match self.fields.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) if text.is_empty() => Ok(None),
            Some(Value::String(text)) => match serde_json::from_str(text) {
                Ok(value) => Ok(Some(value)),
                Err(_) => Err(BotError::bad(format!("can't parse {name} JSON object"))),
            },
            Some(value) => Ok(Some(value.clone())),
        }
    }

    /// The file of a parameter: the part of that name, or of the name that `attach://` says.
    pub(super) fn file(&self, name: &str) -> Option<&Upload> {
        let word = self.word(name);
        let attached = word.as_deref().and_then(|word| word.strip_prefix("attach://"));
        self.files.get(attached.unwrap_or(name))
    }

    /// The parameters as the log tells them; of a file what it is.
    pub(super) fn told(&self) -> Value {
        let mut told = self.fields.clone();
        told.extend(self.files.iter().map(|(name, file)| (name.clone(), file.told())));
        told.into()
    }
}

impl Upload {
    fn told(&self) -> Value {
        json!({ "name": self.name, "mime": self.mime, "bytes": self.bytes.len(),
            "sha256": hex::encode(Sha256::digest(&self.bytes)) })
    }
}
