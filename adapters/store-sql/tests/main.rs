//! Each store keeps what every store promises, and what it promises besides.

mod postgres;
mod sqlite;
