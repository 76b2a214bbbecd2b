//! People, how they are reached, what we learned and what they agreed to.

use async_trait::async_trait;
use diesel::{
    dsl::{exists, max},
    prelude::*,
};
use tradepost_domain::{
    Contact, ContactId, Fact, Identity, MessageId, Purpose, StorefrontId, consent::ConsentEntry,
};
use tradepost_ports::store::{Contacts, Kept, Said, StoreError};

use super::{Backend, RunQueryDsl, SqlUnit};
use crate::{
    schema::{consents, contacts, conversations, facts, identities},
    types::{At, Id, Json},
};

#[derive(Queryable, Selectable)]
#[diesel(table_name = consents, check_for_backend(Backend))]
struct EntryRow {
    seq: i64,
    storefront: String,
    scheme: String,
    value: String,
    purpose: String,
    given: bool,
    at: At,
    source: Json,
    words: Option<String>,
}

impl EntryRow {
    fn read(self) -> Kept<(i64, ConsentEntry)> {
        let purpose = Purpose::of(&self.purpose);
        let purpose = purpose.ok_or_else(|| StoreError::Broken(format!("purpose `{}`", self.purpose)))?;
        let entry = ConsentEntry {
            storefront: StorefrontId::new(self.storefront),
            identity: Identity { scheme: self.scheme, value: self.value },
            purpose,
            given: self.given,
            at: self.at.0,
            source: self.source.read()?,
            words: self.words,
        };
        Ok((self.seq, entry))
    }
}

#[async_trait]
impl Contacts for SqlUnit<'_> {
    async fn contact_by(&mut self, storefront: &StorefrontId, identity: &Identity) -> Kept<Option<Contact>> {
        match self.owner_of(storefront, identity).await? {
            Some(id) => self.contact(id).await,
            None => Ok(None),
        }
    }

    async fn known(&mut self, identities: &[(StorefrontId, Identity)]) -> Kept<Vec<Option<ContactId>>> {
        let known = self.known_among(identities).await?;
        let found = |(storefront, identity): &(StorefrontId, Identity)| {
            let key = (storefront.to_string(), identity.scheme.clone(), identity.value.clone());
            known.get(&key).copied()
        };
        Ok(identities.iter().map(found).collect())
    }

    async fn contact(&mut self, id: ContactId) -> Kept<Option<Contact>> {
        let row = contacts::table.find(Id(id)).select((contacts::storefront, contacts::name));
        let row: Option<(String, Option<String>)> = self.find(|db| row.get_result(db)).await?;
        let Some((storefront, name)) = row else { return Ok(None) };
        let identities = identities::table
            .filter(identities::contact.eq(Id(id)))
            .order(identities::position)
            .select((identities::scheme, identities::value));
        let identities: Vec<(String, String)> = self.run(|db| identities.load(db)).await?;
        let facts = facts::table.filter(facts::contact.eq(Id(id)));
        let facts = facts.select((facts::name, facts::value, facts::source));
        let facts: Vec<(String, String, Option<Id<MessageId>>)> = self.run(|db| facts.load(db)).await?;
        Ok(Some(Contact {
            id,
            storefront: StorefrontId::new(storefront),
            name,
            identities: identities.into_iter().map(|(scheme, value)| Identity { scheme, value }).collect(),
            facts: facts
                .into_iter()
                .map(|(name, value, source)| (name, Fact { value, source: source.map(|id| id.0) }))
                .collect(),
        }))
    }

    async fn meet(&mut self, contact: &Contact) -> Kept<()> {
        self.add_contact(contact).await?;
        for (name, fact) in &contact.facts {
            self.put_fact(contact.id, name, fact).await?;
        }
        Ok(())
    }

    async fn identify(&mut self, id: ContactId, storefront: &StorefrontId, identity: &Identity) -> Kept<()> {
        let owner = self.owner_of(storefront, identity).await?;
        if owner == Some(id) {
            return Ok(());
        }
        self.hold_contact(id).await?;
        let theirs = identities::table.filter(identities::contact.eq(Id(id)));
        let last: Option<i64> =
            self.run(|db| theirs.select(max(identities::position)).get_result(db)).await?;
        let owned =
            (identities::contact.eq(Id(id)), identities::position.eq(last.map_or(0, |last| last + 1)));
        let Some(owner) = owner else {
            let key = (
                identities::storefront.eq(storefront.as_str()),
                identities::scheme.eq(&identity.scheme),
                identities::value.eq(&identity.value),
            );
            // Whom somebody else meets under it just now is not robbed of it.
            let put = diesel::insert_into(identities::table).values((key, owned));
            return self.later(|db| put.execute(db)).await;
        };
        let key = (storefront.as_str(), &identity.scheme, &identity.value);
        let moved = diesel::update(identities::table.find(key).filter(identities::contact.eq(Id(owner))));
        match self.run(|db| moved.set(owned).execute(db)).await? {
            0 => Err(StoreError::Conflict),
            _ => Ok(()),
        }
    }

    async fn leave_identity(&mut self, storefront: &StorefrontId, identity: &Identity) -> Kept<()> {
        let key = (storefront.as_str(), &identity.scheme, &identity.value);
        let left = diesel::delete(identities::table.find(key));
        self.later(|db| left.execute(db)).await
    }

    async fn merge(&mut self, from: ContactId, into: ContactId) -> Kept<()> {
        for id in [from.min(into), from.max(into)] {
            self.hold_contact(id).await?;
        }
        let Some(gone) = self.contact(from).await? else { return Err(StoreError::Conflict) };
        for identity in &gone.identities {
            self.identify(into, &gone.storefront, identity).await?;
            self.hand_conversation(identity, into).await?;
        }
        // Read once their conversations are this unit's: a turn there may have learned something until then.
        let (Some(gone), Some(kept)) = (self.contact(from).await?, self.contact(into).await?) else {
            return Err(StoreError::Conflict);
        };
        if let (None, Some(name)) = (&kept.name, &gone.name) {
            self.name(into, name).await?;
        }
        for (name, fact) in gone.facts.iter().filter(|(name, _)| !kept.facts.contains_key(*name)) {
            self.put_fact(into, name, fact).await?;
        }
        let facts = diesel::delete(facts::table.filter(facts::contact.eq(Id(from))));
        self.later(|db| facts.execute(db)).await?;
        let contact = diesel::delete(contacts::table.find(Id(from)));
        self.later(|db| contact.execute(db)).await
    }

    async fn name(&mut self, id: ContactId, name: &str) -> Kept<()> {
        let named = diesel::update(contacts::table.find(Id(id))).set(contacts::name.eq(name));
        self.later(|db| named.execute(db)).await
    }

    async fn learn(&mut self, id: ContactId, name: &str, fact: &Fact) -> Kept<()> {
        let known = diesel::select(exists(contacts::table.find(Id(id))));
        if fact.value.trim().is_empty() || !self.run(|db| known.get_result::<bool>(db)).await? {
            return Ok(());
        }
        self.put_fact(id, name, fact).await
    }

    async fn consent(&mut self, entry: &ConsentEntry) -> Kept<()> {
        let row = (
            consents::storefront.eq(entry.storefront.as_str()),
            consents::scheme.eq(&entry.identity.scheme),
            consents::value.eq(&entry.identity.value),
            consents::purpose.eq(entry.purpose.word()),
            consents::given.eq(entry.given),
            consents::at.eq(At(entry.at)),
            consents::source.eq(Json::of(&entry.source)?),
            consents::words.eq(&entry.words),
        );
        self.later(|db| diesel::insert_into(consents::table).values(row).execute(db)).await
    }

    async fn consents(
        &mut self,
        storefront: &StorefrontId,
        identities: &[Identity],
        purpose: Purpose,
    ) -> Kept<Option<Said>> {
        let schemes = identities.iter().map(|identity| &identity.scheme);
        let values = identities.iter().map(|identity| &identity.value);
        let entries = consents::table
            .filter(
                consents::storefront
                    .eq(storefront.as_str())
                    .or(consents::given.eq(false).and(consents::scheme.ne(Identity::PHONE))),
            )
            .filter(consents::scheme.eq_any(schemes))
            .filter(consents::value.eq_any(values))
            .filter(consents::purpose.eq(purpose.word()))
            .order((consents::at.desc(), consents::seq.desc()))
            .select((consents::scheme, consents::value, consents::given, consents::at));
        let entries: Vec<(String, String, bool, At)> = self.run(|db| entries.load(db)).await?;
        // An id means something within its scheme only.
        let of_them = |(scheme, value, given, at): (String, String, bool, At)| {
            identities.contains(&Identity { scheme, value }).then_some(Said { given, at: at.0 })
        };
        Ok(entries.into_iter().find_map(of_them))
    }

    async fn consent_entries(
        &mut self,
        of: Option<&str>,
        after: i64,
        most: u32,
    ) -> Kept<Vec<(i64, ConsentEntry)>> {
        let mut entries = consents::table
            .filter(consents::seq.gt(after))
            .order(consents::seq)
            .limit(most.into())
            .select(EntryRow::as_select())
            .into_boxed();
        if let Some(value) = of {
            entries = entries.filter(consents::value.eq(value));
        }
        self.run(|db| entries.load(db)).await?.into_iter().map(EntryRow::read).collect()
    }
}

impl SqlUnit<'_> {
    /// Who has that identity.
    pub(super) async fn owner_of(
        &mut self,
        storefront: &StorefrontId,
        identity: &Identity,
    ) -> Kept<Option<ContactId>> {
        let key = (storefront.as_str(), &identity.scheme, &identity.value);
        let owner = identities::table.find(key).select(identities::contact);
        Ok(self.find(|db| owner.first::<Id<ContactId>>(db)).await?.map(|id| id.0))
    }

    /// The contact is this unit's until its end. One that is gone has become another's meanwhile.
    async fn hold_contact(&mut self, id: ContactId) -> Kept<()> {
        let row = contacts::table.find(Id(id)).select(contacts::id);
        let held: Option<Id<ContactId>> = locked!(self, row).await?;
        held.map(drop).ok_or(StoreError::Conflict)
    }

    /// The conversation with that identity is another contact's from now on.
    async fn hand_conversation(&mut self, identity: &Identity, to: ContactId) -> Kept<()> {
        let with = conversations::table
            .filter(conversations::account.eq(&identity.scheme))
            .filter(conversations::peer.eq(&identity.value));
        let handed = diesel::update(with).set(conversations::contact.eq(Id(to)));
        self.later(|db| handed.execute(db)).await
    }

    async fn put_fact(&mut self, id: ContactId, name: &str, fact: &Fact) -> Kept<()> {
        let known = (facts::value.eq(&fact.value), facts::source.eq(fact.source.map(Id)));
        let row = (facts::contact.eq(Id(id)), facts::name.eq(name), known);
        let put = diesel::insert_into(facts::table)
            .values(row)
            .on_conflict((facts::contact, facts::name))
            .do_update()
            .set(known);
        self.later(|db| put.execute(db)).await
    }
}
