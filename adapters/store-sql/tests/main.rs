//! The store keeps what every store promises, and what this one promises besides.

mod conformance;
mod grouping;
mod house;
mod keeping;
mod plans;
