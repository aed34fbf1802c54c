//! A JWT as text: what a client sees in it. Nothing is verified here.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

/// The parts of a JWT (RFC 7519) as the bytes say them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Jwt {
    /// The header's JSON text.
    pub header: String,
    /// The claims' JSON text.
    pub claims: String,
    /// The signature in base64url.
    pub signature: String,
}

impl Jwt {
    /// Reads a token.
    ///
    /// # Panics
    /// It does not consist of three base64url parts, the first two of them text.
    #[must_use]
    pub fn read(token: &str) -> Jwt {
        let parts: Vec<&str> = token.split('.').collect();
        assert_eq!(parts.len(), 3, "not a JWT: {token}");
        let text = |part: &str| {
            let bytes = URL_SAFE_NO_PAD.decode(part).expect("a JWT's parts are base64url without padding");
            String::from_utf8(bytes).expect("a JWT's header and claims are UTF-8")
        };
        Jwt { header: text(parts[0]), claims: text(parts[1]), signature: parts[2].to_owned() }
    }

    /// A token of these parts, with the signature as it is.
    #[must_use]
    pub fn write(&self) -> String {
        let (header, claims) = (URL_SAFE_NO_PAD.encode(&self.header), URL_SAFE_NO_PAD.encode(&self.claims));
        format!("{header}.{claims}.{}", self.signature)
    }

    /// One claim; null when it is not there.
    #[must_use]
    pub fn claim(&self, name: &str) -> Value {
        let claims: Value = serde_json::from_str(&self.claims).expect("claims are JSON");
        claims[name].clone()
    }

    /// The claims' text without `jti`.
    ///
    /// # Panics
    /// `jti` is not the last claim, or it is empty.
    #[must_use]
    pub fn claims_before_jti(&self) -> String {
        let (before, id) = self.claims.rsplit_once(r#","jti":""#).expect("jti is the last claim");
        let id = id.strip_suffix(r#""}"#).expect("jti is the last claim");
        assert!(!id.is_empty() && !id.contains('"'), "jti is one text: {}", self.claims);
        format!("{before}}}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_writes_and_cuts_off_the_jti() {
        let jwt = Jwt {
            header: r#"{"alg":"HS512"}"#.to_owned(),
            claims: r#"{"uid":1,"jti":"abc"}"#.to_owned(),
            signature: "c2ln".to_owned(),
        };
        assert_eq!(Jwt::read(&jwt.write()), jwt);
        assert_eq!(jwt.claims_before_jti(), r#"{"uid":1}"#);
        assert_eq!(jwt.claim("uid"), 1);
        assert_eq!(jwt.claim("sub"), Value::Null);
    }
}
