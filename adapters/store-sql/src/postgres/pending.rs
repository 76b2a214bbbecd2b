//! What a unit writes without waiting for an answer: kept back, and sent all at once in its order. The server works while
//! the next statement is on its way: www.postgresql.org/docs/current/protocol-flow.html (pipelining)

use std::{
    future::poll_fn,
    mem,
    task::{Context, Poll},
};

use diesel::{QueryResult, result::Error};
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
        let (mut statements, mut failed) = (mem::take(&mut self.statements), None);
        poll_fn(move |context| poll_all(&mut statements, &mut failed, context))
    }

    fn close_rows(&mut self, connection: &'c AsyncPgConnection) {
        if !self.rows.is_empty() {
            self.statements.extend(mem::take(&mut self.rows).statements(connection));
        }
    }
}

/// Polls all that have not ended, in their order, which is the order in which they are sent. The first failure is told:
/// those behind it fail for its sake, and may be heard of earlier.
fn poll_all(
    statements: &mut Vec<Statement<'_>>,
    failed: &mut Option<Error>,
    context: &mut Context<'_>,
) -> Poll<QueryResult<()>> {
    let mut place = 0;
    while let Some(statement) = statements.get_mut(place) {
        match statement.poll_unpin(context) {
            Poll::Pending => place += 1,
            Poll::Ready(Ok(_)) => drop(statements.remove(place)),
            Poll::Ready(Err(error)) => {
                statements.truncate(place);
                *failed = Some(error);
            }
        }
    }
    match statements.is_empty() {
        true => Poll::Ready(failed.take().map_or(Ok(()), Err)),
        false => Poll::Pending,
    }
}

#[cfg(test)]
mod tests {
    use std::task::Waker;

    use futures::channel::oneshot::{Sender, channel};

    use super::*;

    /// A statement, and what its answer is sent with.
    fn statement() -> (Statement<'static>, Sender<QueryResult<usize>>) {
        let (answers, answer) = channel();
        (answer.map(|answer| answer.expect("answered")).boxed(), answers)
    }

    /// The answer to the first may arrive while the second is looked at already.
    #[test]
    fn the_first_failure_is_told_even_if_it_is_heard_of_later() {
        let (mut statements, mut answers): (Vec<_>, Vec<_>) = (0..3).map(|_| statement()).unzip();
        let (mut failed, mut context) = (None, Context::from_waker(Waker::noop()));
        let mut polled = || poll_all(&mut statements, &mut failed, &mut context);
        assert!(polled().is_pending());
        answers.remove(1).send(Err(Error::BrokenTransactionManager)).expect("waited for");
        assert!(polled().is_pending());
        answers.remove(0).send(Err(Error::NotInTransaction)).expect("waited for");
        assert!(matches!(polled(), Poll::Ready(Err(Error::NotInTransaction))));
    }

    #[test]
    fn all_are_waited_for() {
        let (mut statements, answers): (Vec<_>, Vec<_>) = (0..2).map(|_| statement()).unzip();
        let (mut failed, mut context) = (None, Context::from_waker(Waker::noop()));
        for answer in answers {
            assert!(poll_all(&mut statements, &mut failed, &mut context).is_pending());
            answer.send(Ok(1)).expect("waited for");
        }
        assert_eq!(poll_all(&mut statements, &mut failed, &mut context), Poll::Ready(Ok(())));
    }
}
