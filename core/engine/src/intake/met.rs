//! Who a unit's messages come from, asked once for all of them.

use std::collections::{HashMap, HashSet};

use parking_lot::Mutex;
use tradepost_domain::{AccountKey, Arrival, ContactId, ConversationId, Identity, Party, StorefrontId, What};
use tradepost_ports::{
    Unit,
    store::{Kept, ToldOf},
};

use super::{
    Intake, New,
    person::{identities, is_one},
};
use crate::House;

/// What a unit's messages ask the store for.
#[derive(Default)]
struct Asked<'a> {
    customers: HashSet<(AccountKey, String)>,
    /// Customers with several ids that may not be linked yet.
    to_link: Vec<(AccountKey, &'a Party)>,
    /// Lines that receipts speak of, by account and reference.
    lines: HashSet<(AccountKey, String)>,
}

/// Customers of a unit's messages, looked up at once. Who is met meanwhile is added.
#[derive(Default)]
pub(super) struct Met {
    /// Conversations, by account and peer.
    pub(super) conversations: Mutex<HashMap<(AccountKey, String), ConversationId>>,
    /// Contacts of those who have no conversation there, and of those who have several ids, by storefront and identity.
    pub(super) contacts: Mutex<HashMap<(StorefrontId, Identity), Option<ContactId>>>,
    /// The lines that receipts speak of, by account and reference.
    pub(super) lines: Mutex<HashMap<(AccountKey, String), ToldOf>>,
    /// Customers whose ids are all one contact's: remembered when the unit is kept.
    pub(super) linked: Vec<u64>,
}

impl House {
    /// Locks all conversations that messages come for, and looks up who has none.
    pub(super) async fn met(
        &self,
        unit: &mut dyn Unit,
        requests: &[(Intake, Vec<Arrival>)],
        new: &[New<'_>],
    ) -> Kept<Met> {
        let asked = self.asked(requests, new);
        let (conversations, strangers) = conversations(unit, asked.customers).await?;
        let lines = lines(unit, asked.lines).await?;
        let contacts = self.contacts(unit, strangers, &asked.to_link).await?;
        let linked = self.linked_among(&asked.to_link, &contacts);
        Ok(Met {
            linked,
            conversations: Mutex::new(conversations),
            contacts: Mutex::new(contacts),
            lines: Mutex::new(lines),
        })
    }

    /// Of accounts that have a channel here.
    fn asked<'a>(&self, requests: &[(Intake, Vec<Arrival>)], new: &[New<'a>]) -> Asked<'a> {
        let mut asked = Asked::default();
        for New { place, arrival, .. } in new {
            let account = AccountKey::of(&requests[*place].0.kind, &arrival.account);
            if self.registry.channel(&account).is_none() {
                continue;
            }
            if let What::Receipt { reference, .. } = &arrival.what {
                asked.lines.insert((account.clone(), reference.clone()));
            }
            if let Some(peer) = arrival.what.peer() {
                asked.customers.insert((account.clone(), peer.to_owned()));
            }
            if let Some(party) = arrival.what.party().filter(|party| !self.linked.holds(&account, party)) {
                asked.to_link.push((account, party));
            }
        }
        asked
    }

    /// The contacts of those who have no conversation, and of all ids that are to be linked.
    async fn contacts(
        &self,
        unit: &mut dyn Unit,
        strangers: Vec<(AccountKey, String)>,
        to_link: &[(AccountKey, &Party)],
    ) -> Kept<HashMap<(StorefrontId, Identity), Option<ContactId>>> {
        let stranger = |(account, peer): (AccountKey, String)| {
            let channel = self.registry.channel(&account)?;
            Some((channel.entry.storefront.clone(), Identity::new(account.as_str(), peer)))
        };
        let linked = to_link.iter().flat_map(|(account, party)| self.keyed(account, party));
        let ids: HashSet<_> = strangers.into_iter().filter_map(stranger).chain(linked).collect();
        let ids: Vec<_> = ids.into_iter().collect();
        let contacts = if ids.is_empty() { Vec::new() } else { unit.known(&ids).await? };
        Ok(ids.into_iter().zip(contacts).collect())
    }

    /// Whose ids are linked already, as it was read before this unit links any.
    fn linked_among(
        &self,
        to_link: &[(AccountKey, &Party)],
        contacts: &HashMap<(StorefrontId, Identity), Option<ContactId>>,
    ) -> Vec<u64> {
        let is_linked = |(account, party): &&(AccountKey, &Party)| {
            is_one(self.keyed(account, party).iter().map(|id| contacts.get(id).copied().flatten()))
        };
        to_link.iter().filter(is_linked).map(|(account, party)| self.linked.key(account, party)).collect()
    }

    /// A customer's identities in the account's storefront.
    fn keyed(&self, account: &AccountKey, party: &Party) -> Vec<(StorefrontId, Identity)> {
        let Some(channel) = self.registry.channel(account) else { return Vec::new() };
        identities(account, party).into_iter().map(|one| (channel.entry.storefront.clone(), one)).collect()
    }
}

type Conversations = HashMap<(AccountKey, String), ConversationId>;

/// Locks the customers' conversations; and who has none.
async fn conversations(
    unit: &mut dyn Unit,
    customers: HashSet<(AccountKey, String)>,
) -> Kept<(Conversations, Vec<(AccountKey, String)>)> {
    let customers: Vec<_> = customers.into_iter().collect();
    let found = if customers.is_empty() { Vec::new() } else { unit.met(&customers).await? };
    let (mut known, mut strangers) = (Conversations::new(), Vec::new());
    for (customer, id) in customers.into_iter().zip(found) {
        match id {
            Some(id) => drop(known.insert(customer, id)),
            None => strangers.push(customer),
        }
    }
    Ok((known, strangers))
}

/// The lines that receipts speak of, as far as they are known.
async fn lines(
    unit: &mut dyn Unit,
    lines: HashSet<(AccountKey, String)>,
) -> Kept<HashMap<(AccountKey, String), ToldOf>> {
    let lines: Vec<_> = lines.into_iter().collect();
    let told = if lines.is_empty() { Vec::new() } else { unit.told_of(&lines).await? };
    Ok(lines.into_iter().zip(told).filter_map(|(line, told)| Some((line, told?))).collect())
}
