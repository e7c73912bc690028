//! Where a webhook may be sent: to the public internet over https, and to what the operator of the service has opened.
//!
//! An official types an address, the service calls it from within its own network: without this, the service would be
//! a way into that network. A name is judged again by what it resolves to at the moment of connecting.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use thiserror::Error;

/// Ports of https that may be called.
pub const PORTS: [u16; 3] = [443, 8443, 9443];

/// A part of the address space, as `10.20.0.0/16`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    base: IpAddr,
    bits: u32,
}

impl Network {
    const fn v4(a: u8, b: u8, c: u8, bits: u32) -> Self {
        Self { base: IpAddr::V4(Ipv4Addr::new(a, b, c, 0)), bits }
    }

    const fn v6(a: u16, b: u16, c: u16, bits: u32) -> Self {
        Self { base: IpAddr::V6(Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0)), bits }
    }

    /// Whether the address lies in it.
    pub fn contains(&self, address: IpAddr) -> bool {
        let (base, address, width) = match (self.base, address) {
            (IpAddr::V4(base), IpAddr::V4(address)) => {
                (u128::from(base.to_bits()), u128::from(address.to_bits()), 32_u32)
            }
            (IpAddr::V6(base), IpAddr::V6(address)) => (base.to_bits(), address.to_bits(), 128),
            _ => return false,
        };
        let shift = width.saturating_sub(self.bits);
        base.checked_shr(shift) == address.checked_shr(shift)
    }
}

/// Why a text is no network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("must be a network such as 10.20.0.0/16 or fd00:1::/32")]
pub struct NoNetwork;

impl FromStr for Network {
    type Err = NoNetwork;

    fn from_str(text: &str) -> Result<Self, NoNetwork> {
        let (base, bits) = text.trim().split_once('/').ok_or(NoNetwork)?;
        let base: IpAddr = base.parse().map_err(|_| NoNetwork)?;
        let bits = bits.parse().map_err(|_| NoNetwork)?;
        let widest = if base.is_ipv4() { 32 } else { 128 };
        if bits <= widest { Ok(Self { base, bits }) } else { Err(NoNetwork) }
    }
}

/// What the operator has opened beside the public internet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Opened {
    /// Networks that are closed otherwise.
    pub networks: Vec<Network>,
    /// Plain http, and any port.
    pub http: bool,
}

/// Why an address is not called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Refused {
    /// Not https.
    #[error("it must begin with https://")]
    Scheme,
    /// A user or password in it would be shown to whoever reads the list.
    #[error("it must not carry a user or password")]
    Credentials,
    /// Fragments are never sent.
    #[error("it must not have a part after #")]
    Fragment,
    /// A port on which other things than https listen.
    #[error("its port must be 443, 8443 or 9443")]
    Port,
    /// It leads into the service's own network.
    #[error("it leads to an address that is not public")]
    NotPublic,
}

impl Refused {
    /// The code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Scheme => "not_https",
            Self::Credentials => "has_credentials",
            Self::Fragment => "has_fragment",
            Self::Port => "wrong_port",
            Self::NotPublic => "not_public",
        }
    }
}

/// An address, taken apart.
#[derive(Debug, Clone, Copy)]
pub struct Parts<'a> {
    /// Before `://`.
    pub scheme: &'a str,
    /// Whether it names a user or password.
    pub has_credentials: bool,
    /// Whether it has a part after `#`.
    pub has_fragment: bool,
    /// The host as text; an IPv6 address in brackets.
    pub host: &'a str,
    /// The port, given or usual.
    pub port: u16,
}

/// Whether an address may be called, as far as it says by itself.
///
/// # Errors
/// If not.
pub fn check(parts: &Parts<'_>, opened: &Opened) -> Result<(), Refused> {
    match parts.scheme {
        "https" => {}
        "http" if opened.http => {}
        _ => return Err(Refused::Scheme),
    }
    if parts.has_credentials {
        return Err(Refused::Credentials);
    }
    if parts.has_fragment {
        return Err(Refused::Fragment);
    }
    if !opened.http && !PORTS.contains(&parts.port) {
        return Err(Refused::Port);
    }
    let host = parts.host.trim_end_matches('.').to_ascii_lowercase();
    let literal = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(&host);
    if let Ok(address) = literal.parse() {
        return may_connect(address, opened);
    }
    // A name without a dot is one of the network in which the service runs; so are these by convention.
    let inside = !host.contains('.') || ["localhost", "local", "internal"].iter().any(|end| ends_in(&host, end));
    if inside && opened.networks.is_empty() { Err(Refused::NotPublic) } else { Ok(()) }
}

fn ends_in(host: &str, end: &str) -> bool {
    host.strip_suffix(end).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

/// Networks of version 4 that are not the public internet, by the registry of special purposes (RFC 6890 and its updates).
const CLOSED_V4: [Network; 16] = [
    Network::v4(0, 0, 0, 8),
    Network::v4(10, 0, 0, 8),
    // Shared by the customers of a carrier; one cloud keeps its metadata here.
    Network::v4(100, 64, 0, 10),
    Network::v4(127, 0, 0, 8),
    // Link-local, with the metadata of most clouds.
    Network::v4(169, 254, 0, 16),
    Network::v4(172, 16, 0, 12),
    Network::v4(192, 0, 0, 24),
    Network::v4(192, 0, 2, 24),
    Network::v4(192, 88, 99, 24),
    Network::v4(192, 168, 0, 16),
    Network::v4(198, 18, 0, 15),
    Network::v4(198, 51, 100, 24),
    Network::v4(203, 0, 113, 24),
    Network::v4(224, 0, 0, 4),
    Network::v4(240, 0, 0, 4),
    // Public by number, but the platform of one cloud answers there to its own machines.
    Network { base: IpAddr::V4(Ipv4Addr::new(168, 63, 129, 16)), bits: 32 },
];

/// The public internet of version 6 is within 2000::/3, without these. So loopback, unique-local, link-local, multicast,
/// IPv4-mapped and NAT64 are closed by not being in it.
const PUBLIC_V6: Network = Network::v6(0x2000, 0, 0, 3);
const CLOSED_V6: [Network; 4] = [
    // For protocols, with Teredo.
    Network::v6(0x2001, 0, 0, 23),
    Network::v6(0x2001, 0xdb8, 0, 32),
    // 6to4 holds an address of version 4.
    Network::v6(0x2002, 0, 0, 16),
    Network::v6(0x3fff, 0, 0, 20),
];

/// Whether a connection to this address may be made.
///
/// # Errors
/// If it is not public, and the operator has not opened it.
pub fn may_connect(address: IpAddr, opened: &Opened) -> Result<(), Refused> {
    let public = match address {
        IpAddr::V4(_) => !CLOSED_V4.iter().any(|network| network.contains(address)),
        IpAddr::V6(_) => PUBLIC_V6.contains(address) && !CLOSED_V6.iter().any(|network| network.contains(address)),
    };
    if public || opened.networks.iter().any(|network| network.contains(address)) {
        Ok(())
    } else {
        Err(Refused::NotPublic)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(address: &str, opened: &Opened) -> bool {
        may_connect(address.parse().expect("an address"), opened).is_ok()
    }

    #[test]
    fn only_the_public_internet_is_called() {
        let closed = [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "10.255.255.255",
            "100.64.0.1",
            "100.100.100.200",
            "100.127.255.255",
            "127.0.0.1",
            "127.255.255.255",
            "169.254.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.192",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.0.1",
            "192.168.255.255",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            "168.63.129.16",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:8.8.8.8",
            "::8.8.8.8",
            "64:ff9b::10.0.0.1",
            "64:ff9b::8.8.8.8",
            "64:ff9b:1::1",
            "100::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::1",
            "3fff::1",
            "5f00::1",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ];
        let open = [
            "1.1.1.1",
            "8.8.8.8",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "128.0.0.1",
            "168.63.129.17",
            "169.253.255.255",
            "172.15.255.255",
            "172.32.0.0",
            "192.167.255.255",
            "192.169.0.0",
            "198.17.255.255",
            "198.20.0.0",
            "223.255.255.255",
            "2400:3200::1",
            "2606:4700:4700::1111",
            "240e::1",
            "2001:4860:4860::8888",
        ];
        let nothing = Opened::default();
        let wrong: Vec<&str> = closed.into_iter().filter(|address| judge(address, &nothing)).collect();
        assert_eq!(wrong, Vec::<&str>::new(), "are called");
        let wrong: Vec<&str> = open.into_iter().filter(|address| !judge(address, &nothing)).collect();
        assert_eq!(wrong, Vec::<&str>::new(), "are not called");
    }

    #[test]
    fn an_operator_opens_a_network_and_nothing_beside_it() {
        let opened = Opened { networks: vec!["10.20.0.0/16".parse().expect("a network")], http: false };
        assert!(judge("10.20.255.1", &opened));
        assert!(!judge("10.21.0.1", &opened));
        assert!(!judge("::ffff:10.20.0.1", &opened));
        let all: Network = "0.0.0.0/0".parse().expect("a network");
        assert!(all.contains(IpAddr::V4(Ipv4Addr::LOCALHOST)) && !all.contains(IpAddr::V6(Ipv6Addr::LOCALHOST)));
        for wrong in ["10.20.0.0", "10.20.0.0/33", "::/129", "ten/8", "10.0.0.0/-1"] {
            assert_eq!(wrong.parse::<Network>(), Err(NoNetwork), "{wrong}");
        }
    }

    #[test]
    fn an_address_is_judged_by_its_parts() {
        let parts = |scheme, host, port| Parts { scheme, has_credentials: false, has_fragment: false, host, port };
        let nothing = Opened::default();
        let tests = Opened { networks: vec!["127.0.0.0/8".parse().expect("a network")], http: true };
        let table = [
            (parts("https", "hooks.example.cn", 443), Ok(()), Ok(())),
            (parts("https", "hooks.example.cn", 8443), Ok(()), Ok(())),
            (parts("https", "hooks.example.cn", 22), Err(Refused::Port), Ok(())),
            (parts("http", "hooks.example.cn", 80), Err(Refused::Scheme), Ok(())),
            (parts("ftp", "hooks.example.cn", 443), Err(Refused::Scheme), Err(Refused::Scheme)),
            (parts("https", "127.0.0.1", 443), Err(Refused::NotPublic), Ok(())),
            (parts("https", "10.0.0.1", 443), Err(Refused::NotPublic), Err(Refused::NotPublic)),
            (parts("https", "[::1]", 443), Err(Refused::NotPublic), Err(Refused::NotPublic)),
            (parts("https", "[2400:3200::1]", 443), Ok(()), Ok(())),
            (parts("https", "localhost", 443), Err(Refused::NotPublic), Ok(())),
            (parts("https", "LOCALHOST.", 443), Err(Refused::NotPublic), Ok(())),
            (parts("https", "db.internal", 443), Err(Refused::NotPublic), Ok(())),
            (parts("https", "printer.local", 443), Err(Refused::NotPublic), Ok(())),
            (parts("https", "postgres", 443), Err(Refused::NotPublic), Ok(())),
            (parts("https", "notlocal.example", 443), Ok(()), Ok(())),
            (
                Parts { has_credentials: true, ..parts("https", "a.cn", 443) },
                Err(Refused::Credentials),
                Err(Refused::Credentials),
            ),
            (
                Parts { has_fragment: true, ..parts("https", "a.cn", 443) },
                Err(Refused::Fragment),
                Err(Refused::Fragment),
            ),
        ];
        for (parts, usual, opened) in table {
            assert_eq!((check(&parts, &nothing), check(&parts, &tests)), (usual, opened), "{parts:?}");
        }
    }
}
