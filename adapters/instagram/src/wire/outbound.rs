//! What we post to `/messages`.
//! developers.facebook.com/documentation/business-messaging/instagram-messaging/features/send-message

use serde_json::{Value, json};
use tradepost_domain::{
    Capabilities, Card, Choice, Content, Media, MediaKind, Source,
    capabilities::{ChoiceLimit, Passage},
};
use tradepost_http::{Reach, Url};
use tradepost_ports::Signal;

/// A button template's text, in characters: shorter than a plain one.
const BUTTON_TEXT: usize = 640;

/// What an account shows, and where its media are.
pub(crate) struct Shelf<'a> {
    pub limits: &'a Capabilities,
    pub media_base: Option<&'a str>,
    pub reach: Reach,
}

/// Why a content cannot be sent as it is. The engine fits lines first, so this is somebody's mistake.
pub(crate) type Unfit = String;

/// The body that sends a content.
pub(crate) fn send(
    peer: &str,
    content: &Content,
    passage: Passage,
    shelf: &Shelf<'_>,
) -> Result<Value, Unfit> {
    let message = shelf.message(content)?;
    let recipient = json!({"id": peer});
    Ok(match passage {
        Passage::AsStaff => json!({
            "recipient": recipient, "messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT", "message": message
        }),
        _ => json!({"recipient": recipient, "messaging_type": "RESPONSE", "message": message}),
    })
}

/// The body that shows a sign of life: nothing else may stand in it.
pub(crate) fn signal(peer: &str, signal: Signal) -> Value {
    let action = match signal {
        Signal::Seen => "mark_seen",
        Signal::Typing => "typing_on",
    };
    json!({"recipient": {"id": peer}, "sender_action": action})
}

impl Shelf<'_> {
    fn message(&self, content: &Content) -> Result<Value, Unfit> {
        match content {
            Content::Text { text } => Ok(json!({"text": self.text(text)?})),
            Content::QuickReplies { text, choices } => {
                let replies = self.quick_replies(choices)?;
                Ok(json!({"text": self.text(text)?, "quick_replies": replies}))
            }
            Content::Media { media, text: None } => match media.as_slice() {
                [one] => self.medium(one),
                _ => Err("one message carries one medium".into()),
            },
            Content::Media { .. } => Err("words beside a medium need a message of their own".into()),
            Content::Cards { cards } => self.cards(cards),
            Content::Buttons { text, choices } => self.buttons(text, choices),
            Content::Tap { .. }
            | Content::List { .. }
            | Content::Location { .. }
            | Content::People { .. }
            | Content::Basket { .. }
            | Content::Form { .. }
            | Content::Template(_)
            | Content::Unsupported { .. } => Err("it cannot be shown on Instagram".into()),
        }
    }

    fn text<'a>(&self, text: &'a str) -> Result<&'a str, Unfit> {
        let limit = self.limits.text;
        match limit.unit.measure(text) {
            _ if text.trim().is_empty() => Err("the text is empty".into()),
            length if length > limit.most => {
                Err(format!("the text has {length} bytes, {} are allowed", limit.most))
            }
            _ => Ok(text),
        }
    }

    fn quick_replies(&self, choices: &[Choice]) -> Result<Vec<Value>, Unfit> {
        let limit = self.limits.quick_replies.as_ref().ok_or("quick replies are off")?;
        checked(choices, limit)?;
        let reply = |choice: &Choice| json!({"content_type": "text", "title": choice.title, "payload": choice.payload});
        Ok(choices.iter().map(reply).collect())
    }

    fn buttons(&self, text: &str, choices: &[Choice]) -> Result<Value, Unfit> {
        let limit = self.limits.buttons.as_ref().ok_or("the button template is off")?;
        checked(choices, limit)?;
        if text.chars().count() > BUTTON_TEXT {
            return Err(format!("the text beside buttons has more than {BUTTON_TEXT} characters"));
        }
        let buttons: Vec<Value> = choices.iter().map(postback).collect();
        Ok(template(json!({"template_type": "button", "text": self.text(text)?, "buttons": buttons})))
    }

    fn medium(&self, media: &Media) -> Result<Value, Unfit> {
        let kind = match media.kind {
            MediaKind::Image => "image",
            MediaKind::Video => "video",
            MediaKind::Audio => "audio",
            MediaKind::File => "file",
        };
        let url = self.url_of(media)?;
        Ok(json!({"attachment": {"type": kind, "payload": {"url": url}}}))
    }

    fn url_of(&self, media: &Media) -> Result<String, Unfit> {
        match &media.source {
            Source::Remote { url } => self.public(url),
            Source::Stored { hash, bytes, .. } => {
                let base = self.media_base.ok_or("stored media have no public address: set `media_base`")?;
                let limit = self.limits.media_limit(media.kind).map_or(0, |limit| limit.bytes);
                if *bytes > limit {
                    return Err(format!("the medium has {bytes} bytes, {limit} are allowed"));
                }
                Ok(format!("{}/{hash}", base.trim_end_matches('/')))
            }
            Source::Missing { .. } => Err("the medium is missing".into()),
        }
    }

    /// Meta fetches it, so it must be public, too.
    fn public(&self, url: &str) -> Result<String, Unfit> {
        let parsed: Url = url.parse().map_err(|_| "an address is not one")?;
        self.reach.admit(&parsed).map_err(|internal| internal.to_string())?;
        Ok(url.to_owned())
    }

    fn cards(&self, cards: &[Card]) -> Result<Value, Unfit> {
        let limit = self.limits.cards.as_ref().ok_or("cards are off")?;
        within("cards", cards.len(), limit.most)?;
        let elements: Vec<Value> = cards.iter().map(|card| self.card(card)).collect::<Result<_, _>>()?;
        Ok(template(json!({"template_type": "generic", "elements": elements})))
    }

    fn card(&self, card: &Card) -> Result<Value, Unfit> {
        let limit = self.limits.cards.as_ref().ok_or("cards are off")?;
        characters("a card's title", &card.title, limit.title)?;
        let mut element = json!({"title": card.title});
        if let Some(subtitle) = &card.subtitle {
            characters("a card's second line", subtitle, limit.title)?;
            element["subtitle"] = json!(subtitle);
        }
        if let Some(image) = &card.image {
            element["image_url"] = json!(self.public(image)?);
        }
        if let Some(opens) = &card.opens {
            element["default_action"] = json!({"type": "web_url", "url": opens});
        }
        let links = card
            .links
            .iter()
            .map(|link| (&link.title, json!({"type": "web_url", "title": link.title, "url": link.url})));
        let choices = card.choices.iter().map(|choice| (&choice.title, postback(choice)));
        let (titles, buttons): (Vec<&String>, Vec<Value>) = links.chain(choices).unzip();
        if !buttons.is_empty() {
            within("buttons of a card", buttons.len(), limit.buttons)?;
            titles.iter().try_for_each(|title| characters("a button", title, limit.button_title))?;
            element["buttons"] = json!(buttons);
        }
        match element.as_object().map(serde_json::Map::len) {
            Some(1) => Err("a card needs something besides its title".into()),
            _ => Ok(element),
        }
    }
}

fn template(payload: Value) -> Value {
    json!({"attachment": {"type": "template", "payload": payload}})
}

fn postback(choice: &Choice) -> Value {
    json!({"type": "postback", "title": choice.title, "payload": choice.payload})
}

fn checked(choices: &[Choice], limit: &ChoiceLimit) -> Result<(), Unfit> {
    within("choices", choices.len(), limit.most)?;
    for choice in choices {
        characters("a choice's title", &choice.title, limit.title)?;
        characters("a choice's payload", &choice.payload, limit.payload)?;
        if choice.description.is_some() {
            return Err("a choice's second line is not shown on Instagram".into());
        }
    }
    Ok(())
}

fn within(what: &str, count: usize, most: usize) -> Result<(), Unfit> {
    if count == 0 || count > most {
        return Err(format!("there are {count} {what}, 1 to {most} are allowed"));
    }
    Ok(())
}

fn characters(what: &str, text: &str, most: usize) -> Result<(), Unfit> {
    let length = text.chars().count();
    if length == 0 || length > most {
        return Err(format!("{what} has {length} characters, 1 to {most} are allowed"));
    }
    Ok(())
}
