//! The store of people and of what they agreed to.

use async_trait::async_trait;
use tradepost_domain::{
    Contact, ContactId, Fact, Identity, Purpose, StorefrontId, Timestamp, consent::ConsentEntry,
};

use super::Kept;

/// What a customer said to a purpose, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Said {
    /// Yes or no.
    pub given: bool,
    /// When they said it.
    pub at: Timestamp,
}

/// People and what they agreed to.
#[async_trait]
pub trait Contacts: Send {
    /// The contact that a storefront knows by that identity.
    async fn contact_by(&mut self, storefront: &StorefrontId, identity: &Identity) -> Kept<Option<Contact>>;

    /// The contacts that storefronts know by these identities, in the order given.
    async fn known(&mut self, identities: &[(StorefrontId, Identity)]) -> Kept<Vec<Option<ContactId>>>;

    /// A contact.
    async fn contact(&mut self, id: ContactId) -> Kept<Option<Contact>>;

    /// Adds a contact with its identities. An identity that another contact of the storefront has is a `Conflict`, now or at
    /// the unit's end.
    async fn meet(&mut self, contact: &Contact) -> Kept<()>;

    /// Gives a contact one more identity; whoever has had it has it no more. Known by it already, nothing changes. A contact
    /// that is gone, and an identity that somebody else is given at the same time, is a `Conflict`, now or at the unit's end.
    async fn identify(&mut self, id: ContactId, storefront: &StorefrontId, identity: &Identity) -> Kept<()>;

    /// Takes an identity away from whoever has it.
    async fn leave_identity(&mut self, storefront: &StorefrontId, identity: &Identity) -> Kept<()>;

    /// Two contacts are one person: identities, facts and the conversations under these identities become `into`'s, which
    /// keeps what it knew itself; `from` is gone. One that is gone already is a `Conflict`.
    async fn merge(&mut self, from: ContactId, into: ContactId) -> Kept<()>;

    /// Sets the name a contact goes by.
    async fn name(&mut self, id: ContactId, name: &str) -> Kept<()>;

    /// Learns a fact. An empty value changes nothing.
    async fn learn(&mut self, id: ContactId, name: &str, fact: &Fact) -> Kept<()>;

    /// Adds an entry to the consent ledger.
    async fn consent(&mut self, entry: &ConsentEntry) -> Kept<()>;

    /// What the latest entry of any of these identities says; `None` when there is none. A no that an account was told counts
    /// for every storefront that sends from it; a yes is the storefront's that was told.
    async fn consents(
        &mut self,
        storefront: &StorefrontId,
        identities: &[Identity],
        purpose: Purpose,
    ) -> Kept<Option<Said>>;

    /// Entries of the consent ledger in the order of adding, after so many of them (0 for the first): the evidence, of all
    /// storefronts. Only of that customer, if one is named: by the identity's value, whatever its scheme.
    async fn consent_entries(
        &mut self,
        of: Option<&str>,
        after: i64,
        most: u32,
    ) -> Kept<Vec<(i64, ConsentEntry)>>;
}
