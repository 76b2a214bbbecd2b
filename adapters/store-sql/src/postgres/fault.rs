//! What a failure of the database means.

use diesel::result::{DatabaseErrorKind, Error};
use tradepost_ports::store::StoreError;

/// What PostgreSQL says when another unit was first: www.postgresql.org/docs/current/errcodes-appendix.html (40P01,
/// 55P03). diesel passes on the words only, so the server should speak English (`lc_messages`).
const FIRST: [&str; 3] = ["deadlock detected", "due to lock timeout", "could not serialize access"];

/// What it says when it may work later: shutting down and starting up, full, out of connections or memory, too slow.
const PASSING: [&str; 14] = [
    "terminating connection",
    "the database system is",
    "No space left on device",
    "Disk quota exceeded",
    "could not access",
    "could not write",
    "could not fsync",
    "could not open",
    "too many connections",
    "too many clients",
    "remaining connection slots",
    "out of memory",
    "out of shared memory",
    "due to statement timeout",
];

/// What a failure within a unit means for it.
pub(crate) fn meaning(error: &Error) -> StoreError {
    use DatabaseErrorKind as Kind;
    let says = |words: &[&str], message: &str| words.iter().any(|word| message.contains(word));
    match error {
        Error::DatabaseError(Kind::UniqueViolation | Kind::SerializationFailure, _) => StoreError::Conflict,
        Error::DatabaseError(Kind::UnableToSendCommand | Kind::ClosedConnection, told) => {
            StoreError::Away(told.message().to_owned())
        }
        Error::DatabaseError(_, told) if says(&FIRST, told.message()) => StoreError::Conflict,
        Error::DatabaseError(_, told) if says(&PASSING, told.message()) => {
            StoreError::Away(told.message().to_owned())
        }
        error => StoreError::Broken(error.to_string()),
    }
}

/// The same for what a connection does around units, where every failure means that the store is away.
pub(crate) fn away(error: impl std::fmt::Display) -> StoreError {
    StoreError::Away(error.to_string())
}
