//! Tradepost: domain.
