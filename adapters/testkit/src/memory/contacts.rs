//! People, in memory.

use async_trait::async_trait;
use tradepost_domain::{
    Contact, ContactId, Conversation, Fact, Identity, Purpose, StorefrontId, consent::ConsentEntry,
    contact::merge,
};
use tradepost_ports::store::{Contacts, Kept, Said, StoreError};

use super::tables::Tables;

#[async_trait]
impl Contacts for Tables {
    async fn contact_by(&mut self, storefront: &StorefrontId, identity: &Identity) -> Kept<Option<Contact>> {
        let known =
            |contact: &&Contact| contact.storefront == *storefront && contact.identities.contains(identity);
        Ok(self.contacts.rows().find(known).cloned())
    }

    async fn known(&mut self, identities: &[(StorefrontId, Identity)]) -> Kept<Vec<Option<ContactId>>> {
        let mut known = Vec::with_capacity(identities.len());
        for (storefront, identity) in identities {
            known.push(self.contact_by(storefront, identity).await?.map(|contact| contact.id));
        }
        Ok(known)
    }

    async fn contact(&mut self, id: ContactId) -> Kept<Option<Contact>> {
        Ok(self.contacts.get(&id).cloned())
    }

    async fn meet(&mut self, contact: &Contact) -> Kept<()> {
        for identity in &contact.identities {
            if self.contact_by(&contact.storefront, identity).await?.is_some() {
                return Err(StoreError::Conflict);
            }
        }
        self.contacts.add(contact.id, contact.clone())
    }

    async fn identify(&mut self, id: ContactId, storefront: &StorefrontId, identity: &Identity) -> Kept<()> {
        match self.contact_by(storefront, identity).await? {
            Some(owner) if owner.id == id => return Ok(()),
            Some(_) => self.leave_identity(storefront, identity).await?,
            None => {}
        }
        let contact = self.contacts.edit(&id).ok_or(StoreError::Conflict)?;
        contact.identities.push(identity.clone());
        Ok(())
    }

    async fn leave_identity(&mut self, storefront: &StorefrontId, identity: &Identity) -> Kept<()> {
        let owner = self.contact_by(storefront, identity).await?;
        if let Some(contact) = owner.and_then(|owner| self.contacts.edit(&owner.id)) {
            contact.identities.retain(|known| known != identity);
        }
        Ok(())
    }

    async fn merge(&mut self, from: ContactId, into: ContactId) -> Kept<()> {
        let (Some(gone), Some(kept)) = (self.contacts.take(&from), self.contacts.edit(&into)) else {
            return Err(StoreError::Conflict);
        };
        kept.name = kept.name.take().or(gone.name);
        kept.identities.extend(gone.identities.iter().cloned());
        for (name, fact) in gone.facts {
            kept.facts.entry(name).or_insert(fact);
        }
        let theirs = |known: &&Conversation| {
            gone.identities.contains(&Identity::new(known.account.as_str(), known.peer.clone()))
        };
        let moved: Vec<_> = self.conversations.rows().filter(theirs).map(|known| known.id).collect();
        for id in moved {
            self.conversations.edit(&id).into_iter().for_each(|known| known.contact = into);
        }
        Ok(())
    }

    async fn name(&mut self, id: ContactId, name: &str) -> Kept<()> {
        if let Some(contact) = self.contacts.edit(&id) {
            contact.name = Some(name.to_owned());
        }
        Ok(())
    }

    async fn learn(&mut self, id: ContactId, name: &str, fact: &Fact) -> Kept<()> {
        if let Some(contact) = self.contacts.edit(&id) {
            merge(&mut contact.facts, [(name.to_owned(), fact.clone())].into());
        }
        Ok(())
    }

    async fn consent(&mut self, entry: &ConsentEntry) -> Kept<()> {
        let place = self.place();
        self.consents.add(place, entry.clone())
    }

    async fn consents(
        &mut self,
        storefront: &StorefrontId,
        identities: &[Identity],
        purpose: Purpose,
    ) -> Kept<Option<Said>> {
        let fits = |entry: &&ConsentEntry| {
            let heard =
                entry.storefront == *storefront || !entry.given && entry.identity.scheme != Identity::PHONE;
            heard && identities.contains(&entry.identity) && entry.purpose == purpose
        };
        let last = self.consents.rows().filter(fits).max_by_key(|entry| entry.at);
        Ok(last.map(|entry| Said { given: entry.given, at: entry.at }))
    }

    async fn consent_entries(
        &mut self,
        of: Option<&str>,
        after: i64,
        most: u32,
    ) -> Kept<Vec<(i64, ConsentEntry)>> {
        let fits = |entry: &ConsentEntry| of.is_none_or(|value| entry.identity.value == value);
        let later = self.consents.entries().filter(|(place, entry)| **place > after && fits(entry));
        Ok(later.take(most as usize).map(|(place, entry)| (*place, entry.clone())).collect())
    }
}
