//! A line, refused, denied, throttled: in Meta's words and in the reseller's.

use std::time::Duration;

use secrecy::SecretString;
use serde_json::json;
use tradepost_domain::{Arrival, Content, ErrorKind};
use tradepost_ports::Messenger;
use tradepost_testkit::messenger::{Asked, Double, Part, Reply, SECRET};
use tradepost_whatsapp::{AccountConfig, Dialect, WapiConfig};

use crate::{
    ACCOUNT, CUSTOMER,
    sending::{at, opened},
};

struct Meta;

/// Are lists sent?
struct Reseller(bool);

impl Double for Meta {
    fn messenger(&self, base: &str, time_limit: Duration) -> Box<dyn Messenger> {
        let config = AccountConfig::cloud(ACCOUNT, SecretString::from(SECRET));
        Box::new(opened(AccountConfig { time_limit, ..at(base, config) }))
    }

    fn taken(&self, asked: &Asked, reference: &str) -> Reply {
        if asked.path.ends_with("/media") {
            return Reply::json(200, json!({"id": reference}));
        }
        match String::from_utf8_lossy(&asked.body).contains("\"status\":\"read\"") {
            true => Reply::json(200, json!({"success": true})),
            false => {
                Reply::json(200, json!({"messaging_product": "whatsapp", "messages": [{"id": reference}]}))
            }
        }
    }

    fn says(&self, kind: ErrorKind) -> Option<Reply> {
        let (status, code) = match kind {
            ErrorKind::Invalid => (400, 100),
            ErrorKind::Denied => (401, 190),
            ErrorKind::NotFound => (400, 131_026),
            ErrorKind::OutsideWindow => (400, 131_047),
            ErrorKind::OptedOut => (400, 131_050),
            ErrorKind::Unavailable => (500, 131_000),
            _ => return None,
        };
        let error = json!({"message": "(#1) In Meta's words", "type": "OAuthException", "code": code});
        Some(Reply::json(status, json!({"error": error})))
    }

    fn throttled(&self, seconds: Option<u64>) -> Reply {
        let error = json!({"error": {"message": "(#130429) Rate limit hit", "code": 130_429}});
        Reply::json(400, error).retry_after(seconds)
    }

    fn news(&self, asked: &Asked, reference: &str) -> Vec<Arrival> {
        let mark = &asked.json()["biz_opaque_callback_data"];
        let status = json!({"id": reference, "status": "delivered", "recipient_id": CUSTOMER, "biz_opaque_callback_data": mark});
        let value = json!({"metadata": {"phone_number_id": ACCOUNT}, "statuses": [status]});
        let changes = json!([{"field": "messages", "value": value}]);
        let body = json!({"object": "whatsapp_business_account", "entry": [{"id": "100200300", "changes": changes}]});
        crate::read(body.to_string()).expect("a readable body")
    }

    fn peer(&self) -> String {
        CUSTOMER.into()
    }
}

impl Double for Reseller {
    fn messenger(&self, base: &str, time_limit: Duration) -> Box<dyn Messenger> {
        let config = AccountConfig::wapi(ACCOUNT, "vendor-1", SecretString::from(SECRET));
        let Dialect::Wapi(wapi) = config.dialect.clone() else { panic!("another dialect") };
        let dialect = Dialect::Wapi(WapiConfig { lists: self.0, token_in_query: self.0, ..wapi });
        Box::new(opened(AccountConfig { time_limit, dialect, ..at(base, config) }))
    }

    fn taken(&self, _: &Asked, reference: &str) -> Reply {
        Reply::json(200, json!({"result": "success", "message": "ok", "data": {"wamid": reference}}))
    }

    fn says(&self, kind: ErrorKind) -> Option<Reply> {
        let (status, message) = match kind {
            ErrorKind::Invalid => (400, "phone_number is required"),
            ErrorKind::Denied => (401, "Unauthenticated."),
            _ => return None,
        };
        Some(Reply::json(status, json!({"result": "failed", "message": message})))
    }

    /// The reseller makes the ids of buttons itself.
    fn carries(&self, content: &Content, part: Part) -> bool {
        !matches!((content, part), (Content::Buttons { .. }, Part::Payload))
    }

    fn throttled(&self, seconds: Option<u64>) -> Reply {
        Reply::json(429, json!({"message": "Too Many Attempts."})).retry_after(seconds)
    }

    fn peer(&self) -> String {
        CUSTOMER.into()
    }
}

mod cloud {
    fn meta() -> super::Meta {
        super::Meta
    }

    tradepost_testkit::messenger_suite!(meta);
}

mod wapi {
    fn reseller() -> super::Reseller {
        super::Reseller(false)
    }

    tradepost_testkit::messenger_suite!(reseller);
}

mod wapi_with_lists_and_token_in_the_address {
    fn reseller() -> super::Reseller {
        super::Reseller(true)
    }

    tradepost_testkit::messenger_suite!(reseller);
}
