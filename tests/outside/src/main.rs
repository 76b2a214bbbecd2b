//! A gateway with a channel of its own beside those that ship.

use std::process::ExitCode;

use tradepost_gateway::{adapters::shipped, run};

fn main() -> ExitCode {
    let mut outfit = shipped();
    outfit.adapters.push(Box::new(tradepost_carrier::Plug));
    run(&outfit)
}
