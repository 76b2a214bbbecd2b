//! Tradepost: gateway.
