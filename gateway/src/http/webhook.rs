//! `/webhooks/{channel}/{endpoint}`: one handler for every provider. Verify, read, keep, answer: in this order only.

use std::sync::Arc;

use ipnet::IpNet;
use poem::{
    Endpoint, Request, Response,
    http::{Method, StatusCode},
};
use tradepost_openapi::ProblemKind;
use tradepost_ports::{Greeting, Headers, Unreadable, Unverified, Verified};

use super::{Delivery, Desk, Refusal, client, correlation};
use crate::settings::EndpointSettings;

/// An endpoint's door.
pub(super) struct WebhookDoor {
    endpoint: EndpointSettings,
    desk: Arc<dyn Desk>,
    trusted: Vec<IpNet>,
}

impl WebhookDoor {
    pub(super) fn new(endpoint: EndpointSettings, desk: Arc<dyn Desk>, trusted: Vec<IpNet>) -> Self {
        if !endpoint.verify {
            tracing::warn!(
                endpoint = endpoint.path(),
                "SIGNATURES ARE NOT CHECKED at this endpoint: anybody can write in a customer's name. Local trials only"
            );
        }
        Self { endpoint, desk, trusted }
    }

    /// May a client of that address call at all?
    fn is_allowed(&self, request: &Request) -> bool {
        let allow = &self.endpoint.allow;
        let among = |address| client::is_among(address, allow);
        allow.is_empty() || client::address(request, &self.trusted).is_some_and(among)
    }

    fn greet(&self, request: &Request) -> Result<Response, Refusal> {
        match self.endpoint.webhook.greet(&query(request)) {
            Greeting::Welcome(text) => Ok(Response::builder().content_type("text/plain").body(text)),
            Greeting::Refused => Err(Refusal::because(ProblemKind::Forbidden, "the verify token is wrong")),
            Greeting::NotOffered => Err(self.wrong_method()),
        }
    }

    fn wrong_method(&self) -> Refusal {
        let allow = if self.endpoint.webhook.schema().greets { "GET, POST" } else { "POST" };
        Refusal { allow: Some(allow), ..Refusal::new(ProblemKind::MethodNotAllowed) }
    }

    async fn take(&self, mut request: Request) -> Result<Response, poem::Error> {
        let delivery = Delivery {
            endpoint: self.endpoint.path(),
            kind: self.endpoint.kind.to_owned(),
            correlation: correlation::given(&request)?,
        };
        let (headers, query) = (headers(&request), query(&request));
        let body = request.take_body().into_bytes().await?;
        let verified = self.verify(Unverified::new(headers, query, body))?;
        match self.endpoint.webhook.parse(&verified) {
            Ok(arrivals) => self.keep(&delivery, arrivals).await.map_err(Into::into),
            Err(unreadable) => self.keep_unread(&delivery, &verified, &unreadable).await.map_err(Into::into),
        }
    }

    fn verify(&self, raw: Unverified) -> Result<Verified, Refusal> {
        if !self.endpoint.verify {
            return Ok(raw.trusted_by_operator());
        }
        self.endpoint.webhook.verify(raw).map_err(|refused| {
            tracing::warn!(endpoint = self.endpoint.path(), reason = %refused, "a webhook was refused");
            Refusal::because(ProblemKind::Unauthorized, refused.to_string())
        })
    }

    async fn keep(
        &self,
        delivery: &Delivery,
        arrivals: Vec<tradepost_domain::Arrival>,
    ) -> Result<Response, Refusal> {
        let events = arrivals.len();
        self.desk.accept(delivery, arrivals).await?;
        tracing::info!(endpoint = delivery.endpoint, events, "events were taken");
        Ok(Response::builder().status(StatusCode::OK).finish())
    }

    async fn keep_unread(
        &self,
        delivery: &Delivery,
        verified: &Verified,
        unreadable: &Unreadable,
    ) -> Result<Response, Refusal> {
        self.desk.accept_unparsed(delivery, verified.body(), &unreadable.reason).await?;
        tracing::warn!(
            endpoint = delivery.endpoint,
            "a signed body could not be read and was kept as unparsed"
        );
        let status = StatusCode::from_u16(unreadable.status).unwrap_or(StatusCode::OK);
        Ok(Response::builder().status(status).finish())
    }
}

impl Endpoint for WebhookDoor {
    type Output = Response;

    async fn call(&self, request: Request) -> poem::Result<Response> {
        if !self.is_allowed(&request) {
            tracing::warn!(
                endpoint = self.endpoint.path(),
                "a client was refused whose address is not allowed"
            );
            return Err(Refusal::because(ProblemKind::Forbidden, "your address may not call here").into());
        }
        match *request.method() {
            Method::GET => Ok(self.greet(&request)?),
            Method::POST => self.take(request).await,
            _ => Err(self.wrong_method().into()),
        }
    }
}

fn headers(request: &Request) -> Headers {
    let texts = request
        .headers()
        .iter()
        .filter_map(|(name, value)| Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned())));
    Headers::new(texts)
}

fn query(request: &Request) -> Vec<(String, String)> {
    request.params().unwrap_or_default()
}
