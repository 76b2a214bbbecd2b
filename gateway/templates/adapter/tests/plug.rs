//! What a gateway makes of the settings, and what it tells of wrong ones.

use tradepost_ports::{
    Adapter,
    adapter::{Value, Values},
};
// <webhook>
use tradepost_testkit::webhook::Signed;
// </webhook>

// <messenger>
use crate::acme::KIND;
// </messenger>
use crate::acme::Plug;

fn settings(key: &'static str, secret: &str) -> Values {
    let mut values = Values::default();
    values.put(key, Value::Secret(secret.to_owned().into()));
    values
}
// <messenger>

#[test]
fn an_account_is_made_of_its_settings() {
    let account = Plug.account("shop-1", &settings("token", "a-key-of-the-api")).expect("an account");
    assert_eq!(account.messenger.terms().account.as_str(), format!("{KIND}:shop-1"));
}

#[test]
fn every_fault_of_an_account_is_told() {
    let faults = Plug.account(" ", &settings("token", "two words")).err().unwrap_or_default();
    assert_eq!(faults.iter().map(|fault| fault.key.as_str()).collect::<Vec<_>>(), ["id", "token"]);
}
// </messenger>
// <webhook>

#[test]
fn what_the_plug_signs_its_webhook_verifies() {
    let (values, body) = (settings("secret", "a-secret-of-the-endpoint"), br#"{"events":[]}"#);
    let signature = Plug.sign(&values, body).expect("it signs");
    let webhook = Plug.webhook(&values).expect("good settings").expect("it is called");
    let signed = Signed { headers: signature.headers, query: signature.query };
    assert!(webhook.verify(signed.with(body.to_vec())).is_ok());
}

#[test]
fn an_endpoint_without_a_secret_is_refused() {
    let faults = Plug.webhook(&settings("secret", " ")).err().unwrap_or_default();
    assert_eq!(faults.iter().map(|fault| fault.key.as_str()).collect::<Vec<_>>(), ["secret"]);
}
// </webhook>
