//! Tradepost: flows.
