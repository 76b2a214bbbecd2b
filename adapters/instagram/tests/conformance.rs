//! The suites of the test kit, and how Meta speaks.

/// A line, refused, denied, throttled.
mod messenger {
    use std::time::Duration;

    use secrecy::SecretString;
    use serde_json::json;
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

        fn refused(&self) -> Reply {
            Reply::json(400, json!({"error": {"message": "(#100) Invalid parameter", "code": 100}}))
        }

        fn denied(&self) -> Reply {
            Reply::json(
                401,
                json!({"error": {"message": "Session has expired", "code": 190, "error_subcode": 463}}),
            )
        }

        fn throttled(&self, seconds: u64) -> Reply {
            let error = json!({"error": {"message": "(#613) Calls exceeded the limit", "code": 613}});
            Reply::json(400, error).header("retry-after", seconds)
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
    use tradepost_testkit::webhook::{Double, Signed};

    use crate::{ACCOUNT, CUSTOMER, endpoint, fixture};

    struct Meta;

    impl Double for Meta {
        fn webhook(&self) -> Box<dyn Webhook> {
            Box::new(endpoint())
        }

        fn sign(&self, body: &[u8]) -> Signed {
            let (name, value) = endpoint().sign(body);
            Signed::header(name, value)
        }

        /// All but the one of another product, and the one that says the same twice.
        fn fixtures(&self) -> Vec<(String, Vec<u8>)> {
            let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures");
            let files = std::fs::read_dir(folder).expect("fixtures").flatten();
            let names = files.filter_map(|file| Some(file.path().file_stem()?.to_str()?.to_owned()));
            names
                .filter(|name| !["page_object", "batch"].contains(&name.as_str()))
                .map(|name| (name.clone(), fixture(&name)))
                .collect()
        }

        fn batch(&self, messages: usize, bad: Option<usize>) -> Vec<u8> {
            let message = |n| {
                let sender = if bad == Some(n) { json!({}) } else { json!({"id": CUSTOMER}) };
                let message = json!({"mid": format!("m{n}"), "text": "Hi"});
                json!({"sender": sender, "recipient": {"id": ACCOUNT}, "timestamp": 1_767_225_600_123_i64, "message": message})
            };
            let messaging: Vec<Value> = (0..messages).map(message).collect();
            json!({"object": "instagram", "entry": [{"id": ACCOUNT, "messaging": messaging}]})
                .to_string()
                .into()
        }
    }

    fn meta() -> Meta {
        Meta
    }

    tradepost_testkit::webhook_suite!(meta);
}
