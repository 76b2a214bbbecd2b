//! Rules, in memory.

use async_trait::async_trait;
use tradepost_domain::{Rule, RuleId, StorefrontId};
use tradepost_ports::store::{Kept, Rules};

use super::tables::{Tables, sorted};

#[async_trait]
impl Rules for Tables {
    async fn rules(&mut self, storefront: &StorefrontId) -> Kept<Vec<Rule>> {
        let rules = self.rules.rows().filter(|rule| rule.storefront == *storefront);
        Ok(sorted(rules, |rule| (rule.priority, rule.id)).into_iter().cloned().collect())
    }

    async fn rules_revision(&mut self, storefront: &StorefrontId) -> Kept<i64> {
        Ok(self.revisions.get(storefront).copied().unwrap_or_default())
    }

    async fn keep_rule(&mut self, rule: &Rule) -> Kept<()> {
        let same = |known: &&Rule| known.storefront == rule.storefront && known.name == rule.name;
        let known = self.rules.rows().find(same).map(|known| known.id);
        match known {
            Some(id) => self.rules.put(id, Rule { id, ..rule.clone() }),
            None => self.rules.add(rule.id, rule.clone())?,
        }
        self.raise_revision(&rule.storefront);
        Ok(())
    }

    async fn drop_rule(&mut self, storefront: &StorefrontId, id: RuleId) -> Kept<bool> {
        let known = self.rules.get(&id).is_some_and(|rule| rule.storefront == *storefront);
        if known {
            self.rules.take(&id);
            self.raise_revision(storefront);
        }
        Ok(known)
    }
}

impl Tables {
    fn raise_revision(&mut self, storefront: &StorefrontId) {
        let revision = self.revisions.get(storefront).copied().unwrap_or_default();
        self.revisions.put(storefront.clone(), revision + 1);
    }
}
