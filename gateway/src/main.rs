//! The program `tradepost`.

use std::process::ExitCode;

fn main() -> ExitCode {
    tradepost_gateway::run(&tradepost_gateway::adapters::shipped())
}
