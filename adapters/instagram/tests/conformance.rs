//! The suites of the test kit, and how Meta speaks.

/// A line, refused, denied, throttled.
mod messenger {
    use std::time::Duration;

    use secrecy::SecretString;
    use serde_json::json;
    use tradepost_domain::ErrorKind;
    use tradepost_instagram::{AccountConfig, Route};
    use tradepost_ports::Messenger;
    use tradepost_testkit::messenger::{Asked, Double, Reply, SECRET};

    use crate::{
        CUSTOMER,
        sending::{account, opened},
    };

    struct Meta(Route);

    impl Double for Meta {
        fn messenger(&self, base: &str, time_limit: Duration) -> Box<dyn Messenger> {
            let (route, token) = (self.0, SecretString::from(SECRET));
            Box::new(opened(AccountConfig { route, token, time_limit, ..account(base) }))
        }

        fn taken(&self, asked: &Asked, reference: &str) -> Reply {
            let sign = String::from_utf8_lossy(&asked.body).contains("sender_action");
            let id = if sign { json!(null) } else { json!(reference) };
            Reply::json(200, json!({"recipient_id": CUSTOMER, "message_id": id}))
        }

        fn says(&self, kind: ErrorKind) -> Option<Reply> {
            let (status, code, subcode) = match kind {
                ErrorKind::Invalid => (400, 100, 0),
                ErrorKind::Denied => (401, 190, 463),
                ErrorKind::NotFound => (400, 100, 2_018_001),
                ErrorKind::OutsideWindow => (403, 10, 2_018_278),
                ErrorKind::Unavailable => (503, 2, 0),
                _ => return None,
            };
            let error = json!({"message": "(#1) In Meta's words", "code": code, "error_subcode": subcode});
            Some(Reply::json(status, json!({"error": error})))
        }

        fn throttled(&self, seconds: Option<u64>) -> Reply {
            let error = json!({"error": {"message": "(#613) Calls exceeded the limit", "code": 613}});
            Reply::json(400, error).retry_after(seconds)
        }

        fn peer(&self) -> String {
            CUSTOMER.into()
        }
    }

    fn login() -> Meta {
        Meta(Route::InstagramLogin)
    }

    fn page() -> Meta {
        Meta(Route::Page)
    }

    mod instagram_login {
        tradepost_testkit::messenger_suite!(super::login);
    }

    mod through_a_page {
        tradepost_testkit::messenger_suite!(super::page);
    }
}

/// A body, signed.
mod webhook {
    use serde_json::{Value, json};
    use tradepost_ports::Webhook;
    use tradepost_testkit::webhook::{Double, Event, Fixtures, Handshake, Kind, Signed, fixtures_in};

    use crate::{CUSTOMER, endpoint};

    struct Meta;

    impl Double for Meta {
        fn webhook(&self) -> Box<dyn Webhook> {
            Box::new(endpoint())
        }

        fn sign(&self, body: &[u8]) -> Signed {
            let (name, value) = endpoint().sign(body);
            Signed::header(name, value)
        }

        fn body(&self, events: &[Event]) -> Option<Vec<u8>> {
            let entries: Vec<Value> = events.chunk_by(|a, b| a.account == b.account).map(entry).collect();
            Some(json!({"object": "instagram", "entry": entries}).to_string().into())
        }

        fn fixtures(&self) -> Fixtures {
            fixtures_in(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures"))
        }

        fn handshake(&self) -> Option<Handshake> {
            let token = ("hub.verify_token", "greeting-0001");
            Some(Handshake::new(&[("hub.mode", "subscribe"), token, ("hub.challenge", "4711")], "4711"))
        }
    }

    /// The events of one account.
    fn entry(events: &[Event]) -> Value {
        let account = format!("1784140000000000{}", events.first().map_or(0, |event| event.account));
        let item = |event: &Event| {
            let customer = json!({"id": CUSTOMER});
            let (sender, field, value) = match &event.kind {
                Kind::Text(words) => (customer, "message", json!({"mid": mid(event), "text": words})),
                Kind::Bad => (json!({}), "message", json!({"mid": mid(event), "text": "Hi"})),
                Kind::Unknown => (customer, "message_sung", json!({"mid": mid(event)})),
            };
            json!({"sender": sender, "recipient": {"id": account}, "timestamp": 1_767_225_600_123_i64, field: value})
        };
        json!({"id": account, "messaging": events.iter().map(item).collect::<Vec<_>>()})
    }

    fn mid(event: &Event) -> String {
        format!("aWdfZAG1faXRlbToxOklHTWVzc2FnZAUlEOjE3ODQxNDAwMDAwMDAwMDAx{:0>12}", event.number)
    }

    fn meta() -> Meta {
        Meta
    }

    tradepost_testkit::webhook_suite!(meta);
}
