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

/// Customers of a unit's messages, looked up at once. Who is met meanwhile is added.
#[derive(Default)]
pub(super) struct Met {
    /// Conversations, by account and peer.
    pub(super) conversations: Mutex<HashMap<(AccountKey, String), ConversationId>>,
    /// Contacts of those who have no conversation there, and of those who have several ids, by storefront and identity.
    pub(super) contacts: Mutex<HashMap<(StorefrontId, Identity), Option<ContactId>>>,
    /// The lines that receipts speak of, by account and reference.
    pub(super) lines: Mutex<HashMap<(AccountKey, String), ToldOf>>,
}

impl House {
    /// Locks all conversations that messages come for, and looks up who has none.
    pub(super) async fn met(
        &self,
        unit: &mut dyn Unit,
        requests: &[(Intake, Vec<Arrival>)],
        new: &[New<'_>],
    ) -> Kept<Met> {
        let account = |new: &New<'_>| {
            let account = AccountKey::of(&requests[new.place].0.kind, &new.arrival.account);
            self.registry.channel(&account).map(|_| account)
        };
        let customer = |new: &New<'_>| Some((account(new)?, new.arrival.what.peer()?.to_owned()));
        let customers: Vec<_> = new.iter().filter_map(customer).collect::<HashSet<_>>().into_iter().collect();
        let mut to_link: Vec<(AccountKey, &Party)> = Vec::new();
        for new in new {
            if let (Some(account), Some(party)) = (account(new), new.arrival.what.party())
                && !self.linked.holds(&account, party)
            {
                to_link.push((account, party));
            }
        }
        let line = |new: &New<'_>| match &new.arrival.what {
            What::Receipt { reference, .. } => Some((account(new)?, reference.clone())),
            _ => None,
        };
        let lines: Vec<_> = new.iter().filter_map(line).collect::<HashSet<_>>().into_iter().collect();
        if customers.is_empty() && lines.is_empty() {
            return Ok(Met::default());
        }
        let met = unit.met(&customers).await?;
        let told = if lines.is_empty() { Vec::new() } else { unit.told_of(&lines).await? };
        let lines = lines.into_iter().zip(told).filter_map(|(line, told)| Some((line, told?)));
        let lines = Mutex::new(lines.collect());
        let (known, strangers): (Vec<_>, Vec<_>) =
            customers.into_iter().zip(met).partition(|(_, id)| id.is_some());
        let identity = |((account, peer), _): ((AccountKey, String), _)| {
            let channel = self.registry.channel(&account)?;
            Some((channel.entry.storefront.clone(), Identity::new(account.as_str(), peer)))
        };
        let mut strangers: HashSet<_> = strangers.into_iter().filter_map(identity).collect();
        let keyed = |account: &AccountKey, party: &Party| -> Vec<(StorefrontId, Identity)> {
            let Some(channel) = self.registry.channel(account) else { return Vec::new() };
            let of = |one| (channel.entry.storefront.clone(), one);
            identities(account, party).into_iter().map(of).collect()
        };
        strangers.extend(to_link.iter().flat_map(|(account, party)| keyed(account, party)));
        let strangers: Vec<_> = strangers.into_iter().collect();
        let contacts = if strangers.is_empty() { Vec::new() } else { unit.known(&strangers).await? };
        let contacts: HashMap<_, _> = strangers.into_iter().zip(contacts).collect();
        // As it was read: what this unit links may still come to nothing.
        for (account, party) in to_link {
            let keys = keyed(&account, party);
            if is_one(keys.iter().map(|key| contacts.get(key).copied().flatten())) {
                self.linked.note(&account, party);
            }
        }
        Ok(Met {
            conversations: Mutex::new(
                known.into_iter().filter_map(|(customer, id)| Some((customer, id?))).collect(),
            ),
            contacts: Mutex::new(contacts),
            lines,
        })
    }
}
