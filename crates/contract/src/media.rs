//! Media types of request bodies: which of them can be read.

/// What is said of a type that cannot be.
pub(crate) const READABLE: &str = "bodies are read as application/json (and …+json), application/x-www-form-urlencoded and multipart/form-data; leave it \
     out, and a client that sends it is answered `unsupported_media`";

/// What is said of a character encoding that is none of ours.
pub(crate) const UTF_8: &str =
    "everything is read and written in UTF-8: write `charset=utf-8`, or leave it out";

/// The character encoding that a media type names, if it is not the one of every body.
pub(crate) fn foreign_charset(media_type: &str) -> Option<&str> {
    let named = media_type.split(';').skip(1).filter_map(|parameter| parameter.split_once('='));
    let mut charsets = named.filter(|(name, _)| name.trim().eq_ignore_ascii_case("charset"));
    let charset = charsets.next()?.1.trim().trim_matches('"');
    (!charset.eq_ignore_ascii_case("utf-8")).then_some(charset)
}

/// Whether a body of this type, given without parameters, can be read.
pub(crate) fn is_readable(essence: &str) -> bool {
    let essence = essence.trim().to_ascii_lowercase();
    essence.ends_with("+json")
        || ["application/json", "application/x-www-form-urlencoded", "multipart/form-data"]
            .contains(&essence.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_encoding_than_utf_8_is_foreign() {
        for ours in ["text/plain", "text/plain; charset=UTF-8", "text/xml;charset=\"utf-8\"; version=1"] {
            assert_eq!(foreign_charset(ours), None, "{ours}");
        }
        assert_eq!(foreign_charset("text/plain; charset=ISO-8859-1"), Some("ISO-8859-1"));
        assert_eq!(foreign_charset("text/html;Charset = euc-kr"), Some("euc-kr"));
    }
}
