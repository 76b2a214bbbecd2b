//! What only the reseller's envelope tells.

use rstest::rstest;
use secrecy::SecretString;
use serde_json::{Value, json};
use tradepost_domain::What;
use tradepost_ports::{Headers, Unverified, Webhook};
use tradepost_whatsapp::WapiEndpoint;

use crate::{ACCOUNT, CUSTOMER, URL_TOKEN, fixture, read, resold};

fn metas(value: Value) -> Value {
    let change = json!({"field": "messages", "value": value});
    json!({"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [change]}]})
}

/// proves: CH-02
#[test]
fn a_resold_batch_is_read_whole_and_kept_in_parts() {
    let arrivals = read(fixture("wapi/batch")).expect("events");
    let raws: Vec<bool> =
        arrivals.iter().map(|arrival| arrival.raw.contains("whatsapp_webhook_payload")).collect();
    assert_eq!(raws, [false, false]);
}

/// proves: IN-01
#[rstest]
#[case::the_endpoints(Some("555000333"), json!({}), "555000333")]
#[case::nobodys(None, json!({}), "wapi")]
#[case::the_envelopes(Some("555000333"), json!({"phone_number_id": ACCOUNT}), ACCOUNT)]
fn a_resold_event_without_a_number_is_the_endpoints(
    #[case] account: Option<&str>,
    #[case] mut envelope: Value,
    #[case] expected: &str,
) {
    let message = json!({"from": CUSTOMER, "id": "m1", "type": "text", "text": {"body": "Hi"}});
    envelope["contact"] = json!({"phone_number": CUSTOMER});
    envelope["message"] = json!({"is_new_message": true});
    envelope["whatsapp_webhook_payload"] = metas(json!({"messages": [message]}));
    let token = SecretString::from(URL_TOKEN);
    let account = account.map(str::to_owned);
    let webhook = resold(WapiEndpoint { token, signature: None, account });
    let bytes = bytes::Bytes::from(envelope.to_string());
    let verified = Unverified::new(Headers::default(), Vec::new(), bytes).trusted_by_operator();
    let arrivals = webhook.parse(&verified).expect("events");
    assert_eq!((arrivals.len(), arrivals[0].account.as_str()), (1, expected));
}

/// proves: CH-02
#[rstest]
#[case::spaced("+91 98000 00000", "919800000000")]
#[case::dashed("(91) 98000-00000", "919800000000")]
#[case::no_number("BR.777", "BR.777")]
fn a_resold_number_is_its_digits(#[case] written: &str, #[case] expected: &str) {
    let body =
        json!({"contact": {"phone_number": written}, "message": {"is_new_message": true, "body": "Hi"}});
    let arrivals = read(body.to_string()).expect("events");
    let What::Message { from, .. } = &arrivals[0].what else { panic!("{:?}", arrivals[0]) };
    assert_eq!(from.id, expected);
}
