//! Media types of request bodies: which of them can be read.

/// What is said of a type that cannot be.
pub(crate) const READABLE: &str = "bodies are read as application/json (and …+json), application/x-www-form-urlencoded and multipart/form-data; leave it \
     out, and a client that sends it is answered `unsupported_media`";

/// Whether a body of this type, given without parameters, can be read.
pub(crate) fn is_readable(essence: &str) -> bool {
    let essence = essence.trim().to_ascii_lowercase();
    essence.ends_with("+json")
        || ["application/json", "application/x-www-form-urlencoded", "multipart/form-data"]
            .contains(&essence.as_str())
}
