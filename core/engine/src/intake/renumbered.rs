//! A customer has another number, or another id that is scoped to the business: what they are known by moves, they do not.

use tradepost_domain::{
    AccountKey, Contact, ContactId, Conversation, ConversationId, Identity, Party, Phone, Purpose,
    StorefrontId,
    consent::{ConsentEntry, Evidence},
};
use tradepost_ports::{
    Unit,
    store::{Fate, Kept},
};

use super::{
    file::{Filed, Filing},
    person::identities,
};

/// How a conversation is called whose customer is reached in another one.
pub(crate) const FORMER: &str = "former:";

impl Filing<'_> {
    /// The customer has other ids from now on: contact, conversations and consent go with them, and whoever gets an old id
    /// next is a stranger. A number is left with every account of the channel, however it is spelled there.
    pub(super) async fn renumbered(
        &self,
        unit: &mut dyn Unit,
        storefront: &StorefrontId,
        from: &[String],
        to: &Party,
    ) -> Kept<Filed> {
        if self.repeats.is_some() {
            return Ok(Filed::noted(Fate::Noted, "what has changed since is not changed again"));
        }
        let from: Vec<&str> =
            from.iter().map(String::as_str).filter(|id| to.ids().all(|new| new != *id)).collect();
        let owners = self.owners(unit, storefront, &from).await?;
        let Some(contact) = owners.first().map(|owner| owner.id) else {
            return Ok(Filed::noted(Fate::Noted, "nobody is known by the old id"));
        };
        let mut new = identities(&self.account, to);
        let left = self.left(&owners, &from, to, &new);
        let elsewhere = left.iter().filter(|one| self.is_elsewhere(one));
        new.extend(elsewhere.map(|one| Identity::new(&*one.scheme, &*to.id)));
        self.consent_goes_along(unit, storefront, &owners, (&left, &new)).await?;
        // Who had the old ids is one person, whoever they were taken for.
        self.link(unit, storefront, contact, &[&*left, &new].concat()).await?;
        let mut filed = Filed::new(Fate::Applied);
        for identity in left {
            unit.leave_identity(storefront, &identity).await?;
            if let Some(moved) = self.follow(unit, (storefront, contact), &identity, &to.id).await? {
                filed = Filed::within(Fate::Applied, moved);
            }
            self.met.contacts.lock().remove(&(storefront.clone(), identity));
        }
        Ok(filed)
    }

    /// The contacts that have these ids, or the numbers that they are, in their order.
    async fn owners(
        &self,
        unit: &mut dyn Unit,
        storefront: &StorefrontId,
        ids: &[&str],
    ) -> Kept<Vec<Contact>> {
        let mut owners: Vec<Contact> = Vec::new();
        for id in ids {
            let number = Phone::of_digits(id).ok().map(|phone| Identity::phone(&phone));
            for identity in [Some(Identity::new(self.account.as_str(), *id)), number].into_iter().flatten() {
                let owner = unit.contact_by(storefront, &identity).await?;
                owners.extend(owner.filter(|owner| owners.iter().all(|known| known.id != owner.id)));
            }
        }
        Ok(owners)
    }

    /// All that these contacts have of the old ids and that is not theirs again. A number is left elsewhere only for another.
    /// Where only an id that is scoped to the business is new, their number has changed unseen: it is left, too.
    fn left(&self, owners: &[Contact], from: &[&str], to: &Party, new: &[Identity]) -> Vec<Identity> {
        let mut left: Vec<Identity> = Vec::new();
        let all = || owners.iter().flat_map(|owner| &owner.identities);
        let numbers = all().filter(|identity| identity.scheme == Identity::PHONE && to.phone.is_none());
        let numbers: Vec<&str> = numbers.map(|phone| phone.value.trim_start_matches('+')).collect();
        for identity in all() {
            let old = from.iter().chain(&numbers).any(|id| self.is_spelled(identity, id));
            let stays = new.contains(identity) || self.is_elsewhere(identity) && to.phone.is_none();
            if old && !stays && !left.contains(identity) {
                left.push(identity.clone());
            }
        }
        left
    }

    /// Is it an id of another account than this one?
    fn is_elsewhere(&self, identity: &Identity) -> bool {
        identity.scheme != Identity::PHONE && identity.scheme != self.account.as_str()
    }

    /// Is that identity this id, or the same number, with whichever account of the channel?
    fn is_spelled(&self, identity: &Identity, id: &str) -> bool {
        let phone = Phone::of_digits(id).ok();
        let same = |digits: &str| phone.is_some() && Phone::of_digits(digits).ok() == phone;
        match identity.scheme.as_str() {
            Identity::PHONE => phone.is_some_and(|phone| phone.as_str() == identity.value),
            scheme if scheme == self.account.as_str() => identity.value == id || same(&identity.value),
            scheme => AccountKey::new(scheme).kind() == self.account.kind() && same(&identity.value),
        }
    }

    /// What was said last, under whichever of their ids, holds under the new ones from when it was said. A yes is not left
    /// behind for whoever gets the old one.
    async fn consent_goes_along(
        &self,
        unit: &mut dyn Unit,
        storefront: &StorefrontId,
        owners: &[Contact],
        (old, new): (&[Identity], &[Identity]),
    ) -> Kept<()> {
        let theirs = owners.iter().flat_map(|owner| owner.identities.iter().cloned());
        let all: Vec<Identity> = theirs.chain(new.iter().cloned()).collect();
        let said = unit.consents(storefront, &all, Purpose::Marketing).await?;
        let known = unit.consents(storefront, new, Purpose::Marketing).await?;
        for identity in old {
            let left = unit.consents(storefront, std::slice::from_ref(identity), Purpose::Marketing).await?;
            if let Some(yes) = left.filter(|left| left.given) {
                // Not later than the yes: it is theirs again if the id is.
                let no = self.entry(storefront, identity, false);
                unit.consent(&ConsentEntry { at: yes.at, ..no }).await?;
            }
        }
        if let (Some(said), Some(first)) = (said.filter(|_| said != known), new.first()) {
            let copy = self.entry(storefront, first, said.given);
            unit.consent(&ConsentEntry { at: said.at, ..copy }).await?;
        }
        Ok(())
    }

    pub(super) fn entry(&self, storefront: &StorefrontId, identity: &Identity, given: bool) -> ConsentEntry {
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

    /// The conversation under the old id is reached under the new one. If there is one under it already, the old one is set
    /// aside, and its lines go where the contact is.
    async fn follow(
        &self,
        unit: &mut dyn Unit,
        (storefront, contact): (&StorefrontId, ContactId),
        from: &Identity,
        to: &str,
    ) -> Kept<Option<ConversationId>> {
        if from.scheme == Identity::PHONE {
            return Ok(None);
        }
        let account = AccountKey::new(&*from.scheme);
        self.met.conversations.lock().remove(&(account.clone(), from.value.clone()));
        let Some(old) = unit.conversation_with(&account, &from.value).await? else { return Ok(None) };
        unit.conversation(old.id).await?;
        match unit.conversation_with(&account, to).await? {
            None => unit.readdress(old.id, to).await?,
            Some(_) => set_aside(unit, storefront, contact, &old).await?,
        }
        Ok(Some(old.id))
    }
}

/// The conversation keeps a name that nobody can come into it by.
pub(super) async fn set_aside(
    unit: &mut dyn Unit,
    storefront: &StorefrontId,
    contact: ContactId,
    conversation: &Conversation,
) -> Kept<()> {
    let former = format!("{FORMER}{}", conversation.id);
    unit.identify(contact, storefront, &Identity::new(conversation.account.as_str(), &*former)).await?;
    unit.readdress(conversation.id, &former).await
}
