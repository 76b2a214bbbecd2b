//! Tradepost's schema: numbered steps for each database, embedded in the program.
//!
//! A step is a folder `sqlite/NNNN_name` or `postgres/NNNN_name` with `up.sql` and `down.sql`. Steps expand first and contract
//! later, since old code may run beside new; a released step is never changed. All pending steps are taken in one
//! transaction under a lock of the database, so that processes that start at once do not take one twice.
#![forbid(unsafe_code)]

pub mod postgres;
mod schema;
pub mod sqlite;

use thiserror::Error;

/// Why the schema could not be brought to where it should be.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SchemaError {
    /// A newer program has been here.
    #[error(
        "failed to use the store: its schema is at step {found}, this program knows steps up to {known}; \
         start a newer program, or restore a backup"
    )]
    Newer {
        /// The newest step in the database.
        found: String,
        /// The newest step that this program has.
        known: String,
    },
    /// There is no such file.
    #[error("failed to open {path}: there is no such file")]
    Missing {
        /// The file.
        path: String,
    },
    /// The database refused.
    #[error("failed to bring the store's schema up to date: {0}")]
    Failed(String),
}

/// The steps not yet taken, of those that a program knows; a step that it does not know is a newer program's.
fn pending_of(known: Vec<String>, taken: &[String]) -> Result<Vec<String>, SchemaError> {
    if let Some(found) = taken.iter().filter(|step| !known.contains(step)).max() {
        let known = known.last().cloned().unwrap_or_default();
        return Err(SchemaError::Newer { found: found.clone(), known });
    }
    Ok(known.into_iter().filter(|step| !taken.contains(step)).collect())
}

impl From<diesel::result::Error> for SchemaError {
    fn from(error: diesel::result::Error) -> Self {
        Self::Failed(error.to_string())
    }
}
