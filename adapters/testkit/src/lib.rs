//! Tradepost: testkit.
