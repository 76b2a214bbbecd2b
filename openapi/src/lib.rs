//! The types of the public API. Nothing else crosses it: what stands here stands in the generated document
//! (`openapi/tradepost.json`), so that a change of the API is seen in review as a change of the document.
#![forbid(unsafe_code)]

pub mod chat;
pub mod health;
pub mod problem;

pub use problem::{Problem, ProblemKind};
