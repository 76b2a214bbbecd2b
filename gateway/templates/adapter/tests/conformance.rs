//! The suites of the test kit, and how the provider speaks.

// <messenger>
/// A line: taken, refused, too fast.
mod messenger {
    use std::time::Duration;

    use secrecy::SecretString;
    use serde_json::json;
    use tradepost_domain::ErrorKind;
    use tradepost_http::{Http, HttpConfig};
    use tradepost_ports::Messenger;
    use tradepost_testkit::messenger::{Asked, Double, Reply, SECRET};

    use crate::acme::{AccountConfig, connect};

    struct Provider;

    impl Double for Provider {
        fn messenger(&self, base: &str, time_limit: Duration) -> Box<dyn Messenger> {
            let usual = AccountConfig::new("shop-1", SecretString::from(SECRET));
            let http = Http::new(HttpConfig::default()).expect("a client");
            let config = AccountConfig { base: base.into(), time_limit, ..usual };
            Box::new(connect(config, http).expect("good settings"))
        }

        fn taken(&self, _: &Asked, reference: &str) -> Reply {
            Reply::json(200, json!({"id": reference}))
        }

        fn says(&self, kind: ErrorKind) -> Option<Reply> {
            let (status, code) = match kind {
                ErrorKind::Invalid => (400, "bad_request"),
                ErrorKind::Denied => (401, "bad_key"),
                ErrorKind::NotFound => (400, "no_such_customer"),
                ErrorKind::OutsideWindow => (400, "window_closed"),
                ErrorKind::OptedOut => (400, "opted_out"),
                ErrorKind::Unavailable => (503, "try_again"),
                _ => return None,
            };
            Some(Reply::json(status, json!({"error": {"code": code, "message": "In the provider's words."}})))
        }

        fn throttled(&self, seconds: Option<u64>) -> Reply {
            Reply::json(429, json!({"error": {"code": "too_fast"}})).retry_after(seconds)
        }
    }

    fn provider() -> Provider {
        Provider
    }

    tradepost_testkit::messenger_suite!(provider);
}
// </messenger>
// <webhook>

/// A body, signed.
mod webhook {
    use secrecy::SecretString;
    use serde_json::{Value, json};
    use tradepost_ports::Webhook;
    use tradepost_testkit::webhook::{Double, Event, Fixtures, Kind, Signed, fixtures_in};

    use crate::acme::{AcmeWebhook, EndpointConfig};

    struct Provider;

    fn endpoint() -> AcmeWebhook {
        let config = EndpointConfig { secret: SecretString::from("a-secret-of-the-endpoint") };
        AcmeWebhook::new(config).expect("good settings")
    }

    impl Double for Provider {
        fn webhook(&self) -> Box<dyn Webhook> {
            Box::new(endpoint())
        }

        fn sign(&self, body: &[u8]) -> Signed {
            let (name, value) = endpoint().sign(body);
            Signed::header(name, value)
        }

        fn body(&self, events: &[Event]) -> Option<Vec<u8>> {
            let events: Vec<Value> = events.iter().map(event).collect();
            Some(json!({"events": events}).to_string().into())
        }

        fn fixtures(&self) -> Fixtures {
            fixtures_in(crate::template::FIXTURES)
        }
    }

    fn event(event: &Event) -> Value {
        let (id, account) = (format!("evt_{:024}", event.number), format!("shop-{}", event.account));
        let written = json!({"account": account, "id": id, "at": 1_767_225_600, "kind": "message"});
        let (from, message) = (json!({"id": "c-4711"}), |words: &str| json!({"id": id, "text": words}));
        let parts = match &event.kind {
            Kind::Text(words) => json!({"from": from, "message": message(words)}),
            Kind::Bad => json!({"message": message("Hi")}),
            Kind::Unknown => json!({"kind": "moon_rose", "from": from}),
        };
        merged(written, parts)
    }

    fn merged(mut event: Value, parts: Value) -> Value {
        if let (Some(fields), Value::Object(parts)) = (event.as_object_mut(), parts) {
            fields.extend(parts);
        }
        event
    }

    /// The double signs with the adapter's own code; this was signed by another program:
    /// `printf '{"events":[]}' | openssl dgst -sha256 -hmac a-secret-of-the-endpoint`.
    // TODO: the example of the provider's page.
    #[test]
    fn a_known_signature_is_verified() {
        let known = "sha256=054da8dd247a365c62363fa175de47b10f00b7125a55a0a374b67185509b17de";
        let verified = endpoint().verify(Signed::header("x-acme-signature", known).with(r#"{"events":[]}"#));
        assert!(verified.is_ok(), "{verified:?}");
    }

    fn provider() -> Provider {
        Provider
    }

    tradepost_testkit::webhook_suite!(provider);
}
// </webhook>
