//! Who a customer is: a number, an id that is scoped to the business, or both.
//! developers.facebook.com/documentation/business-messaging/whatsapp/business-scoped-user-ids

use tradepost_domain::{Party, Phone};
use tradepost_meta::lenient::{Id, words_of};

use super::inbound::{Contact, Profile};

/// The customer who has these ids, with what the profiles beside them add. A number is what they are written to by, as it
/// was received, even where people write it differently today; `None` without any id.
pub(crate) fn party(ids: &[&Option<Id>], contacts: &[Contact]) -> Option<Party> {
    let mut known: Vec<String> = Vec::new();
    let mut learn = |id: &Option<Id>| {
        if let Some(id) = Id::of(id).filter(|id| known.iter().all(|one| one != id)) {
            known.push(id.to_owned());
        }
    };
    ids.iter().for_each(|id| learn(id));
    let contact = contacts.iter().find(|contact| contact.is_one_of(ids));
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

impl Contact {
    fn is_one_of(&self, ids: &[&Option<Id>]) -> bool {
        let own = [&self.wa_id, &self.user_id].into_iter().filter_map(Id::of).collect::<Vec<_>>();
        ids.iter().filter_map(|id| Id::of(id)).any(|id| own.contains(&id))
    }
}

impl Profile {
    fn shown(&self) -> Option<String> {
        words_of(&self.name).or(words_of(&self.username)).map(str::to_owned)
    }
}
