//! How opaque tokens are written: bytes as text over an alphabet, after a prefix. One token has one text.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use std::fmt::Write;

/// The letters of opaque tokens.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Alphabet {
    /// base64url without padding (RFC 4648 section 5).
    #[default]
    Base64Url,
    /// base64 with padding (RFC 4648 section 4).
    Base64,
    /// Two lower-case hexadecimal digits per byte.
    Hex,
    /// These ASCII characters, as the digits of one number. Always as many as the largest one needs, or more where
    /// the length is given.
    Letters {
        /// The digits, at least two, in order of their value.
        letters: Vec<u8>,
        /// How many characters every token has.
        length: Option<usize>,
    },
}

/// How the opaque tokens of one name look.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OpaqueForm {
    /// What they begin with, possibly empty.
    pub prefix: String,
    /// Their letters.
    pub alphabet: Alphabet,
    /// How many bytes they are; as many as it takes where it is not said.
    pub bytes: Option<usize>,
}

impl OpaqueForm {
    /// The usual one with this prefix.
    #[must_use]
    pub fn prefixed(prefix: &str) -> OpaqueForm {
        OpaqueForm { prefix: prefix.to_owned(), ..OpaqueForm::default() }
    }

    /// The token of these bytes.
    #[must_use]
    pub fn write(&self, bytes: &[u8]) -> String {
        let mut text = self.prefix.clone();
        match &self.alphabet {
            Alphabet::Base64Url => URL_SAFE_NO_PAD.encode_string(bytes, &mut text),
            Alphabet::Base64 => STANDARD.encode_string(bytes, &mut text),
            Alphabet::Hex => bytes.iter().for_each(|byte| {
                // Writing into a String cannot fail.
                let _ = write!(text, "{byte:02x}");
            }),
            Alphabet::Letters { letters, length } => {
                let digits = digits_of(bytes, letters.len());
                let width = length.unwrap_or_else(|| width(bytes.len(), letters.len()));
                let zeros = width.saturating_sub(digits.len());
                let digits = std::iter::repeat_n(0, zeros).chain(digits);
                text.extend(digits.filter_map(|digit| letters.get(digit)).copied().map(char::from));
            }
        }
        text
    }

    /// The bytes of a token, if it is the text of so many.
    #[must_use]
    pub fn read(&self, text: &str, count: usize) -> Option<Vec<u8>> {
        let text = text.strip_prefix(self.prefix.as_str())?;
        let bytes = match &self.alphabet {
            Alphabet::Base64Url => URL_SAFE_NO_PAD.decode(text).ok()?,
            Alphabet::Base64 => STANDARD.decode(text).ok()?,
            Alphabet::Hex => from_hex(text)?,
            Alphabet::Letters { letters, length } => {
                let width = length.unwrap_or_else(|| width(count, letters.len()));
                (text.len() == width).then(|| number_of(text, letters, count))??
            }
        };
        (bytes.len() == count).then_some(bytes)
    }
}

/// How many characters of so many letters it takes to write so many bytes.
#[must_use]
pub fn width(bytes: usize, letters: usize) -> usize {
    digits_of(&vec![0xff; bytes], letters).len()
}

/// The digits of a big-endian number, the highest first, without zeros before it.
fn digits_of(bytes: &[u8], base: usize) -> Vec<usize> {
    let mut number: Vec<usize> = bytes.iter().copied().map(usize::from).collect();
    let mut digits = Vec::new();
    let mut from = 0;
    while let Some(first) = number.iter().skip(from).position(|byte| *byte != 0) {
        from += first;
        let mut rest = 0;
        for byte in number.iter_mut().skip(from) {
            let whole = rest * 256 + *byte;
            *byte = whole / base;
            rest = whole % base;
        }
        digits.push(rest);
    }
    digits.reverse();
    digits
}

/// The number that a text writes, as so many bytes; nothing where it is larger or no number.
fn number_of(text: &str, letters: &[u8], count: usize) -> Option<Vec<u8>> {
    let mut number = vec![0u8; count];
    for character in text.bytes() {
        let mut carry = letters.iter().position(|letter| *letter == character)?;
        for byte in number.iter_mut().rev() {
            let whole = usize::from(*byte) * letters.len() + carry;
            *byte = u8::try_from(whole % 256).ok()?;
            carry = whole / 256;
        }
        if carry != 0 {
            return None;
        }
    }
    Some(number)
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let pairs = text.as_bytes().chunks(2);
    pairs.map(|pair| Some(digit(*pair.first()?)? * 16 + digit(*pair.get(1)?)?)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(alphabet: Alphabet) -> OpaqueForm {
        OpaqueForm { prefix: "t_".to_owned(), alphabet, bytes: None }
    }

    fn letters(letters: &str, length: Option<usize>) -> Alphabet {
        Alphabet::Letters { letters: letters.as_bytes().to_vec(), length }
    }

    #[test]
    fn bytes_come_back_from_every_alphabet() {
        let alphabets = [
            (Alphabet::Base64Url, 2 + 92),
            (Alphabet::Base64, 2 + 92),
            (Alphabet::Hex, 2 + 138),
            (letters("ABCDEFGHIJKLMNOPQRSTUVWXYZ", None), 2 + 118),
            (letters("ABCDEFGHIJKLMNOPQRSTUVWXYZ", Some(128)), 2 + 128),
            (letters("0123456789", None), 2 + 167),
        ];
        for (alphabet, length) in alphabets {
            let form = form(alphabet);
            for bytes in [[0u8; 69], [0xff; 69], std::array::from_fn(|at| at as u8)] {
                let text = form.write(&bytes);
                assert_eq!(text.len(), length, "{form:?}");
                assert_eq!(form.read(&text, 69).as_deref(), Some(&bytes[..]), "{text}");
                assert!(bytes[0] == 0 || form.read(&text, 68).is_none(), "{text}");
                assert_eq!(form.read(&text[1..], 69), None, "without its prefix");
            }
        }
    }

    #[test]
    fn one_token_has_one_text() {
        let hex = form(Alphabet::Hex);
        for text in ["t_AB", "t_a", "t_0g", "t_ ab", "t_abcd"] {
            assert_eq!(hex.read(text, 1), None, "{text}");
        }
        let ten = form(letters("0123456789", None));
        assert_eq!(ten.read("t_255", 1), Some(vec![255]));
        for text in ["t_256", "t_0255", "t_25", "t_2x5", "t_"] {
            assert_eq!(ten.read(text, 1), None, "{text}");
        }
        assert_eq!(form(Alphabet::Base64).write(&[1, 2]), "t_AQI=");
        assert_eq!(form(Alphabet::Base64).read("t_AQI", 2), None, "padding is part of it");
    }
}
