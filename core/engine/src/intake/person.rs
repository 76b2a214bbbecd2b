//! Who wrote: one person may have several ids with an account, and a number. They are linked by a provider's word alone,
//! never by what a customer typed.

use tradepost_domain::{
    AccountKey, Contact, ContactId, ConversationId, Identity, Party, Purpose, StorefrontId, Timestamp,
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
    pub(super) async fn link(
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

    /// The customer told the provider what they want: an entry of the ledger, like STOP that they write.
    pub(super) async fn preference(
        &self,
        unit: &mut dyn Unit,
        entry: &StorefrontEntry,
        from: &Party,
        (purpose, given, at): (Purpose, bool, Option<Timestamp>),
    ) -> Kept<Filed> {
        let ids = identities(&self.account, from);
        if let Some(contact) = self.owner_among(unit, &entry.facts.id, &ids).await?
            && self.repeats.is_none()
        {
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
