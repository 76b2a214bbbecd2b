//! The Corner Shop's numbers on WhatsApp: one at Meta, one at a reseller; and what the provider knows of them.

use serde_json::json;
use tradepost_sandbox::{Dialect, Sandbox, Template, WhatsappAccount};

use crate::house::{NOBODYS_NUMBER, NUMBER, RESOLD};

/// The word in the address that the reseller calls.
const TOKEN: &str = "the-word-of-the-resellers-address";

/// The numbers, as the provider has them.
pub fn all() -> Vec<WhatsappAccount> {
    let number = |id: &str| WhatsappAccount {
        app_secret: "the number's secret".to_owned().into(),
        templates: templates(),
        ..WhatsappAccount::new(id)
    };
    let resold = WhatsappAccount { dialect: Dialect::Wapi, ..number(RESOLD) };
    vec![number(NUMBER), resold, number(NOBODYS_NUMBER)]
}

fn templates() -> Vec<Template> {
    let track = json!({ "type": "BUTTONS", "buttons": [{ "type": "QUICK_REPLY", "text": "Where is it?" }] });
    vec![
        Template::new("order_update", "en_US", "Order {{1}} is on its way."),
        Template::new("with_a_button", "en_US", "It is packed.").with_component(track),
        Template::new("summer_offer", "en_US", "Mugs for less, until {{1}}.").for_marketing(),
    ]
}

/// Tells the provider where to call.
pub fn call_back(sandbox: &Sandbox, address: &str) {
    let main = format!("http://{address}/webhooks/whatsapp/main");
    let resold = format!("http://{address}/webhooks/whatsapp/resold?token={TOKEN}");
    for (number, url) in [(NUMBER, &main), (RESOLD, &resold), (NOBODYS_NUMBER, &main)] {
        sandbox.set_webhook(number, url).expect("a number of the sandbox");
    }
}

/// The numbers in the gateway's settings.
pub fn settings(sandbox: &str) -> String {
    let vendor = WhatsappAccount::new(RESOLD).vendor_uid;
    format!(
        r#"[[endpoint]]
channel = "whatsapp"
name = "main"
app_secret = "the number's secret"
verify_token = "the word of the handshake"
[[endpoint]]
channel = "whatsapp"
name = "resold"
dialect = "wapi"
token = "{TOKEN}"
[[account]]
channel = "whatsapp"
id = "{NUMBER}"
storefront = "shop"
token = "token-{NUMBER}"
base = "{sandbox}/"
time_limit = "60 s"
[[account]]
channel = "whatsapp"
id = "{RESOLD}"
storefront = "shop"
dialect = "wapi"
vendor = "{vendor}"
token = "token-{RESOLD}"
base = "{sandbox}/api"
time_limit = "60 s"
"#
    )
}

/// Is it a number, and no account of Instagram's?
pub fn is_number(account: &str) -> bool {
    [NUMBER, RESOLD, NOBODYS_NUMBER].contains(&account)
}
