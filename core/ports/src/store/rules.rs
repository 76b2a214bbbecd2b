//! The store of keyword rules.

use async_trait::async_trait;
use tradepost_domain::{Rule, RuleId, StorefrontId};

use super::Kept;

/// Keyword rules.
#[async_trait]
pub trait Rules: Send {
    /// All rules of a storefront, by priority and then id.
    async fn rules(&mut self, storefront: &StorefrontId) -> Kept<Vec<Rule>>;

    /// Grows with every change of the storefront's rules; 0 before the first.
    async fn rules_revision(&mut self, storefront: &StorefrontId) -> Kept<i64>;

    /// Adds a rule, or puts it in the place of the one with the same storefront and name (which keeps its id). Raises
    /// the revision.
    async fn keep_rule(&mut self, rule: &Rule) -> Kept<()>;

    /// Takes a rule away; `false` when there is none. Raises the revision.
    async fn drop_rule(&mut self, storefront: &StorefrontId, id: RuleId) -> Kept<bool>;
}
