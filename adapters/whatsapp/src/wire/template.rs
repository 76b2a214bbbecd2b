//! Templates as the Cloud API takes them: one component for each part that has values.
//! developers.facebook.com/documentation/business-messaging/whatsapp/templates/overview

use serde_json::{Value, json};
use tradepost_domain::{
    Media, Template,
    template::{ButtonKind, ButtonValue, Header, Parameter},
};

use super::{
    check::{Unfit, characters, within},
    outbound::{Writing, degrees, file_name},
};

/// A quick reply's payload.
const PAYLOAD: usize = 256;
/// A code to copy.
const CODE: usize = 15;
/// An address's variable end.
const URL: usize = 2000;
/// Buttons of a template.
const BUTTONS: u8 = 10;
/// A body's value; the whole body may have no more.
pub(crate) const VALUE: usize = 1024;
/// A header's value.
pub(crate) const HEADER: usize = 60;

/// The medium of a template's header.
pub(crate) fn medium(template: &Template) -> Option<&Media> {
    match &template.header {
        Some(Header::Media { media }) => Some(media),
        _ => None,
    }
}

/// A name and a language as Meta writes them.
pub(crate) fn named(template: &Template) -> Result<(), Unfit> {
    characters("a template's name", &template.name, 512)?;
    let good = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    if !template.name.bytes().all(good) {
        return Err("a template's name has lower-case letters, digits and underscores only".into());
    }
    characters("a template's language", &template.language, 15)
}

/// The `template` object.
pub(crate) fn template(template: &Template, writing: &Writing<'_>) -> Result<Value, Unfit> {
    named(template)?;
    let mut components = Vec::new();
    if let Some(header) = &template.header {
        components.push(json!({"type": "header", "parameters": [self::header(header, writing)?]}));
    }
    if !template.parameters.is_empty() {
        components.push(json!({"type": "body", "parameters": values(&template.parameters)?}));
    }
    for value in &template.buttons {
        components.push(button(value)?);
    }
    let mut whole = json!({"name": template.name, "language": {"code": template.language}});
    if !components.is_empty() {
        whole["components"] = json!(components);
    }
    Ok(whole)
}

fn header(header: &Header, writing: &Writing<'_>) -> Result<Value, Unfit> {
    match header {
        Header::Text { value: given } => value(given, HEADER),
        Header::Media { media } => match writing.kind(media)? {
            "document" => {
                let mut place = writing.place_of(media)?;
                place["filename"] = json!(file_name(media));
                Ok(json!({"type": "document", "document": place}))
            }
            kind @ ("image" | "video") => {
                let mut parameter = json!({ "type": kind });
                parameter[kind] = writing.place_of(media)?;
                Ok(parameter)
            }
            _ => Err("a template's header shows a picture, a video or a file".into()),
        },
        Header::Location { latitude_e6, longitude_e6, name, address } => Ok(json!({
            "type": "location",
            "location": {
                "latitude": degrees(*latitude_e6), "longitude": degrees(*longitude_e6), "name": name, "address": address
            }
        })),
    }
}

/// All counted or all named.
fn values(parameters: &[Parameter]) -> Result<Vec<Value>, Unfit> {
    let named = parameters.iter().filter(|parameter| parameter.name.is_some()).count();
    if named != 0 && named != parameters.len() {
        return Err("some of the template's values are named and some are not".into());
    }
    parameters.iter().map(|parameter| value(parameter, VALUE)).collect()
}

fn value(parameter: &Parameter, most: usize) -> Result<Value, Unfit> {
    characters("a template's value", &parameter.value, most)?;
    let mut value = json!({"type": "text", "text": parameter.value});
    if let Some(name) = &parameter.name {
        characters("the name of a template's value", name, 100)?;
        value["parameter_name"] = json!(name);
    }
    Ok(value)
}

/// Is a button's value as long, and its place as far behind, as Meta allows?
pub(crate) fn button_fits(button: &ButtonValue) -> Result<(), Unfit> {
    let most = match button.kind {
        ButtonKind::Reply => PAYLOAD,
        ButtonKind::Url => URL,
        ButtonKind::CopyCode => CODE,
    };
    characters("a template button's value", &button.value, most)?;
    within("buttons of a template", usize::from(button.place) + 1, usize::from(BUTTONS))
}

fn button(button: &ButtonValue) -> Result<Value, Unfit> {
    button_fits(button)?;
    let (sub_type, kind, field) = match button.kind {
        ButtonKind::Reply => ("quick_reply", "payload", "payload"),
        ButtonKind::Url => ("url", "text", "text"),
        ButtonKind::CopyCode => ("copy_code", "coupon_code", "coupon_code"),
    };
    let mut parameter = json!({ "type": kind });
    parameter[field] = json!(button.value);
    let index = button.place.to_string();
    Ok(json!({"type": "button", "sub_type": sub_type, "index": index, "parameters": [parameter]}))
}
