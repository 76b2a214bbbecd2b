//! A line of the transcript in the API's words.

use tradepost_domain::{Author, Card, Choice, Content, Media, MediaKind, Source};
use tradepost_openapi::chat::{ChatCard, ChatChoice, ChatLink, ChatLocation, ChatMedia, ChatMessage};
use tradepost_ports::store::Written;

/// A line as a caller reads it.
pub(super) fn render(written: &Written) -> ChatMessage {
    let line = &written.line;
    let bare = ChatMessage {
        id: line.id.to_string(),
        at: line.at.to_string(),
        author: author(line.author).to_owned(),
        kind: "text".to_owned(),
        text: line.content.words().map(str::to_owned),
        choices: Vec::new(),
        cards: Vec::new(),
        media: Vec::new(),
        location: None,
    };
    let of = |kind: &str| ChatMessage { kind: kind.to_owned(), ..bare.clone() };
    match &line.content {
        Content::Text { .. } | Content::Tap { .. } => bare,
        Content::Media { media, .. } => {
            ChatMessage { media: media.iter().map(medium).collect(), ..of("media") }
        }
        Content::Buttons { choices, .. } => ChatMessage { choices: offer(choices), ..of("buttons") },
        Content::QuickReplies { choices, .. } => {
            ChatMessage { choices: offer(choices), ..of("quick_replies") }
        }
        Content::List { choices, .. } => ChatMessage { choices: offer(choices), ..of("list") },
        Content::Cards { cards } => ChatMessage { cards: cards.iter().map(card).collect(), ..of("cards") },
        Content::Location { latitude_e6, longitude_e6, name } => {
            let (latitude_e6, longitude_e6, name) = (*latitude_e6, *longitude_e6, name.clone());
            ChatMessage { location: Some(ChatLocation { latitude_e6, longitude_e6, name }), ..of("location") }
        }
        Content::Template(template) => ChatMessage { text: Some(template.name.clone()), ..of("template") },
        Content::People { .. } | Content::Basket { .. } | Content::Form { .. } => of("unsupported"),
        Content::Unsupported { what } => ChatMessage { text: Some(what.clone()), ..of("unsupported") },
    }
}

fn author(author: Author) -> &'static str {
    match author {
        Author::Customer => "customer",
        Author::Bot => "bot",
        Author::Staff | Author::App => "staff",
    }
}

fn offer(choices: &[Choice]) -> Vec<ChatChoice> {
    let choice = |choice: &Choice| ChatChoice {
        payload: choice.payload.clone(),
        title: choice.title.clone(),
        description: choice.description.clone(),
    };
    choices.iter().map(choice).collect()
}

fn card(card: &Card) -> ChatCard {
    let link = |link: &tradepost_domain::Link| ChatLink { title: link.title.clone(), url: link.url.clone() };
    ChatCard {
        title: card.title.clone(),
        subtitle: card.subtitle.clone(),
        image: card.image.clone(),
        opens: card.opens.clone(),
        links: card.links.iter().map(link).collect(),
        choices: offer(&card.choices),
    }
}

fn medium(media: &Media) -> ChatMedia {
    let kind = match media.kind {
        MediaKind::Image => "image",
        MediaKind::Video => "video",
        MediaKind::Audio => "audio",
        MediaKind::File => "file",
    };
    let bare = ChatMedia { kind: kind.to_owned(), url: None, hash: None, mime: None };
    match &media.source {
        Source::Remote { url } => ChatMedia { url: Some(url.clone()), ..bare },
        Source::Stored { hash, mime, .. } => {
            ChatMedia { hash: Some(hash.clone()), mime: Some(mime.clone()), ..bare }
        }
        Source::Missing { .. } => bare,
    }
}
