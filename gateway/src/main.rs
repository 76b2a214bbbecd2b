//! The program `tradepost`.

fn main() {}
