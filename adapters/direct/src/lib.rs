//! Tradepost: direct.
