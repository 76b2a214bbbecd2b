//! Tradepost: http.
