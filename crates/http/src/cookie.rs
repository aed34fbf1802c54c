//! `Set-Cookie` lines (RFC 6265 section 4.1), to the byte as the contract writes them.

use crate::face::Face;
use crate::header::cookie_safe;
use crate::tokens::{Life, Tokens};
use doorward_contract::expression::{Evaluated, Scope};
use doorward_contract::plan::{CookieAttribute, CookiePlan};
use serde_json::Value;

/// Longer lines are dropped by browsers (RFC 6265 section 6.1).
pub(crate) const LONGEST: usize = 4096;

/// The line that sets a cookie. One of a session that is not remembered does not say when it ends, so that it is gone
/// with the browser.
pub(crate) fn set_line(
    cookie: &CookiePlan,
    face: &Face,
    tokens: Option<&Tokens<'_>>,
    (scope, https): (&dyn Scope, bool),
) -> String {
    let value = match cookie.value.eval(scope) {
        Evaluated::Value(Value::String(text)) => text,
        Evaluated::Value(Value::Null) | Evaluated::Omit | Evaluated::Unlisted => String::new(),
        Evaluated::Value(value) => value.to_string(),
    };
    let life = cookie.token.as_deref().and_then(|token| tokens.and_then(|tokens| tokens.life(token)));
    let mut line = format!("{}={}", cookie.wire, cookie_safe(&value));
    let for_the_browser = tokens.is_some_and(Tokens::for_the_browser);
    for attribute in cookie.attributes.iter().filter(|one| !(for_the_browser && says_end(one))) {
        if let Some(text) = set_attribute(attribute, life, face, https) {
            line.push_str("; ");
            line.push_str(&text);
        }
    }
    line
}

fn set_attribute(
    attribute: &CookieAttribute,
    life: Option<Life>,
    face: &Face,
    https: bool,
) -> Option<String> {
    match attribute {
        CookieAttribute::Fixed(text) => Some(text.clone()),
        CookieAttribute::MaxAge(name) => life.map(|life| format!("{name}={}", life.expires_in)),
        CookieAttribute::Expires(name) => {
            life.map(|life| format!("{name}={}", face.http_date(life.expires_at)))
        }
        CookieAttribute::SecureOverHttps(name) => https.then(|| name.clone()),
    }
}

/// The line that clears a cookie: empty, over, and otherwise like the line that set it.
pub(crate) fn clear_line(cookie: &CookiePlan, https: bool) -> String {
    const EPOCH: &str = "Thu, 01 Jan 1970 00:00:00 GMT";
    let mut line = format!("{}=", cookie.wire);
    let mut ends = false;
    for attribute in &cookie.attributes {
        let text = match attribute {
            CookieAttribute::Fixed(_) if says_end(attribute) => continue,
            CookieAttribute::Fixed(text) => text.clone(),
            CookieAttribute::MaxAge(name) => format!("{name}=0"),
            CookieAttribute::Expires(name) => format!("{name}={EPOCH}"),
            CookieAttribute::SecureOverHttps(name) if https => name.clone(),
            CookieAttribute::SecureOverHttps(_) => continue,
        };
        ends |= says_end(attribute);
        line.push_str("; ");
        line.push_str(&text);
    }
    if !ends {
        line.push_str("; Max-Age=0");
    }
    line
}

/// Whether an attribute says when the cookie ends, as a constant or filled from a token.
fn says_end(attribute: &CookieAttribute) -> bool {
    match attribute {
        CookieAttribute::MaxAge(_) | CookieAttribute::Expires(_) => true,
        CookieAttribute::SecureOverHttps(_) => false,
        CookieAttribute::Fixed(text) => {
            let name = text.split('=').next().unwrap_or("").trim();
            name.eq_ignore_ascii_case("max-age") || name.eq_ignore_ascii_case("expires")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use doorward_contract::template::CompiledTemplate;

    fn cookie(attributes: Vec<CookieAttribute>) -> CookiePlan {
        CookiePlan {
            name: "access".to_owned(),
            wire: "access_token".to_owned(),
            value: CompiledTemplate::of_constant(Value::Null),
            token: Some("access".to_owned()),
            attributes,
        }
    }

    #[test]
    fn clearing_mirrors_the_attributes() {
        let fixed = |text: &str| CookieAttribute::Fixed(text.to_owned());
        let full = cookie(vec![
            CookieAttribute::MaxAge("Max-Age".to_owned()),
            fixed("Path=/"),
            CookieAttribute::Expires("Expires".to_owned()),
            fixed("HttpOnly"),
            CookieAttribute::SecureOverHttps("Secure".to_owned()),
        ]);
        assert_eq!(
            clear_line(&full, false),
            "access_token=; Max-Age=0; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly"
        );
        assert!(clear_line(&full, true).ends_with("; HttpOnly; Secure"));
        let session = cookie(vec![fixed("path=/"), fixed("max-age=60")]);
        assert_eq!(clear_line(&session, false), "access_token=; path=/; Max-Age=0");
    }
}
