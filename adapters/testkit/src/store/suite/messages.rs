//! What every store promises of messages.

use tradepost_domain::{AccountKey, Content, ConversationId, Delivery, Line, MessageId, Slot};
use tradepost_ports::{
    Store,
    store::{MediaBlob, ToldOf, Written},
};

use super::conversations;
use crate::make;

/// Line `n` of ours, which has come so far.
fn line(n: u64, conversation: ConversationId, delivery: Delivery) -> Written {
    let mut written = make::written(n, conversation);
    written.line.delivery = Some(delivery);
    written
}

async fn write_all(store: &dyn Store, lines: Vec<Written>) {
    within!(store, |unit| {
        for line in &lines {
            unit.write(line).await?;
        }
        Ok(())
    });
}

async fn delivery(store: &dyn Store, id: MessageId) -> Option<Delivery> {
    seen!(store, |unit| unit.written(id).await).and_then(|written| written.line.delivery)
}

fn ids(lines: &[Written]) -> Vec<MessageId> {
    lines.iter().map(|written| written.line.id).collect()
}

pub async fn transcripts_and_threads(store: &dyn Store) {
    let [one, other] = conversations(store).await;
    let whole = Written {
        effect: Some(make::effect_id(3)),
        reference: Some("ref-3".into()),
        reason: Some("blocked".into()),
        left_at: Some(make::at(9)),
        ..line(3, one, Delivery::Failed)
    };
    let lines =
        vec![make::heard(1, one), line(2, one, Delivery::Withdrawn), whole.clone(), make::heard(4, other)];
    write_all(store, lines).await;
    let all = seen!(store, |unit| unit.transcript(one, None, 9).await);
    assert_eq!(ids(&all), [1, 2, 3].map(make::message_id), "withdrawn lines too");
    assert_eq!(all[2], whole);
    let later = seen!(store, |unit| unit.transcript(one, Some(make::message_id(1)), 1).await);
    assert_eq!(ids(&later), [make::message_id(2)], "after that one, at most");
    let thread = seen!(store, |unit| unit.thread(one, 9).await);
    assert_eq!(thread, [make::heard(1, one).line, whole.line.clone()], "without withdrawn lines");
    assert_eq!(seen!(store, |unit| unit.written(make::message_id(3)).await), Some(whole));
    assert_eq!(seen!(store, |unit| unit.written(make::message_id(9)).await), None);
}

/// proves: CV-03
pub async fn a_thread_is_the_latest_lines(store: &dyn Store) {
    let [one] = conversations(store).await;
    let lines = (1..=5).map(|n| line(n, one, if n == 4 { Delivery::Withdrawn } else { Delivery::Sent }));
    write_all(store, lines.collect()).await;
    let thread = seen!(store, |unit| unit.thread(one, 3).await);
    let found: Vec<_> = thread.iter().map(|line| line.id).collect();
    assert_eq!(found, [2, 3, 5].map(make::message_id), "oldest first");
}

pub async fn by_reference(store: &dyn Store) {
    let [one] = conversations(store).await;
    write_all(store, vec![Written { reference: Some("ref-1".into()), ..line(1, one, Delivery::Sent) }]).await;
    let found = seen!(store, |unit| unit.by_reference(&make::account(), "ref-1").await);
    assert_eq!(found.map(|written| written.line.id), Some(make::message_id(1)));
    assert_eq!(seen!(store, |unit| unit.by_reference(&"sandbox:2".into(), "ref-1").await), None);
    assert_eq!(seen!(store, |unit| unit.by_reference(&make::account(), "ref-2").await), None);
}

pub async fn copies(store: &dyn Store) {
    let [one, other] = conversations(store).await;
    let known = |n, reference: &str| Written {
        reference: Some(reference.into()),
        ..line(n, if n == 3 { other } else { one }, Delivery::Sent)
    };
    let elsewhere = Written { account: "sandbox:2".into(), ..known(4, "m1") };
    write_all(store, vec![known(2, "m1"), known(1, "m2"), known(3, "m1"), elsewhere]).await;
    let found = seen!(store, |unit| unit.copies(&make::account(), "m1").await);
    assert_eq!(found.iter().map(|copy| copy.line.id).collect::<Vec<_>>(), [2, 3].map(make::message_id));
    assert_eq!(seen!(store, |unit| unit.copies(&make::account(), "m9").await), []);
}

/// proves: IN-08
pub async fn told_of(store: &dyn Store) {
    let [one, other] = conversations(store).await;
    let named = |written: Written, reference: &str| Written { reference: Some(reference.into()), ..written };
    let lines = vec![
        named(line(1, one, Delivery::Sent), "m1"),
        named(line(2, other, Delivery::Queued), "m2"),
        named(make::heard(3, one), "m3"),
        named(make::heard(4, one), "m1"),
    ];
    write_all(store, lines).await;
    let asked = ["m3", "m9", "m2", "m1"].map(|reference| (make::account(), reference.to_owned()));
    let elsewhere = (AccountKey::new("sandbox:9"), "m1".to_owned());
    let asked: Vec<_> = asked.into_iter().chain([elsewhere]).collect();
    let told = within!(store, |unit| unit.told_of(&asked).await);
    let known = |n, conversation, delivery| Some(ToldOf { id: make::message_id(n), conversation, delivery });
    let (queued, sent) = (Some(Delivery::Queued), Some(Delivery::Sent));
    let expected = [known(3, one, None), None, known(2, other, queued), known(1, one, sent), None];
    assert_eq!(told, expected, "in the order asked, the oldest of each reference");
    assert_eq!(within!(store, |unit| unit.told_of(&[]).await), []);
}

/// proves: IN-08
pub async fn unsettled(store: &dyn Store) {
    let [one, other] = conversations(store).await;
    let states = [
        Delivery::Uncertain,
        Delivery::Draft,
        Delivery::Queued,
        Delivery::Sending,
        Delivery::Sent,
        Delivery::Delivered,
        Delivery::Read,
        Delivery::Failed,
        Delivery::Expired,
        Delivery::Withdrawn,
    ];
    let mut lines: Vec<_> = (1..).zip(states).map(|(n, state)| line(n, one, state)).collect();
    lines.reverse();
    lines.extend([make::heard(11, one), line(12, other, Delivery::Sending)]);
    write_all(store, lines).await;
    let numbers = |lines: Vec<Line>| lines.into_iter().map(|line| line.id).collect::<Vec<_>>();
    let found = numbers(seen!(store, |unit| unit.unsettled(one).await));
    assert_eq!(found, [4, 1].map(make::message_id), "in the order of writing");
    within!(store, |unit| {
        unit.deliver(make::message_id(4), Delivery::Sent, None, None, None).await?;
        unit.deliver(make::message_id(3), Delivery::Sending, None, None, None).await
    });
    let found = numbers(seen!(store, |unit| unit.unsettled(one).await));
    assert_eq!(found, [3, 1].map(make::message_id), "as they are now");
}

/// proves: CV-07
pub async fn so_many_have_left(store: &dyn Store) {
    let [one, other] = conversations(store).await;
    let left = |n, at, conversation| {
        let line = line(n, conversation, Delivery::Sent);
        Written { left_at: Some(make::at(at)), ..line }
    };
    let queued = line(4, one, Delivery::Queued);
    write_all(store, vec![left(1, 5, one), left(2, 6, one), left(3, 9, one), queued, left(5, 9, other)])
        .await;
    write_all(store, vec![make::heard(6, one)]).await;
    for (since, expected) in [(0, 3), (5, 2), (8, 1), (9, 0)] {
        let counted = seen!(store, |unit| unit.left_since(one, make::at(since)).await);
        assert_eq!(counted, expected, "after {since}");
    }
}

/// proves: IN-08
pub async fn delivery_never_goes_backwards(store: &dyn Store) {
    let [one] = conversations(store).await;
    write_all(store, vec![line(1, one, Delivery::Sending)]).await;
    let id = make::message_id(1);
    for (news, expected) in [
        (Delivery::Queued, Delivery::Queued),
        (Delivery::Delivered, Delivery::Delivered),
        (Delivery::Sent, Delivery::Delivered),
        (Delivery::Failed, Delivery::Delivered),
        (Delivery::Read, Delivery::Read),
        (Delivery::Delivered, Delivery::Read),
    ] {
        within!(store, |unit| unit.deliver(id, news, None, None, None).await);
        assert_eq!(delivery(store, id).await, Some(expected), "after {news:?}");
    }
    write_all(store, vec![make::heard(2, one)]).await;
    let [heard, unknown] = [2, 9].map(make::message_id);
    for id in [heard, unknown] {
        within!(store, |unit| unit.deliver(id, Delivery::Sent, None, None, None).await);
    }
    let heard = seen!(store, |unit| unit.written(heard).await).expect("written");
    assert_eq!(heard.line.delivery, None, "hers was never on its way");
    assert_eq!(seen!(store, |unit| unit.written(unknown).await), None);
}

pub async fn delivery_keeps_what_is_given(store: &dyn Store) {
    let [one] = conversations(store).await;
    write_all(store, vec![line(1, one, Delivery::Sending)]).await;
    let id = make::message_id(1);
    within!(store, |unit| {
        unit.deliver(id, Delivery::Sent, Some("ref-1"), None, Some(make::at(5))).await?;
        unit.deliver(id, Delivery::Failed, None, Some("blocked"), None).await
    });
    let now = seen!(store, |unit| unit.by_reference(&make::account(), "ref-1").await);
    let now = now.expect("the reference should be kept");
    assert_eq!((now.reason.as_deref(), now.left_at), (Some("blocked"), Some(make::at(5))));
    assert_eq!(now.line.delivery, Some(Delivery::Failed));
}

/// proves: IN-08
pub async fn what_was_not_taken_has_not_left(store: &dyn Store) {
    let [one] = conversations(store).await;
    write_all(store, vec![line(1, one, Delivery::Queued)]).await;
    let id = make::message_id(1);
    for (news, given, expected) in [
        (Delivery::Sending, Some(5), Some(5)),
        (Delivery::Queued, None, None),
        (Delivery::Sending, Some(9), Some(9)),
        (Delivery::Uncertain, None, Some(9)),
        (Delivery::Sent, None, Some(9)),
    ] {
        within!(store, |unit| unit.deliver(id, news, None, None, given.map(make::at)).await);
        let now = seen!(store, |unit| unit.written(id).await).expect("a line that was written");
        assert_eq!((now.line.delivery, now.left_at), (Some(news), expected.map(make::at)));
    }
}

/// proves: IN-08
pub async fn what_was_uncertain_may_not_have_left(store: &dyn Store) {
    let [one] = conversations(store).await;
    write_all(store, vec![line(1, one, Delivery::Queued), line(2, one, Delivery::Queued)]).await;
    let [late, proved] = [1, 2].map(make::message_id);
    let then = within!(store, |unit| {
        for id in [late, proved] {
            unit.deliver(id, Delivery::Sending, None, None, Some(make::at(5))).await?;
            unit.deliver(id, Delivery::Uncertain, None, Some("nobody knows"), None).await?;
        }
        unit.deliver(proved, Delivery::Sent, None, None, None).await?;
        for id in [late, proved] {
            unit.deliver(id, Delivery::Queued, None, None, None).await?;
        }
        Ok([unit.written(late).await?, unit.written(proved).await?])
    });
    let [late, proved] = then.map(|line| line.expect("written"));
    assert_eq!((late.line.delivery, late.left_at, late.reason), (Some(Delivery::Queued), None, None));
    assert_eq!((proved.line.delivery, proved.left_at), (Some(Delivery::Sent), Some(make::at(5))));
}

/// Nobody knew whether it had left, until its news came under a mark of ours: then the provider's id of it is known, and
/// nothing is left of the doubt. Of a failure stays why it failed; of old news nothing changes.
/// proves: IN-08
pub async fn what_was_uncertain_is_settled(store: &dyn Store) {
    let [one] = conversations(store).await;
    write_all(store, (1..=4).map(|n| line(n, one, Delivery::Queued)).collect()).await;
    let ids = [1, 2, 3, 4].map(make::message_id);
    within!(store, |unit| {
        for id in ids {
            unit.deliver(id, Delivery::Sending, None, None, Some(make::at(5))).await?;
            unit.deliver(id, Delivery::Uncertain, None, Some("nobody knows"), None).await?;
        }
        unit.deliver(ids[0], Delivery::Delivered, Some("m1"), None, None).await?;
        unit.deliver(ids[1], Delivery::Failed, Some("m2"), Some("blocked"), None).await?;
        unit.deliver(ids[2], Delivery::Expired, None, None, None).await
    });
    let all = seen!(store, |unit| unit.transcript(one, None, 9).await);
    let now = all.iter().map(|written| {
        (written.line.delivery, written.reference.as_deref(), written.reason.as_deref(), written.left_at)
    });
    let expected = [
        (Some(Delivery::Delivered), Some("m1"), None, Some(make::at(5))),
        (Some(Delivery::Failed), Some("m2"), Some("blocked"), Some(make::at(5))),
        (Some(Delivery::Uncertain), None, Some("nobody knows"), Some(make::at(5))),
        (Some(Delivery::Uncertain), None, Some("nobody knows"), Some(make::at(5))),
    ];
    assert_eq!(now.collect::<Vec<_>>(), expected);
    let asked = ["m1", "m2"].map(|reference| (make::account(), reference.to_owned()));
    let told = within!(store, |unit| unit.told_of(&asked).await);
    assert_eq!(told.iter().flatten().map(|told| told.id).collect::<Vec<_>>(), ids[..2]);
    let open = seen!(store, |unit| unit.unsettled(one).await);
    assert_eq!(open.iter().map(|line| line.id).collect::<Vec<_>>(), ids[2..]);
}

/// proves: IN-08
pub async fn delivered_up_to(store: &dyn Store) {
    let [one, other] = conversations(store).await;
    let lines = vec![
        line(1, one, Delivery::Sent),
        make::heard(2, one),
        line(3, one, Delivery::Failed),
        line(4, one, Delivery::Queued),
        line(5, one, Delivery::Delivered),
        line(6, one, Delivery::Sent),
        line(7, other, Delivery::Sent),
    ];
    write_all(store, lines).await;
    let last = make::message_id(5);
    assert_eq!(within!(store, |unit| unit.deliver_up_to(one, last, Delivery::Read).await), 2);
    for (n, expected) in [
        (1, Some(Delivery::Read)),
        (2, None),
        (3, Some(Delivery::Failed)),
        (4, Some(Delivery::Queued)),
        (5, Some(Delivery::Read)),
        (6, Some(Delivery::Sent)),
        (7, Some(Delivery::Sent)),
    ] {
        assert_eq!(delivery(store, make::message_id(n)).await, expected, "line {n}");
    }
}

pub async fn rewritten(store: &dyn Store) {
    let [one] = conversations(store).await;
    write_all(store, vec![make::heard(1, one)]).await;
    let content = Content::Unsupported { what: "unsent".into() };
    let put = content.clone();
    within!(store, |unit| unit.rewrite(make::message_id(1), &put).await);
    let now = seen!(store, |unit| unit.written(make::message_id(1)).await);
    assert_eq!(now.map(|written| written.line.content), Some(content));
}

pub async fn said_at(store: &dyn Store) {
    let [one, other] = conversations(store).await;
    let under = |mut written: Written, topic: &'static str, left: Option<i64>| {
        written.line.topic = Some(Slot::fixed(topic));
        Written { left_at: left.map(make::at), ..written }
    };
    let lines = vec![
        under(line(1, one, Delivery::Sent), "talk", Some(1)),
        under(line(2, one, Delivery::Sent), "talk", Some(2)),
        under(line(3, one, Delivery::Withdrawn), "talk", None),
        under(line(4, one, Delivery::Sent), "purchase", Some(4)),
        under(line(5, one, Delivery::Queued), "purchase", None),
        line(6, one, Delivery::Sent),
        under(line(7, other, Delivery::Sent), "elsewhere", Some(7)),
    ];
    write_all(store, lines).await;
    let said = seen!(store, |unit| unit.said_at(one).await);
    let expected = [(Slot::fixed("talk"), Some(make::at(2))), (Slot::fixed("purchase"), None)];
    assert_eq!(said, expected.into());
}

/// proves: IN-11
pub async fn media_by_hash(store: &dyn Store) {
    let blob = make::media("ab12");
    let kept = [blob.clone(), MediaBlob { mime: "text/plain".into(), ..blob.clone() }];
    within!(store, |unit| {
        unit.keep_media(make::message_id(1), &kept[0]).await?;
        unit.keep_media(make::message_id(2), &kept[1]).await
    });
    assert_eq!(seen!(store, |unit| unit.media("ab12").await), Some(blob), "a second time changes nothing");
    assert_eq!(seen!(store, |unit| unit.media("cd34").await), None);
}
