//! The provider that the suite plays, on a loopback port.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use parking_lot::Mutex;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpSocket, TcpStream},
    task::JoinSet,
};
use wiremock::{Mock, MockServer, Request, ResponseTemplate, matchers::any};

use super::{Asked, Double, Reply};

/// A running provider. It stops when it is dropped.
pub struct Provider {
    base: String,
    asked: Arc<Mutex<Vec<Asked>>>,
    _running: Running,
}

#[expect(dead_code, reason = "held for as long as the provider runs")]
enum Running {
    Server(MockServer),
    Rude(JoinSet<()>),
    Nobody(TcpSocket),
}

/// How a provider treats a connection badly, having read the beginning of a request.
#[derive(Clone, Copy)]
enum Rude {
    Cuts,
    IsSilent,
    Trickles,
}

impl Provider {
    /// Answers every request by that function of the request and its number, from 1.
    pub async fn answering(answer: impl Fn(&Asked, usize) -> Reply + Send + Sync + 'static) -> Self {
        let (number, asked) = (AtomicUsize::new(0), Arc::new(Mutex::new(Vec::new())));
        let log = Arc::clone(&asked);
        let respond = move |request: &Request| {
            let asked = asked_by(request);
            log.lock().push(asked.clone());
            template(answer(&asked, number.fetch_add(1, Ordering::SeqCst) + 1))
        };
        let server = MockServer::start().await;
        Mock::given(any()).respond_with(respond).mount(&server).await;
        Self { base: server.uri(), asked, _running: Running::Server(server) }
    }

    /// Takes every line; the `n`-th request's is known as `line-<n>`.
    pub async fn taking(double: &Arc<dyn Double>) -> Self {
        let double = Arc::clone(double);
        Self::answering(move |asked, number| double.taken(asked, &format!("line-{number}"))).await
    }

    /// Reads the beginning of a request and says nothing.
    pub async fn silent() -> Self {
        Self::rude(Rude::IsSilent).await
    }

    /// Answers at once that all is well, and then never comes to the end of its body.
    pub async fn trickling() -> Self {
        Self::rude(Rude::Trickles).await
    }

    /// Reads the beginning of a request and cuts the connection.
    pub async fn cutting() -> Self {
        Self::rude(Rude::Cuts).await
    }

    /// Listens nowhere: the address refuses connections, and nobody else is given its port.
    pub async fn nobody() -> Self {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).expect("a loopback port");
        let address = socket.local_addr().expect("a bound socket");
        Self { base: format!("http://{address}"), asked: Arc::default(), _running: Running::Nobody(socket) }
    }

    /// Its address.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// Every request that came, in order.
    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().clone()
    }

    async fn rude(rude: Rude) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a loopback port");
        let base = format!("http://{}", listener.local_addr().expect("a bound listener"));
        let mut running = JoinSet::new();
        running.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((connection, _)) = listener.accept().await {
                connections.spawn(treat(connection, rude));
            }
        });
        Self { base, asked: Arc::default(), _running: Running::Rude(running) }
    }
}

async fn treat(mut connection: TcpStream, rude: Rude) {
    let mut beginning = [0; 1024];
    let _ = connection.read(&mut beginning).await;
    match rude {
        Rude::Cuts => {}
        Rude::IsSilent => std::future::pending().await,
        Rude::Trickles => {
            let head =
                "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 1000000\r\n\r\n{";
            let mut going = connection.write_all(head.as_bytes()).await;
            while going.is_ok() {
                tokio::time::sleep(Duration::from_millis(20)).await;
                going = connection.write_all(b" ").await;
            }
        }
    }
}

fn asked_by(request: &Request) -> Asked {
    let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
    let headers = request.headers.iter();
    Asked {
        method: request.method.to_string(),
        path: request.url.path().to_owned(),
        query: request.url.query().unwrap_or_default().to_owned(),
        headers: headers.map(|(name, value)| (name.as_str().to_owned(), text(value.as_bytes()))).collect(),
        body: request.body.clone(),
    }
}

fn template(reply: Reply) -> ResponseTemplate {
    let content_type = reply.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-type"));
    let mime = content_type.map_or("text/plain", |(_, value)| value.as_str()).to_owned();
    let template = ResponseTemplate::new(reply.status).set_body_raw(reply.body, &mime);
    let others = reply.headers.iter().filter(|(name, _)| !name.eq_ignore_ascii_case("content-type"));
    others.fold(template, |template, (name, value)| template.insert_header(name.as_str(), value.as_str()))
}
