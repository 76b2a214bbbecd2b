//! Tradepost: ports.
