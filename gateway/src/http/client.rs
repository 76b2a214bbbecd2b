//! Who calls: the address of the client, also behind proxies.

use std::net::IpAddr;

use ipnet::IpNet;
use poem::{Addr, Request};

const FORWARDED_FOR: &str = "x-forwarded-for";

/// The client's address. What a header says is believed only as far as trusted proxies have written it: each appends whom it
/// heard from, so the list is read from its end, as long as the speaker is trusted.
pub(super) fn address(request: &Request, trusted: &[IpNet]) -> Option<IpAddr> {
    let Addr::SocketAddr(remote) = &request.remote_addr().0 else { return None };
    let lists = request.headers().get_all(FORWARDED_FOR).iter().filter_map(|list| list.to_str().ok());
    let told: Vec<&str> = lists.flat_map(|list| list.split(',')).map(str::trim).collect();
    Some(behind(remote.ip().to_canonical(), &told, trusted))
}

/// Whom the last trusted speaker heard from.
fn behind(remote: IpAddr, told: &[&str], trusted: &[IpNet]) -> IpAddr {
    let mut speaker = remote;
    for text in told.iter().rev() {
        if !is_among(speaker, trusted) {
            break;
        }
        match parse(text) {
            Some(address) => speaker = address,
            None => break,
        }
    }
    speaker
}

/// Some proxies write the port, too.
fn parse(text: &str) -> Option<IpAddr> {
    let address =
        text.parse().ok().or_else(|| text.parse().map(|socket: std::net::SocketAddr| socket.ip()).ok());
    address.map(|address: IpAddr| address.to_canonical())
}

/// Is the address in one of the nets?
pub(super) fn is_among(address: IpAddr, nets: &[IpNet]) -> bool {
    nets.iter().any(|net| net.contains(&address))
}

/// What is counted: an IPv6 client has a whole net of addresses to itself.
pub(super) fn counted(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    /// proves: PL-10, PL-15
    #[rstest]
    #[case::no_proxy("203.0.113.9", &[], "203.0.113.9")]
    #[case::a_forged_header("203.0.113.9", &["198.51.100.1"], "203.0.113.9")]
    #[case::one_proxy("10.0.0.1", &["198.51.100.1"], "198.51.100.1")]
    #[case::a_forged_entry_before_it("10.0.0.1", &["1.1.1.1", "198.51.100.1"], "198.51.100.1")]
    #[case::two_proxies("10.0.0.1", &["198.51.100.1", "10.0.0.2"], "198.51.100.1")]
    #[case::with_a_port("10.0.0.1", &["198.51.100.1:4711"], "198.51.100.1")]
    #[case::nonsense("10.0.0.1", &["198.51.100.1", "unknown"], "10.0.0.1")]
    #[case::the_proxy_itself("10.0.0.1", &[], "10.0.0.1")]
    #[case::six("10.0.0.1", &["2001:db8::1"], "2001:db8::1")]
    #[case::four_in_six("10.0.0.1", &["::ffff:198.51.100.1"], "198.51.100.1")]
    fn only_trusted_proxies_are_believed(#[case] remote: &str, #[case] told: &[&str], #[case] client: &str) {
        let trusted = ["10.0.0.0/8".parse().expect("a net")];
        let found = behind(remote.parse().expect("an address"), told, &trusted);
        assert_eq!(found, client.parse::<IpAddr>().expect("an address"));
    }

    #[rstest]
    #[case("203.0.113.9", "203.0.113.9")]
    #[case("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64")]
    fn a_net_is_counted_as_one(#[case] address: &str, #[case] as_what: &str) {
        assert_eq!(counted(address.parse().expect("an address")), as_what);
    }
}
