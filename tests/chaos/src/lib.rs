//! Tradepost: tests-chaos.
