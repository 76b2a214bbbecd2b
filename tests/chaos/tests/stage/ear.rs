//! An ear on a connection: what passes towards the other end is kept.

use std::sync::Arc;

use parking_lot::Mutex;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

/// Passes connections on to a port and keeps what is said to it.
pub struct Ear {
    pub port: u16,
    heard: Arc<Mutex<Vec<u8>>>,
    passing: JoinHandle<()>,
}

impl Ear {
    pub async fn on(end: u16) -> Self {
        let heard: Arc<Mutex<Vec<u8>>> = Arc::default();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let keeps = Arc::clone(&heard);
        let passing = tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                tokio::spawn(pass(near, end, Arc::clone(&keeps)));
            }
        });
        Self { port, heard, passing }
    }

    pub fn heard(&self) -> String {
        String::from_utf8_lossy(&self.heard.lock()).into_owned()
    }
}

impl Drop for Ear {
    fn drop(&mut self) {
        self.passing.abort();
    }
}

async fn pass(near: TcpStream, end: u16, heard: Arc<Mutex<Vec<u8>>>) {
    let far = TcpStream::connect(("127.0.0.1", end)).await.expect("the other end");
    let ((mut from, mut back), (mut answers, mut to)) = (near.into_split(), far.into_split());
    tokio::spawn(async move { tokio::io::copy(&mut answers, &mut back).await });
    let mut buffer = [0; 4096];
    while let Ok(length @ 1..) = from.read(&mut buffer).await {
        heard.lock().extend_from_slice(&buffer[..length]);
        if to.write_all(&buffer[..length]).await.is_err() {
            return;
        }
    }
}
