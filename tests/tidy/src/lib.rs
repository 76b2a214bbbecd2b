//! Tradepost: tests-tidy.
