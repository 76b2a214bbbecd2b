//! The provider that the suite plays, on a loopback port.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::AsyncReadExt as _,
    net::{TcpListener, TcpStream},
};
use wiremock::{Mock, MockServer, Request, ResponseTemplate, matchers::any};

use super::{Asked, Double, Reply};

/// A running provider. It stops when it is dropped.
pub struct Provider {
    base: String,
    _running: Running,
}

#[expect(dead_code, reason = "held for as long as the provider runs")]
enum Running {
    Server(MockServer),
    Cutter(tokio::task::JoinSet<()>),
    Nobody,
}

impl Provider {
    /// Answers every request by that function of the request and its number, from 1.
    pub async fn answering(answer: impl Fn(&Asked, usize) -> Reply + Send + Sync + 'static) -> Self {
        let number = AtomicUsize::new(0);
        let respond = move |request: &Request| {
            let asked = Asked {
                method: request.method.to_string(),
                path: request.url.path().to_owned(),
                body: request.body.clone(),
            };
            template(answer(&asked, number.fetch_add(1, Ordering::SeqCst) + 1))
        };
        Self::serving(Mock::given(any()).respond_with(respond)).await
    }

    /// Takes every line; the `n`-th request's is known as `line-<n>`.
    pub async fn taking(double: &Arc<dyn Double>) -> Self {
        let double = Arc::clone(double);
        Self::answering(move |asked, number| double.taken(asked, &format!("line-{number}"))).await
    }

    /// Says nothing for that long.
    pub async fn hanging(for_: Duration) -> Self {
        let late = ResponseTemplate::new(200).set_delay(for_);
        Self::serving(Mock::given(any()).respond_with(late)).await
    }

    /// Reads the beginning of a request and cuts the connection.
    pub async fn cutting() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a loopback port");
        let base = address(&listener);
        let mut cutter = tokio::task::JoinSet::new();
        cutter.spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                cut(connection).await;
            }
        });
        Self { base, _running: Running::Cutter(cutter) }
    }

    /// Listens nowhere: the address refuses connections.
    pub async fn nobody() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a loopback port");
        Self { base: address(&listener), _running: Running::Nobody }
    }

    /// Its address.
    pub fn base(&self) -> &str {
        &self.base
    }

    async fn serving(mock: Mock) -> Self {
        let server = MockServer::start().await;
        mock.mount(&server).await;
        Self { base: server.uri(), _running: Running::Server(server) }
    }
}

fn address(listener: &TcpListener) -> String {
    format!("http://{}", listener.local_addr().expect("a bound listener"))
}

async fn cut(mut connection: TcpStream) {
    let mut beginning = [0; 1024];
    let _ = connection.read(&mut beginning).await;
}

fn template(reply: Reply) -> ResponseTemplate {
    let content_type = reply.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-type"));
    let mime = content_type.map_or("text/plain", |(_, value)| value.as_str()).to_owned();
    let template = ResponseTemplate::new(reply.status).set_body_raw(reply.body, &mime);
    let others = reply.headers.iter().filter(|(name, _)| !name.eq_ignore_ascii_case("content-type"));
    others.fold(template, |template, (name, value)| template.insert_header(name.as_str(), value.as_str()))
}
