//! The accept loop. Its own, because a provider that misbehaves must be able to cut a connection without an answer, and because
//! the log wants to know whether an answer was handed over.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::combinators::BoxBody;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use poem::endpoint::BoxEndpoint;
use poem::http::uri::Scheme;
use poem::web::{LocalAddr, RemoteAddr};
use poem::{Endpoint, Response};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::log::Fate;

/// How long open connections may take to end after `stop`.
const FAREWELL: Duration = Duration::from_secs(2);

/// Marks a response that is never written: the connection is cut instead.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cut;

impl std::fmt::Display for Cut {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("connection cut by a scripted fault")
    }
}

impl std::error::Error for Cut {}

type Door = Arc<BoxEndpoint<'static, Response>>;

/// Serves until told to stop, then lets open connections end.
pub(crate) async fn serve(listener: TcpListener, door: Door, mut stop: watch::Receiver<bool>) {
    let mut connections = JoinSet::new();
    let for_each = stop.clone();
    loop {
        tokio::select! {
            () = told_to_stop(&mut stop) => break,
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => drop(connections.spawn(connection(stream, door.clone(), for_each.clone()))),
                // Out of file descriptors or the like: give others a moment to close theirs.
                Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
            },
            Some(_) = connections.join_next() => {}
        }
    }
    drop(listener);
    let ended = tokio::time::timeout(FAREWELL, async { while connections.join_next().await.is_some() {} });
    if ended.await.is_err() {
        connections.shutdown().await;
    }
}

/// Waits for the word; a sender that is gone has given it.
async fn told_to_stop(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}

async fn connection(stream: TcpStream, door: Door, mut stop: watch::Receiver<bool>) {
    let (Ok(local), Ok(remote)) = (stream.local_addr(), stream.peer_addr()) else { return };
    // Answers are small; waiting for more of them would only delay the caller. Failure to say so harms nobody.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let request = (request, LocalAddr(local.into()), RemoteAddr(remote.into()), Scheme::HTTP).into();
        answer(door.clone(), request)
    });
    let mut connection = std::pin::pin!(
        hyper::server::conn::http1::Builder::new()
            .timer(TokioTimer::new())
            .serve_connection(TokioIo::new(stream), service)
    );
    // Errors are callers that went away, and cuts: both are in the log already.
    tokio::select! {
        _ = connection.as_mut() => return,
        () = told_to_stop(&mut stop) => connection.as_mut().graceful_shutdown(),
    }
    let _ = connection.await;
}

/// Runs the call as a task of its own: a caller that hangs up does not undo what a provider has begun.
async fn answer(door: Door, request: poem::Request) -> Result<hyper::Response<Watched>, Cut> {
    let call = tokio::spawn(async move { door.get_response(request).await });
    let mut response = call.await.map_err(|_| Cut)?;
    if response.extensions().get::<Cut>().is_some() {
        return Err(Cut);
    }
    let fate = response.extensions_mut().remove::<Fate>();
    Ok(hyper::Response::from(response).map(|inner| Watched { inner, fate, ended: false }))
}

/// A body that tells its [`Fate`] whether it was handed over to the last byte.
struct Watched {
    inner: BoxBody<Bytes, io::Error>,
    fate: Option<Fate>,
    ended: bool,
}

impl Body for Watched {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let polled = Pin::new(&mut self.inner).poll_frame(cx);
        self.ended |= matches!(polled, Poll::Ready(None));
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        if let Some(fate) = self.fate.take().filter(|_| self.ended || self.inner.is_end_stream()) {
            fate.given();
        }
    }
}
