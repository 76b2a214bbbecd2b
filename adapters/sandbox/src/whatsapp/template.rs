//! Templates: what is registered, and whether a send fits it. Section 8.6 of the reference.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::check::check_media;
use crate::graph::error::GraphError;
use crate::graph::rules::{Verdict, list, text};
use crate::json::{given, or_null};

const BODY_CHARS: usize = 1024;
const NAME_CHARS: usize = 512;
const FOOTER_CHARS: usize = 60;
const BUTTONS: usize = 10;
const BUTTON_CHARS: usize = 25;
const PAYLOAD_CHARS: usize = 256;
const CODE_CHARS: usize = 15;

/// A registered template. Its parts are those of Meta's definition: HEADER, BODY, FOOTER, BUTTONS, with `{{1}}` or `{{name}}` in them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Template {
    /// Made up when left out.
    #[serde(default)]
    pub id: String,
    /// Lower case, digits, underscores.
    pub name: String,
    /// `en_US`.
    pub language: String,
    /// `MARKETING`, `UTILITY`, `AUTHENTICATION`.
    #[serde(default = "utility")]
    pub category: String,
    /// `APPROVED`, `PENDING`, `REJECTED`, `PAUSED`, `DISABLED`…
    #[serde(default = "approved")]
    pub status: String,
    /// What the answer to a send says: `accepted`, `held_for_quality_assessment`, `paused`.
    #[serde(default = "accepted")]
    pub message_status: String,
    /// The parts.
    pub components: Vec<Value>,
}

fn accepted() -> String {
    "accepted".into()
}

fn utility() -> String {
    "UTILITY".into()
}

fn approved() -> String {
    "APPROVED".into()
}

/// A template as the customer sees it, and what may be tapped.
pub(super) struct Shown {
    pub(super) whole: Value,
    /// Titles and payloads of its quick replies.
    pub(super) taps: Vec<(String, String)>,
}

impl Template {
    /// An approved utility template with a body only.
    pub fn new(name: impl Into<String>, language: impl Into<String>, body: impl Into<String>) -> Self {
        Self {
            id: String::new(),
            name: name.into(),
            language: language.into(),
            category: utility(),
            status: approved(),
            message_status: accepted(),
            components: vec![json!({ "type": "BODY", "text": body.into() })],
        }
    }

    /// The same template for marketing.
    pub fn for_marketing(self) -> Self {
        Self { category: "MARKETING".into(), ..self }
    }

    /// The same template with another status.
    pub fn with_status(self, status: impl Into<String>) -> Self {
        Self { status: status.into(), ..self }
    }

    /// The same template with one more part.
    pub fn with_component(mut self, component: Value) -> Self {
        self.components.push(component);
        self
    }

    pub(super) fn is(&self, name: &str, language: &str) -> bool {
        self.name == name && self.language == language
    }

    /// `service` is the other category of statuses.
    pub(super) fn pricing_category(&self) -> String {
        self.category.to_lowercase()
    }

    fn part(&self, kind: &str) -> Option<&Value> {
        self.components
            .iter()
            .find(|part| part["type"].as_str().is_some_and(|is| is.eq_ignore_ascii_case(kind)))
    }

    fn buttons(&self) -> &[Value] {
        let buttons = self.part("BUTTONS").and_then(|part| part["buttons"].as_array());
        buttons.map(Vec::as_slice).unwrap_or_default()
    }

    /// Holds a definition against the rules, as `POST /{waba_id}/message_templates` does.
    pub(super) fn check(&self) -> Verdict {
        let word = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        let fits =
            |text: Option<&str>, most| text.is_some_and(|text| (1..=most).contains(&text.chars().count()));
        let name = (1..=NAME_CHARS).contains(&self.name.len()) && self.name.bytes().all(word);
        let category = matches!(self.category.as_str(), "MARKETING" | "UTILITY" | "AUTHENTICATION");
        let body = fits(self.part("BODY").and_then(|body| body["text"].as_str()), BODY_CHARS);
        let footer = self.part("FOOTER").is_none_or(|footer| fits(footer["text"].as_str(), FOOTER_CHARS));
        let buttons = self.buttons();
        let labelled = buttons.iter().all(|button| fits(button["text"].as_str(), BUTTON_CHARS));
        let faults = [
            (name, "name"),
            (!self.language.is_empty(), "language"),
            (category, "category"),
            (body, "the body"),
            (footer, "the footer"),
            (buttons.len() <= BUTTONS && labelled, "the buttons"),
        ];
        match faults.into_iter().find(|(fine, _)| !fine) {
            Some((_, part)) => Err(GraphError::parameter(format!("{part} of the template is not valid"))),
            None => Ok(()),
        }
    }

    /// Holds a send's components against the template.
    pub(super) fn fill(&self, components: &[Value]) -> Verdict<Shown> {
        match self.status.as_str() {
            "APPROVED" => {}
            "PAUSED" => return Err(GraphError::whatsapp(132_015, "The template is paused for its quality")),
            "DISABLED" => return Err(GraphError::whatsapp(132_016, "The template is disabled for good")),
            status => return Err(not_there(&self.name, &format!("it is {status}"))),
        }
        let of = |kind: &'static str| components.iter().find(move |part| is_kind(part, kind));
        let header = self.fill_header(of("header"))?;
        let body = match self.part("BODY").and_then(|body| body["text"].as_str()) {
            Some(words) => filled(words, of("body"), "body")?,
            None => String::new(),
        };
        if body.chars().count() > BODY_CHARS {
            return Err(GraphError::whatsapp(
                132_005,
                format!("The body has more than {BODY_CHARS} characters"),
            ));
        }
        let taps = self.fill_buttons(components)?;
        let titles: Vec<&Value> = self.buttons().iter().map(|button| &button["text"]).collect();
        let footer = self.part("FOOTER").map_or(Value::Null, |footer| footer["text"].clone());
        let whole = given([
            ("header", header),
            ("body", body.into()),
            ("footer", footer),
            ("buttons", if titles.is_empty() { Value::Null } else { json!(titles) }),
        ]);
        Ok(Shown { whole, taps })
    }

    /// A text header is filled in; a media header must come with a medium of its kind.
    fn fill_header(&self, sent: Option<&Value>) -> Verdict<Value> {
        let format = |header: &Value| header["format"].as_str().unwrap_or("TEXT").to_lowercase();
        match (self.part("HEADER"), sent) {
            (None, None) => Ok(Value::Null),
            (None, Some(_)) => Err(GraphError::whatsapp(132_000, "header: the template has none")),
            (Some(header), sent) if format(header) == "text" => {
                filled(header["text"].as_str().unwrap_or_default(), sent, "header").map(Value::from)
            }
            (Some(header), sent) => {
                let wanted = format(header);
                let parameter = sent.map_or(&Value::Null, |sent| &sent["parameters"][0]);
                if parameter["type"] != wanted.as_str() {
                    let details = format!("header: a parameter of type {wanted} is expected");
                    return Err(GraphError::whatsapp(132_012, details));
                }
                if wanted != "location" {
                    check_media(&wanted, &parameter[&wanted])?;
                }
                Ok(parameter[&wanted].clone())
            }
        }
    }

    /// Checks the buttons that were sent; gives titles and payloads of the quick replies.
    fn fill_buttons(&self, components: &[Value]) -> Verdict<Vec<(String, String)>> {
        let sent: Vec<&Value> = components.iter().filter(|part| is_kind(part, "button")).collect();
        let at = |part: &Value| match &part["index"] {
            Value::String(index) => index.parse::<usize>().ok(),
            index => index.as_u64().map(|index| index as usize),
        };
        if let Some(stray) = sent.iter().find(|part| at(part).is_none_or(|at| at >= self.buttons().len())) {
            return Err(GraphError::whatsapp(
                132_000,
                format!("There is no button at index {}", stray["index"]),
            ));
        }
        let mut taps = Vec::new();
        for (index, button) in self.buttons().iter().enumerate() {
            let sent = sent.iter().copied().find(|part| at(part) == Some(index));
            let payload = fill_button(index, button, sent)?;
            let title = button["text"].as_str().unwrap_or_default().to_owned();
            if is_kind(button, "quick_reply") {
                taps.push((payload.unwrap_or_else(|| title.clone()), title));
            }
        }
        Ok(taps)
    }

    /// A template as `GET /{waba_id}/message_templates` lists it.
    pub(super) fn listed(&self) -> Value {
        json!({ "id": self.id, "name": self.name, "language": self.language, "category": self.category,
            "status": self.status, "components": self.components })
    }
}

/// 132001.
pub(super) fn not_there(name: &str, why: &str) -> GraphError {
    GraphError::whatsapp(132_001, format!("template {name}: {why}"))
}

fn is_kind(part: &Value, kind: &str) -> bool {
    part["type"].as_str().is_some_and(|is| is.eq_ignore_ascii_case(kind))
}

/// One button: whether what was sent fits it. Gives the payload of a quick reply.
fn fill_button(index: usize, button: &Value, sent: Option<&Value>) -> Verdict<Option<String>> {
    let kind = button["type"].as_str().unwrap_or_default().to_lowercase();
    let variable = (kind == "url" && button["url"].as_str().is_some_and(|url| url.contains("{{")))
        || matches!(kind.as_str(), "copy_code" | "otp");
    let Some(sent) = sent else {
        return match variable {
            true => {
                Err(GraphError::whatsapp(131_008, format!("The button at index {index} needs a parameter")))
            }
            false => Ok(None),
        };
    };
    let sub_type = sent["sub_type"].as_str().unwrap_or_default();
    let known_as_url = kind == "otp" && sub_type == "url";
    if !known_as_url && !sub_type.eq_ignore_ascii_case(&kind) {
        return Err(GraphError::whatsapp(132_012, format!("The button at index {index} is of type {kind}")));
    }
    let parameter = &sent["parameters"][0];
    let (name, most) = match kind.as_str() {
        "quick_reply" => ("payload", PAYLOAD_CHARS),
        "copy_code" => ("coupon_code", CODE_CHARS),
        "otp" => ("text", CODE_CHARS),
        "url" if variable => ("text", 2000),
        "flow" | "catalog" => return Ok(None),
        _ => {
            return Err(GraphError::whatsapp(
                132_000,
                format!("The button at index {index} takes no parameter"),
            ));
        }
    };
    if parameter["type"] != name {
        return Err(GraphError::whatsapp(132_012, format!("The button at index {index} takes a {name}")));
    }
    let value = text(&parameter[name], name)?;
    match value.chars().count() <= most {
        true => Ok(Some(value.to_owned())),
        false => Err(GraphError::value(format!("{name} may have {most} characters"))),
    }
}

/// Puts parameters where `{{1}}` or `{{name}}` stands; their number and kind must fit.
fn filled(words: &str, sent: Option<&Value>, part: &str) -> Verdict<String> {
    let wanted = variables(words);
    let none = Value::Array(Vec::new());
    let parameters = sent.map_or(&none, |sent| &sent["parameters"]).as_array();
    let parameters = parameters.ok_or_else(|| GraphError::parameter("parameters must be an array"))?;
    if parameters.len() != wanted.len() {
        let details =
            format!("{part}: {} parameters were sent, {} are expected", parameters.len(), wanted.len());
        return Err(GraphError::whatsapp(132_000, details));
    }
    let positional = wanted.iter().all(|name| name.parse::<usize>().is_ok());
    let mut words = words.to_owned();
    for (index, parameter) in parameters.iter().enumerate() {
        let name = match positional {
            true => (index + 1).to_string(),
            false => text(&parameter["parameter_name"], "parameter_name")?.to_owned(),
        };
        if !wanted.contains(&name) {
            return Err(GraphError::whatsapp(132_012, format!("{part}: there is no variable {name}")));
        }
        words = words.replace(&format!("{{{{{name}}}}}"), &spoken(parameter, part)?);
    }
    Ok(words)
}

/// The names between double braces, each once.
fn variables(words: &str) -> BTreeSet<String> {
    let inside = words.split("{{").skip(1).filter_map(|rest| rest.split_once("}}"));
    inside.map(|(name, _)| name.trim().to_owned()).collect()
}

/// A parameter as it is read.
fn spoken(parameter: &Value, part: &str) -> Verdict<String> {
    let spoken = match parameter["type"].as_str() {
        Some("text") => parameter["text"].as_str().filter(|text| !text.is_empty()),
        Some(kind @ ("currency" | "date_time")) => parameter[kind]["fallback_value"].as_str(),
        _ => None,
    };
    spoken.map(str::to_owned).ok_or_else(|| {
        GraphError::whatsapp(
            132_012,
            format!("{part}: a parameter is text, currency or date_time, not empty"),
        )
    })
}

/// The parts of a send: its name, its language, its components.
pub(super) fn asked(content: &Value) -> Verdict<(&str, &str, &[Value])> {
    let name = text(&content["name"], "template.name")?;
    let language = text(&content["language"]["code"], "template.language.code")?;
    let components = match content.get("components") {
        None => &[],
        Some(components) if components.as_array().is_some_and(Vec::is_empty) => &[],
        Some(components) => list(components, "template.components", 20)?,
    };
    Ok((name, language, components))
}

/// The webhook's value when a template's status changes.
pub(super) fn update(template: &Template, reason: &Option<String>) -> Value {
    given([
        ("event", template.status.as_str().into()),
        ("message_template_id", template.id.parse::<u64>().unwrap_or_default().into()),
        ("message_template_name", template.name.as_str().into()),
        ("message_template_language", template.language.as_str().into()),
        ("reason", reason.as_ref().map_or_else(|| "NONE".into(), |_| or_null(reason))),
        ("message_template_category", template.category.as_str().into()),
    ])
}
