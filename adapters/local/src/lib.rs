//! Tradepost: local.
