//! The first ceiling: a bare route that reads a body and checks its signature, and keeps nothing. A process of its own, as a
//! house is.

use std::{
    io::Write as _,
    net::SocketAddr,
    process::{Command, Stdio},
};

use anyhow::{Context as _, Result};
use hmac::{Hmac, KeyInit as _, Mac as _};
use poem::{
    Endpoint, Request, Response, Server,
    http::StatusCode,
    listener::{Acceptor as _, Listener as _, TcpListener},
};
use sha2::Sha256;

use crate::{
    letter::{APP_SECRET, HEADER},
    process::{Program, command},
};

/// A bare route that runs.
pub struct Bare {
    /// Where it listens.
    pub address: SocketAddr,
    _program: Program,
}

impl Bare {
    /// Starts this program again as the bare route.
    pub fn start() -> Result<Self> {
        let own = std::env::current_exe().context("find this program")?;
        let mut program = Program::start(bare_command(&own))?;
        let line = program.first_line()?;
        let address = line.trim().parse().with_context(|| format!("read an address in {line:?}"))?;
        Ok(Self { address, _program: program })
    }
}

fn bare_command(own: &std::path::Path) -> Command {
    let mut command = command(own);
    command.arg("bare").stdout(Stdio::piped());
    command
}

struct Route;

impl Endpoint for Route {
    type Output = Response;

    async fn call(&self, mut request: Request) -> poem::Result<Response> {
        let body = request.take_body().into_bytes().await?;
        let signature = request.header(HEADER).and_then(|text| text.strip_prefix("sha256="));
        let signature = signature.and_then(|text| hex::decode(text).ok()).unwrap_or_default();
        let mac = Hmac::<Sha256>::new_from_slice(APP_SECRET.as_bytes()).ok();
        let is_right = mac.is_some_and(|mac| mac.chain_update(&body).verify_slice(&signature).is_ok());
        let status = if is_right { StatusCode::OK } else { StatusCode::UNAUTHORIZED };
        Ok(Response::builder().status(status).finish())
    }
}

/// Listens, prints where, and serves until it is killed.
pub async fn serve() -> Result<()> {
    let acceptor = TcpListener::bind("127.0.0.1:0").into_acceptor().await.context("listen")?;
    let addresses = acceptor.local_addr();
    let address = addresses.first().and_then(|local| local.as_socket_addr()).context("know the own port")?;
    writeln!(std::io::stdout(), "{address}").context("print the address")?;
    Server::new_with_acceptor(acceptor).run(Route).await.context("serve")
}
