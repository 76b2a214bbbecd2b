//! What can be wrong with settings, each with its mending.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use tradepost_http::{Reach, Url};
use tradepost_ports::adapter::BadValue;

/// Something wrong with the settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The setting.
    pub key: &'static str,
    /// What is wrong with it. Never shows a secret.
    pub what: String,
    /// How to mend it.
    pub mend: &'static str,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` {}: {}", self.key, self.what, self.mend)
    }
}

/// Collects what is wrong.
#[derive(Default)]
pub struct Faults(Vec<Fault>);

impl Faults {
    /// Notes a fault of that setting unless it is good.
    pub fn unless(&mut self, good: bool, key: &'static str, what: impl Into<String>, mend: &'static str) {
        if !good {
            self.0.push(Fault { key, what: what.into(), mend });
        }
    }

    /// Notes a token that cannot be one.
    pub fn token(&mut self, key: &'static str, token: &SecretString) {
        let token = token.expose_secret();
        let fits = !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic());
        self.unless(fits, key, "is empty or has characters that no token has", "copy it again");
    }

    /// Everything that was noted.
    pub fn all(self) -> Vec<Fault> {
        self.0
    }
}

/// The faults as a gateway tells them. The account's id is called `id` in the settings.
pub fn bad(faults: Vec<Fault>) -> Vec<BadValue> {
    let name = |key| if key == "account" { "id" } else { key };
    let bad = |Fault { key, what, mend }: Fault| BadValue {
        key: name(key).to_owned(),
        wrong: what,
        mend: mend.to_owned(),
    };
    faults.into_iter().map(bad).collect()
}

/// How far media of an API at that address may lead: anywhere only for one on this very machine.
pub fn reach_of(base: &str) -> Reach {
    match base.parse::<Url>() {
        Ok(url) if on_this_machine(&url) => Reach::Any,
        _ => Reach::Public,
    }
}

/// Is it a version of the Graph API, such as `v25.0`?
pub fn is_version(text: &str) -> bool {
    text.strip_prefix('v').is_some_and(is_number)
}

fn is_number(text: &str) -> bool {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    text.split('.').count() <= 2 && text.split('.').all(digits)
}

/// Is it an https address, or an http one of this machine?
pub fn is_base(text: &str) -> bool {
    text.parse::<Url>().is_ok_and(|url| match url.scheme() {
        "https" => url.has_host() && url.query().is_none(),
        "http" => on_this_machine(&url),
        _ => false,
    })
}

fn on_this_machine(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}
