//! Tradepost: sandbox.
