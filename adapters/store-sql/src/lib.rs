//! Tradepost: store-sql.
