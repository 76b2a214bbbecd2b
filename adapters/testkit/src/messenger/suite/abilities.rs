//! What is declared is true: what is inside the limits is taken, and what is outside is refused before it leaves.

use std::collections::BTreeSet;

use tradepost_domain::{
    Capabilities, Content,
    capabilities::{ChoiceLimit, TextUnit},
    fit::LEAST_TEXT,
};

use super::{Doubled, PATIENT, Provider, Stage, contents};
use crate::verdict::Verdict;

/// proves: CH-06
pub async fn text_at_the_limit_is_taken(double: Doubled) -> Verdict {
    let stage = Stage::taking(&double).await;
    let limit = stage.messenger.capabilities().text;
    let result = stage.send(1, Content::text(contents::text(limit.unit, limit.most))).await;
    assert!(result.is_ok(), "{} of {:?}: {result:?}", limit.most, limit.unit);
    Verdict::Ran
}

/// proves: CH-06
pub async fn text_over_the_limit_is_refused(double: Doubled) -> Verdict {
    let stage = Stage::taking(&double).await;
    let limit = stage.messenger.capabilities().text;
    stage.refuses(1, "one letter more", Content::text(contents::text(limit.unit, limit.most + 1))).await;
    Verdict::Ran
}

/// proves: CH-06
pub async fn contents_at_their_limits_are_taken(double: Doubled) -> Verdict {
    let stage = Stage::taking(&double).await;
    let contents = contents::at_limits(stage.messenger.capabilities());
    if contents.is_empty() {
        return Verdict::not_promised("the channel shows text only");
    }
    for (n, (label, content)) in (1..).zip(contents) {
        let result = stage.send(n, content).await;
        assert!(result.is_ok(), "{label}: {result:?}");
    }
    Verdict::Ran
}

/// proves: CH-06
pub async fn contents_over_a_limit_are_refused(double: Doubled) -> Verdict {
    let stage = Stage::taking(&double).await;
    let contents = contents::over_limits(stage.messenger.capabilities());
    if contents.is_empty() {
        return Verdict::not_promised("the channel shows text only");
    }
    for (n, (label, content)) in (1..).zip(contents) {
        stage.refuses(n, &label, content).await;
    }
    Verdict::Ran
}

/// proves: CH-06
pub async fn what_is_not_declared_is_refused(double: Doubled) -> Verdict {
    let stage = Stage::taking(&double).await;
    for (n, (label, content)) in (1..).zip(contents::outside(stage.messenger.capabilities())) {
        stage.refuses(n, &label, content).await;
    }
    Verdict::Ran
}

/// proves: CH-06
pub async fn what_says_nothing_is_refused(double: Doubled) -> Verdict {
    let stage = Stage::taking(&double).await;
    for (n, (label, content)) in (1..).zip(contents::empty(stage.messenger.capabilities())) {
        stage.refuses(n, label.as_str(), content).await;
    }
    Verdict::Ran
}

/// proves: CH-06
pub async fn abilities_are_coherent(double: Doubled) -> Verdict {
    let stage = Stage::new(&double, Provider::nobody().await, PATIENT);
    let can = stage.messenger.capabilities();
    let wrong = incoherent(can);
    assert!(wrong.is_empty(), "{}: {can:?}", wrong.join(", "));
    Verdict::Ran
}

/// What cannot be true in that list.
fn incoherent(can: &Capabilities) -> Vec<&'static str> {
    let questions = [can.quick_replies, can.buttons, can.list];
    let kinds: BTreeSet<_> = can.media.iter().map(|limit| limit.kind).collect();
    let shown = |limit: &ChoiceLimit| {
        [limit.most, limit.title, limit.payload, limit.text, limit.button].iter().all(|most| *most > 0)
    };
    let least = if can.text.unit == TextUnit::Segments { 1 } else { LEAST_TEXT };
    [
        (can.text.most >= least, "texts are too short for words"),
        (
            questions.iter().flatten().all(shown),
            "a question without choices, titles or payloads (say `None`)",
        ),
        (can.cards.is_none_or(|limit| limit.most > 0 && limit.title > 0), "no card at all (say `None`)"),
        (
            can.cards.is_none_or(|limit| limit.buttons == 0 || limit.button_title > 0),
            "buttons without titles",
        ),
        (kinds.len() == can.media.len(), "a kind of media stands there twice"),
        (can.media.iter().all(|limit| limit.bytes > 0), "media of no byte"),
        (can.window.is_none_or(|window| window.seconds > 0), "a window that is never open"),
        (
            can.window
                .is_none_or(|window| window.staff_seconds == 0 || window.staff_seconds >= window.seconds),
            "a shorter window for persons than for all",
        ),
    ]
    .into_iter()
    .filter_map(|(right, wrong)| (!right).then_some(wrong))
    .collect()
}

pub async fn terms_are_those_asked_for(double: Doubled) -> Verdict {
    let stage = Stage::new(&double, Provider::nobody().await, PATIENT);
    let terms = stage.messenger.terms();
    if double.has_provider() {
        assert_eq!(terms.time_limit, PATIENT, "the limit that was asked for");
    }
    assert!(!terms.time_limit.is_zero(), "{terms:?}");
    assert!(terms.concurrency > 0 && terms.per_second > 0, "{terms:?}");
    assert!(!terms.account.kind().is_empty() && !terms.account.account().is_empty(), "{terms:?}");
    Verdict::Ran
}
