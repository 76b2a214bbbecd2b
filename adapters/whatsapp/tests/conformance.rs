//! The suites of the test kit, in both dialects.

/// A body of Meta's, signed.
mod cloud_webhook {
    use serde_json::{Value, json};
    use tradepost_ports::Webhook;
    use tradepost_testkit::webhook::{Double, Signed};

    use crate::{ACCOUNT, CUSTOMER, cloud, fixture, fixtures};

    pub struct Meta;

    /// Messages of a customer; the bad one lacks its sender.
    pub fn batch(messages: usize, bad: Option<usize>) -> Value {
        let message = |n| {
            let mut message = json!({"id": format!("wamid.{n}"), "timestamp": "1767225600", "type": "text", "text": {"body": "Hi"}});
            if bad != Some(n) {
                message["from"] = json!(CUSTOMER);
            }
            message
        };
        let messages: Vec<Value> = (0..messages).map(message).collect();
        let value = json!({"metadata": {"phone_number_id": ACCOUNT}, "messages": messages});
        json!({"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [{"field": "messages", "value": value}]}]})
    }

    impl Double for Meta {
        fn webhook(&self) -> Box<dyn Webhook> {
            Box::new(cloud())
        }

        fn sign(&self, body: &[u8]) -> Signed {
            let signature = cloud().sign(body);
            Signed { headers: signature.headers, query: signature.query }
        }

        /// All but the one of another product, and the one that says the same twice.
        fn fixtures(&self) -> Vec<(String, Vec<u8>)> {
            let names = fixtures("cloud", &["another_product", "batch"]);
            names.into_iter().map(|name| (name.clone(), fixture(&name))).collect()
        }

        fn batch(&self, messages: usize, bad: Option<usize>) -> Vec<u8> {
            batch(messages, bad).to_string().into()
        }
    }

    fn meta() -> Meta {
        Meta
    }

    tradepost_testkit::webhook_suite!(meta);
}

/// A body of the reseller's, behind its token.
mod wapi_webhook {
    use serde_json::json;
    use tradepost_ports::Webhook;
    use tradepost_testkit::webhook::{Double, Signed};

    use super::cloud_webhook;
    use crate::{fixture, fixtures, wapi};

    struct Reseller;

    impl Double for Reseller {
        fn webhook(&self) -> Box<dyn Webhook> {
            Box::new(wapi())
        }

        fn sign(&self, body: &[u8]) -> Signed {
            let signature = wapi().sign(body);
            Signed { headers: signature.headers, query: signature.query }
        }

        fn fixtures(&self) -> Vec<(String, Vec<u8>)> {
            fixtures("wapi", &[]).into_iter().map(|name| (name.clone(), fixture(&name))).collect()
        }

        fn batch(&self, messages: usize, bad: Option<usize>) -> Vec<u8> {
            let payload = cloud_webhook::batch(messages, bad);
            json!({"contact": {}, "message": {"is_new_message": true}, "whatsapp_webhook_payload": payload})
                .to_string()
                .into()
        }

        fn signs_body(&self) -> bool {
            false
        }
    }

    fn reseller() -> Reseller {
        Reseller
    }

    tradepost_testkit::webhook_suite!(reseller);
}
