//! Tradepost: openapi.
