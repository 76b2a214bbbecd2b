//! One person may have several ids with an account, and a number: they are linked by a provider's word, and by nothing else.

use tradepost_domain::{
    Arrival, Capabilities, Contact, Content, Conversation, EventId, Identity, Party, Phone, Purpose, What,
    capabilities::{TextUnit, Window},
    consent::Evidence,
};

use tradepost_engine::Intake;
use tradepost_ports::StoreError;

use super::{
    hours, secs,
    shop::{Setup, Shop},
};

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
    assert_eq!(values(&contact)[..2], ["+5511912345678", NEW_NUMBER], "beside the name of its former one");
    let peers = peers(&shop);
    assert!(!peers.contains(&NUMBER.to_owned()), "nobody else may come into it: {peers:?}");
    assert!(peers.contains(&NEW_NUMBER.to_owned()));
}

/// proves: FI-14
#[test]
fn a_line_of_a_former_conversation_goes_where_its_customer_is() {
    let shop = Shop::new();
    hears(&shop, number(NUMBER), "alarm 60");
    hears(&shop, number(NEW_NUMBER), "hello");
    renumbers(&shop);
    shop.passes(secs(60));
    shop.rests();
    let taken: Vec<_> = shop.messenger.taken().into_iter().map(|line| line.peer).collect();
    assert_eq!(taken, [NEW_NUMBER]);
}

/// proves: FI-14
#[test]
fn words_from_a_new_number_come_behind_its_news() {
    let shop = Shop::new();
    hears(&shop, number(NUMBER), "hello");
    let arrival = |key: &str, what| Arrival {
        account: "1".into(),
        key: key.into(),
        at: Some(shop.now()),
        raw: "{}".into(),
        what,
    };
    let (from, content) = (number(NEW_NUMBER), Content::text("it is me"));
    let news = What::Renumbered { from: NUMBER.into(), to: number(NEW_NUMBER) };
    let words = What::Message { from, reference: None, content, about: None, referral: None };
    let intake = Intake {
        endpoint: "sim".into(),
        kind: "sim".into(),
        correlation: tradepost_testkit::make::correlation(),
    };
    let both = vec![arrival("a", news), arrival("b", words)];
    futures::executor::block_on(shop.house.accept(&intake, both)).expect("accepted");
    assert_eq!(the_conversation(&shop).peer, NEW_NUMBER, "one conversation, not two");
}

/// proves: FI-04, FI-14
#[test]
fn what_was_said_last_holds_when_a_number_changes() {
    let shop = Shop::new();
    hears(&shop, number(NUMBER), "START");
    shop.passes(secs(60));
    hears(&shop, number(NEW_NUMBER), "STOP");
    shop.passes(secs(60));
    renumbers(&shop);
    assert_eq!(marketing(&shop, &the_contact(&shop).identities), Some(false));
}

/// proves: FI-14, PL-10
#[test]
fn every_spelling_of_the_old_number_is_left() {
    let shop = Shop::new();
    hears(&shop, number(NUMBER), "hello");
    hears(&shop, number("551187654321"), "hello");
    renumbers(&shop);
    assert_eq!(values(&the_contact(&shop)), ["+5511912345678", NEW_NUMBER]);
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
fn marketing(shop: &Shop, identities: &[Identity]) -> Option<bool> {
    let mut entries = shop.store.tables().consents().into_iter();
    entries.rfind(|entry| identities.contains(&entry.identity)).map(|entry| entry.given)
}
