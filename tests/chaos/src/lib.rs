//! Tradepost's real processes, killed, stopped, cut off and overloaded. `tests/stage` starts `tradepost serve` and
//! `tradepost-sandbox` as processes of their own, on ports and in directories of their own; the cases stand beside it.
//! What became of every message is counted in the sandbox's log and in the store's file.
