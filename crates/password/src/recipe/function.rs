//! The functions of recipes: names and what they take.

use super::tree::Kind;
use crate::digest::Digest;

/// A function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Function {
    Digest(Digest),
    Hmac(Digest),
    Pbkdf2(Digest),
    Scrypt,
    Hex,
    Base64,
    Base64Url,
    Unpadded,
    Unhex,
    Unbase64,
    Upper,
    Lower,
    Utf16Le,
    Utf16Be,
    Latin1,
    Slice,
    Iterate,
}

/// What an argument is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Argument {
    Bytes,
    Text,
    /// A number, or a column that holds one.
    Number,
    /// Either; the function gives the same.
    Any,
}

/// Those that are not named after a digest, with how they are written.
const NAMED: [(&str, Function); 13] = [
    ("scrypt", Function::Scrypt),
    ("hex", Function::Hex),
    ("base64", Function::Base64),
    ("base64url", Function::Base64Url),
    ("unpadded", Function::Unpadded),
    ("unhex", Function::Unhex),
    ("unbase64", Function::Unbase64),
    ("upper", Function::Upper),
    ("lower", Function::Lower),
    ("utf16le", Function::Utf16Le),
    ("utf16be", Function::Utf16Be),
    ("latin1", Function::Latin1),
    ("slice", Function::Slice),
];

/// Every function as the documentation writes it, and what it gives.
pub const FUNCTIONS: &[(&str, &str)] = &[
    ("md5(BYTES)", "the digest, as bytes; likewise sha1, sha224, sha256, sha384, sha512"),
    ("hmac_sha256(KEY, BYTES)", "the keyed digest, as bytes; likewise with the other digests"),
    ("pbkdf2_sha256(BYTES, SALT, ROUNDS, LENGTH)", "LENGTH bytes of PBKDF2; likewise with the other digests"),
    ("scrypt(BYTES, SALT, N, R, P, LENGTH)", "LENGTH bytes of scrypt"),
    ("hex(BYTES)", "lower-case hexadecimal digits"),
    ("base64(BYTES)", "standard base64 with padding"),
    ("base64url(BYTES)", "URL-safe base64 with padding"),
    ("unpadded(TEXT)", "the same without `=` at its end"),
    ("unhex(TEXT)", "the bytes that hexadecimal digits spell"),
    ("unbase64(TEXT)", "the bytes that base64 spells, of either alphabet"),
    ("upper(TEXT)", "in upper case"),
    ("lower(TEXT)", "in lower case"),
    ("utf16le(TEXT)", "the bytes of the text in UTF-16, little end first; utf16be: big end first"),
    ("latin1(TEXT)", "the bytes of the text in ISO 8859-1; a password with other letters is wrong"),
    ("slice(ANY, FROM, TO)", "the letters or bytes from FROM, counted from 0, to before TO"),
    (
        "iterate(COUNT, VALUE)",
        "VALUE, COUNT times; `it` is what the last time gave, and `password` the first time",
    ),
    ("iterate(COUNT, FIRST, VALUE)", "the same, where `it` is FIRST the first time"),
];

impl Function {
    pub(super) fn named(name: &str) -> Option<Function> {
        let digest = |start: &str| name.strip_prefix(start).and_then(Digest::named);
        if name == "iterate" {
            return Some(Function::Iterate);
        }
        (NAMED.iter().find(|(known, _)| *known == name).map(|(_, function)| *function))
            .or_else(|| digest("").map(Function::Digest))
            .or_else(|| digest("hmac_").map(Function::Hmac))
            .or_else(|| digest("pbkdf2_").map(Function::Pbkdf2))
    }

    pub(super) fn name(self) -> String {
        match self {
            Function::Digest(digest) => digest.name().to_owned(),
            Function::Hmac(digest) => format!("hmac_{}", digest.name()),
            Function::Pbkdf2(digest) => format!("pbkdf2_{}", digest.name()),
            Function::Iterate => "iterate".to_owned(),
            _ => NAMED.iter().find(|(_, of)| *of == self).map_or("", |(name, _)| name).to_owned(),
        }
    }

    /// Every name.
    pub(super) fn names() -> Vec<String> {
        let digests = Digest::ALL.into_iter().flat_map(|digest| {
            [Function::Digest(digest), Function::Hmac(digest), Function::Pbkdf2(digest)].map(Function::name)
        });
        let others = NAMED.iter().map(|(name, _)| (*name).to_owned());
        digests.chain(others).chain(["iterate".to_owned()]).collect()
    }

    /// What it takes; `iterate` is checked by itself.
    pub(super) fn takes(self) -> &'static [Argument] {
        use Argument::{Any, Bytes, Number, Text};
        match self {
            Function::Digest(_) | Function::Hex | Function::Base64 | Function::Base64Url => &[Bytes],
            Function::Hmac(_) => &[Bytes, Bytes],
            Function::Pbkdf2(_) => &[Bytes, Bytes, Number, Number],
            Function::Scrypt => &[Bytes, Bytes, Number, Number, Number, Number],
            Function::Unpadded
            | Function::Unhex
            | Function::Unbase64
            | Function::Upper
            | Function::Lower
            | Function::Utf16Le
            | Function::Utf16Be
            | Function::Latin1 => &[Text],
            Function::Slice => &[Any, Number, Number],
            Function::Iterate => &[],
        }
    }

    /// What it gives, when its first argument is of this kind.
    pub(super) fn gives(self, first: Kind) -> Kind {
        match self {
            Function::Hex
            | Function::Base64
            | Function::Base64Url
            | Function::Unpadded
            | Function::Upper
            | Function::Lower => Kind::Text,
            Function::Slice | Function::Iterate => first,
            _ => Kind::Bytes,
        }
    }
}
