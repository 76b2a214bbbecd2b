//! A customer has another number: what they are known by moves, they do not.

use rstest::rstest;
use tradepost_domain::{Arrival, Content, Party, What};
use tradepost_engine::Intake;

use super::{
    identity::{
        NUMBER, SCOPED, both, hears, marketing, number, peers, scoped, the_contact, the_conversation, values,
    },
    secs,
    shop::Shop,
};

/// The same as it was written once.
const SPELLED: &str = "551187654321";
const NEW_NUMBER: &str = "5511912345678";

fn renumbers(shop: &Shop) {
    shop.arrives(What::Renumbered { from: vec![NUMBER.into()], to: number(NEW_NUMBER) });
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
    let news = What::Renumbered { from: vec![NUMBER.into()], to: number(NEW_NUMBER) };
    comes_to(&shop, "1", vec![news, says(number(NEW_NUMBER), "it is me")]);
    assert_eq!(the_conversation(&shop).peer, NEW_NUMBER, "one conversation, not two");
}

fn says(from: Party, words: &str) -> What {
    What::Message { from, reference: None, content: Content::text(words), about: None, referral: None }
}

/// All in one request to that account.
fn comes_to(shop: &Shop, account: &str, what: Vec<What>) {
    let arrival = |(number, what): (usize, What)| Arrival {
        account: account.into(),
        key: format!("{account}-{}-{number}", shop.now()),
        at: Some(shop.now()),
        raw: "{}".into(),
        what,
    };
    let intake = Intake {
        endpoint: "sim".into(),
        kind: "sim".into(),
        correlation: tradepost_testkit::make::correlation(),
    };
    let arrivals = what.into_iter().enumerate().map(arrival).collect();
    futures::executor::block_on(shop.house.accept(&intake, arrivals)).expect("accepted");
}

/// proves: FI-04, FI-14
#[test]
fn a_no_under_another_id_holds_when_both_change() {
    let shop = Shop::new();
    hears(&shop, number(NUMBER), "START");
    shop.passes(secs(60));
    hears(&shop, scoped(), "STOP");
    shop.passes(secs(60));
    hears(&shop, both(), "hello");
    let from = vec![NUMBER.into(), SCOPED.into()];
    shop.arrives(What::Renumbered { from, to: number(NEW_NUMBER) });
    assert_eq!(values(&the_contact(&shop)).len(), 3, "and the name of the conversation that was set aside");
    assert_eq!(marketing(&shop, &the_contact(&shop).identities), Some(false));
}

/// proves: FI-04, FI-14
#[test]
fn a_yes_is_theirs_again_with_the_id() {
    let shop = Shop::new();
    hears(&shop, number(NUMBER), "START");
    shop.passes(secs(60));
    renumbers(&shop);
    shop.passes(secs(60));
    shop.arrives(What::Renumbered { from: vec![NEW_NUMBER.into()], to: number(NUMBER) });
    assert_eq!(marketing(&shop, &the_contact(&shop).identities), Some(true));
}

/// proves: FI-14
#[test]
fn a_number_that_changed_unseen_is_left() {
    let shop = Shop::new();
    hears(&shop, both(), "say here");
    let to = Party::new("BR.888");
    shop.arrives(What::Renumbered { from: vec![SCOPED.into()], to: to.clone() });
    assert_eq!(the_conversation(&shop).peer, "BR.888");
    assert_eq!(values(&the_contact(&shop)), ["BR.888"]);
    hears(&shop, Party { also: vec!["BR.999".into()], ..number(NUMBER) }, "somebody else");
    assert_eq!((peers(&shop).len(), shop.store.tables().contacts().len()), (2, 2));
    hears(&shop, Party { also: vec!["BR.888".into()], ..number(NEW_NUMBER) }, "it is me");
    assert_eq!((peers(&shop).len(), shop.store.tables().contacts().len()), (2, 2));
}

/// proves: FI-04, FI-14
#[test]
fn a_stop_that_waits_for_its_turn_holds_when_the_number_changes() {
    let shop = Shop::new();
    hears(&shop, number(NUMBER), "START");
    shop.passes(secs(60));
    shop.arrives(says(number(NUMBER), "STOP"));
    shop.passes(secs(60));
    renumbers(&shop);
    shop.turns_all();
    assert_eq!(marketing(&shop, &the_contact(&shop).identities), Some(false));
}

/// proves: FI-14
#[test]
fn an_id_that_is_scoped_to_the_business_changes_with_the_number() {
    let shop = Shop::new();
    hears(&shop, scoped(), "STOP");
    let to = Party { also: vec!["BR.888".into()], ..number(NEW_NUMBER) };
    shop.arrives(What::Renumbered { from: vec![NUMBER.into(), SCOPED.into()], to });
    assert_eq!(the_conversation(&shop).peer, NEW_NUMBER);
    assert_eq!(values(&the_contact(&shop)), ["+5511912345678", NEW_NUMBER, "BR.888"]);
    assert_eq!(marketing(&shop, &the_contact(&shop).identities), Some(false));
    hears(&shop, Party::new("BR.888"), "say again");
    assert_eq!(the_conversation(&shop).peer, NEW_NUMBER);
}

/// proves: FI-14
#[test]
fn what_is_no_news_changes_nothing() {
    let shop = Shop::new();
    hears(&shop, number(NUMBER), "hello");
    shop.arrives(What::Renumbered { from: vec![NUMBER.into()], to: number(NUMBER) });
    shop.arrives(What::Renumbered { from: Vec::new(), to: number(NEW_NUMBER) });
    assert_eq!((the_conversation(&shop).peer, values(&the_contact(&shop)).len()), (NUMBER.to_owned(), 2));
}

/// proves: FI-14, PL-10
#[rstest]
#[case::both(&[NUMBER, SPELLED])]
#[case::the_other_alone(&[NUMBER])]
fn a_number_is_left_in_another_spelling(#[case] heard: &[&str]) {
    let shop = Shop::new();
    heard.iter().for_each(|spelled| hears(&shop, number(spelled), "say here"));
    shop.arrives(What::Renumbered { from: vec![SPELLED.into()], to: number(NEW_NUMBER) });
    assert_eq!(the_conversation(&shop).peer, NEW_NUMBER);
    shop.sends();
    assert!(shop.messenger.taken().iter().all(|line| line.peer == NEW_NUMBER), "what waited goes there");
    hears(&shop, number(NUMBER), "somebody else");
    assert_eq!((peers(&shop).len(), shop.store.tables().contacts().len()), (2, 2));
}

/// proves: FI-14, PL-10
#[test]
fn a_number_is_left_with_every_account_of_the_channel() {
    let shop = Shop::new();
    for account in ["1", "2"] {
        comes_to(&shop, account, vec![says(number(NUMBER), "hello")]);
    }
    renumbers(&shop);
    assert_eq!(peers(&shop), [NEW_NUMBER; 2]);
    let known = ["+5511912345678", NEW_NUMBER, NEW_NUMBER];
    assert_eq!(values(&the_contact(&shop)), known);
    shop.passes(secs(60));
    comes_to(&shop, "2", vec![says(number(NUMBER), "somebody else")]);
    comes_to(&shop, "2", vec![says(number(NEW_NUMBER), "it is me")]);
    assert_eq!((peers(&shop).len(), shop.store.tables().contacts().len()), (3, 2));
}

/// proves: FI-14
#[rstest]
#[case::with_another_id(both(), 3)]
#[case::by_number_alone(number(NUMBER), 2)]
fn what_staff_try_again_gives_no_number_back(#[case] from: Party, #[case] left: usize) {
    let shop = Shop::new();
    let heard = shop.arrives(says(from, "hello")).events[0];
    shop.turns_all();
    renumbers(&shop);
    futures::executor::block_on(shop.house.retry_event(heard)).expect("tried again");
    assert_eq!(values(&the_contact(&shop)).len(), left);
    assert_eq!(the_conversation(&shop).peer, NEW_NUMBER);
}

/// proves: FI-14
#[test]
fn a_change_that_staff_try_again_changes_nothing() {
    let shop = Shop::new();
    hears(&shop, number(NUMBER), "hello");
    let news = What::Renumbered { from: vec![NUMBER.into()], to: number(NEW_NUMBER) };
    let told = shop.arrives(news).events[0];
    hears(&shop, number(NUMBER), "somebody else");
    futures::executor::block_on(shop.house.retry_event(told)).expect("tried again");
    assert_eq!((peers(&shop).len(), shop.store.tables().contacts().len()), (2, 2));
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

#[test]
fn a_new_number_of_nobody_is_noted() {
    let shop = Shop::new();
    renumbers(&shop);
    assert!(shop.store.tables().contacts().is_empty());
}

/// Whoever lost the id has kept the conversation under it, as an older house might have left them.
///
/// proves: FI-14, IN-05
#[test]
fn a_conversation_of_nobody_keeps_no_stranger_out() {
    let shop = Shop::new();
    hears(&shop, number(NUMBER), "hello");
    for theirs in the_contact(&shop).identities {
        shop.within(Box::new(move |unit| {
            Box::pin(async move { unit.leave_identity(&"corner-shop".into(), &theirs).await })
        }));
    }
    let first = the_conversation(&shop);
    hears(&shop, number(NUMBER), "hello");
    let former = shop.store.tables().conversations().into_iter().find(|known| known.id == first.id);
    assert_eq!(former.map(|known| known.peer), Some(format!("former:{}", first.id)));
    assert_eq!((peers(&shop).len(), shop.store.tables().contacts().len()), (2, 2));
}
