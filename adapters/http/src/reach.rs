//! Where an address that somebody handed us may lead: never into an internal network.

use std::{
    fmt, io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

/// How far a fetch may reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// https to public addresses only, checked again when a name has been resolved and on every redirect.
    Public,
    /// Anywhere, http too: for an account whose own base address is on this machine, such as the sandbox.
    Any,
}

/// An address that leads where it must not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Internal {
    /// Not https.
    #[error("only https addresses are fetched")]
    Scheme,
    /// It carries a name or a password.
    #[error("addresses with a user name are not fetched")]
    Credentials,
    /// It has no host.
    #[error("the address has no host")]
    NoHost,
    /// It is, or resolves to, an address that is not public.
    #[error("the address leads into an internal network")]
    Network,
}

impl Reach {
    /// What this reach says to an address, before its name is resolved.
    pub fn admit(self, url: &Url) -> Result<(), Internal> {
        match self {
            Self::Public => admit_public(url),
            Self::Any if !matches!(url.scheme(), "http" | "https") => Err(Internal::Scheme),
            Self::Any => Ok(()),
        }
    }
}

fn admit_public(url: &Url) -> Result<(), Internal> {
    if url.scheme() != "https" {
        return Err(Internal::Scheme);
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Internal::Credentials);
    }
    // The parser has made plain addresses of decimal, octal and hexadecimal spellings already.
    match url.host().ok_or(Internal::NoHost)? {
        Host::Ipv4(v4) if !public_v4(v4) => Err(Internal::Network),
        Host::Ipv6(v6) if !public_v6(v6) => Err(Internal::Network),
        _ => Ok(()),
    }
}

/// Resolves names to their public addresses only, so that the check holds for the very address connected to.
pub(crate) struct PublicNames {
    lookup: fn(String) -> Lookup,
}

type Lookup = std::pin::Pin<Box<dyn Future<Output = io::Result<Vec<SocketAddr>>> + Send>>;

impl PublicNames {
    pub(crate) fn new() -> Self {
        Self {
            lookup: |name| Box::pin(async move { Ok(tokio::net::lookup_host((name, 0)).await?.collect()) }),
        }
    }
}

impl Resolve for PublicNames {
    fn resolve(&self, name: Name) -> Resolving {
        let found = (self.lookup)(name.as_str().to_owned());
        Box::pin(async move {
            let public: Vec<SocketAddr> =
                found.await?.into_iter().filter(|address| public(address.ip())).collect();
            if public.is_empty() {
                return Err(Internal::Network.into());
            }
            Ok(Box::new(public.into_iter()) as Addrs)
        })
    }
}

impl fmt::Debug for PublicNames {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PublicNames")
    }
}

fn public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => public_v4(v4),
        IpAddr::V6(v6) => public_v6(v6),
    }
}

/// www.iana.org/assignments/iana-ipv4-special-registry
fn public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_documentation()
        || matches!(
            (a, b, c),
            (0, ..) | (100, 64..=127, _) | (192, 0, 0) | (192, 88, 99) | (198, 18..=19, _) | (240..=255, ..)
        );
    !special
}

/// www.iana.org/assignments/iana-ipv6-special-registry. Only 2000::/3 is given to the public; parts of it carry an
/// IPv4 address inside, which is judged as one.
fn public_v6(address: Ipv6Addr) -> bool {
    if let Some(inner) = inner_v4(address) {
        return public_v4(inner);
    }
    let [first, second, ..] = address.segments();
    let special = matches!((first, second), (0x2001, 0x0000..=0x01ff | 0x0db8) | (0x3fff, 0x0000..=0x0fff));
    first & 0xe000 == 0x2000 && !special
}

/// The IPv4 address that an IPv6 one leads to: mapped, compatible, NAT64 and 6to4.
fn inner_v4(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let s = address.segments();
    let v4 = |high: u16, low: u16| Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    match s {
        [0, 0, 0, 0, 0, 0 | 0xffff, high, low] => Some(v4(high, low)),
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => Some(v4(high, low)),
        [0x2002, high, low, ..] => Some(v4(high, low)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    /// proves: PL-23
    #[rstest]
    #[case::public_name("https://cdn.example.com/a.jpg", Ok(()))]
    #[case::public_v4("https://93.184.215.14/a", Ok(()))]
    #[case::public_v6("https://[2606:2800:220:1::1]/a", Ok(()))]
    #[case::plain_http("http://cdn.example.com/a.jpg", Err(Internal::Scheme))]
    #[case::file("file:///etc/passwd", Err(Internal::Scheme))]
    #[case::gopher("gopher://cdn.example.com/", Err(Internal::Scheme))]
    #[case::user("https://user@cdn.example.com/", Err(Internal::Credentials))]
    #[case::password("https://:secret@cdn.example.com/", Err(Internal::Credentials))]
    #[case::loopback("https://127.0.0.1/", Err(Internal::Network))]
    #[case::loopback_elsewhere("https://127.8.9.1/", Err(Internal::Network))]
    #[case::unspecified("https://0.0.0.0/", Err(Internal::Network))]
    #[case::decimal("https://2130706433/", Err(Internal::Network))]
    #[case::hexadecimal("https://0x7f000001/", Err(Internal::Network))]
    #[case::octal("https://0177.0.0.1/", Err(Internal::Network))]
    #[case::short("https://127.1/", Err(Internal::Network))]
    #[case::full_width("https://１２７.０.０.１/", Err(Internal::Network))]
    #[case::metadata("https://169.254.169.254/latest", Err(Internal::Network))]
    #[case::ten("https://10.1.2.3/", Err(Internal::Network))]
    #[case::one_seven_two("https://172.31.255.1/", Err(Internal::Network))]
    #[case::one_nine_two("https://192.168.1.1/", Err(Internal::Network))]
    #[case::carrier("https://100.64.0.1/", Err(Internal::Network))]
    #[case::benchmark("https://198.18.0.1/", Err(Internal::Network))]
    #[case::multicast("https://224.0.0.1/", Err(Internal::Network))]
    #[case::broadcast("https://255.255.255.255/", Err(Internal::Network))]
    #[case::v6_loopback("https://[::1]/", Err(Internal::Network))]
    #[case::v6_unspecified("https://[::]/", Err(Internal::Network))]
    #[case::v6_link_local("https://[fe80::1]/", Err(Internal::Network))]
    #[case::v6_unique_local("https://[fd00:ec2::254]/", Err(Internal::Network))]
    #[case::v6_multicast("https://[ff02::1]/", Err(Internal::Network))]
    #[case::v6_documentation("https://[2001:db8::1]/", Err(Internal::Network))]
    #[case::v4_mapped("https://[::ffff:127.0.0.1]/", Err(Internal::Network))]
    #[case::v4_mapped_hex("https://[::ffff:a9fe:a9fe]/", Err(Internal::Network))]
    #[case::v4_compatible("https://[::7f00:1]/", Err(Internal::Network))]
    #[case::nat64("https://[64:ff9b::10.0.0.1]/", Err(Internal::Network))]
    #[case::six_to_four("https://[2002:7f00:1::]/", Err(Internal::Network))]
    #[case::teredo("https://[2001:0:1::1]/", Err(Internal::Network))]
    fn an_address_that_leads_inside_is_refused(#[case] url: &str, #[case] expected: Result<(), Internal>) {
        assert_eq!(Reach::Public.admit(&url.parse().expect("an address")), expected);
    }

    /// proves: PL-23
    #[rstest]
    #[case::only_inside(&["10.0.0.7", "::1"], None)]
    #[case::one_of_each(&["127.0.0.1", "93.184.215.14"], Some(vec!["93.184.215.14:0"]))]
    #[case::nothing(&[], None)]
    #[tokio::test]
    async fn a_name_is_resolved_to_public_addresses_only(
        #[case] found: &'static [&'static str],
        #[case] expected: Option<Vec<&str>>,
    ) {
        std::thread_local!(static FOUND: std::cell::Cell<&'static [&'static str]> = const { std::cell::Cell::new(&[]) });
        FOUND.set(found);
        let names = PublicNames {
            lookup: |_| {
                let addresses = FOUND.get().iter().map(|ip| SocketAddr::new(ip.parse().expect("an ip"), 0));
                Box::pin(std::future::ready(Ok(addresses.collect())))
            },
        };
        let resolved = names.resolve("shop.example".parse().expect("a name")).await;
        let shown = resolved.ok().map(|all| all.map(|address| address.to_string()).collect::<Vec<_>>());
        assert_eq!(shown, expected.map(|all| all.into_iter().map(String::from).collect()));
    }
}
