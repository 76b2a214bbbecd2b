//! The rules of interactive messages: buttons, lists, links, flows, products. Sections 8.2 to 8.4 of the reference.

use std::collections::HashSet;

use serde_json::Value;

use super::check::check_media;
use crate::graph::error::GraphError;
use crate::graph::rules::{Verdict, address, list, text};

const BODY_CHARS: usize = 1024;
const HEADER_CHARS: usize = 60;
const FOOTER_CHARS: usize = 60;
const BUTTONS: usize = 3;
const LABEL_CHARS: usize = 20;
const BUTTON_ID_CHARS: usize = 256;
const SECTIONS: usize = 10;
/// In all sections together.
const ROWS: usize = 10;
const SECTION_TITLE_CHARS: usize = 24;
const ROW_ID_CHARS: usize = 200;
const ROW_TITLE_CHARS: usize = 24;
const ROW_DESCRIPTION_CHARS: usize = 72;
const FLOW_LABEL_CHARS: usize = 30;
const PRODUCTS: usize = 30;

/// Checks the `interactive` object.
pub(super) fn check(content: &Value, list_body_chars: usize) -> Verdict {
    let action = &content["action"];
    let kind = content["type"].as_str().unwrap_or_default();
    let body_chars = if kind == "list" { list_body_chars } else { BODY_CHARS };
    if kind != "product" || content.get("body").is_some() {
        sized(&content["body"]["text"], "body.text", body_chars)?;
    }
    content.get("footer").map_or(Ok(()), |footer| sized(&footer["text"], "footer.text", FOOTER_CHARS))?;
    header(content.get("header"), kind)?;
    match kind {
        "button" => buttons(&action["buttons"]),
        "list" => rows(action),
        "cta_url" => link(action),
        "location_request_message" => named(action, "send_location"),
        "flow" => flow(action),
        "product" => product(action),
        "product_list" => products(action),
        _ => Err(GraphError::parameter(format!("interactive.type {kind:?} is not known"))),
    }
}

/// A string of one to so many characters; 131009 otherwise.
fn sized(value: &Value, name: &str, most: usize) -> Verdict {
    match value.as_str().map(|text| text.chars().count()) {
        Some(count) if (1..=most).contains(&count) => Ok(()),
        Some(count) => {
            Err(GraphError::value(format!("{name} has {count} characters, 1 to {most} are allowed")))
        }
        None => Err(GraphError::value(format!("{name} must be a string"))),
    }
}

fn counted<'a>(value: &'a Value, name: &str, most: usize) -> Verdict<&'a [Value]> {
    list(value, name, most).map_err(|error| GraphError::value(error.message.replace("(#100) ", "")))
}

fn unique<'a>(values: impl Iterator<Item = &'a Value>, name: &str) -> Verdict {
    let mut seen = HashSet::new();
    match values.map(Value::to_string).all(|value| seen.insert(value)) {
        true => Ok(()),
        false => Err(GraphError::value(format!("{name} must be unique"))),
    }
}

fn header(header: Option<&Value>, kind: &str) -> Verdict {
    let Some(header) = header else { return Ok(()) };
    match (kind, header["type"].as_str().unwrap_or_default()) {
        ("product", _) => Err(GraphError::value("A product has no header")),
        (_, "text") => sized(&header["text"], "header.text", HEADER_CHARS),
        ("button" | "cta_url" | "flow", media @ ("image" | "video" | "document")) => {
            check_media(media, &header[media])
        }
        _ => Err(GraphError::value("header.type is not allowed here")),
    }
}

fn buttons(buttons: &Value) -> Verdict {
    let buttons = counted(buttons, "action.buttons", BUTTONS)?;
    for button in buttons {
        if button["type"] != "reply" {
            return Err(GraphError::value("Buttons are of type reply"));
        }
        sized(&button["reply"]["title"], "button title", LABEL_CHARS)?;
        id(&button["reply"]["id"], "button id", BUTTON_ID_CHARS)?;
    }
    unique(buttons.iter().map(|button| &button["reply"]["title"]), "Button titles")?;
    unique(buttons.iter().map(|button| &button["reply"]["id"]), "Button ids")
}

fn id(value: &Value, name: &str, most: usize) -> Verdict {
    sized(value, name, most)?;
    match value.as_str().is_some_and(|id| id.trim() == id) {
        true => Ok(()),
        false => Err(GraphError::value(format!("{name} begins or ends with a space"))),
    }
}

fn rows(action: &Value) -> Verdict {
    sized(&action["button"], "action.button", LABEL_CHARS)?;
    let sections = counted(&action["sections"], "action.sections", SECTIONS)?;
    let mut all = Vec::new();
    for section in sections {
        match section.get("title") {
            None if sections.len() > 1 => {
                return Err(GraphError::value("Sections need titles when there are several"));
            }
            None => {}
            Some(title) => sized(title, "section title", SECTION_TITLE_CHARS)?,
        }
        all.extend(counted(&section["rows"], "rows", ROWS)?);
    }
    if all.len() > ROWS {
        return Err(GraphError::value(format!("The list has {} rows, {ROWS} are allowed", all.len())));
    }
    all.iter().try_for_each(|row| {
        id(&row["id"], "row id", ROW_ID_CHARS)?;
        sized(&row["title"], "row title", ROW_TITLE_CHARS)?;
        row.get("description").map_or(Ok(()), |words| sized(words, "row description", ROW_DESCRIPTION_CHARS))
    })?;
    unique(all.iter().map(|row| &row["id"]), "Row ids")
}

fn named(action: &Value, name: &str) -> Verdict {
    match action["name"] == name {
        true => Ok(()),
        false => Err(GraphError::value(format!("action.name must be {name}"))),
    }
}

fn link(action: &Value) -> Verdict {
    named(action, "cta_url")?;
    sized(&action["parameters"]["display_text"], "display_text", LABEL_CHARS)?;
    address(&action["parameters"]["url"])
}

fn flow(action: &Value) -> Verdict {
    named(action, "flow")?;
    let parameters = &action["parameters"];
    sized(&parameters["flow_cta"], "flow_cta", FLOW_LABEL_CHARS)?;
    if parameters["flow_message_version"] != "3" {
        return Err(GraphError::value("flow_message_version must be \"3\""));
    }
    text(&parameters["flow_id"], "flow_id")?;
    match parameters.get("flow_action").map(|action| action.as_str().unwrap_or_default()) {
        None | Some("navigate" | "data_exchange") => Ok(()),
        Some(_) => Err(GraphError::value("flow_action must be navigate or data_exchange")),
    }
}

fn product(action: &Value) -> Verdict {
    text(&action["catalog_id"], "catalog_id")?;
    text(&action["product_retailer_id"], "product_retailer_id").map(drop)
}

fn products(action: &Value) -> Verdict {
    text(&action["catalog_id"], "catalog_id")?;
    for section in counted(&action["sections"], "action.sections", SECTIONS)? {
        for item in counted(&section["product_items"], "product_items", PRODUCTS)? {
            text(&item["product_retailer_id"], "product_retailer_id")?;
        }
    }
    Ok(())
}
