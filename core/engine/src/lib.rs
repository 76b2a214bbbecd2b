//! Tradepost: engine.
