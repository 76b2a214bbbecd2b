//! A message, an echo or a preference in our words.

use tradepost_domain::{
    Party, Purpose, What,
    message::{About, Referral},
};
use tradepost_meta::{
    events::Reading,
    lenient::{Id, short, text_of, words_of},
    mark,
};

use super::{
    inbound::{Edit, Edited, Message, Preference, Reaction, System, Text},
    party::{Profiles, party},
};

/// Beside whom an event stands: our number, and the customers' profiles.
pub(crate) struct Beside<'a> {
    /// Our number, digits only.
    pub number: Option<String>,
    /// The profiles of this body.
    pub profiles: Profiles<'a>,
    /// Is it the number that the dashboard's test comes from?
    pub test: bool,
}

/// What a customer wrote.
pub(crate) fn message(beside: &Beside<'_>, message: &Message) -> Reading {
    if beside.test && Id::of(&message.id) == Some(TEST_MESSAGE) {
        return Reading::unmarked(What::Test);
    }
    if message.group_id.is_some() {
        return message.noted("group");
    }
    match message.kind() {
        "revoke" => message.taken_back(),
        "edit" => message.changed(),
        "system" => message.news(),
        "request_welcome" => message.noted("request_welcome"),
        "" => Reading::spoilt("a message has no type"),
        _ => message.by_customer(beside),
    }
}

/// The dashboard's test, as it is seen in many places; assumed.
pub(crate) const TEST_ACCOUNT: &str = "123456123";
const TEST_MESSAGE: &str = "ABGGFlA5Fpa";

/// What a person of the shop wrote in the app on their phone. Told by its list, never by who the sender is.
pub(crate) fn echo(beside: &Beside<'_>, message: &Message) -> Reading {
    match message.kind() {
        "revoke" => return message.taken_back(),
        "edit" => return message.changed(),
        "reaction" => return message.noted("echo of a reaction"),
        _ => {}
    }
    let to = party(&[&message.to, &message.to_user_id], &beside.profiles);
    let (Some(to), Some(reference)) = (to, text_of(&message.id)) else {
        return Reading::spoilt("an echo names no message or no customer");
    };
    match message.content() {
        Some(content) => Reading::new(What::Echo { to, reference: reference.clone(), content }, reference),
        None => message.noted("empty_echo"),
    }
}

/// What a customer told WhatsApp about what they want.
pub(crate) fn preference(beside: &Beside<'_>, preference: &Preference) -> Reading {
    let Some(from) = party(&[&preference.wa_id, &preference.user_id], &beside.profiles) else {
        return Reading::spoilt("a preference names no customer");
    };
    let (category, value) = (words_of(&preference.category), words_of(&preference.value));
    let given = match (category, value) {
        (Some("marketing_messages"), Some("stop")) => false,
        (Some("marketing_messages"), Some("resume")) => true,
        _ => return Reading::other("user_preferences"),
    };
    // Without its time the same wish at another time would look the same.
    let at = preference.timestamp.0.map(|at| at.to_string());
    let mark = at.map(|at| mark::of_parts(&[&from.id, value.unwrap_or_default(), &at]));
    Reading { what: What::Preference { from, purpose: Purpose::Marketing, given }, mark }
}

impl Message {
    fn by_customer(&self, beside: &Beside<'_>) -> Reading {
        let from = party(&[&self.from, &self.from_user_id, &self.from_parent_user_id], &beside.profiles);
        let Some(from) = from else { return Reading::spoilt("there is no sender") };
        if beside.number.as_ref() == Some(&from.id) {
            return self.noted("self");
        }
        match (&self.reaction, self.kind()) {
            (Some(reaction), "reaction") => self.reacted(from, reaction),
            _ => self.wrote(from),
        }
    }

    fn wrote(&self, from: Party) -> Reading {
        let Some(content) = self.content() else { return self.noted("empty_message") };
        let (about, referral) = (self.about(), self.referral());
        let reference = text_of(&self.id);
        let mark = reference.clone();
        Reading { what: What::Message { from, reference, content, about, referral }, mark }
    }

    fn reacted(&self, from: Party, reaction: &Reaction) -> Reading {
        let Some(reference) = text_of(&reaction.message_id) else {
            return Reading::spoilt("a reaction names no message");
        };
        let emoji = words_of(&reaction.emoji).map(|emoji| emoji.chars().take(60).collect());
        self.marked(What::Reaction { from, reference, emoji })
    }

    fn taken_back(&self) -> Reading {
        let original = self.revoke.as_ref().and_then(|revoke| text_of(&revoke.original_message_id));
        match original {
            Some(reference) => self.marked(What::Unsent { reference }),
            None => Reading::spoilt("a deleted message is not named"),
        }
    }

    fn changed(&self) -> Reading {
        let Some(edit) = &self.edit else { return Reading::spoilt("an edit has no body") };
        match (text_of(&edit.original_message_id), edit.words()) {
            (Some(reference), Some(text)) => self.marked(What::Edited { reference, text: text.into() }),
            (Some(_), None) => self.noted("edit"),
            (None, _) => Reading::spoilt("an edited message is not named"),
        }
    }

    /// The number changes, or the id that is scoped to the business; the customer does not.
    /// developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages/system
    fn news(&self) -> Reading {
        let system = self.system.as_ref();
        let kind = system.and_then(|system| words_of(&system.kind)).unwrap_or("system");
        let Some(to) = system.and_then(System::renumbered) else { return self.noted(kind) };
        let from = self.former(&to);
        match kind {
            "user_changed_number" | "customer_changed_number" | "user_changed_user_id"
                if !from.is_empty() =>
            {
                self.marked(What::Renumbered { from, to })
            }
            _ => self.noted(kind),
        }
    }

    /// The ids that the customer had, as far as they are told.
    fn former(&self, to: &Party) -> Vec<String> {
        let told =
            self.system.as_ref().map(|system| [&system.previous_user_id, &system.previous_parent_user_id]);
        let senders = [&self.from, &self.from_user_id, &self.from_parent_user_id];
        let mut former: Vec<String> = Vec::new();
        for id in senders.into_iter().chain(told.into_iter().flatten()).filter_map(Id::of) {
            if to.ids().all(|new| new != id) && former.iter().all(|one| one != id) {
                former.push(id.to_owned());
            }
        }
        former
    }

    fn about(&self) -> Option<About> {
        let reference = text_of(&self.context.as_ref()?.id)?;
        Some(About::Message { reference })
    }

    fn referral(&self) -> Option<Referral> {
        let context = self.context.as_ref();
        let product = context.and_then(|context| context.referred_product.as_ref());
        let product = product.and_then(|product| text_of(&product.product_retailer_id));
        let referral = self.referral.as_ref();
        if referral.is_none() && product.is_none() {
            return None;
        }
        let source = referral.and_then(|referral| words_of(&referral.source_type)).map(str::to_owned);
        Some(Referral {
            mark: None,
            source,
            ad: referral.and_then(|referral| text_of(&referral.source_id)),
            product,
        })
    }

    fn marked(&self, what: What) -> Reading {
        Reading { what, mark: text_of(&self.id) }
    }

    fn noted(&self, kind: &str) -> Reading {
        self.marked(What::Other { kind: short(kind), reference: text_of(&self.id) })
    }
}

impl System {
    fn renumbered(&self) -> Option<Party> {
        let new = if Id::of(&self.wa_id).is_some() { &self.wa_id } else { &self.new_wa_id };
        party(&[new, &self.user_id, &self.parent_user_id], &Profiles::default())
    }
}

impl Edit {
    fn words(&self) -> Option<&str> {
        self.message.as_ref().and_then(Edited::words)
    }
}

impl Edited {
    fn words(&self) -> Option<&str> {
        let body = self.text.as_ref().and_then(Text::words);
        let mut media = [&self.image, &self.video, &self.document].into_iter().flatten();
        body.or_else(|| media.find_map(|medium| words_of(&medium.caption)))
    }
}

impl Text {
    fn words(&self) -> Option<&str> {
        words_of(&self.body)
    }
}
