//! The trace is passed on where one is set.

use tradepost_http::{Trace, traced};
use wiremock::{Mock, MockServer, ResponseTemplate, matchers::any};

use crate::{http, read};

/// proves: PL-07
#[tokio::test]
async fn a_request_carries_the_trace_it_belongs_to() {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(ResponseTemplate::new(200)).mount(&server).await;
    let trace = Trace { trace: 0xabc, parent: 0x12, sampled: true };
    let http = http();
    traced(trace, http.call(read(&server.uri()))).await.expect("an answer");
    http.call(read(&server.uri())).await.expect("an answer");
    let seen = server.received_requests().await.expect("a record");
    let parents: Vec<_> = seen.iter().map(|request| request.headers.get("traceparent").cloned()).collect();
    let expected = "00-00000000000000000000000000000abc-0000000000000012-01";
    assert_eq!(parents[0].as_ref().and_then(|value| value.to_str().ok()), Some(expected));
    assert_eq!(parents[1], None);
}
