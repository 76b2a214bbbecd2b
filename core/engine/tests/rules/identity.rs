//! One person may have several ids with an account, and a number: they are linked by a provider's word, and by nothing else.

use tradepost_domain::{
    Capabilities, Contact, Content, Conversation, EventId, Identity, Party, Phone, Purpose, What,
    capabilities::{TextUnit, Window},
    consent::Evidence,
};

use tradepost_ports::StoreError;

use super::{
    hours,
    shop::{Setup, Shop},
};

pub(super) const SCOPED: &str = "BR.777";
pub(super) const NUMBER: &str = "5511987654321";

pub(super) fn scoped() -> Party {
    Party::new(SCOPED)
}

pub(super) fn number(digits: &str) -> Party {
    Party { phone: Phone::of_digits(digits).ok(), ..Party::new(digits) }
}

pub(super) fn both() -> Party {
    Party { also: vec![SCOPED.into()], ..number(NUMBER) }
}

pub(super) fn hears(shop: &Shop, from: Party, words: &str) {
    let content = Content::text(words);
    shop.arrives(What::Message { from, reference: None, content, about: None, referral: None });
    shop.turns_all();
}

pub(super) fn peers(shop: &Shop) -> Vec<String> {
    shop.store.tables().conversations().into_iter().map(|known| known.peer).collect()
}

pub(super) fn the_conversation(shop: &Shop) -> Conversation {
    let mut conversations = shop.store.tables().conversations();
    assert_eq!(conversations.len(), 1, "{:?}", peers(shop));
    conversations.remove(0)
}

pub(super) fn the_contact(shop: &Shop) -> Contact {
    let mut contacts = shop.store.tables().contacts();
    assert_eq!(contacts.len(), 1, "{contacts:?}");
    contacts.remove(0)
}

pub(super) fn values(contact: &Contact) -> Vec<&str> {
    let mut values: Vec<_> = contact.identities.iter().map(|identity| identity.value.as_str()).collect();
    values.sort_unstable();
    values
}

/// proves: FI-14
#[test]
fn somebody_without_a_number_is_known_again_when_it_comes() {
    let shop = Shop::new();
    hears(&shop, scoped(), "say first");
    assert_eq!(the_conversation(&shop).peer, SCOPED);
    hears(&shop, both(), "say second");
    assert_eq!(the_conversation(&shop).peer, NUMBER, "the number reaches them from now on");
    hears(&shop, scoped(), "say third");
    assert_eq!(the_conversation(&shop).peer, NUMBER);
    assert_eq!(values(&the_contact(&shop)), ["+5511987654321", NUMBER, SCOPED]);
    shop.sends();
    let taken: Vec<_> = shop.messenger.taken().into_iter().map(|line| line.peer).collect();
    assert_eq!(taken, [NUMBER; 3], "a line that waited goes where its customer is now");
}

/// proves: FI-14
#[test]
fn somebody_known_by_number_is_known_by_the_other_id_once_it_was_told() {
    let shop = Shop::new();
    hears(&shop, number(NUMBER), "hello");
    hears(&shop, both(), "hello");
    hears(&shop, scoped(), "hello");
    assert_eq!(the_conversation(&shop).peer, NUMBER);
    assert_eq!(values(&the_contact(&shop)), ["+5511987654321", NUMBER, SCOPED]);
}

/// proves: FI-14
#[test]
fn two_contacts_are_one_when_the_provider_says_so() {
    let shop = Shop::new();
    hears(&shop, number(NUMBER), "hello");
    hears(&shop, scoped(), "hello");
    assert_eq!(shop.store.tables().contacts().len(), 2, "nobody has said so yet");
    hears(&shop, both(), "hello");
    let contact = the_contact(&shop);
    assert_eq!(values(&contact), ["+5511987654321", NUMBER, SCOPED]);
    let conversations = shop.store.tables().conversations();
    assert!(conversations.len() == 2 && conversations.iter().all(|known| known.contact == contact.id));
}

/// proves: FI-14
#[test]
fn what_a_customer_types_links_nobody() {
    let shop = Shop::new();
    hears(&shop, number(NUMBER), "hello");
    hears(&shop, scoped(), &format!("my number is +{NUMBER}"));
    assert_eq!(shop.store.tables().contacts().len(), 2);
}

/// proves: FI-14, PL-10
#[test]
fn a_number_in_an_older_spelling_is_the_same_persons() {
    let shop = Shop::new();
    hears(&shop, number(NUMBER), "hello");
    hears(&shop, number("551187654321"), "hello");
    assert_eq!(values(&the_contact(&shop)), ["+5511987654321", "551187654321", NUMBER]);
    assert_eq!(the_conversation(&shop).peer, NUMBER, "reached as it was");
}

/// proves: FI-04, FI-14
#[test]
fn a_stop_holds_under_every_id() {
    let text = Capabilities::text_only(1_000, TextUnit::Characters);
    let capabilities = Capabilities { templates: true, ..text };
    let shop = Shop::with(Setup { capabilities, ..Setup::default() });
    hears(&shop, scoped(), "STOP");
    hears(&shop, both(), "promote spring");
    shop.rests();
    assert_eq!(marketing(&shop, &the_contact(&shop).identities), Some(false));
    let refused = shop.store.tables().messages().into_iter().find_map(|line| line.reason);
    assert_eq!(refused.as_deref(), Some("the customer takes no offers"));
}

/// proves: CV-06, FI-04
#[test]
fn what_a_stranger_told_the_provider_holds_under_each_id() {
    let shop = Shop::new();
    shop.arrives(What::Preference { from: both(), purpose: Purpose::Marketing, given: false });
    hears(&shop, scoped(), "hello");
    assert_eq!(marketing(&shop, &the_contact(&shop).identities), Some(false));
}

/// proves: FI-14
#[test]
fn a_unit_that_is_not_kept_links_nobody() {
    let shop = Shop::new();
    hears(&shop, number(NUMBER), "hello");
    shop.store.fail_next(StoreError::Conflict);
    for words in ["one", "two"] {
        hears(&shop, both(), words);
    }
    hears(&shop, scoped(), "three");
    assert_eq!(values(&the_contact(&shop)), ["+5511987654321", NUMBER, SCOPED]);
}

/// proves: CV-07
#[test]
fn a_window_is_open_wherever_the_customer_wrote() {
    let text = Capabilities::text_only(1_000, TextUnit::Characters);
    let window = Some(Window::hours(24));
    let shop = Shop::with(Setup { capabilities: Capabilities { window, ..text }, ..Setup::default() });
    hears(&shop, scoped(), "alarm 108000");
    hears(&shop, number(NUMBER), "hello");
    shop.passes(hours(29));
    hears(&shop, both(), "hello");
    shop.passes(hours(2));
    shop.rests();
    assert_eq!(shop.sent()[0], "ring talk");
}

/// proves: CV-06, FI-04
#[test]
fn what_the_customer_told_the_provider_is_in_the_ledger() {
    let shop = Shop::new();
    hears(&shop, number(NUMBER), "hello");
    let told = |given| What::Preference { from: both(), purpose: Purpose::Marketing, given };
    let event = shop.arrives(told(false)).events[0];
    let entries = shop.store.tables().consents();
    assert_eq!(entries.len(), 2, "under each id");
    let entry = entries[0].clone();
    assert_eq!((entry.given, entry.source, entry.words), (false, Evidence::Event(event), None));
    assert_eq!(marketing(&shop, &the_contact(&shop).identities), Some(false));
    shop.arrives(told(true));
    assert_eq!(marketing(&shop, &the_contact(&shop).identities), Some(true));
    let _: EventId = event;
}

/// What the ledger says of these identities.
pub(super) fn marketing(shop: &Shop, identities: &[Identity]) -> Option<bool> {
    let entries = shop.store.tables().consents().into_iter();
    let last = entries.filter(|entry| identities.contains(&entry.identity)).max_by_key(|entry| entry.at);
    last.map(|entry| entry.given)
}
