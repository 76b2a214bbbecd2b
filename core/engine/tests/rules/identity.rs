//! One person may have several ids with an account, and a number: they are linked by a provider's word, and by nothing else.

use tradepost_domain::{
    Capabilities, Contact, Content, Conversation, EventId, Identity, Party, Phone, Purpose, What,
    capabilities::TextUnit, consent::Evidence,
};

use super::shop::{Setup, Shop};

const SCOPED: &str = "BR.777";
const NUMBER: &str = "5511987654321";
const NEW_NUMBER: &str = "5511912345678";

fn scoped() -> Party {
    Party::new(SCOPED)
}

fn number(digits: &str) -> Party {
    Party { phone: Phone::of_digits(digits).ok(), ..Party::new(digits) }
}

fn both() -> Party {
    Party { also: vec![SCOPED.into()], ..number(NUMBER) }
}

fn hears(shop: &Shop, from: Party, words: &str) {
    let content = Content::text(words);
    shop.arrives(What::Message { from, reference: None, content, about: None, referral: None });
    shop.turns_all();
}

fn renumbers(shop: &Shop) {
    shop.arrives(What::Renumbered { from: NUMBER.into(), to: number(NEW_NUMBER) });
}

fn peers(shop: &Shop) -> Vec<String> {
    shop.store.tables().conversations().into_iter().map(|known| known.peer).collect()
}

fn the_conversation(shop: &Shop) -> Conversation {
    let mut conversations = shop.store.tables().conversations();
    assert_eq!(conversations.len(), 1, "{:?}", peers(shop));
    conversations.remove(0)
}

fn the_contact(shop: &Shop) -> Contact {
    let mut contacts = shop.store.tables().contacts();
    assert_eq!(contacts.len(), 1, "{contacts:?}");
    contacts.remove(0)
}

fn values(contact: &Contact) -> Vec<&str> {
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

/// proves: FI-14
#[test]
fn a_new_number_is_followed() {
    let shop = Shop::new();
    hears(&shop, number(NUMBER), "say hello");
    renumbers(&shop);
    shop.sends();
    assert_eq!(shop.messenger.taken()[0].peer, NEW_NUMBER);
    hears(&shop, number(NEW_NUMBER), "hello");
    assert_eq!(the_conversation(&shop).peer, NEW_NUMBER);
    assert_eq!(values(&the_contact(&shop)), ["+5511912345678", NEW_NUMBER]);
}

/// proves: FI-14
#[test]
fn whoever_gets_the_old_number_is_a_stranger() {
    let shop = Shop::new();
    hears(&shop, number(NUMBER), "START");
    renumbers(&shop);
    hears(&shop, number(NUMBER), "hello");
    let conversations = shop.store.tables().conversations();
    assert_eq!(conversations.len(), 2);
    assert_ne!(conversations[0].contact, conversations[1].contact);
    let contacts = shop.store.tables().contacts();
    let of = |digits: &str| {
        let contact = contacts.iter().find(|known| values(known).contains(&digits)).expect("known");
        marketing(&shop, &contact.identities)
    };
    assert_eq!((of(NEW_NUMBER), of(NUMBER)), (Some(true), Some(false)), "a yes is not inherited");
}

/// proves: FI-14
#[test]
fn a_new_number_that_wrote_before_its_news_is_the_same_person() {
    let shop = Shop::new();
    hears(&shop, number(NUMBER), "hello");
    hears(&shop, number(NEW_NUMBER), "hello");
    renumbers(&shop);
    let contact = the_contact(&shop);
    assert_eq!(values(&contact), ["+5511912345678", NEW_NUMBER]);
    let peers = peers(&shop);
    assert!(!peers.contains(&NUMBER.to_owned()), "nobody else may come into it: {peers:?}");
    assert!(peers.contains(&NEW_NUMBER.to_owned()));
}

#[test]
fn a_new_number_of_nobody_is_noted() {
    let shop = Shop::new();
    renumbers(&shop);
    assert!(shop.store.tables().contacts().is_empty());
}

/// proves: CV-06, FI-04
#[test]
fn what_the_customer_told_the_provider_is_in_the_ledger() {
    let shop = Shop::new();
    hears(&shop, number(NUMBER), "hello");
    let told = |given| What::Preference { from: both(), purpose: Purpose::Marketing, given };
    let event = shop.arrives(told(false)).events[0];
    let entry = shop.store.tables().consents().remove(0);
    assert_eq!((entry.given, entry.source, entry.words), (false, Evidence::Event(event), None));
    assert_eq!(marketing(&shop, &the_contact(&shop).identities), Some(false));
    shop.arrives(told(true));
    assert_eq!(marketing(&shop, &the_contact(&shop).identities), Some(true));
    let _: EventId = event;
}

/// What the ledger says of these identities.
fn marketing(shop: &Shop, identities: &[Identity]) -> Option<bool> {
    let mut entries = shop.store.tables().consents().into_iter();
    entries.rfind(|entry| identities.contains(&entry.identity)).map(|entry| entry.given)
}
