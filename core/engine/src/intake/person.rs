//! Who wrote: one person may have several ids with an account, and a number. They are linked by a provider's word alone,
//! never by what a customer typed.

use tradepost_domain::{
    AccountKey, Contact, ContactId, ConversationId, Identity, Party, Phone, Purpose, StorefrontId, Timestamp,
    consent::{ConsentEntry, Evidence},
};
use tradepost_ports::{
    Unit,
    store::{Fate, Kept},
};

use super::file::{Filed, Filing};
use crate::registry::StorefrontEntry;

/// What is known of who wrote.
pub(super) enum Known {
    /// A contact without a conversation here.
    As(ContactId),
    /// A contact with one.
    With(ConversationId),
}

/// How a conversation is called whose customer is reached in another one.
pub(crate) const FORMER: &str = "former:";

/// Is there an owner, and the same of all?
pub(super) fn is_one(mut owners: impl Iterator<Item = Option<ContactId>>) -> bool {
    let first = owners.next().flatten();
    first.is_some() && owners.all(|owner| owner == first)
}

/// All that a party is known by, the id that it wrote under first.
pub(super) fn identities(account: &AccountKey, party: &Party) -> Vec<Identity> {
    let ids = party.ids().map(|id| Identity::new(account.as_str(), id));
    ids.chain(party.phone.as_ref().map(Identity::phone)).collect()
}

impl Filing<'_> {
    /// Are all ids of the party one contact's already?
    pub(super) fn is_linked(&self, entry: &StorefrontEntry, party: &Party) -> bool {
        if self.house.linked.holds(&self.account, party) {
            return true;
        }
        let contacts = self.met.contacts.lock();
        let owners = identities(&self.account, party)
            .into_iter()
            .map(|identity| contacts.get(&(entry.facts.id.clone(), identity)).copied().flatten());
        is_one(owners)
    }

    /// The contact, with all its ids linked, and its conversation with this account if there is one.
    pub(super) async fn person(
        &self,
        unit: &mut dyn Unit,
        entry: &StorefrontEntry,
        party: &Party,
    ) -> Kept<Known> {
        let storefront = &entry.facts.id;
        let ids = identities(&self.account, party);
        let Some(contact) = self.owner_among(unit, storefront, &ids).await? else {
            return self.meet(unit, storefront, party, ids).await.map(Known::As);
        };
        // A single one has been found as it is.
        if ids.len() > 1 {
            self.link(unit, storefront, contact, &ids).await?;
        }
        Ok(match self.conversation_of(unit, contact, party).await? {
            Some(conversation) => Known::With(conversation),
            None => Known::As(contact),
        })
    }

    /// Who has the first of these identities that anybody has.
    async fn owner_among(
        &self,
        unit: &mut dyn Unit,
        storefront: &StorefrontId,
        ids: &[Identity],
    ) -> Kept<Option<ContactId>> {
        for identity in ids {
            let key = (storefront.clone(), identity.clone());
            let looked_up = self.met.contacts.lock().get(&key).copied();
            let owner = match looked_up {
                Some(owner) => owner,
                None => unit.contact_by(storefront, identity).await?.map(|contact| contact.id),
            };
            if owner.is_some() {
                return Ok(owner);
            }
        }
        Ok(None)
    }

    async fn meet(
        &self,
        unit: &mut dyn Unit,
        storefront: &StorefrontId,
        party: &Party,
        identities: Vec<Identity>,
    ) -> Kept<ContactId> {
        let (at, dice) = self.house.mint.toss();
        let (id, storefront) = (ContactId::new(at, dice), storefront.clone());
        let contact =
            Contact { id, storefront, name: party.name.clone(), identities, facts: Default::default() };
        unit.meet(&contact).await?;
        self.note_owner(&contact.storefront, &contact.identities, id);
        Ok(id)
    }

    /// Gives the contact what it lacks of these identities. Who else has one of them is the same person.
    async fn link(
        &self,
        unit: &mut dyn Unit,
        storefront: &StorefrontId,
        contact: ContactId,
        ids: &[Identity],
    ) -> Kept<()> {
        for identity in ids {
            match unit.contact_by(storefront, identity).await?.map(|owner| owner.id) {
                Some(owner) if owner == contact => {}
                Some(owner) => {
                    tracing::info!(%contact, merged = %owner, "two contacts are one person, by the provider's word");
                    unit.merge(owner, contact).await?;
                }
                None => unit.identify(contact, storefront, identity).await?,
            }
        }
        self.note_owner(storefront, ids, contact);
        Ok(())
    }

    fn note_owner(&self, storefront: &StorefrontId, ids: &[Identity], contact: ContactId) {
        let owned = ids.iter().map(|identity| ((storefront.clone(), identity.clone()), Some(contact)));
        self.met.contacts.lock().extend(owned);
    }

    /// The contact's conversation with this account: the one under the party's own id, else the one under another id of
    /// theirs. It is reached under the id that the provider puts first from now on, if that names both.
    async fn conversation_of(
        &self,
        unit: &mut dyn Unit,
        contact: ContactId,
        party: &Party,
    ) -> Kept<Option<ConversationId>> {
        if let Some(own) = unit.conversation_with(&self.account, &party.id).await? {
            return Ok(Some(own.id));
        }
        let Some(contact) = unit.contact(contact).await? else { return Ok(None) };
        for id in contact.ids_at(&self.account) {
            let Some(other) = unit.conversation_with(&self.account, id).await? else { continue };
            unit.conversation(other.id).await?;
            if party.also.iter().any(|also| also == id) {
                unit.readdress(other.id, &party.id).await?;
            }
            return Ok(Some(other.id));
        }
        Ok(None)
    }

    /// The customer has another id from now on: contact, conversation and consent go with them, and whoever gets the old id
    /// next is a stranger.
    pub(super) async fn renumbered(
        &self,
        unit: &mut dyn Unit,
        storefront: &StorefrontId,
        from: &str,
        to: &Party,
    ) -> Kept<Filed> {
        let old = Identity::new(self.account.as_str(), from);
        let Some(contact) = unit.contact_by(storefront, &old).await? else {
            return Ok(Filed::noted(Fate::Noted, "nobody is known by the old id"));
        };
        let new = identities(&self.account, to);
        let mut left = self.spellings(&contact, from);
        left.retain(|identity| !new.contains(identity));
        self.consent_goes_along(unit, storefront, &left, &new).await?;
        self.link(unit, storefront, contact.id, &new).await?;
        for identity in &left {
            unit.leave_identity(storefront, identity).await?;
            self.met.contacts.lock().remove(&(storefront.clone(), identity.clone()));
        }
        self.met.conversations.lock().remove(&(self.account.clone(), from.to_owned()));
        self.follow(unit, (storefront, contact.id), from, &to.id).await
    }

    /// All that a contact has of a number, however it is spelled; of another id, only that.
    fn spellings(&self, contact: &Contact, id: &str) -> Vec<Identity> {
        let phone = Phone::of_digits(id).ok();
        let same = |identity: &&Identity| match identity.scheme.as_str() {
            Identity::PHONE => phone.as_ref().is_some_and(|phone| phone.as_str() == identity.value),
            scheme if scheme == self.account.as_str() => {
                identity.value == id || phone.is_some() && Phone::of_digits(&identity.value).ok() == phone
            }
            _ => false,
        };
        contact.identities.iter().filter(same).cloned().collect()
    }

    /// What was said last, under the old ids or the new ones, holds under the new ones. A yes is not left behind for whoever gets
    /// the old one.
    async fn consent_goes_along(
        &self,
        unit: &mut dyn Unit,
        storefront: &StorefrontId,
        old: &[Identity],
        new: &[Identity],
    ) -> Kept<()> {
        let all = [old, new].concat();
        let said = unit.consents(storefront, &all, Purpose::Marketing).await?;
        let known = unit.consents(storefront, new, Purpose::Marketing).await?;
        if let (Some(given), Some(first)) = (said.filter(|_| said != known), new.first()) {
            unit.consent(&self.entry(storefront, first, given)).await?;
        }
        for identity in old {
            if unit.consents(storefront, std::slice::from_ref(identity), Purpose::Marketing).await?
                == Some(true)
            {
                unit.consent(&self.entry(storefront, identity, false)).await?;
            }
        }
        Ok(())
    }

    fn entry(&self, storefront: &StorefrontId, identity: &Identity, given: bool) -> ConsentEntry {
        ConsentEntry {
            storefront: storefront.clone(),
            identity: identity.clone(),
            purpose: Purpose::Marketing,
            given,
            at: self.now,
            source: Evidence::Renumbered(self.id),
            words: None,
        }
    }

    /// The conversation is reached under the new id. If there is one under it already, the old one keeps a name that nobody
    /// can come into it by, and its lines go where the contact is.
    async fn follow(
        &self,
        unit: &mut dyn Unit,
        (storefront, contact): (&StorefrontId, ContactId),
        from: &str,
        to: &str,
    ) -> Kept<Filed> {
        let Some(old) = unit.conversation_with(&self.account, from).await? else {
            return Ok(Filed::new(Fate::Applied));
        };
        unit.conversation(old.id).await?;
        let peer = match unit.conversation_with(&self.account, to).await? {
            None => to.to_owned(),
            Some(_) => {
                let former = format!("{FORMER}{}", old.id);
                unit.identify(contact, storefront, &Identity::new(self.account.as_str(), &*former)).await?;
                former
            }
        };
        unit.readdress(old.id, &peer).await?;
        Ok(Filed::within(Fate::Applied, old.id))
    }

    /// The customer told the provider what they want: an entry of the ledger, like STOP that they write.
    pub(super) async fn preference(
        &self,
        unit: &mut dyn Unit,
        entry: &StorefrontEntry,
        from: &Party,
        (purpose, given, at): (Purpose, bool, Option<Timestamp>),
    ) -> Kept<Filed> {
        let ids = identities(&self.account, from);
        if let Some(contact) = self.owner_among(unit, &entry.facts.id, &ids).await? {
            self.link(unit, &entry.facts.id, contact, &ids).await?;
        }
        let (source, at) = (Evidence::Event(self.id), at.unwrap_or(self.now).min(self.now));
        // Whichever of them they come under next: nobody may have linked them yet.
        for identity in ids.iter().filter(|identity| identity.scheme != Identity::PHONE) {
            let entry = self.entry(&entry.facts.id, identity, given);
            unit.consent(&ConsentEntry { purpose, source, at, ..entry }).await?;
        }
        Ok(Filed::new(Fate::Applied))
    }
}
