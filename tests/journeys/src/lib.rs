//! Tradepost: tests-journeys.
