//! The suites of the test kit, and how the provider speaks.

/// A line: taken, refused, too fast.
mod messenger {
    use std::time::Duration;

    use serde_json::{Value, json};
    use tradepost_domain::ErrorKind;
    use tradepost_ports::Messenger;
    use tradepost_testkit::messenger::{Asked, Double, Reply};

    use tradepost_telegram::connect;

    struct Provider;

    fn refused(code: u16, description: &str, parameters: &Value) -> Reply {
        let told =
            json!({"ok": false, "error_code": code, "description": description, "parameters": parameters});
        Reply::json(code, told)
    }

    impl Double for Provider {
        fn messenger(&self, base: &str, time_limit: Duration) -> Box<dyn Messenger> {
            Box::new(connect(crate::config(base, time_limit), crate::http()).expect("good settings"))
        }

        fn taken(&self, asked: &Asked, reference: &str) -> Reply {
            let message =
                json!({"message_id": reference, "date": 1_767_225_600, "chat": {"id": 1_234_567_890}});
            let shown = asked.path.ends_with("/sendChatAction");
            Reply::json(200, json!({"ok": true, "result": if shown { json!(true) } else { message }}))
        }

        fn says(&self, kind: ErrorKind) -> Option<Reply> {
            let (code, description) = match kind {
                ErrorKind::Invalid => (400, "Bad Request: message text is empty"),
                ErrorKind::Denied => (401, "Unauthorized"),
                ErrorKind::NotFound => (400, "Bad Request: chat not found"),
                ErrorKind::OutsideWindow => (403, "Forbidden: bot can't initiate conversation with a user"),
                ErrorKind::OptedOut => (403, "Forbidden: bot was blocked by the user"),
                ErrorKind::Unavailable => (503, "Service Unavailable"),
                _ => return None,
            };
            Some(refused(code, description, &json!({})))
        }

        fn throttled(&self, seconds: Option<u64>) -> Reply {
            refused(429, "Too Many Requests", &seconds.map_or(json!({}), |wait| json!({"retry_after": wait})))
        }
    }

    fn provider() -> Provider {
        Provider
    }

    tradepost_testkit::messenger_suite!(provider);
}

/// An update, with the secret token.
mod webhook {
    use secrecy::SecretString;
    use serde_json::json;
    use tradepost_ports::Webhook;
    use tradepost_testkit::webhook::{Double, Event, Fixtures, Kind, Signed, fixtures_in};

    use tradepost_telegram::{EndpointConfig, TelegramWebhook};

    struct Provider;

    fn endpoint() -> TelegramWebhook {
        let secret_token = SecretString::from("a-secret_of-the-endpoint");
        TelegramWebhook::new(EndpointConfig { account: crate::BOT.into(), secret_token })
            .expect("good settings")
    }

    impl Double for Provider {
        fn webhook(&self) -> Box<dyn Webhook> {
            Box::new(endpoint())
        }

        fn sign(&self, _: &[u8]) -> Signed {
            let (name, value) = endpoint().sign();
            Signed::header(name, value)
        }

        /// One update a body, and one bot an endpoint.
        fn body(&self, events: &[Event]) -> Option<Vec<u8>> {
            let [Event { account: 0, number, kind }] = events else { return None };
            let chat = json!({"id": 4711, "type": "private"});
            let message =
                |words| json!({"message_id": number, "chat": chat, "date": 1_767_225_600, "text": words});
            let (kind, value) = match kind {
                Kind::Text(words) => ("message", message(words)),
                Kind::Bad => ("message", json!({"message_id": number})),
                Kind::Unknown => ("moon_rose", json!({"phase": "full"})),
            };
            Some(json!({"update_id": 504_000_000 + number, kind: value}).to_string().into())
        }

        fn fixtures(&self) -> Fixtures {
            fixtures_in(crate::FIXTURES)
        }

        fn signs_body(&self) -> bool {
            false
        }
    }

    fn provider() -> Provider {
        Provider
    }

    tradepost_testkit::webhook_suite!(provider);
}
