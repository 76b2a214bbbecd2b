//! The rules of cards: generic, button and product templates.

use serde_json::Value;

use super::check::{TITLE_CHARS, payload};
use crate::graph::error::GraphError;
use crate::graph::rules::{Verdict, address, list, short, text};

const ELEMENTS: usize = 10;
const ELEMENT_CHARS: usize = 80;
const BUTTONS: usize = 3;
const BUTTON_TEXT_CHARS: usize = 640;

/// Checks the payload of an attachment of type `template`.
pub(super) fn check(template: &Value) -> Verdict {
    match template["template_type"].as_str() {
        Some("generic") => elements(template)?.iter().try_for_each(element),
        Some("button") => {
            short(&template["text"], "text", BUTTON_TEXT_CHARS)?;
            buttons(&template["buttons"])
        }
        Some("product") => {
            elements(template)?.iter().try_for_each(|product| text(&product["id"], "id").map(drop))
        }
        _ => Err(GraphError::invalid("Unknown template_type")),
    }
}

fn elements(template: &Value) -> Verdict<&[Value]> {
    list(&template["elements"], "elements", ELEMENTS)
}

fn element(element: &Value) -> Verdict {
    let further = ["subtitle", "image_url", "default_action", "buttons"].map(|name| element.get(name));
    if further.iter().all(Option::is_none) {
        return Err(GraphError::invalid("An element needs a property besides its title"));
    }
    short(&element["title"], "title", ELEMENT_CHARS)?;
    let [subtitle, image, action, all] = further;
    subtitle.map_or(Ok(()), |subtitle| short(subtitle, "subtitle", ELEMENT_CHARS))?;
    image.map_or(Ok(()), address)?;
    action.map_or(Ok(()), default_action)?;
    all.map_or(Ok(()), buttons)
}

fn default_action(action: &Value) -> Verdict {
    match (action["type"].as_str(), action.get("title")) {
        (Some("web_url"), None) => address(&action["url"]),
        (Some("web_url"), Some(_)) => Err(GraphError::invalid("A default_action has no title")),
        _ => Err(GraphError::invalid("A default_action is a web_url")),
    }
}

fn buttons(all: &Value) -> Verdict {
    list(all, "buttons", BUTTONS)?.iter().try_for_each(|button| {
        short(&button["title"], "title", TITLE_CHARS)?;
        match button["type"].as_str() {
            Some("web_url") => address(&button["url"]),
            Some("postback") => payload(&button["payload"]),
            _ => Err(GraphError::invalid("Buttons are web_url or postback")),
        }
    })
}
