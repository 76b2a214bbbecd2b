//! What a unit writes without waiting for an answer: kept back, and sent all at once in its order. The server works while
//! the next statement is on its way: www.postgresql.org/docs/current/protocol-flow.html (pipelining)

use std::{
    future::poll_fn,
    mem,
    task::{Context, Poll},
};

use diesel::QueryResult;
use diesel_async::AsyncPgConnection;
use futures::{FutureExt as _, future::BoxFuture};

use super::bulk::Rows;

/// A statement that is sent when it is first polled.
pub(crate) type Statement<'c> = BoxFuture<'c, QueryResult<usize>>;

/// What is not written yet.
#[derive(Default)]
pub(crate) struct Pending<'c> {
    /// In the order in which they came.
    statements: Vec<Statement<'c>>,
    /// Rows that are added behind those, as few statements as there are tables.
    pub(super) rows: Rows,
}

impl<'c> Pending<'c> {
    /// One more, behind all that is there.
    pub(super) fn add(&mut self, connection: &'c AsyncPgConnection, statement: Statement<'c>) {
        self.close_rows(connection);
        self.statements.push(statement);
    }

    /// Sends everything. What comes of it is known when this ends; whatever is polled beside it is sent behind it.
    pub(super) fn send(
        &mut self,
        connection: &'c AsyncPgConnection,
    ) -> impl Future<Output = QueryResult<()>> + Send + use<'c> {
        self.close_rows(connection);
        let mut statements = mem::take(&mut self.statements);
        poll_fn(move |context| poll_all(&mut statements, context))
    }

    fn close_rows(&mut self, connection: &'c AsyncPgConnection) {
        if !self.rows.is_empty() {
            self.statements.extend(mem::take(&mut self.rows).statements(connection));
        }
    }
}

/// Polls all that have not ended, in their order, which is the order in which they are sent. The first failure is told:
/// those behind it fail for its sake.
fn poll_all(statements: &mut Vec<Statement<'_>>, context: &mut Context<'_>) -> Poll<QueryResult<()>> {
    let mut failed = None;
    statements.retain_mut(|statement| match statement.poll_unpin(context) {
        Poll::Ready(Ok(_)) => false,
        Poll::Ready(Err(error)) => {
            failed.get_or_insert(error);
            false
        }
        Poll::Pending => true,
    });
    match failed {
        Some(error) => Poll::Ready(Err(error)),
        None if statements.is_empty() => Poll::Ready(Ok(())),
        None => Poll::Pending,
    }
}
