//! Keyword rules.

use async_trait::async_trait;
use diesel::prelude::*;
use tradepost_domain::{Rule, RuleId, StorefrontId, rule::MatchKind};
use tradepost_ports::store::{Kept, Rules};

use super::{Backend, RunQueryDsl, SqlUnit};
use crate::{
    schema::{rule_revisions, rules},
    types::{Id, Word},
};

#[derive(Queryable, Selectable)]
#[diesel(table_name = rules, check_for_backend(Backend))]
struct Row {
    id: Id<RuleId>,
    storefront: String,
    name: String,
    priority: i32,
    kind: Word<MatchKind>,
    pattern: String,
    locale: Option<String>,
    response: String,
    active: bool,
}

impl Row {
    fn read(self) -> Rule {
        Rule {
            id: self.id.0,
            storefront: StorefrontId::new(self.storefront),
            name: self.name,
            priority: self.priority,
            kind: self.kind.0,
            pattern: self.pattern,
            locale: self.locale,
            response: self.response,
            active: self.active,
        }
    }
}

#[async_trait]
impl Rules for SqlUnit<'_> {
    async fn rules(&mut self, storefront: &StorefrontId) -> Kept<Vec<Rule>> {
        let of = rules::table.filter(rules::storefront.eq(storefront.as_str()));
        let of = of.order((rules::priority, rules::id)).select(Row::as_select());
        Ok(self.run(|db| of.load(db)).await?.into_iter().map(Row::read).collect())
    }

    async fn rules_revision(&mut self, storefront: &StorefrontId) -> Kept<i64> {
        let revision = rule_revisions::table.find(storefront.as_str()).select(rule_revisions::revision);
        Ok(self.find(|db| revision.get_result(db)).await?.unwrap_or_default())
    }

    async fn keep_rule(&mut self, rule: &Rule) -> Kept<()> {
        let said = (
            rules::priority.eq(rule.priority),
            rules::kind.eq(rule.kind.word()),
            rules::pattern.eq(&rule.pattern),
            rules::locale.eq(rule.locale.as_deref()),
            rules::response.eq(&rule.response),
            rules::active.eq(rule.active),
        );
        let name = (rules::storefront.eq(rule.storefront.as_str()), rules::name.eq(&rule.name));
        let known = rules::table.filter(name.0.and(name.1));
        if self.run(|db| diesel::update(known).set(said).execute(db)).await? == 0 {
            let row = (rules::id.eq(Id(rule.id)), name.0, name.1, said);
            self.run(|db| diesel::insert_into(rules::table).values(row).execute(db)).await?;
        }
        self.raise_revision(&rule.storefront).await
    }

    async fn drop_rule(&mut self, storefront: &StorefrontId, id: RuleId) -> Kept<bool> {
        let known = rules::table.find(Id(id)).filter(rules::storefront.eq(storefront.as_str()));
        let dropped = self.run(|db| diesel::delete(known).execute(db)).await? == 1;
        if dropped {
            self.raise_revision(storefront).await?;
        }
        Ok(dropped)
    }
}

impl SqlUnit<'_> {
    async fn raise_revision(&mut self, storefront: &StorefrontId) -> Kept<()> {
        let first = (rule_revisions::storefront.eq(storefront.as_str()), rule_revisions::revision.eq(1));
        let raised = diesel::insert_into(rule_revisions::table)
            .values(first)
            .on_conflict(rule_revisions::storefront)
            .do_update()
            .set(rule_revisions::revision.eq(rule_revisions::revision + 1));
        self.later(|db| raised.execute(db)).await
    }
}
