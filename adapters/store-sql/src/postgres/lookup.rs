//! Questions about many at once: a unit that files for many customers asks once for all of them.

use std::collections::{BTreeMap, HashSet};

use diesel::{
    QueryResult,
    pg::Pg,
    query_builder::{AstPass, Query, QueryFragment, QueryId},
    sql_types::{Array, Nullable, Text},
};
use diesel_async::RunQueryDsl;
use tradepost_domain::{
    AccountKey, ContactId, ConversationId, Delivery, Identity, MessageId, StorefrontId, Timestamp,
};
use tradepost_ports::store::{Kept, ToldOf};

use super::SqlUnit;
use crate::types::{At, Id, Moment, Word};

impl SqlUnit<'_> {
    /// Which of the keys are new. They are written in the order of their letters, so that of two units that write the same
    /// ones none waits for the other for ever.
    pub(super) async fn add_keys(&mut self, kind: &str, keys: &[String], now: Timestamp) -> Kept<Vec<bool>> {
        let mut sorted: Vec<&str> = keys.iter().map(String::as_str).collect();
        sorted.sort_unstable();
        sorted.dedup();
        let added = Keys { kind, keys: sorted, now: At(now) };
        let new: Vec<String> = self.run(|db| RunQueryDsl::load(added, db)).await?;
        let mut new: HashSet<String> = new.into_iter().collect();
        // Of two equal ones the first is new.
        Ok(keys.iter().map(|key| new.remove(key)).collect())
    }

    /// The conversations with these customers, this unit's until its end.
    pub(super) async fn met_among(
        &mut self,
        customers: &[(AccountKey, String)],
    ) -> Kept<BTreeMap<(String, String), ConversationId>> {
        let met = Met {
            accounts: customers.iter().map(|(account, _)| account.as_str()).collect(),
            peers: customers.iter().map(|(_, peer)| peer.as_str()).collect(),
        };
        let rows: Vec<(String, String, Id<ConversationId>)> =
            self.run(|db| RunQueryDsl::load(met, db)).await?;
        Ok(rows.into_iter().map(|(account, peer, Id(id))| ((account, peer), id)).collect())
    }

    /// The oldest lines of these references; their conversations are this unit's until its end.
    pub(super) async fn lines_among(
        &mut self,
        references: &[(AccountKey, String)],
    ) -> Kept<BTreeMap<(String, String), ToldOf>> {
        let lines = Lines {
            accounts: references.iter().map(|(account, _)| account.as_str()).collect(),
            references: references.iter().map(|(_, reference)| reference.as_str()).collect(),
        };
        let rows: Vec<LineRow> = self.run(|db| RunQueryDsl::load(lines, db)).await?;
        let mut known = BTreeMap::new();
        for (account, reference, Id(id), Id(conversation), delivery) in rows {
            let delivery = delivery.map(|word| word.0);
            known.entry((account, reference)).or_insert(ToldOf { id, conversation, delivery });
        }
        Ok(known)
    }

    /// The contacts that storefronts know by these identities.
    pub(super) async fn known_among(
        &mut self,
        identities: &[(StorefrontId, Identity)],
    ) -> Kept<BTreeMap<(String, String, String), ContactId>> {
        let known = Known {
            storefronts: identities.iter().map(|(storefront, _)| storefront.as_str()).collect(),
            schemes: identities.iter().map(|(_, identity)| identity.scheme.as_str()).collect(),
            values: identities.iter().map(|(_, identity)| identity.value.as_str()).collect(),
        };
        let rows: Vec<(String, String, String, Id<ContactId>)> =
            self.run(|db| RunQueryDsl::load(known, db)).await?;
        Ok(rows
            .into_iter()
            .map(|(storefront, scheme, value, Id(id))| ((storefront, scheme, value), id))
            .collect())
    }
}

/// Keys of what is heard, and which of them are new.
struct Keys<'k> {
    kind: &'k str,
    keys: Vec<&'k str>,
    now: At,
}

impl QueryFragment<Pg> for Keys<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("INSERT INTO heard_keys (kind, key, heard_at) SELECT ");
        out.push_bind_param::<Text, _>(self.kind)?;
        out.push_sql(", key, ");
        out.push_bind_param::<Moment, _>(&self.now)?;
        out.push_sql(" FROM unnest(");
        out.push_bind_param::<Array<Text>, _>(&self.keys)?;
        out.push_sql(") AS new (key) ON CONFLICT DO NOTHING RETURNING key");
        Ok(())
    }
}

impl QueryId for Keys<'_> {
    type QueryId = Keys<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl Query for Keys<'_> {
    type SqlType = Text;
}

/// The conversations with these customers, locked in the order of their ids.
struct Met<'p> {
    accounts: Vec<&'p str>,
    peers: Vec<&'p str>,
}

impl QueryFragment<Pg> for Met<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(
            "SELECT conversations.account, conversations.peer, conversations.id FROM conversations JOIN unnest(",
        );
        out.push_bind_param::<Array<Text>, _>(&self.accounts)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Text>, _>(&self.peers)?;
        out.push_sql(
            ") AS asked (account, peer) ON conversations.account = asked.account AND conversations.peer = asked.peer \
             ORDER BY conversations.id FOR UPDATE OF conversations",
        );
        Ok(())
    }
}

impl QueryId for Met<'_> {
    type QueryId = Met<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl Query for Met<'_> {
    type SqlType = (Text, Text, Text);
}

/// Account, reference, line, conversation, and how far the line has come.
type LineRow = (String, String, Id<MessageId>, Id<ConversationId>, Option<Word<Delivery>>);

/// The lines of these references, oldest first, their conversations locked in the order of their ids.
struct Lines<'r> {
    accounts: Vec<&'r str>,
    references: Vec<&'r str>,
}

impl QueryFragment<Pg> for Lines<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(
            "SELECT messages.account, messages.reference, messages.id, messages.conversation, messages.delivery \
             FROM unnest(",
        );
        out.push_bind_param::<Array<Text>, _>(&self.accounts)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Text>, _>(&self.references)?;
        out.push_sql(
            ") AS asked (account, reference) JOIN messages ON messages.account = asked.account \
             AND messages.reference = asked.reference JOIN conversations ON conversations.id = messages.conversation \
             ORDER BY conversations.id, messages.seq FOR UPDATE OF conversations",
        );
        Ok(())
    }
}

impl QueryId for Lines<'_> {
    type QueryId = Lines<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl Query for Lines<'_> {
    type SqlType = (Text, Text, Text, Text, Nullable<Text>);
}

/// Who has these identities.
struct Known<'i> {
    storefronts: Vec<&'i str>,
    schemes: Vec<&'i str>,
    values: Vec<&'i str>,
}

impl QueryFragment<Pg> for Known<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(
            "SELECT identities.storefront, identities.scheme, identities.value, identities.contact FROM identities \
             JOIN unnest(",
        );
        out.push_bind_param::<Array<Text>, _>(&self.storefronts)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Text>, _>(&self.schemes)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Text>, _>(&self.values)?;
        out.push_sql(
            ") AS asked (storefront, scheme, value) ON identities.storefront = asked.storefront \
             AND identities.scheme = asked.scheme AND identities.value = asked.value",
        );
        Ok(())
    }
}

impl QueryId for Known<'_> {
    type QueryId = Known<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl Query for Known<'_> {
    type SqlType = (Text, Text, Text, Text);
}
