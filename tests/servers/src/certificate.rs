//! A certificate of this machine, from an authority that nobody else knows.

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};

/// Everything in PEM.
pub struct Certificate {
    /// Whom one must trust.
    pub authority: String,
    /// The server's chain.
    pub chain: String,
    /// The server's key.
    pub key: String,
}

impl Certificate {
    /// For `localhost` and 127.0.0.1.
    pub fn new() -> Self {
        let mut authority = CertificateParams::default();
        // One that bore its server's name would look as if it had signed itself.
        authority.distinguished_name.push(DnType::CommonName, "an authority for one test");
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(authority, new_key()).expect("an authority");
        let key = new_key();
        let names = ["localhost".to_owned(), "127.0.0.1".to_owned()];
        let server = CertificateParams::new(names).expect("good names");
        let server = server.signed_by(&key, &issuer).expect("a certificate");
        Self { authority: issuer.pem(), chain: server.pem(), key: key.serialize_pem() }
    }
}

fn new_key() -> KeyPair {
    KeyPair::generate().expect("a key")
}
