//! Where a server is: what a URL says of it.

/// Where a server is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// Whether it is spoken to over TLS.
    pub tls: bool,
    /// Its name or number; an IPv6 address without brackets.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// What comes before every path, without a slash at its end.
    pub prefix: String,
}

impl Address {
    /// Reads a URL.
    ///
    /// # Errors
    /// A sentence: it is no `http` or `https` URL of a server.
    pub fn parse(url: &str) -> Result<Address, String> {
        let (tls, rest) = match (url.strip_prefix("https://"), url.strip_prefix("http://")) {
            (Some(rest), _) => (true, rest),
            (_, Some(rest)) => (false, rest),
            _ => return Err(format!("{url} is no URL: http://HOST:PORT or https://HOST is expected")),
        };
        let wrong =
            || format!("{url} is no address of a server: http://HOST:PORT or https://HOST is expected");
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        if authority.contains(['@', '?', '#']) || path.contains(['?', '#']) {
            return Err(wrong());
        }
        let (host, port) = host_and_port(authority).ok_or_else(wrong)?;
        let path = path.trim_end_matches('/');
        let prefix = if path.is_empty() { String::new() } else { format!("/{path}") };
        Ok(Address { tls, host, port: port.unwrap_or(usual_port(tls)), prefix })
    }

    /// What a `Host` header says: the port only where it is not the usual one.
    #[must_use]
    pub fn authority(&self) -> String {
        let host = if self.host.contains(':') { format!("[{}]", self.host) } else { self.host.clone() };
        if self.port == usual_port(self.tls) { host } else { format!("{host}:{}", self.port) }
    }
}

fn usual_port(tls: bool) -> u16 {
    if tls { 443 } else { 80 }
}

fn host_and_port(authority: &str) -> Option<(String, Option<u16>)> {
    let (host, port) = match authority.strip_prefix('[') {
        Some(rest) => {
            let (host, after) = rest.split_once(']')?;
            let port = if after.is_empty() { None } else { Some(after.strip_prefix(':')?) };
            (host, port)
        }
        None => match authority.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (authority, None),
        },
    };
    let port = match port {
        Some(port) => Some(port.parse().ok()?),
        None => None,
    };
    (!host.is_empty()).then(|| (host.to_owned(), port))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_addresses() {
        for (url, tls, host, port, prefix, authority) in [
            ("http://localhost:3000", false, "localhost", 3000, "", "localhost:3000"),
            ("http://api.local/v1/", false, "api.local", 80, "/v1", "api.local"),
            ("https://api.local", true, "api.local", 443, "", "api.local"),
            ("https://api.local:80/", true, "api.local", 80, "", "api.local:80"),
            ("https://[::1]:8443/a/b", true, "::1", 8443, "/a/b", "[::1]:8443"),
        ] {
            let address = Address::parse(url).unwrap();
            let (host, prefix) = (host.to_owned(), prefix.to_owned());
            assert_eq!(address, Address { tls, host, port, prefix }, "{url}");
            assert_eq!(address.authority(), authority);
        }
    }

    #[test]
    fn anything_else_is_none() {
        for (bad, said) in [
            ("a:1", "is no URL"),
            ("ftp://a", "is no URL"),
            ("http://", "no address"),
            ("https://a:port", "no address"),
            ("https://ann:secret@a", "no address"),
            ("https://a/?b", "no address"),
            ("https://[::1", "no address"),
        ] {
            assert!(Address::parse(bad).unwrap_err().contains(said), "{bad}");
        }
    }
}
