//! Media types: what a body is, and what a client accepts.

/// How a body is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Json,
    Form,
    Multipart,
    Other,
}

impl Kind {
    /// The kind of a media type without parameters, in lower case.
    pub(crate) fn of(essence: impl AsRef<str>) -> Kind {
        match essence.as_ref() {
            "application/json" => Kind::Json,
            "application/x-www-form-urlencoded" => Kind::Form,
            "multipart/form-data" => Kind::Multipart,
            other if other.ends_with("+json") => Kind::Json,
            _ => Kind::Other,
        }
    }
}

/// A media type without its parameters, in lower case.
pub(crate) fn essence(content_type: &str) -> String {
    content_type.split(';').next().unwrap_or("").trim().to_ascii_lowercase()
}

/// Whether an `Accept` header (RFC 9110 section 12.5.1) admits a content type. None admits everything.
pub(crate) fn acceptable(accept: Option<&str>, content_type: &str) -> bool {
    let Some(accept) = accept.map(str::trim).filter(|accept| !accept.is_empty()) else { return true };
    let wanted = essence(content_type);
    let family = wanted.split('/').next().unwrap_or("");
    let mut best: Option<(u8, bool)> = None;
    for range in accept.split(',') {
        let name = essence(range);
        let exactness = match name.as_str() {
            "*/*" => 0,
            name if name.strip_suffix("/*") == Some(family) => 1,
            name if name == wanted => 2,
            _ => continue,
        };
        let refused = range.split(';').skip(1).any(|parameter| {
            let weight = parameter.trim().strip_prefix("q=").or_else(|| parameter.trim().strip_prefix("Q="));
            weight.is_some_and(|weight| weight.parse::<f32>().is_ok_and(|weight| weight <= 0.0))
        });
        if best.is_none_or(|(known, _)| exactness >= known) {
            best = Some((exactness, !refused));
        }
    }
    best.is_some_and(|(_, admitted)| admitted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_most_exact_range_decides() {
        let json = "application/json; charset=utf-8";
        for accept in ["*/*", "application/json", "text/html, application/*;q=0.1", "", "APPLICATION/JSON"] {
            assert!(acceptable(Some(accept), json), "{accept}");
        }
        assert!(acceptable(None, json));
        for accept in ["text/html", "application/json;q=0, */*", "application/xml", "json"] {
            assert!(!acceptable(Some(accept), json), "{accept}");
        }
    }

    #[test]
    fn parameters_and_case_do_not_matter() {
        assert_eq!(essence(" Application/JSON ; charset=UTF-8"), "application/json");
        assert_eq!(Kind::of("application/problem+json"), Kind::Json);
        assert_eq!(Kind::of("text/plain"), Kind::Other);
    }

    proptest! {
        #[test]
        fn nothing_panics(accept: String) {
            let _ = acceptable(Some(&accept), "application/json");
        }
    }
}
