//! Events in lines that a shopkeeper can read.

use tradepost_domain::{
    Content, Media, MediaKind, Party, Source, What,
    message::{About, Referral},
};

pub fn said(what: &What) -> String {
    match what {
        What::Message { from, reference, content, about, referral } => {
            let reference = reference.as_deref().unwrap_or("-");
            let about = about.as_ref().map(on).unwrap_or_default();
            let referral = referral.as_ref().map(by).unwrap_or_default();
            format!("{} wrote {reference}: {}{about}{referral}", who(from), shown(content))
        }
        What::Echo { to, reference, content } => {
            format!("we wrote {reference} to {}: {}", who(to), shown(content))
        }
        What::Receipt { peer, reference, line, delivery, earlier_too, reason } => {
            assert!(!earlier_too, "WhatsApp speaks of one line");
            let reason = reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
            let line = line.map(|line| format!(", our {line},")).unwrap_or_default();
            format!("{reference}{line} {} by {}{reason}", delivery.word(), peer.as_deref().unwrap_or("?"))
        }
        What::Unsent { reference } => format!("unsent {reference}"),
        What::Edited { reference, text } => format!("{reference} is now `{text}`"),
        What::Reaction { from, reference, emoji } => format!("{} on {reference}: {emoji:?}", who(from)),
        What::Preference { from, given, .. } => format!("{} wants offers: {given}", who(from)),
        What::Renumbered { from, to } => format!("{} is now {}", from.join(" and "), who(to)),
        What::Other { kind, reference } => {
            format!("other {kind}{}", reference.as_ref().map(|id| format!(" ({id})")).unwrap_or_default())
        }
        What::Unreadable { reason } => format!("unreadable: {reason}"),
        other => other.word().into(),
    }
}

/// `id`, a name, other ids and a number where they are known.
fn who(party: &Party) -> String {
    let name = party.name.as_ref().map(|name| format!(" {name}")).unwrap_or_default();
    let also = party.also.iter().map(|id| format!(" or {id}")).collect::<String>();
    let phone =
        party.phone.as_ref().map(|phone| phone.digits().to_owned()).filter(|digits| *digits != party.id);
    let phone = match (phone, &party.phone) {
        (Some(digits), _) => format!(" at {digits}"),
        (None, Some(_)) => String::new(),
        (None, None) => " without a number".into(),
    };
    format!("{}{name}{also}{phone}", party.id)
}

fn on(about: &About) -> String {
    match about {
        About::Message { reference } => format!(" (on {reference})"),
        other => panic!("{other:?}"),
    }
}

fn by(referral: &Referral) -> String {
    let Referral { mark, source, ad, product } = referral;
    let all = [mark, source, ad, product].map(|part| part.as_deref().unwrap_or("-"));
    format!(" by {}", all.join("/"))
}

fn shown(content: &Content) -> String {
    match content {
        Content::Text { text } => format!("`{text}`"),
        Content::Media { media, text } => {
            let media: Vec<String> = media.iter().map(medium).collect();
            let text = text.as_ref().map(|text| format!(" `{text}`")).unwrap_or_default();
            format!("{}{text}", media.join(", "))
        }
        Content::Tap { payload, title } => format!("tap {payload} `{title}`"),
        Content::Location { latitude_e6, longitude_e6, name } => {
            format!("at {latitude_e6}/{longitude_e6} {}", name.as_deref().unwrap_or("-"))
        }
        Content::People { people } => {
            let people = people.iter().map(|person| format!("{}: {}", person.name, person.phones.join(", ")));
            people.collect::<Vec<_>>().join("; ")
        }
        Content::Basket { text, items } => {
            let price = |price: &Option<tradepost_domain::Money>| {
                price.map_or_else(|| "?".to_owned(), |price| price.to_string())
            };
            let item = |item: &tradepost_domain::BasketItem| {
                format!("{} {} at {}", item.quantity, item.sku, price(&item.price))
            };
            let items: Vec<String> = items.iter().map(item).collect();
            format!("basket `{}`: {}", text.as_deref().unwrap_or_default(), items.join(", "))
        }
        Content::Form { name, answers } => format!("form {name}: {answers}"),
        Content::Unsupported { what } => format!("something: {what}"),
        other => format!("{other:?}"),
    }
}

fn medium(media: &Media) -> String {
    let kind = match media.kind {
        MediaKind::Image => "image",
        MediaKind::Video => "video",
        MediaKind::Audio => "audio",
        MediaKind::File => "file",
    };
    match &media.source {
        Source::Remote { url } => format!("{kind} {url}"),
        Source::Missing { reason } => format!("{kind} missing: {reason}"),
        other => format!("{other:?}"),
    }
}
