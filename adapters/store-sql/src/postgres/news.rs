//! News of a line: how far it has come, by the rule that is the same for all. One statement, whose outcome nobody waits for.

use diesel::{
    QueryResult,
    pg::Pg,
    query_builder::{AstPass, QueryFragment, QueryId},
    sql_types::{Array, Bool, Nullable, Text},
};
use diesel_async::RunQueryDsl;
use tradepost_domain::{Delivery, MessageId, Timestamp};
use tradepost_ports::store::Kept;

use super::SqlUnit;
use crate::types::{At, Id, Moment};

impl SqlUnit<'_> {
    /// Moves a line on by its news.
    pub(super) async fn move_line(
        &mut self,
        id: MessageId,
        delivery: Delivery,
        reference: Option<&str>,
        reason: Option<&str>,
        left_at: Option<Timestamp>,
    ) -> Kept<()> {
        let moved = Moved {
            id: Id(id),
            from: Delivery::ALL
                .into_iter()
                .filter(|old| old.after(delivery) == delivery)
                .map(Delivery::word)
                .collect(),
            to: delivery.word(),
            certain: Delivery::Uncertain.after(delivery) != Delivery::Uncertain,
            reference,
            reason,
            left_at: left_at.map(At),
        };
        self.later(|db| RunQueryDsl::execute(moved, db)).await
    }
}

/// A line's news.
struct Moved<'n> {
    id: Id<MessageId>,
    /// States from which the news leads to `to`; any other state stays.
    from: Vec<&'static str>,
    to: &'static str,
    /// Is a line certain by this news that was uncertain?
    certain: bool,
    reference: Option<&'n str>,
    reason: Option<&'n str>,
    left_at: Option<At>,
}

impl Moved<'_> {
    /// The state that the line then has.
    fn now<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("CASE WHEN delivery = ANY(");
        out.push_bind_param::<Array<Text>, _>(&self.from)?;
        out.push_sql(") THEN ");
        out.push_bind_param::<Text, _>(self.to)?;
        out.push_sql(" ELSE delivery END");
        Ok(())
    }

    /// What is kept of a line that was taken; one that waits again has neither left nor failed.
    fn unless_queued<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("CASE WHEN ");
        self.now(out)?;
        out.push_sql(" = 'queued' THEN NULL ELSE coalesce(");
        Ok(())
    }
}

impl QueryFragment<Pg> for Moved<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("UPDATE messages SET delivery = ");
        self.now(&mut out)?;
        out.push_sql(", reference = coalesce(");
        out.push_bind_param::<Nullable<Text>, _>(&self.reference)?;
        out.push_sql(", reference), reason = ");
        self.unless_queued(&mut out)?;
        out.push_bind_param::<Nullable<Text>, _>(&self.reason)?;
        out.push_sql(", CASE WHEN delivery = 'uncertain' AND ");
        out.push_bind_param::<Bool, _>(&self.certain)?;
        out.push_sql(" THEN NULL ELSE reason END) END, left_at = ");
        self.unless_queued(&mut out)?;
        out.push_bind_param::<Nullable<Moment>, _>(&self.left_at)?;
        out.push_sql(", left_at) END WHERE delivery IS NOT NULL AND id = ");
        out.push_bind_param::<Text, _>(&self.id)?;
        Ok(())
    }
}

impl QueryId for Moved<'_> {
    type QueryId = Moved<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}
