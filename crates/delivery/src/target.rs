//! Where a message may be sent without encryption: to this machine and inside a network of one's own, never beyond.

use url::{Host, Url};

/// Whether an address is of this machine or of a private network: told from the address alone, since a name can lead
/// anywhere, today or tomorrow.
pub fn is_at_home(url: &Url) -> bool {
    // Of a scheme that the URL library does not know, it leaves the host as text.
    match url.host_str().map(Host::parse) {
        Some(Ok(Host::Ipv4(address))) => address.is_loopback() || address.is_private(),
        Some(Ok(Host::Ipv6(address))) => address.is_loopback() || address.is_unique_local(),
        Some(Ok(Host::Domain(name))) => name == "localhost" || name.ends_with(".localhost"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_ones_own_are_at_home() {
        let is = |text: &str| is_at_home(&Url::parse(text).unwrap());
        for home in
            ["http://127.0.0.1:1", "smtp://10.1.2.3", "smtp://[::1]:25", "http://[fd00::1]/", "smtp://localhost"]
        {
            assert!(is(home), "{home}");
        }
        for away in [
            "http://8.8.8.8",
            "smtp://172.32.0.1",
            "http://169.254.169.254",
            "smtp://mail",
            "smtp://localhost.example.org",
        ] {
            assert!(!is(away), "{away}");
        }
    }
}
