//! Where the server is and how it is spoken to.

use std::{fmt, path::PathBuf, time::Duration};

use redis::{
    Client, ConnectionAddr, ConnectionInfo, IntoConnectionInfo as _, TlsCertificates, io::tcp::TcpSettings,
};
use secrecy::{ExposeSecret as _, SecretString};
use tradepost_domain::{ErrorKind, PortError};

use crate::faults::fault;

/// Every call answers or fails within this time. The connection's own limit for an answer is as long and is not ours to
/// choose.
pub(crate) const LIMIT: Duration = Duration::from_millis(500);

/// Where the server is.
#[derive(Clone)]
pub struct Options {
    /// `redis://[user[:password]@]host[:port][/database]`, or `rediss://…` for TLS. The password makes it a secret.
    pub url: SecretString,
    /// What all keys and the channel begin with: those who share a namespace are one house. Letters, digits, `-`, `_`, `.`.
    pub namespace: String,
    /// A file (PEM) with the certificates of the authorities that may vouch for the server, instead of the system's.
    /// Only with `rediss://`.
    pub authority: Option<PathBuf>,
}

impl Options {
    /// A server at this address, vouched for by the system's authorities if it speaks TLS.
    pub fn new(url: impl Into<String>, namespace: impl Into<String>) -> Self {
        Self { url: SecretString::from(url.into()), namespace: namespace.into(), authority: None }
    }

    /// Everything that is wrong with it, each with its mending. The server is not asked.
    pub fn faults(&self) -> Vec<String> {
        [self.check_namespace(), self.info().err(), self.roots().err()].into_iter().flatten().collect()
    }

    pub(crate) fn client(&self) -> Result<Client, PortError> {
        self.check_namespace().map_or(Ok(()), |wrong| Err(fault(ErrorKind::Config, wrong)))?;
        let made = self.info().and_then(|info| match self.roots()? {
            Some(roots) => {
                let certificates = TlsCertificates { client_tls: None, root_cert: Some(roots) };
                Client::build_with_tls(info, certificates).map_err(|_| self.no_certificates())
            }
            None => Client::open(info).map_err(|_| BAD_ADDRESS.to_owned()),
        });
        made.map_err(|wrong| fault(ErrorKind::Config, wrong))
    }

    fn check_namespace(&self) -> Option<String> {
        let good = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
        let good = !self.namespace.is_empty() && self.namespace.chars().all(good);
        (!good).then(|| {
            format!(
                "the namespace `{}` is not made of letters, digits, `-`, `_`, `.`: rename it",
                self.namespace
            )
        })
    }

    fn info(&self) -> Result<ConnectionInfo, String> {
        let info = self.url.expose_secret().into_connection_info().map_err(|_| BAD_ADDRESS.to_owned())?;
        match info.addr() {
            ConnectionAddr::TcpTls { insecure: true, .. } => Err(
                "the address ends with `#insecure`: take that away, and name the authority's certificate instead"
                    .to_owned(),
            ),
            // Small questions that follow each other closely must not wait for each other.
            _ => Ok(info.set_tcp_settings(TcpSettings::default().set_nodelay(true))),
        }
    }

    /// The authorities' certificates.
    fn roots(&self) -> Result<Option<Vec<u8>>, String> {
        let Some(path) = &self.authority else { return Ok(None) };
        if !self.url.expose_secret().starts_with("rediss://") {
            return Err(
                "an authority is named, but the address is not `rediss://…`: change one of them".to_owned()
            );
        }
        let pem = std::fs::read(path);
        let pem =
            pem.map_err(|error| format!("the authority's file {} cannot be read: {error}", path.display()))?;
        let certificates = pem.windows(BEGIN.len()).any(|words| words == BEGIN);
        if certificates { Ok(Some(pem)) } else { Err(self.no_certificates()) }
    }

    fn no_certificates(&self) -> String {
        let path = self.authority.as_deref().unwrap_or("".as_ref()).display();
        format!("the authority's file {path} holds no certificate (PEM) that can be used: name another")
    }
}

const BEGIN: &[u8] = b"-----BEGIN CERTIFICATE-----";
const BAD_ADDRESS: &str = "the address cannot be read: write `redis://[user[:password]@]host[:port][/database]`, or `rediss://…` for TLS, \
     with what is not a letter or digit in the password as `%…`";

/// Without the password.
impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { url: _, namespace, authority } = self;
        let address = self.info().map_or_else(|_| "unreadable".to_owned(), |info| info.addr().to_string());
        f.debug_struct("Options")
            .field("address", &address)
            .field("namespace", namespace)
            .field("authority", authority)
            .finish_non_exhaustive()
    }
}
