//! What we post to the reseller, and what it answers. Known from a copy of its vendor's collection of calls.
//! documenter.getpostman.com/view/17404097/2sA35D4hpx

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Map, Value, json};
use tradepost_domain::{
    Choice, Content, ErrorKind, Media, MediaKind, PortError, Source, Template,
    template::{ButtonKind, Header},
};
use tradepost_http::{Intent, brief, kind_of, redact};
use tradepost_meta::{
    graph,
    lenient::{Id, Words, perhaps, text_of, words_of},
};

use super::{
    check::{Shelf, Unfit, characters, one},
    failure,
    outbound::{degrees, file_name, is_webp, row},
    party::is_number,
    template::{self, HEADER, VALUE},
};
use crate::KIND;

/// How a line is written.
pub(crate) struct Writing<'a> {
    pub shelf: Shelf<'a>,
    /// Where our stored media are served to the public.
    pub media_base: Option<&'a str>,
    /// Are buttons an array of id and title, and not an object of titles?
    pub buttons_as_array: bool,
    /// Our number's id.
    pub account: &'a str,
}

/// The call, and the body that sends a content.
pub(crate) fn send(
    peer: &str,
    content: &Content,
    writing: &Writing<'_>,
) -> Result<(&'static str, Value), Unfit> {
    if !is_number(peer) {
        return Err("the reseller writes to phone numbers only".into());
    }
    let (call, mut body) = writing.message(content)?;
    body["phone_number"] = json!(peer);
    body["from_phone_number_id"] = json!(writing.account);
    Ok((call, body))
}

impl Writing<'_> {
    fn message(&self, content: &Content) -> Result<(&'static str, Value), Unfit> {
        Ok(match content {
            Content::Text { text } => ("send-message", json!({"message_body": self.shelf.text(text)?})),
            Content::Media { media, text } => {
                ("send-media-message", self.medium(one(media)?, text.as_deref())?)
            }
            Content::Buttons { text, choices } => ("send-interactive-message", self.buttons(text, choices)?),
            Content::List { text, button, choices } => {
                ("send-interactive-message", self.list(text, button, choices)?)
            }
            Content::Template(template) => ("send-template-message", self.template(template)?),
            _ => return Err("it cannot be shown through the reseller".into()),
        })
    }

    fn medium(&self, media: &Media, text: Option<&str>) -> Result<Value, Unfit> {
        self.shelf.caption(media.kind, text)?;
        let kind = match media.kind {
            // A picture is JPEG or PNG; of stickers the reseller knows nothing.
            MediaKind::Image if is_webp(media) => "document",
            MediaKind::Image => "image",
            MediaKind::Video => "video",
            MediaKind::Audio => "audio",
            MediaKind::File => "document",
        };
        let mut body = json!({"media_type": kind, "media_url": self.address(media)?});
        if let Some(text) = text {
            body["caption"] = json!(text);
        }
        if kind == "document" {
            body["file_name"] = json!(file_name(media));
        }
        Ok(body)
    }

    fn address(&self, media: &Media) -> Result<String, Unfit> {
        if let Source::Remote { url } = &media.source {
            return self.shelf.public(url).map(str::to_owned);
        }
        let (hash, _) = self.shelf.stored(media)?;
        let base = self.media_base.ok_or("stored media have no public address: set `media_base`")?;
        Ok(format!("{}/{hash}", base.trim_end_matches('/')))
    }

    /// The object of titles is what clients send that are known to work; ids are the reseller's then.
    fn buttons(&self, text: &str, choices: &[Choice]) -> Result<Value, Unfit> {
        self.shelf.question(text, choices, self.shelf.limits.buttons.as_ref())?;
        let buttons: Value = match self.buttons_as_array {
            true => {
                choices.iter().map(|choice| json!({"id": choice.payload, "title": choice.title})).collect()
            }
            false => {
                let titles =
                    choices.iter().enumerate().map(|(n, choice)| ((n + 1).to_string(), json!(choice.title)));
                Value::Object(titles.collect())
            }
        };
        Ok(json!({"interactive_type": "button", "body_text": text, "buttons": buttons}))
    }

    fn list(&self, text: &str, button: &str, choices: &[Choice]) -> Result<Value, Unfit> {
        let limit = self.shelf.limits.list.as_ref();
        self.shelf.question(text, choices, limit)?;
        characters("what opens the list", button, limit.map_or(0, |limit| limit.button))?;
        let rows: Vec<Value> = choices.iter().map(row).collect();
        let list = json!({"button_text": button, "sections": [{"title": button, "rows": rows}]});
        Ok(json!({"interactive_type": "list", "body_text": text, "list_data": list}))
    }

    fn template(&self, template: &Template) -> Result<Value, Unfit> {
        template::named(template)?;
        let mut body = Map::new();
        body.insert("template_name".into(), json!(template.name));
        body.insert("template_language".into(), json!(template.language));
        if let Some(header) = &template.header {
            self.header(header, &mut body)?;
        }
        for (n, parameter) in template.parameters.iter().enumerate() {
            if parameter.name.is_some() {
                return Err("the reseller knows counted values only".into());
            }
            characters("a template's value", &parameter.value, VALUE)?;
            body.insert(format!("field_{}", n + 1), json!(parameter.value));
        }
        for button in &template.buttons {
            template::button_fits(button)?;
            let field = match button.kind {
                ButtonKind::CopyCode => "copy_code".to_owned(),
                ButtonKind::Reply | ButtonKind::Url => format!("button_{}", button.place),
            };
            body.insert(field, json!(button.value));
        }
        Ok(Value::Object(body))
    }

    fn header(&self, header: &Header, body: &mut Map<String, Value>) -> Result<(), Unfit> {
        let mut put = |field: &str, value: Value| body.insert(field.to_owned(), value);
        match header {
            Header::Text { value } => {
                characters("a template's value", &value.value, HEADER)?;
                put("header_field_1", json!(value.value));
            }
            Header::Media { media } => match media.kind {
                MediaKind::Image => drop(put("header_image", json!(self.address(media)?))),
                MediaKind::Video => drop(put("header_video", json!(self.address(media)?))),
                MediaKind::File => {
                    put("header_document", json!(self.address(media)?));
                    put("header_document_name", json!(file_name(media)));
                }
                MediaKind::Audio => return Err("a template's header has no sound".into()),
            },
            Header::Location { latitude_e6, longitude_e6, name, address } => {
                put("location_latitude", json!(degrees(*latitude_e6)));
                put("location_longitude", json!(degrees(*longitude_e6)));
                put("location_name", json!(name));
                put("location_address", json!(address));
            }
        }
        Ok(())
    }
}

/// An answer of the reseller.
#[derive(Deserialize)]
struct Told {
    #[serde(default, deserialize_with = "perhaps")]
    result: Option<Words>,
    #[serde(default, deserialize_with = "perhaps")]
    message: Option<Words>,
    #[serde(default, deserialize_with = "perhaps")]
    data: Option<Data>,
    #[serde(default, deserialize_with = "perhaps")]
    wamid: Option<Id>,
}

#[derive(Deserialize)]
struct Data {
    #[serde(default, deserialize_with = "perhaps")]
    wamid: Option<Id>,
    #[serde(default, deserialize_with = "perhaps")]
    log_uid: Option<Id>,
}

/// What is known of a line that was taken.
pub(crate) enum Taken {
    /// By the id that later news names, or else by the reseller's own.
    As(String),
    /// Without any id.
    Nameless,
}

/// What an answer of that status says; `None` for a success that says nothing.
pub(crate) fn told(
    status: u16,
    body: &[u8],
    wait: Option<Duration>,
    token: &str,
) -> Result<Option<Taken>, PortError> {
    let told = serde_json::from_slice::<Told>(body).ok();
    let result = told.as_ref().and_then(|told| words_of(&told.result)).unwrap_or_default();
    if (200..300).contains(&status) && !matches!(result, "failed" | "error") {
        return Ok(told.and_then(Told::taken));
    }
    let said = told.as_ref().and_then(|told| words_of(&told.message)).unwrap_or("no readable error");
    let error = |kind| PortError::new(kind, KIND, brief(&redact(said, &[token]), 300));
    Err(match failure::mentioned(said) {
        Some((code, kind)) if status != 429 => {
            let kind = graph::beside(code, kind, status);
            failure::resting(error(kind).with_code(code), code, wait)
        }
        _ => error(of_status(status)).with_code(status).with_retry_after(wait),
    })
}

/// A refusal in a success is the request's fault, and so is a path that is not there.
fn of_status(status: u16) -> ErrorKind {
    match status {
        404 | 410 => ErrorKind::Invalid,
        _ => kind_of(status, Intent::Write).unwrap_or(ErrorKind::Invalid),
    }
}

impl Told {
    fn taken(self) -> Option<Taken> {
        let success = words_of(&self.result) == Some("success");
        let data = self.data.as_ref();
        let wamid = data.and_then(|data| text_of(&data.wamid)).or_else(|| text_of(&self.wamid));
        let named = wamid.or_else(|| data.and_then(|data| text_of(&data.log_uid)));
        named.map(Taken::As).or(success.then_some(Taken::Nameless))
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn word(answer: Result<Option<Taken>, PortError>) -> String {
        match answer {
            Ok(Some(Taken::As(id))) => id,
            Ok(Some(Taken::Nameless)) => "nameless".into(),
            Ok(None) => "nothing".into(),
            Err(error) => format!("{} {}", error.kind.word(), error.code.unwrap_or_default()),
        }
    }

    /// proves: CH-02
    #[rstest]
    #[case::in_data(200, r#"{"result":"success","data":{"wamid":"wamid.1","log_uid":"u1"}}"#, "wamid.1")]
    #[case::on_top(201, r#"{"result":"success","wamid":"wamid.1"}"#, "wamid.1")]
    #[case::only_the_log(200, r#"{"result":"success","data":{"log_uid":"u1"}}"#, "u1")]
    #[case::no_id(200, r#"{"result":"success","data":[]}"#, "nameless")]
    #[case::no_result(200, r#"{"data":{"wamid":"wamid.1"}}"#, "wamid.1")]
    #[case::says_nothing(200, "{}", "nothing")]
    #[case::garbage(200, "<html>", "nothing")]
    #[case::failed(200, r#"{"result":"failed","message":"no such contact"}"#, "invalid 200")]
    #[case::failed_at_meta(
        200,
        r#"{"result":"failed","message":"(#131047) Re-engagement"}"#,
        "outside_window 131047"
    )]
    #[case::failed_in_another_shape(200, r#"{"result":"failed","message":{"phone":["no"]}}"#, "invalid 200")]
    #[case::odd_log(200, r#"{"result":"success","data":{"wamid":"wamid.1","log_uid":[]}}"#, "wamid.1")]
    #[case::denied(401, r#"{"result":"failed","message":"Unauthenticated."}"#, "denied 401")]
    #[case::forbidden(403, "", "denied 403")]
    #[case::too_fast(429, r#"{"message":"(#100) Too Many Attempts."}"#, "rate_limited 429")]
    #[case::no_such_vendor(404, "<html>", "invalid 404")]
    #[case::bad(400, r#"{"result":"failed","message":"phone_number is required"}"#, "invalid 400")]
    #[case::broken(500, "<html>", "uncertain 500")]
    #[case::broke_at_meta(500, r#"{"result":"failed","message":"(#2) Try later"}"#, "uncertain 2")]
    #[case::away_at_meta(200, r#"{"result":"failed","message":"(#2) Try later"}"#, "unavailable 2")]
    #[case::redirect(302, "", "unexpected 302")]
    fn an_answer_is_understood(#[case] status: u16, #[case] body: &str, #[case] expected: &str) {
        assert_eq!(word(told(status, body.as_bytes(), None, "tok-0042")), expected);
    }

    /// proves: CH-02
    #[rstest]
    #[case::one_customer(131_056, true, None)]
    #[case::ill_famed(131_048, false, Some(Duration::from_hours(1)))]
    #[case::all(130_429, false, None)]
    fn metas_code_says_who_rests(#[case] code: i64, #[case] one: bool, #[case] wait: Option<Duration>) {
        let body = json!({"result": "failed", "message": format!("(#{code}) Too fast")}).to_string();
        let error = told(200, body.as_bytes(), None, "tok-0042").err().expect("refused");
        assert_eq!((error.kind, error.this_customer_only), (ErrorKind::RateLimited, one));
        assert_eq!(error.retry_after(), wait);
    }

    #[test]
    fn a_refusal_shows_no_token() {
        let body = br#"{"result":"failed","message":"bad token tok-0042"}"#;
        let error = told(401, body, None, "tok-0042").err().expect("refused");
        assert_eq!(error.detail, "bad token [hidden]");
    }
}
