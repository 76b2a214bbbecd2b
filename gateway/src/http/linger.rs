//! The end of a connection whose client still writes.
//!
//! A kernel that closes a socket with bytes unread answers them with a reset, and a reset may take the answer with it
//! before the client has read it. So the door says that it writes no more, reads away what is still sent, within
//! bounds, and closes then (RFC 9112, section 9.6).

use std::{
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::Bytes;
use http_body_util::combinators::BoxBody;
use hyper::body::{Body, Frame, SizeHint};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    time::{Sleep, sleep},
};

/// Twice the largest webhook that we know of a provider (4 MiB). Who sends more is not read to the end.
const MOST_BYTES: usize = 8 * 1024 * 1024;
/// Long enough for that much over a line of 32 Mbit/s, and not for holding a connection's place.
const MOST_TIME: Duration = Duration::from_secs(2);

/// Does the client still owe us a body that nobody reads?
#[derive(Clone, Default)]
pub(super) struct Unread(Arc<AtomicBool>);

impl Unread {
    /// The same body; reading it to its end is noticed.
    pub(super) fn watch(&self, body: poem::Body) -> poem::Body {
        let inner = BoxBody::from(body);
        self.0.store(!inner.is_end_stream(), Ordering::Relaxed);
        BoxBody::new(Watched { inner, unread: self.clone() }).into()
    }
}

struct Watched {
    inner: BoxBody<Bytes, io::Error>,
    unread: Unread,
}

impl Body for Watched {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let frame = ready!(Pin::new(&mut self.inner).poll_frame(context));
        if frame.is_none() || self.inner.is_end_stream() {
            self.unread.0.store(false, Ordering::Relaxed);
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

/// A connection that lingers at its end while its client still writes.
pub(super) struct Lingering {
    stream: TcpStream,
    unread: Unread,
    farewell: Option<Farewell>,
}

/// What is left of the time and the bytes.
struct Farewell {
    until: Pin<Box<Sleep>>,
    bytes: usize,
    /// Is more expected than what has come?
    waits: bool,
}

impl Lingering {
    pub(super) fn new(stream: TcpStream, unread: Unread) -> Self {
        Self { stream, unread, farewell: None }
    }
}

impl Farewell {
    fn begin(unread: &Unread) -> Self {
        let waits = unread.0.load(Ordering::Relaxed);
        Self { until: Box::pin(sleep(MOST_TIME)), bytes: MOST_BYTES, waits }
    }

    /// Ready when the client has ended too, or has had enough of our time.
    fn poll(&mut self, stream: &mut TcpStream, context: &mut Context<'_>) -> Poll<()> {
        let mut room = [0; 16 * 1024];
        while self.bytes > 0 && self.until.as_mut().poll(context).is_pending() {
            let mut read = ReadBuf::new(&mut room);
            match Pin::new(&mut *stream).poll_read(context, &mut read) {
                Poll::Ready(Ok(())) if !read.filled().is_empty() => {
                    self.bytes = self.bytes.saturating_sub(read.filled().len());
                    self.waits = true;
                }
                Poll::Pending if self.waits => return Poll::Pending,
                // It has ended or broken off, or nothing is to come: the usual end.
                Poll::Ready(_) | Poll::Pending => break,
            }
        }
        Poll::Ready(())
    }
}

impl AsyncRead for Lingering {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, into)
    }
}

impl AsyncWrite for Lingering {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, bytes)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    /// Writes no more; then reads away what still comes.
    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let Self { stream, unread, farewell } = self.get_mut();
        if farewell.is_none() {
            ready!(Pin::new(&mut *stream).poll_shutdown(context))?;
        }
        let farewell = farewell.get_or_insert_with(|| Farewell::begin(unread));
        farewell.poll(stream, context).map(Ok)
    }
}
