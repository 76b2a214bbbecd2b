//! What leaves when all is well.

use tradepost_domain::{Content, What};
use tradepost_ports::{Signal, terms::Repeat};

use super::{Asked, Doubled, Stage, alone, contents};
use crate::{make, verdict::Verdict};

/// proves: CH-06
pub async fn a_taken_line_has_a_reference_of_its_own(double: Doubled) -> Verdict {
    let stage = Stage::taking(&double).await;
    let mut references = Vec::new();
    for n in [1, 2] {
        let receipt = stage.send(n, Content::text("Hello.")).await;
        references.push(receipt.expect("the provider took it").reference);
    }
    if double.has_provider() {
        assert!(references[0].contains("line-"), "the provider's own: {references:?}");
    }
    assert_ne!(references[0], references[1]);
    Verdict::Ran
}

/// proves: CH-06
pub async fn the_words_leave_for_the_customer(double: Doubled) -> Verdict {
    if !double.has_provider() {
        return alone();
    }
    let stage = Stage::taking(&double).await;
    let _ = stage.send(1, Content::text("Pomegranate")).await;
    let asked = stage.provider.asked();
    let says = |asked: &Asked, words: &str| {
        let body = String::from_utf8_lossy(&asked.body);
        [&*body, &asked.path, &asked.query].iter().any(|part| part.contains(words))
    };
    let told = asked.iter().any(|asked| says(asked, "Pomegranate") && says(asked, &double.peer()));
    assert!(told, "no request names the customer and holds the words: {asked:?}");
    Verdict::Ran
}

/// proves: CH-06
pub async fn every_declared_kind_is_taken(double: Doubled) -> Verdict {
    let stage = Stage::taking(&double).await;
    for (n, (label, content)) in (1..).zip(contents::inside(stage.messenger.capabilities())) {
        let result = stage.send(n, content).await;
        assert!(result.is_ok(), "{label}: {result:?}");
    }
    Verdict::Ran
}

/// proves: CH-06
pub async fn signs_of_life_are_shown(double: Doubled) -> Verdict {
    let stage = Stage::taking(&double).await;
    let can = stage.messenger.capabilities();
    if !can.typing && !can.seen {
        return Verdict::not_promised("the channel declares neither `typing` nor `seen`");
    }
    for (declared, signal) in [(can.typing, Signal::Typing), (can.seen, Signal::Seen)] {
        if declared {
            let before = stage.provider.asked().len();
            let result = stage.messenger.signal(&double.peer(), Some("m-1"), signal).await;
            assert_eq!(result, Ok(()), "{signal:?}");
            let left = stage.provider.asked().len() > before;
            assert!(left || !double.has_provider(), "{signal:?}: nothing left");
        }
    }
    Verdict::Ran
}

/// proves: CH-06
pub async fn a_repeated_send_carries_its_key(double: Doubled) -> Verdict {
    let stage = Stage::taking(&double).await;
    if stage.messenger.terms().repeat != Repeat::Keyed {
        return Verdict::not_promised("the provider knows no key of ours");
    }
    let mut keys = Vec::new();
    for n in [1, 1, 2] {
        let before = stage.provider.asked().len();
        let receipt = stage.send(n, Content::text("Hello.")).await;
        let asked = stage.provider.asked().split_off(before);
        keys.push(match double.has_provider() {
            true => asked.iter().find_map(|asked| double.key(asked)),
            false => receipt.ok().map(|receipt| receipt.reference),
        });
    }
    assert!(
        keys.iter().all(Option::is_some),
        "a keyed send names its key, and the double finds it: {keys:?}"
    );
    assert_eq!(keys[0], keys[1], "the same line goes out under the same key");
    assert_ne!(keys[0], keys[2], "another line has another key");
    Verdict::Ran
}

/// proves: CH-06, IN-08
pub async fn a_mark_comes_back_with_its_news(double: Doubled) -> Verdict {
    let stage = Stage::taking(&double).await;
    if !stage.messenger.terms().marks {
        return Verdict::not_promised("no mark of ours comes back");
    }
    for n in [1, 2] {
        let before = stage.provider.asked().len();
        let receipt = stage.send(n, Content::text("Hello.")).await.expect("the provider took it");
        let asked = stage.provider.asked().split_off(before);
        let news = asked.iter().flat_map(|asked| double.news(asked, &receipt.reference));
        let told: Vec<_> = news.map(|arrival| arrival.what).collect();
        let [What::Receipt { reference, line, .. }] = &told[..] else {
            panic!("one receipt comes of one line: {told:?}")
        };
        assert_eq!(*reference, receipt.reference, "of the line that was taken");
        assert_eq!(*line, Some(make::message_id(n)), "what the send carried names the line: {asked:?}");
    }
    Verdict::Ran
}
