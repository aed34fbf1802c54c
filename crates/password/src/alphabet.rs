//! How stored hashes spell bytes: hexadecimal, and the many kinds of base64.

use base64::Engine;
use base64::alphabet::{BCRYPT, STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

const LENIENT: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
const UNPADDED: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_encode_padding(false)
    .with_decode_padding_mode(DecodePaddingMode::RequireNone);

/// The alphabet of `crypt(3)`.
const CRYPT: &[u8; 64] = b"./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .filter_map(|digit| DIGITS.get(usize::from(digit)))
        .map(|digit| char::from(*digit))
        .collect()
}

/// The bytes of hexadecimal digits, of either case.
pub(crate) fn unhex(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) {
        return None;
    }
    let digit = |byte: &u8| char::from(*byte).to_digit(16);
    text.as_bytes()
        .chunks_exact(2)
        .map(|pair| {
            let (high, low) = (digit(pair.first()?)?, digit(pair.get(1)?)?);
            u8::try_from(high * 16 + low).ok()
        })
        .collect()
}

/// Standard base64, with padding.
pub(crate) fn base64(bytes: &[u8]) -> String {
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

/// Standard base64, with padding or without.
pub(crate) fn unbase64(text: &str) -> Option<Vec<u8>> {
    GeneralPurpose::new(&STANDARD, LENIENT).decode(text).ok()
}

/// Base64 of either alphabet, standard or URL-safe, with padding or without.
pub(crate) fn unbase64_any(text: &str) -> Option<Vec<u8>> {
    let alphabet = if text.contains(['-', '_']) { &URL_SAFE } else { &STANDARD };
    GeneralPurpose::new(alphabet, LENIENT).decode(text).ok()
}

/// URL-safe base64, with padding.
pub(crate) fn base64url(bytes: &[u8]) -> String {
    base64::engine::general_purpose::URL_SAFE.encode(bytes)
}

/// Standard base64 without padding: PHC strings.
pub(crate) fn phc(bytes: &[u8]) -> String {
    GeneralPurpose::new(&STANDARD, UNPADDED).encode(bytes)
}

/// The bytes of standard base64 without padding.
pub(crate) fn unphc(text: &str) -> Option<Vec<u8>> {
    GeneralPurpose::new(&STANDARD, UNPADDED).decode(text).ok()
}

/// Passlib's own: standard base64 without padding, `.` for `+`.
pub(crate) fn passlib(bytes: &[u8]) -> String {
    phc(bytes).replace('+', ".")
}

/// The bytes of Passlib's base64; `+` is taken as well.
pub(crate) fn unpasslib(text: &str) -> Option<Vec<u8>> {
    unphc(&text.replace('.', "+"))
}

/// bcrypt's own.
pub(crate) fn bcrypt(bytes: &[u8]) -> String {
    GeneralPurpose::new(&BCRYPT, UNPADDED).encode(bytes)
}

/// The bytes of bcrypt's base64. Some implementations leave anything in the bits that are left over.
pub(crate) fn unbcrypt(text: &str) -> Option<Vec<u8>> {
    GeneralPurpose::new(&BCRYPT, UNPADDED.with_decode_allow_trailing_bits(true)).decode(text).ok()
}

/// What `crypt(3)` writes: six bits at a time, the lowest first.
pub(crate) fn crypt(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 4 / 3 + 2);
    for group in bytes.chunks(3) {
        let value = group.iter().rev().fold(0usize, |value, byte| value << 8 | usize::from(*byte));
        for place in 0..=group.len() {
            text.extend(CRYPT.get(value >> (6 * place) & 63).map(|letter| char::from(*letter)));
        }
    }
    text
}

/// The value of a letter of `crypt(3)`.
pub(crate) fn crypt_value(letter: u8) -> Option<u32> {
    CRYPT.iter().position(|known| *known == letter).and_then(|place| u32::try_from(place).ok())
}

/// Whether a text has only letters of `crypt(3)`.
pub(crate) fn is_crypt(text: &str) -> bool {
    text.bytes().all(|letter| CRYPT.contains(&letter))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_spelt_is_read() {
        let bytes: Vec<u8> = (0..=255).collect();
        for length in 0..bytes.len() {
            let part = &bytes[..length];
            assert_eq!(unhex(&hex(part)).as_deref(), Some(part));
            assert_eq!(unhex(&hex(part).to_uppercase()).as_deref(), Some(part));
            assert_eq!(unphc(&phc(part)).as_deref(), Some(part));
            assert_eq!(unpasslib(&passlib(part)).as_deref(), Some(part));
            assert_eq!(unbcrypt(&bcrypt(part)).as_deref(), Some(part));
            assert_eq!(unbase64(&base64(part)).as_deref(), Some(part));
            assert_eq!(unbase64_any(&base64url(part)).as_deref(), Some(part));
            assert!(is_crypt(&crypt(part)));
        }
        assert_eq!(crypt(&[0xff, 0, 0]), "z1..");
    }

    #[test]
    fn what_is_not_whole_is_not_read() {
        for damaged in ["0", "0g", "é0", "+1"] {
            assert_eq!(unhex(damaged), None, "{damaged}");
        }
        assert_eq!(unphc("YQ=="), None);
        assert_eq!(unbase64("YQ== "), None);
    }
}
