//! What a message holds, in our words.

use serde_json::value::RawValue;
use tradepost_domain::{
    BasketItem, Content, Media, MediaKind, Money, Person, Source,
    content::Content::{Form, Tap},
    money::Currency,
};
use tradepost_meta::lenient::{Words, short, text_of, words_of};

use super::inbound::{
    self, Button, Card, Interactive, Location, Medium, Message, Name, Order, OrderItem, Tapped,
};

impl Message {
    /// Meta's word for the type; a message without one is what it holds.
    pub fn kind(&self) -> &str {
        match words_of(&self.kind) {
            Some(kind) => kind,
            None if self.text.is_some() => "text",
            None => "",
        }
    }

    /// What it holds; `None` when it says nothing. A kind whose body is not there is one that the channel could not hand over.
    pub fn content(&self) -> Option<Content> {
        let content = match self.kind() {
            "text" if self.text.is_some() => return self.words(),
            "image" | "sticker" => self.medium(MediaKind::Image),
            "video" => self.medium(MediaKind::Video),
            "audio" | "voice" => self.medium(MediaKind::Audio),
            "document" => self.medium(MediaKind::File),
            "location" => self.location.as_ref().and_then(Location::content),
            "contacts" => people(&self.contacts),
            "interactive" => self.interactive.as_ref().and_then(Interactive::content),
            "button" => self.button.as_ref().and_then(Button::content),
            "order" => self.order.as_ref().and_then(Order::content),
            _ => None,
        };
        Some(content.unwrap_or_else(|| Content::Unsupported { what: self.strange() }))
    }

    fn words(&self) -> Option<Content> {
        let text = self.text.as_ref()?;
        Some(Content::text(words_of(&text.body)?))
    }

    fn medium(&self, kind: MediaKind) -> Option<Content> {
        let bodies = [&self.image, &self.video, &self.audio, &self.voice, &self.document, &self.sticker];
        let medium = bodies.into_iter().flatten().next();
        let source = medium.and_then(Medium::source).or_else(|| self.lost())?;
        let text = medium.and_then(|medium| words_of(&medium.caption)).map(str::to_owned);
        Some(Content::Media { media: vec![Media { kind, source }], text })
    }

    /// Why Meta could not take the medium in.
    fn lost(&self) -> Option<Source> {
        let error = self.errors.first()?;
        let code = error.code().map_or_else(|| "an error".to_owned(), |code| code.to_string());
        Some(Source::Missing { reason: format!("{code} {}", error.detail("")) })
    }

    fn strange(&self) -> String {
        let named = self.unsupported.as_ref().and_then(|unsupported| words_of(&unsupported.kind));
        let inner = self.interactive.as_ref().and_then(|interactive| words_of(&interactive.kind));
        short(named.or(inner).unwrap_or(self.kind()))
    }
}

impl Medium {
    /// Meta's id is kept, since an address lives for minutes.
    fn source(&self) -> Option<Source> {
        let url = text_of(&self.id).or_else(|| words_of(&self.url).map(str::to_owned))?;
        Some(Source::Remote { url })
    }
}

impl Location {
    fn content(&self) -> Option<Content> {
        let latitude_e6 = degrees(self.latitude.as_ref()?.shifted(6)?, 90)?;
        let longitude_e6 = degrees(self.longitude.as_ref()?.shifted(6)?, 180)?;
        let words: Vec<&str> =
            [words_of(&self.name), words_of(&self.address)].into_iter().flatten().collect();
        let name = (!words.is_empty()).then(|| words.join(", "));
        Some(Content::Location { latitude_e6, longitude_e6, name })
    }
}

fn degrees(e6: i64, most: i64) -> Option<i32> {
    (e6.abs() <= most * 1_000_000).then(|| i32::try_from(e6).ok())?
}

fn people(cards: &[Card]) -> Option<Content> {
    let people: Vec<Person> = cards.iter().filter_map(Card::person).collect();
    (!people.is_empty()).then_some(Content::People { people })
}

impl Card {
    fn person(&self) -> Option<Person> {
        let phone =
            |number: &inbound::Number| words_of(&number.phone).map(str::to_owned).or(text_of(&number.wa_id));
        let phones: Vec<String> = self.phones.iter().filter_map(phone).collect();
        let name = self.name.as_ref().and_then(Name::shown);
        (name.is_some() || !phones.is_empty()).then(|| Person { name: name.unwrap_or_default(), phones })
    }
}

impl Name {
    fn shown(&self) -> Option<String> {
        if let Some(whole) = words_of(&self.formatted_name) {
            return Some(whole.to_owned());
        }
        let parts: Vec<&str> =
            [words_of(&self.first_name), words_of(&self.last_name)].into_iter().flatten().collect();
        (!parts.is_empty()).then(|| parts.join(" "))
    }
}

impl Interactive {
    fn content(&self) -> Option<Content> {
        let tapped = self.button_reply.as_ref().or(self.list_reply.as_ref());
        tapped.and_then(Tapped::content).or_else(|| self.nfm_reply.as_ref().map(inbound::Form::content))
    }
}

impl Tapped {
    fn content(&self) -> Option<Content> {
        tap(&self.id, &self.title)
    }
}

impl Button {
    fn content(&self) -> Option<Content> {
        tap(&self.payload, &self.text)
    }
}

fn tap(payload: &Option<Words>, title: &Option<Words>) -> Option<Content> {
    let (payload, title) = (words_of(payload), words_of(title));
    let either = payload.or(title)?;
    Some(Tap { payload: payload.unwrap_or(either).into(), title: title.unwrap_or(either).into() })
}

impl inbound::Form {
    /// The answers are JSON within a text as a rule; whatever else they are is kept as it is.
    fn content(&self) -> Content {
        let answers = self.response_json.as_deref().map(text_within);
        let answers = answers.or_else(|| words_of(&self.body).map(str::to_owned)).unwrap_or_default();
        Form { name: words_of(&self.name).unwrap_or("flow").into(), answers }
    }
}

fn text_within(raw: &RawValue) -> String {
    serde_json::from_str::<Words>(raw.get()).map_or_else(|_| raw.get().to_owned(), |words| words.0)
}

impl Order {
    fn content(&self) -> Option<Content> {
        let items: Vec<BasketItem> = self.product_items.iter().filter_map(OrderItem::item).collect();
        let text = words_of(&self.text).map(str::to_owned);
        (!items.is_empty()).then_some(Content::Basket { text, items })
    }
}

impl OrderItem {
    fn item(&self) -> Option<BasketItem> {
        let quantity = self.quantity.as_ref().map_or(Some(1), |quantity| quantity.shifted(0))?;
        let quantity = u32::try_from(quantity).ok().filter(|quantity| *quantity > 0)?;
        Some(BasketItem { sku: text_of(&self.product_retailer_id)?, quantity, price: self.price() })
    }

    fn price(&self) -> Option<Money> {
        let currency = Currency::from_code(words_of(&self.currency)?)?;
        let digits = u32::from(currency.exponent().unwrap_or(0));
        Some(Money::new(self.item_price.as_ref()?.shifted(digits)?, currency))
    }
}
