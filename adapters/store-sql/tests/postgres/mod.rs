//! The store in a database.

mod conformance;
mod house;
mod together;
