//! `multipart/form-data` (RFC 7578) of texts: parts may carry their own Content-Type. Refused: files, a name
//! twice, parts without a name, more than 64 parts, and bytes that are not UTF-8.

use super::Broken;
use bytes::Bytes;
use futures_util::stream;
use multer::{Field, Multipart};
use serde_json::{Map, Value};
use std::convert::Infallible;

const MOST: usize = 64;

/// Parses a whole multipart body into an object of texts.
pub(crate) async fn parse(body: Bytes, content_type: &str) -> Result<Map<String, Value>, Broken> {
    let boundary = multer::parse_boundary(content_type).map_err(|_| Broken)?;
    let whole = stream::iter([Ok::<Bytes, Infallible>(body)]);
    let mut parts = Multipart::new(whole, boundary);
    let mut members = Map::new();
    while let Some(part) = parts.next_field().await.map_err(|_| Broken)? {
        let (name, value) = text(part).await?;
        let twice = members.insert(name, Value::String(value)).is_some();
        if twice || members.len() > MOST {
            return Err(Broken);
        }
    }
    Ok(members)
}

async fn text(part: Field<'_>) -> Result<(String, String), Broken> {
    if part.file_name().is_some() {
        return Err(Broken);
    }
    let name = part.name().ok_or(Broken)?.to_owned();
    let value = part.bytes().await.map_err(|_| Broken)?;
    Ok((name, String::from_utf8(value.to_vec()).map_err(|_| Broken)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn parse_now(body: &str) -> Result<Value, Broken> {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("runtime");
        let body = Bytes::from(body.replace('\n', "\r\n"));
        runtime.block_on(parse(body, "multipart/form-data; boundary=b")).map(Value::Object)
    }

    const TYPED: &str = "--b\nContent-Disposition: form-data; name=\"username\"\nContent-Transfer-Encoding: binary\nContent-Type: text/plain; charset=UTF-8\nContent-Length: 4\n\nümi\n--b\nContent-Disposition: form-data; name=\"password\"\n\n\n--b--\n";

    #[test]
    fn typed_parts_are_texts() {
        assert_eq!(parse_now(TYPED), Ok(json!({"username": "ümi", "password": ""})));
    }

    #[test]
    fn files_doubles_and_fragments_are_refused() {
        let part = |head: &str| format!("--b\nContent-Disposition: form-data; {head}\n\nx\n");
        let file = format!("{}--b--\n", part("name=\"a\"; filename=\"a.txt\""));
        let twice = format!("{0}{0}--b--\n", part("name=\"a\""));
        let nameless = format!("{}--b--\n", part("x=\"a\""));
        let cut = part("name=\"a\"");
        for body in [file.as_str(), &twice, &nameless, &cut, "", "junk"] {
            assert_eq!(parse_now(body), Err(Broken), "{body}");
        }
    }
}
