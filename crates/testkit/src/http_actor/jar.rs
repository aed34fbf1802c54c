//! A cookie jar that knows just enough: a cookie that was cleared is gone.

use std::collections::BTreeMap;

/// Cookies by name; paths and domains are not looked at.
#[derive(Debug, Default)]
pub(super) struct Jar {
    cookies: BTreeMap<String, String>,
}

impl Jar {
    /// Takes over a `Set-Cookie` line.
    pub(super) fn take(&mut self, line: &str) {
        let mut parts = line.split(';').map(str::trim);
        let Some((name, value)) = parts.next().and_then(|pair| pair.split_once('=')) else { return };
        let over = |attribute: &str| {
            let attribute = attribute.to_ascii_lowercase();
            attribute == "max-age=0" || attribute.starts_with("expires=thu, 01 jan 1970")
        };
        if parts.any(over) {
            self.cookies.remove(name);
        } else {
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
    }

    /// The value of a cookie.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.cookies.get(name).map(String::as_str)
    }

    /// The `Cookie` header, if there are any.
    pub(super) fn header(&self) -> Option<String> {
        let pairs: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        (!pairs.is_empty()).then(|| pairs.join("; "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_set_comes_back_until_it_is_cleared() {
        let mut jar = Jar::default();
        jar.take("a=1; path=/; httponly");
        jar.take("b=x=y; Max-Age=60");
        assert_eq!(jar.header().as_deref(), Some("a=1; b=x=y"));
        jar.take("a=; path=/; expires=Thu, 01 Jan 1970 00:00:00 GMT; httponly");
        jar.take("b=; Max-Age=0");
        assert_eq!(jar.header(), None);
    }
}
