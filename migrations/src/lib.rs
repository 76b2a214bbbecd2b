//! Tradepost: migrations.
