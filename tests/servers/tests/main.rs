//! The servers come, go and leave nothing behind.

mod postgres;
mod redis;
mod run;
