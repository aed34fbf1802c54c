//! The query of a page: read, and written into links.

/// A query parameter, decoded.
pub(super) fn parameter(query: &str, name: &str) -> Option<String> {
    form_urlencoded::parse(query.as_bytes())
        .find(|(known, _)| known == name)
        .map(|(_, value)| value.into_owned())
}

/// A query of these parameters.
pub(super) fn written(parameters: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let query = written(&[("contract", "a&b"), ("operation", "post /ä/{id}")]);
        assert_eq!(parameter(&query, "operation").as_deref(), Some("post /ä/{id}"));
        assert_eq!(parameter(&query, "contract").as_deref(), Some("a&b"));
        assert_eq!(parameter(&query, "nosuch"), None);
    }
}
