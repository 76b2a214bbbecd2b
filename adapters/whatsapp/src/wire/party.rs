//! Who a customer is: a number, an id that is scoped to the business, or both.
//! developers.facebook.com/documentation/business-messaging/whatsapp/business-scoped-user-ids

use std::collections::BTreeMap;

use tradepost_domain::{Party, Phone};
use tradepost_meta::lenient::{Id, words_of};

use super::inbound::{Contact, Profile};

/// The customer who has these ids, with what the profiles beside them add. A number is what they are written to by, as it
/// was received, even where people write it differently today; `None` without any id.
pub(crate) fn party(ids: &[&Option<Id>], profiles: &Profiles<'_>) -> Option<Party> {
    let mut known: Vec<String> = Vec::new();
    let mut learn = |id: &Option<Id>| {
        if let Some(id) = Id::of(id).filter(|id| known.iter().all(|one| one != id)) {
            known.push(id.to_owned());
        }
    };
    ids.iter().for_each(|id| learn(id));
    let contact = profiles.of(ids);
    if let Some(contact) = contact {
        learn(&contact.wa_id);
        learn(&contact.user_id);
    }
    known.sort_by_key(|id| !is_number(id));
    let name = contact.and_then(|contact| contact.profile.as_ref()).and_then(Profile::shown);
    let mut known = known.into_iter();
    let id = known.next()?;
    let phone = Phone::of_digits(&id).ok();
    Some(Party { id, name, also: known.collect(), phone })
}

/// Is it a number with its country code, and not an id that is scoped to the business?
pub(crate) fn is_number(id: &str) -> bool {
    !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit())
}

/// The profiles of a body, found by their ids: as many as there are messages.
#[derive(Default)]
pub(crate) struct Profiles<'a> {
    contacts: &'a [Contact],
    places: BTreeMap<&'a str, usize>,
}

impl<'a> Profiles<'a> {
    pub fn new(contacts: &'a [Contact]) -> Self {
        let mut places = BTreeMap::new();
        for (place, contact) in contacts.iter().enumerate() {
            for id in [&contact.wa_id, &contact.user_id].into_iter().filter_map(Id::of) {
                places.entry(id).or_insert(place);
            }
        }
        Self { contacts, places }
    }

    /// The first that has one of these ids.
    fn of(&self, ids: &[&Option<Id>]) -> Option<&'a Contact> {
        let places = ids.iter().filter_map(|id| self.places.get(Id::of(id)?));
        self.contacts.get(*places.min()?)
    }
}

impl Profile {
    fn shown(&self) -> Option<String> {
        words_of(&self.name).or(words_of(&self.username)).map(str::to_owned)
    }
}
