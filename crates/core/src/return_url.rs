//! Where a mailed link may lead that a caller asks for: read strictly, so that no browser understands it otherwise.

/// An absolute web address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReturnUrl {
    /// `https` or `http`, host in lower case, port.
    origin: (bool, String, u16),
    /// The path, beginning with a slash.
    path: String,
    /// The query, without its question mark.
    query: Option<String>,
    /// The fragment, without its sign.
    fragment: Option<String>,
}

impl ReturnUrl {
    /// Reads an absolute web address; nothing for what is none, or might be understood in two ways: user names, dots
    /// as segments, characters that do not belong into addresses.
    #[must_use]
    pub fn parse(text: &str) -> Option<ReturnUrl> {
        let plain = |byte: u8| byte.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&byte);
        if text.len() > 2048 || !text.bytes().all(plain) {
            return None;
        }
        let (scheme, rest) = text.split_once("://")?;
        let secure = match scheme.to_ascii_lowercase().as_str() {
            "https" => true,
            "http" => false,
            _ => return None,
        };
        let (rest, fragment) = cut(rest, '#');
        let (rest, query) = cut(rest, '?');
        let at = rest.find('/').unwrap_or(rest.len());
        let (authority, path) = rest.split_at_checked(at)?;
        let (host, port) = host_and_port(authority, if secure { 443 } else { 80 })?;
        if path.split('/').any(is_dots) {
            return None;
        }
        let path = if path.is_empty() { "/" } else { path };
        Some(ReturnUrl { origin: (secure, host, port), path: path.to_owned(), query, fragment })
    }

    /// Whether it may stand in a list of allowed ones: it says where, and nothing else.
    #[must_use]
    pub fn is_prefix(&self) -> bool {
        self.query.is_none() && self.fragment.is_none()
    }

    /// Whether it is below an allowed one: the same scheme, host and port, and its path on a border of segments.
    #[must_use]
    pub fn within(&self, allowed: &ReturnUrl) -> bool {
        let prefix = allowed.path.trim_end_matches('/');
        let below = self.path.strip_prefix(prefix);
        self.origin == allowed.origin && below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// The address with a token at the end of its query.
    #[must_use]
    pub fn with_token(&self, token: &str) -> String {
        let (secure, host, port) = &self.origin;
        let scheme = if *secure { "https" } else { "http" };
        let usual = if *secure { 443 } else { 80 };
        let port = if *port == usual { String::new() } else { format!(":{port}") };
        let query = self.query.as_ref().filter(|query| !query.is_empty());
        let query = query.map(|query| format!("{query}&")).unwrap_or_default();
        let fragment = self.fragment.as_ref().map(|fragment| format!("#{fragment}")).unwrap_or_default();
        format!("{scheme}://{host}{port}{}?{query}token={token}{fragment}", self.path)
    }
}

fn cut(text: &str, at: char) -> (&str, Option<String>) {
    text.split_once(at).map_or((text, None), |(before, after)| (before, Some(after.to_owned())))
}

fn host_and_port(authority: &str, usual: u16) -> Option<(String, u16)> {
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) => {
            (host, port.parse().ok()?)
        }
        Some(_) => return None,
        None => (authority, usual),
    };
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
    (!host.is_empty() && host.bytes().all(fits)).then(|| (host.to_ascii_lowercase(), port))
}

/// `.` or `..`, however it is written.
fn is_dots(segment: &str) -> bool {
    let plain = segment.to_ascii_lowercase().replace("%2e", ".");
    plain == "." || plain == ".." || plain.contains("%2f") || plain.contains("%5c")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn within(url: &str, allowed: &str) -> bool {
        let allowed = ReturnUrl::parse(allowed).expect("an allowed one");
        ReturnUrl::parse(url).is_some_and(|url| url.within(&allowed))
    }

    #[test]
    fn scheme_host_and_port_are_the_same_and_the_path_is_below() {
        let allowed = "https://app.example.com/auth";
        for good in [
            "https://app.example.com/auth",
            "https://app.example.com/auth/",
            "HTTPS://APP.example.com:443/auth/reset?x=1#top",
            "https://app.example.com/auth?next=https://evil.example/",
        ] {
            assert!(within(good, allowed), "{good}");
        }
        for bad in [
            "http://app.example.com/auth",
            "https://app.example.com:8443/auth",
            "https://app.example.com/authority",
            "https://app.example.com/Auth",
            "https://app.example.com/",
            "https://app.example.com.evil.example/auth",
            "https://app.example.com@evil.example/auth",
            "https://evil.example/https://app.example.com/auth",
            "https://app.example.com/auth/../admin",
            "https://app.example.com/auth/%2e%2E/admin",
            "https://app.example.com/auth/..%2fadmin",
            "https://app.example.com\\@evil.example/auth",
            "https://app.example.com/auth\n",
            "https://app.example.com:/auth",
            "//app.example.com/auth",
            "javascript://app.example.com/auth",
            "/auth",
            "",
        ] {
            assert!(!within(bad, allowed), "{bad}");
        }
        assert!(within("http://localhost:3000/x", "http://localhost:3000"));
        assert!(!within("http://localhost:30001/x", "http://localhost:3000"));
    }

    #[test]
    fn the_token_goes_to_the_end_of_the_query() {
        for (url, expected) in [
            ("https://a.example", "https://a.example/?token=T"),
            ("https://a.example/r?lang=en#/x", "https://a.example/r?lang=en&token=T#/x"),
            ("http://A.example:8080/r?", "http://a.example:8080/r?token=T"),
        ] {
            assert_eq!(ReturnUrl::parse(url).map(|url| url.with_token("T")).as_deref(), Some(expected));
        }
    }
}
