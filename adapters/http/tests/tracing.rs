//! The id of the work under way is passed on.

use rstest::rstest;
use tradepost_ports::correlation::correlated;
use wiremock::{Mock, MockServer, ResponseTemplate, matchers::any};

use crate::{http, read};

/// proves: PL-07
#[rstest]
#[case::a_trace("0af7651916cd43dd8448eb211c80319c", true)]
#[case::another_id("req-77", false)]
#[tokio::test]
async fn a_request_carries_the_id_of_the_work_it_belongs_to(#[case] id: &str, #[case] traced: bool) {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(ResponseTemplate::new(200)).mount(&server).await;
    let http = http();
    correlated(id.parse().expect("harmless"), http.call(read(&server.uri()))).await.expect("an answer");
    http.call(read(&server.uri())).await.expect("an answer");
    let seen = server.received_requests().await.expect("a record");
    let header = |n: usize, name: &str| Some(seen[n].headers.get(name)?.to_str().ok()?.to_owned());
    assert_eq!(header(0, "x-request-id").as_deref(), Some(id));
    let parent = header(0, "traceparent");
    assert_eq!(parent.as_deref().is_some_and(|parent| parent.starts_with(&format!("00-{id}-"))), traced);
    assert_eq!((header(1, "x-request-id"), header(1, "traceparent")), (None, None));
}
