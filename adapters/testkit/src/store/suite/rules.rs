//! What every store promises of rules.

use tradepost_domain::{MatchKind, Rule};
use tradepost_ports::Store;

use crate::make;

pub async fn by_priority_and_replaced_by_name(store: &dyn Store) {
    let rule = |n, name, priority| Rule { priority, ..make::rule(n, name) };
    let whole = Rule {
        kind: MatchKind::Pattern,
        pattern: r"(?i)größe\s+\d+".into(),
        locale: Some("de".into()),
        response: "Ja, {{ contact.name }}!".into(),
        active: false,
        ..rule(9, "first", 1)
    };
    let put = whole.clone();
    within!(store, |unit| {
        unit.keep_rule(&rule(3, "second", 10)).await?;
        unit.keep_rule(&rule(2, "first", 10)).await?;
        unit.keep_rule(&rule(1, "negative", -5)).await?;
        unit.keep_rule(&Rule { storefront: "elsewhere".into(), ..rule(4, "first", 0) }).await?;
        unit.keep_rule(&rule(5, "third", 10)).await?;
        unit.keep_rule(&put).await
    });
    let rules = seen!(store, |unit| unit.rules(&make::storefront()).await);
    let expected = [
        rule(1, "negative", -5),
        Rule { id: make::rule_id(2), ..whole },
        rule(3, "second", 10),
        rule(5, "third", 10),
    ];
    assert_eq!(rules, expected);
}

pub async fn every_change_raises_the_revision(store: &dyn Store) {
    let storefront = make::storefront();
    let before = seen!(store, |unit| unit.rules_revision(&make::storefront()).await);
    assert_eq!(before, 0);
    let found = within!(store, |unit| {
        let mut found = Vec::new();
        unit.keep_rule(&make::rule(1, "hours")).await?;
        found.push((true, unit.rules_revision(&storefront).await?));
        unit.keep_rule(&make::rule(2, "hours")).await?;
        found.push((true, unit.rules_revision(&storefront).await?));
        let dropped = unit.drop_rule(&storefront, make::rule_id(1)).await?;
        found.push((dropped, unit.rules_revision(&storefront).await?));
        Ok(found)
    });
    assert!(found.is_sorted_by(|a, b| a.1 < b.1), "it should grow: {found:?}");
    assert!(found.iter().all(|(done, _)| *done), "the rule should be dropped: {found:?}");
    let none = within!(store, |unit| unit.drop_rule(&make::storefront(), make::rule_id(1)).await);
    assert!(!none, "there is none");
    within!(store, |unit| unit.keep_rule(&make::rule(3, "prices")).await);
    let elsewhere = within!(store, |unit| unit.drop_rule(&"elsewhere".into(), make::rule_id(3)).await);
    assert!(!elsewhere, "another storefront's");
    assert_eq!(seen!(store, |unit| unit.rules_revision(&"elsewhere".into()).await), 0);
}
