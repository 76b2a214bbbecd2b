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
    state: watch::Sender<State>,
    passing: JoinHandle<()>,
}

/// How the wire is.
#[derive(Debug, Clone, Copy, Default)]
struct State {
    cut: bool,
    /// How often it has broken.
    breaks: u32,
}

impl Wire {
    pub async fn to(port: u16, ends: Vec<u16>) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", port)).await.expect("a free port");
        let (state, told) = watch::channel(State::default());
        let passing = tokio::spawn(listen(listener, ends.into(), told));
        Self { port, state, passing }
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// From now on nothing passes, and nobody is told: connections stay open on both sides.
    pub fn cut(&self) {
        self.state.send_modify(|state| state.cut = true);
    }

    /// New connections pass again. What was open stays silent.
    pub fn mend(&self) {
        self.state.send_modify(|state| state.cut = false);
    }

    /// What is open ends, and both sides are told. New connections pass.
    pub fn breaks(&self) {
        self.state.send_modify(|state| state.breaks += 1);
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.passing.abort();
    }
}

async fn listen(listener: TcpListener, ends: Arc<[u16]>, state: watch::Receiver<State>) {
    let turns = AtomicUsize::new(0);
    loop {
        if let Ok((near, _)) = listener.accept().await {
            let first = turns.fetch_add(1, Ordering::Relaxed);
            tokio::spawn(pass(near, Arc::clone(&ends), first, state.clone()));
        }
    }
}

async fn pass(mut near: TcpStream, ends: Arc<[u16]>, first: usize, mut state: watch::Receiver<State>) {
    let State { cut, breaks } = *state.borrow();
    if cut {
        return std::future::pending().await;
    }
    for turn in 0..ends.len() {
        let end = ends[(first + turn) % ends.len()];
        if let Ok(mut far) = TcpStream::connect(("127.0.0.1", end)).await {
            // What is passed on in pieces is not to wait for the other side's acknowledgements.
            let _ = (near.set_nodelay(true), far.set_nodelay(true));
            let breaks_off = async {
                let ill = state.wait_for(|state| state.cut || state.breaks != breaks).await;
                ill.is_ok_and(|state| !state.cut)
            };
            let broken = tokio::select! {
                _ = copy_bidirectional(&mut near, &mut far) => return,
                broken = breaks_off => broken,
            };
            // Dropped, both ends hear of it; kept, neither does.
            if !broken {
                std::future::pending::<()>().await;
            }
            return;
        }
    }
}
