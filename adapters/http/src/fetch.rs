//! Fetching from an address that a payload named.

use std::{error::Error, time::Duration};

use bytes::Bytes;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue, LOCATION};
use secrecy::{ExposeSecret, SecretString};
use tradepost_domain::{ErrorKind, PortError};
use url::Url;

use crate::{
    Http, Intent, Internal, Reach,
    answer::{self, Broken},
    fault, trace,
};

/// What was fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Download {
    /// The bytes.
    pub bytes: Bytes,
    /// The content type that the server names, without parameters. Not to be believed unseen.
    pub mime: Option<String>,
}

/// A token that is shown on the way, and to whom.
#[derive(Clone, Copy)]
pub struct Pass<'a> {
    /// Shown as `Authorization: Bearer …`.
    pub token: &'a SecretString,
    /// Is whoever serves that address shown it? Asked again after each redirect.
    pub to: &'a (dyn Fn(&Url) -> bool + Sync),
}

impl Pass<'_> {
    fn header(&self, url: &Url) -> Option<HeaderValue> {
        let bearer = || HeaderValue::from_str(&format!("Bearer {}", self.token.expose_secret())).ok();
        let mut value = (self.to)(url).then(bearer).flatten()?;
        value.set_sensitive(true);
        Some(value)
    }
}

/// Redirects followed at most; each is checked like the first address.
const HOPS: usize = 3;

impl Http {
    /// Fetches the bytes behind an address, at most so many and within the whole time. `Invalid` when the address may
    /// not be reached or the answer is longer; other refusals as [`crate::kind_of`] says.
    pub async fn fetch(
        &self,
        provider: &'static str,
        url: &str,
        most_bytes: u64,
        reach: Reach,
    ) -> Result<Download, PortError> {
        self.fetched(provider, url, most_bytes, reach, None).await
    }

    /// The same with a token, for media that are kept from the public.
    pub async fn fetch_with(
        &self,
        provider: &'static str,
        url: &str,
        most_bytes: u64,
        reach: Reach,
        pass: Pass<'_>,
    ) -> Result<Download, PortError> {
        self.fetched(provider, url, most_bytes, reach, Some(pass)).await
    }

    async fn fetched(
        &self,
        provider: &'static str,
        url: &str,
        most_bytes: u64,
        reach: Reach,
        pass: Option<Pass<'_>>,
    ) -> Result<Download, PortError> {
        let url = url.parse().map_err(|_| invalid(provider, "the address is not one"))?;
        let admit = |url: &Url| reach.admit(url);
        let limit = self.config.fetch_limit;
        let way = Way { client: self.reaching(reach), provider, limit, pass };
        let work = way.follow(url, most_bytes, admit);
        tokio::time::timeout(limit, work).await.unwrap_or_else(|_| {
            Err(PortError::new(ErrorKind::Unavailable, provider, "no whole answer in time"))
        })
    }
}

/// How addresses are called, one after the other.
struct Way<'a> {
    client: &'a reqwest::Client,
    provider: &'static str,
    limit: Duration,
    pass: Option<Pass<'a>>,
}

impl Way<'_> {
    async fn follow(
        &self,
        mut url: Url,
        most_bytes: u64,
        admit: impl Fn(&Url) -> Result<(), Internal>,
    ) -> Result<Download, PortError> {
        for _ in 0..=HOPS {
            admit(&url).map_err(|internal| invalid(self.provider, &internal.to_string()))?;
            let response = self.get(&url).await.map_err(|error| unreached(self.provider, &error))?;
            match next(&url, &response) {
                Some(there) => url = there,
                None => return take(self.provider, response, most_bytes).await,
            }
        }
        Err(invalid(self.provider, "the address redirects too often"))
    }

    async fn get(&self, url: &Url) -> Result<reqwest::Response, reqwest::Error> {
        let mut headers = HeaderMap::new();
        trace::pass_on(&mut headers);
        if let Some(pass) = self.pass.and_then(|pass| pass.header(url)) {
            headers.insert(AUTHORIZATION, pass);
        }
        self.client.get(url.clone()).headers(headers).timeout(self.limit).send().await
    }
}

async fn take(
    provider: &'static str,
    response: reqwest::Response,
    most_bytes: u64,
) -> Result<Download, PortError> {
    let whole = answer::read(response, most_bytes).await.map_err(|broken| match broken {
        Broken::TooLarge(most) => invalid(provider, &format!("it is longer than {most} bytes")),
        Broken::Lost(error) => fault::to_port(provider, Intent::Read, &error),
    })?;
    let whole = whole.expect_success(provider, Intent::Read)?;
    Ok(Download { mime: whole.mime(), bytes: whole.body().clone() })
}

fn next(from: &Url, response: &reqwest::Response) -> Option<Url> {
    if !matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    from.join(response.headers().get(LOCATION)?.to_str().ok()?).ok()
}

/// A name that resolves inside is the address's fault, every other one the network's.
fn unreached(provider: &'static str, error: &reqwest::Error) -> PortError {
    let mut source = error.source();
    while let Some(inner) = source {
        if let Some(internal) = inner.downcast_ref::<Internal>() {
            return invalid(provider, &internal.to_string());
        }
        source = inner.source();
    }
    fault::to_port(provider, Intent::Read, error)
}

fn invalid(provider: &'static str, detail: &str) -> PortError {
    PortError::new(ErrorKind::Invalid, provider, format!("failed to fetch: {detail}"))
}

#[cfg(test)]
mod tests {
    use wiremock::{Mock, MockServer, ResponseTemplate, matchers::any};

    use super::*;
    use crate::HttpConfig;

    /// The first server is admitted as if it were public; whatever it redirects to is judged as it is.
    async fn redirected(status: u16, there: &str, first: &MockServer) -> Result<Download, PortError> {
        let answer = ResponseTemplate::new(status).insert_header("location", there);
        Mock::given(any()).respond_with(answer).mount(first).await;
        let http = Http::new(HttpConfig::default()).expect("a client");
        let start: Url = first.uri().parse().expect("an address");
        let admit = |url: &Url| if *url == start { Ok(()) } else { Reach::Public.admit(url) };
        let way = Way { client: &http.any, provider: "sandbox", limit: Duration::from_secs(5), pass: None };
        way.follow(start.clone(), 100, admit).await
    }

    /// proves: PL-23
    #[rstest::rstest]
    #[tokio::test]
    async fn a_redirect_inside_is_not_followed(#[values(301, 302, 303, 307, 308)] status: u16) {
        let (first, inside) = (MockServer::start().await, MockServer::start().await);
        Mock::given(any()).respond_with(ResponseTemplate::new(200)).expect(0).mount(&inside).await;
        let refused = redirected(status, &inside.uri(), &first).await.expect_err("refused");
        assert_eq!(refused.kind, ErrorKind::Invalid);
    }

    #[rstest::rstest]
    #[case::private("https://10.0.0.1/")]
    #[case::metadata("https://169.254.169.254/latest/meta-data")]
    #[case::without_scheme("//127.0.0.1/")]
    #[case::file("file:///etc/passwd")]
    #[tokio::test]
    async fn a_redirect_is_judged_like_an_address(#[case] there: &str) {
        let first = MockServer::start().await;
        assert_eq!(redirected(302, there, &first).await.expect_err("refused").kind, ErrorKind::Invalid);
        assert_eq!(first.received_requests().await.expect("a record").len(), 1);
    }
}
