//! The servers that one run of the tests shares. Says where they are, as lines for a shell, and keeps them until its
//! standard input ends or it is killed.
#![forbid(unsafe_code)]

use std::io::{self, Read as _, Write as _};

use tradepost_tests_servers::{Keeping, POSTGRES, Postgres, REDIS, Redis};

fn main() -> io::Result<()> {
    let (postgres, redis) = (Postgres::start(Keeping::Quick), Redis::start());
    let mut out = io::stdout().lock();
    writeln!(out, "export {POSTGRES}={}", postgres.url("postgres"))?;
    writeln!(out, "export {REDIS}={}", redis.url())?;
    out.flush()?;
    io::stdin().read_to_end(&mut Vec::new())?;
    Ok(())
}
