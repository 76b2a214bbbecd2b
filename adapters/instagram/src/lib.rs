//! Tradepost: instagram.
