//! Who sells where: built once at start, listing every fault.

use std::{collections::BTreeMap, sync::Arc};

use tradepost_domain::{
    AccountKey, Capabilities, ErasedFlow, Lane, Storefront, StorefrontId, call::PortKind,
};
use tradepost_ports::{Llm, MediaSource, Messenger, Payments, Terms, TokenSource};

use crate::{StorefrontTuning, journal::hash_of};

/// A storefront and what it works with.
pub struct StorefrontEntry {
    /// What its flow knows of it; the rules come from the store.
    pub facts: Storefront,
    /// Its behaviour.
    pub flow: Arc<dyn ErasedFlow>,
    /// How it is served.
    pub tuning: StorefrontTuning,
    /// The model that its flow may ask.
    pub llm: Option<AccountKey>,
    /// Where its customers pay.
    pub payments: Option<AccountKey>,
}

/// A channel account and whose it is.
pub struct AccountEntry {
    /// Kind and the provider's id.
    pub key: AccountKey,
    /// Whose.
    pub storefront: StorefrontId,
    /// The way out.
    pub messenger: Arc<dyn Messenger>,
    /// Where its media are fetched from.
    pub media: Option<Arc<dyn MediaSource>>,
    /// Where its token is exchanged before it ends.
    pub tokens: Option<Arc<dyn TokenSource>>,
}

/// Who sells where.
pub struct Registry {
    storefronts: BTreeMap<StorefrontId, StorefrontEntry>,
    accounts: BTreeMap<AccountKey, Channel>,
    lanes: BTreeMap<Lane, Vec<Port>>,
    ports: BTreeMap<AccountKey, Port>,
}

/// A channel account with its abilities shared.
pub(crate) struct Channel {
    pub(crate) entry: AccountEntry,
    pub(crate) capabilities: Arc<Capabilities>,
    /// What the journal knows the abilities by.
    pub(crate) hash: String,
}

/// A port behind an account.
#[derive(Clone)]
pub(crate) enum Port {
    Messenger(Arc<dyn Messenger>),
    Llm(Arc<dyn Llm>),
    Payments(Arc<dyn Payments>),
    Media(Arc<dyn MediaSource>),
}

impl Port {
    pub(crate) fn terms(&self) -> &Terms {
        match self {
            Self::Messenger(port) => port.terms(),
            Self::Llm(port) => port.terms(),
            Self::Payments(port) => port.terms(),
            Self::Media(port) => port.fetch_terms(),
        }
    }
}

impl Registry {
    /// Puts storefronts and accounts together, or says everything that does not fit.
    pub fn build(
        storefronts: Vec<StorefrontEntry>,
        accounts: Vec<AccountEntry>,
        llms: Vec<Arc<dyn Llm>>,
        payments: Vec<Arc<dyn Payments>>,
    ) -> Result<Self, Vec<String>> {
        let mut faults = Vec::new();
        let mut registry = Self {
            storefronts: BTreeMap::new(),
            accounts: BTreeMap::new(),
            lanes: BTreeMap::new(),
            ports: BTreeMap::new(),
        };
        let ports = llms.into_iter().map(Port::Llm).chain(payments.into_iter().map(Port::Payments));
        ports.for_each(|port| registry.open(port, &mut faults));
        for entry in storefronts {
            registry.add_storefront(entry, &mut faults);
        }
        for entry in accounts {
            registry.add_account(entry, &mut faults);
        }
        if faults.is_empty() { Ok(registry) } else { Err(faults) }
    }

    fn open(&mut self, port: Port, faults: &mut Vec<String>) {
        let Terms { account, lane, .. } = port.terms().clone();
        if self.ports.insert(account.clone(), port.clone()).is_some() {
            faults.push(format!("account `{account}` is given twice: keep one of them"));
        }
        self.lanes.entry(lane).or_default().push(port);
    }

    fn add_storefront(&mut self, entry: StorefrontEntry, faults: &mut Vec<String>) {
        let id = entry.facts.id.clone();
        for account in entry.llm.iter().chain(&entry.payments) {
            if !self.ports.contains_key(account) {
                faults
                    .push(format!("storefront `{id}` names account `{account}`, which is not there: add it"));
            }
        }
        if self.storefronts.insert(id.clone(), entry).is_some() {
            faults.push(format!("storefront `{id}` is given twice: give each its own id"));
        }
    }

    fn add_account(&mut self, entry: AccountEntry, faults: &mut Vec<String>) {
        if !self.storefronts.contains_key(&entry.storefront) {
            let (key, storefront) = (&entry.key, &entry.storefront);
            faults
                .push(format!("account `{key}` names storefront `{storefront}`, which is not there: add it"));
        }
        self.open(Port::Messenger(Arc::clone(&entry.messenger)), faults);
        if let Some(media) = &entry.media {
            self.open(Port::Media(Arc::clone(media)), faults);
        }
        let capabilities = Arc::new(entry.messenger.capabilities().clone());
        let hash = hash_of(&*capabilities);
        self.accounts.insert(entry.key.clone(), Channel { entry, capabilities, hash });
    }

    /// A storefront.
    pub fn storefront(&self, id: &StorefrontId) -> Option<&StorefrontEntry> {
        self.storefronts.get(id)
    }

    /// All storefronts.
    pub fn storefronts(&self) -> impl Iterator<Item = &StorefrontEntry> {
        self.storefronts.values()
    }

    /// A channel account.
    pub fn account(&self, key: &AccountKey) -> Option<&AccountEntry> {
        self.accounts.get(key).map(|channel| &channel.entry)
    }

    pub(crate) fn channel(&self, key: &AccountKey) -> Option<&Channel> {
        self.accounts.get(key)
    }

    /// The accounts whose tokens are exchanged before they end.
    pub(crate) fn tokens(&self) -> impl Iterator<Item = (&AccountKey, &Arc<dyn TokenSource>)> {
        self.accounts.iter().filter_map(|(key, channel)| Some((key, channel.entry.tokens.as_ref()?)))
    }

    pub(crate) fn port(&self, account: &AccountKey) -> Option<&Port> {
        self.ports.get(account)
    }

    pub(crate) fn ports(&self) -> impl Iterator<Item = (&AccountKey, &Port)> {
        self.ports.iter()
    }

    pub(crate) fn lanes(&self) -> impl Iterator<Item = &Lane> {
        self.lanes.keys()
    }

    pub(crate) fn ports_of(&self, lane: &Lane) -> &[Port] {
        self.lanes.get(lane).map_or(&[], Vec::as_slice)
    }

    /// The account that answers a storefront's calls of that kind.
    pub(crate) fn account_for(&self, storefront: &StorefrontId, kind: PortKind) -> Option<&AccountKey> {
        let entry = self.storefronts.get(storefront)?;
        match kind {
            PortKind::Llm => entry.llm.as_ref(),
            PortKind::Payments => entry.payments.as_ref(),
        }
    }
}
