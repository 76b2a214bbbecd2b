//! The store in a file.

mod conformance;
mod grouping;
mod house;
mod keeping;
mod plans;
