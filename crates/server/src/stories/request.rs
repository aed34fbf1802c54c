//! The request of a step as it is sent.

use super::compare::Names;
use super::story::{Body, Exchange};
use super::text::Text;
use doorward_client::Said;
use doorward_contract::json_bytes;

const BOUNDARY: &str = "3ca3b8f4-91d2-4b7f-9c57-c7a3c6c2f6d1";

/// Puts the names' values in.
pub(super) fn request(step: &Exchange, names: &Names) -> Said {
    let mut headers: Vec<(String, String)> =
        step.headers.iter().map(|(name, text)| (name.clone(), text.fill(names))).collect();
    let (content_type, body) = match &step.body {
        Body::None => (None, None),
        Body::Json(value) => (Some("application/json".to_owned()), Some(json_bytes(&value.fill(names), 0))),
        Body::Form(fields) => {
            (Some("application/x-www-form-urlencoded".to_owned()), Some(form(fields, names).into_bytes()))
        }
        Body::Multipart(fields) => (
            Some(format!("multipart/form-data; boundary={BOUNDARY}")),
            Some(multipart(fields, names).into_bytes()),
        ),
        Body::Text(text) => (None, Some(text.fill(names).into_bytes())),
    };
    let said = headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type"));
    if let Some(content_type) = content_type.filter(|_| !said) {
        headers.insert(0, ("Content-Type".to_owned(), content_type));
    }
    Said { method: step.method.clone(), target: step.target.fill(names), headers, body }
}

fn form(fields: &[(String, Text)], names: &Names) -> String {
    let mut form = form_urlencoded::Serializer::new(String::new());
    for (name, text) in fields {
        form.append_pair(name, &text.fill(names));
    }
    form.finish()
}

fn multipart(fields: &[(String, Text)], names: &Names) -> String {
    let part = |(name, text): &(String, Text)| {
        let value = text.fill(names);
        format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let parts: String = fields.iter().map(part).collect();
    format!("{parts}--{BOUNDARY}--\r\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stories::read;
    use crate::stories::story::StepKind;
    use doorward_contract::Sources;
    use serde_json::json;

    fn said(step: &str) -> Said {
        let text = format!("names: {{id: '7'}}\nstories: [{{story: x, steps: [{step}]}}]");
        let mut stories = read(&mut Sources::new(), "x", &text).expect("a good story").stories;
        let StepKind::Send(step) = stories.remove(0).steps.remove(0).kind else { panic!("a request") };
        request(&step, &Names::from([("id".to_owned(), json!(7))]))
    }

    fn body(said: &Said) -> String {
        String::from_utf8(said.body.clone().expect("a body")).expect("text")
    }

    #[test]
    fn bodies_bring_their_type() {
        let json = said("{send: 'POST /a/${id}', json: {id: '${id}', text: '-${id}'}, expect: 200}");
        assert_eq!((json.target.as_str(), body(&json).as_str()), ("/a/7", r#"{"id":7,"text":"-7"}"#));
        assert_eq!(json.headers, [("Content-Type".to_owned(), "application/json".to_owned())]);
        let form = said("{send: POST /, form: {a b: é&, c: '1'}, expect: 200}");
        assert_eq!(body(&form), "a+b=%C3%A9%26&c=1");
        let parts = said("{send: POST /, multipart: {a: x}, expect: 200}");
        assert!(body(&parts).contains("name=\"a\"\r\n\r\nx\r\n--"));
        let own = said("{send: POST /, headers: {content-type: text/json}, json: [], expect: 200}");
        assert_eq!(own.headers.len(), 1, "a type of its own stands");
        let text = said("{send: POST /, text: '{', expect: 400}");
        assert!(text.headers.is_empty() && body(&text) == "{");
        assert_eq!(said("{send: GET /, expect: 200}").body, None);
    }
}
