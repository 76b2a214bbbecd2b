//! The accept loop. The stock server of poem has no header time limit, leaves Nagle's algorithm on, and spins when file
//! descriptors run out; this one does none of that.

use std::{
    convert::Infallible,
    io,
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use hyper::{body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::{conn::auto::Builder, graceful::GracefulShutdown},
};
use poem::{
    Addr,
    http::uri::Scheme,
    web::{LocalAddr, RemoteAddr},
};
use socket2::{Domain, Protocol, Socket, Type};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore, watch},
    task::JoinSet,
};

use super::{
    Door,
    linger::{Lingering, Unread},
};
use crate::settings::ServerSettings;

/// After a failed accept (usually: no file descriptors left) others get the time to finish.
const AFTER_FAILED_ACCEPT: Duration = Duration::from_millis(100);

/// Listens. An IPv6 address listens on IPv4 too, where it is `::`; a machine without IPv6 gets IPv4 instead.
pub fn bind(address: IpAddr, port: u16) -> io::Result<TcpListener> {
    match listen(SocketAddr::new(address, port)) {
        Err(error) if address.is_unspecified() && address.is_ipv6() && no_family(&error) => {
            listen(SocketAddr::new(IpAddr::from([0, 0, 0, 0]), port))
        }
        result => result,
    }
}

/// EAFNOSUPPORT and EADDRNOTAVAIL: what a kernel without IPv6 says.
fn no_family(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(97 | 99))
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    if address.is_ipv6() {
        socket.set_only_v6(false)?;
    }
    socket.set_reuse_address(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(1024)?;
    TcpListener::from_std(socket.into())
}

/// Serves until `stop` turns true; then nothing new is accepted, and what is in hand gets `stop_wait` to end.
pub async fn serve(
    listener: TcpListener,
    door: Arc<Door>,
    server: &ServerSettings,
    mut stop: watch::Receiver<bool>,
) {
    let places = Arc::new(Semaphore::new(server.most_connections));
    let graceful = GracefulShutdown::new();
    let mut connections = JoinSet::new();
    loop {
        let next = tokio::select! {
            biased;
            _ = stop.wait_for(|stop| *stop) => break,
            Some(_) = connections.join_next(), if !connections.is_empty() => continue,
            next = accept(&listener, &places) => next,
        };
        if let Some((place, stream, remote)) = next {
            let connection = connection(&graceful, stream, remote, Arc::clone(&door), server.header_wait);
            connections.spawn(async move {
                connection.await;
                drop(place);
            });
        }
    }
    drop(listener);
    let open = connections.len();
    if tokio::time::timeout(server.stop_wait, graceful.shutdown()).await.is_err() {
        tracing::warn!(open, left = connections.len(), "some connections did not end in time and are cut");
    }
}

async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> Option<(OwnedSemaphorePermit, TcpStream, SocketAddr)> {
    let place = Arc::clone(places).acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, remote)) => Some((place, stream, remote)),
        Err(error) => {
            tracing::warn!(error = %error, "failed to accept a connection");
            tokio::time::sleep(AFTER_FAILED_ACCEPT).await;
            None
        }
    }
}

fn connection(
    graceful: &GracefulShutdown,
    stream: TcpStream,
    remote: SocketAddr,
    door: Arc<Door>,
    header_wait: Duration,
) -> impl Future<Output = ()> + Send + use<> {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(error = %error, "failed to switch Nagle's algorithm off");
    }
    let local = LocalAddr(stream.local_addr().map(Addr::from).unwrap_or_default());
    let remote = RemoteAddr(Addr::from(remote));
    let unread = Unread::default();
    let stream = Lingering::new(stream, unread.clone());
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let (door, local, remote) = (Arc::clone(&door), local.clone(), remote.clone());
        let mut request = poem::Request::from((request, local, remote, Scheme::HTTP));
        let body = unread.watch(request.take_body());
        request.set_body(body);
        async move { Ok::<hyper::Response<_>, Infallible>(door.answer(request).await.into()) }
    });
    // Only HTTP/1: telling versions apart reads the first bytes without any time limit.
    let mut builder = Builder::new(TokioExecutor::new()).http1_only();
    builder.http1().timer(TokioTimer::new()).header_read_timeout(header_wait);
    let served = graceful.watch(builder.serve_connection(TokioIo::new(stream), service).into_owned());
    async move {
        if let Err(error) = served.await {
            tracing::debug!(error = %error, "a connection broke");
        }
    }
}
