//! A wire between processes, which can be cut: a balancer before several doors, a network that goes silent.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinHandle,
};

/// Passes connections on to the first of its ends that answers, a different one each time.
pub struct Wire {
    port: u16,
    cut: watch::Sender<bool>,
    passing: JoinHandle<()>,
}

impl Wire {
    pub async fn to(port: u16, ends: Vec<u16>) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", port)).await.expect("a free port");
        let (cut, is_cut) = watch::channel(false);
        let passing = tokio::spawn(listen(listener, ends.into(), is_cut));
        Self { port, cut, passing }
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// From now on nothing passes, and nobody is told: connections stay open on both sides.
    pub fn cut(&self) {
        self.cut.send_replace(true);
    }

    /// New connections pass again. What was open stays silent.
    pub fn mend(&self) {
        self.cut.send_replace(false);
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.passing.abort();
    }
}

async fn listen(listener: TcpListener, ends: Arc<[u16]>, cut: watch::Receiver<bool>) {
    let turns = AtomicUsize::new(0);
    loop {
        if let Ok((near, _)) = listener.accept().await {
            let first = turns.fetch_add(1, Ordering::Relaxed);
            tokio::spawn(pass(near, Arc::clone(&ends), first, cut.clone()));
        }
    }
}

async fn pass(mut near: TcpStream, ends: Arc<[u16]>, first: usize, mut cut: watch::Receiver<bool>) {
    if *cut.borrow() {
        return std::future::pending().await;
    }
    for turn in 0..ends.len() {
        let end = ends[(first + turn) % ends.len()];
        if let Ok(mut far) = TcpStream::connect(("127.0.0.1", end)).await {
            let is_cut = async { drop(cut.wait_for(|cut| *cut).await) };
            tokio::select! {
                _ = copy_bidirectional(&mut near, &mut far) => return,
                () = is_cut => {}
            }
            return std::future::pending().await;
        }
    }
}
