//! `opaque` of a token: its prefix, its letters and its size.

use super::members::Reader;
use crate::diagnostic::codes;
use crate::source::Node;
use doorward_core::authenticate::REFRESH;
use doorward_core::opaque::{Alphabet, OpaqueForm, width};
use doorward_core::stage_token::LEAST_STAGE_BYTES;
use doorward_core::token::{LEAST_ACCESS_BYTES, LEAST_REFRESH_BYTES, SECRET_BYTES};

pub(super) const MEMBERS: [&str; 4] = ["prefix", "bytes", "length", "alphabet"];
/// Longer ones would not fit into headers and cookies.
const MOST_BYTES: usize = 1024;
/// With fewer letters a token is longer than anybody means; and so no word of the language is an alphabet.
const FEWEST_LETTERS: usize = 10;

/// What a token must have room for.
pub(super) struct Room<'t> {
    /// The token's name.
    pub(super) token: &'t str,
    /// Whether it is all secret, with nothing written in it.
    pub(super) bare: bool,
    /// Whether it is for a stage.
    pub(super) staged: bool,
}

impl Room<'_> {
    fn least(&self) -> usize {
        match self.token {
            _ if self.bare => SECRET_BYTES,
            _ if self.staged => LEAST_STAGE_BYTES,
            REFRESH => LEAST_REFRESH_BYTES,
            _ => LEAST_ACCESS_BYTES,
        }
    }

    fn help(&self, letters: &Alphabet) -> String {
        let least = self.least();
        let characters = characters(letters, least);
        if self.bare {
            return format!("at least {least} bytes are secret: `length: {characters}` or `bytes: {least}`");
        }
        if self.staged {
            return format!(
                "its stage is written in it, beside a secret of {SECRET_BYTES} bytes: `length: {characters}` or `bytes: {least}` at least"
            );
        }
        let other =
            if self.token == REFRESH { "" } else { ", or declare `session: digest` for a shorter one" };
        format!(
            "its session is written in it, beside a secret of {SECRET_BYTES} bytes: `length: {characters}` or `bytes: {least}` at least{other}"
        )
    }
}

pub(super) fn read(reader: &mut Reader, node: &Node, room: &Room<'_>) -> Option<OpaqueForm> {
    if !reader.members(node, "`opaque`", &MEMBERS) {
        return None;
    }
    let prefix = node.get("prefix").and_then(|prefix| reader.line(prefix, "`prefix`")).unwrap_or_default();
    let mut alphabet = match node.get("alphabet") {
        Some(letters) => read_alphabet(reader, letters)?,
        None => Alphabet::Base64Url,
    };
    let most = i64::try_from(MOST_BYTES).unwrap_or(i64::MAX);
    let bytes = match (node.get("bytes"), node.get("length")) {
        (Some(_), Some(length)) => {
            let message = "`bytes` and `length` say the same";
            reader.refuse(codes::TOKEN_RECIPE, length, message, "write one of them");
            return None;
        }
        (Some(bytes), None) => Some(reader.number(bytes, "`bytes`", (1, most))?),
        (None, Some(length)) => Some(of_length(reader, length, &mut alphabet)?),
        (None, None) => None,
    };
    let bytes = bytes.and_then(|bytes| usize::try_from(bytes).ok());
    if bytes.is_some_and(|bytes| bytes < room.least()) {
        let at = node.get("bytes").or(node.get("length")).unwrap_or(node);
        let message = format!("an opaque `{}` token this short is no secret", room.token);
        reader.refuse(codes::TOKEN_RECIPE, at, message, &room.help(&alphabet));
        return None;
    }
    Some(OpaqueForm { prefix: prefix.to_owned(), alphabet, bytes })
}

fn read_alphabet(reader: &mut Reader, node: &Node) -> Option<Alphabet> {
    let text = reader.text(node, "`alphabet`")?;
    match text {
        "base64url" => return Some(Alphabet::Base64Url),
        "base64" => return Some(Alphabet::Base64),
        "hex" => return Some(Alphabet::Hex),
        _ => {}
    }
    let letters = text.as_bytes().to_vec();
    let fits = |letter: &u8| letter.is_ascii_graphic() && !b"\",;\\".contains(letter);
    let twice = letters.iter().enumerate().any(|(at, letter)| letters[..at].contains(letter));
    if letters.len() >= FEWEST_LETTERS && letters.iter().all(fits) && !twice {
        return Some(Alphabet::Letters { letters, length: None });
    }
    let help = "`hex`, `base64`, `base64url`, or at least ten different letters, digits or signs, such as ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    reader.refuse(codes::TOKEN_RECIPE, node, format!("`{text}` is no alphabet of a token"), help);
    None
}

/// The bytes that so many characters hold. The prefix does not count.
fn of_length(reader: &mut Reader, node: &Node, alphabet: &mut Alphabet) -> Option<i64> {
    let most = characters(alphabet, MOST_BYTES);
    let wanted = reader.number(node, "`length`", (1, i64::try_from(most).unwrap_or(i64::MAX)))?;
    let wanted = usize::try_from(wanted).ok()?;
    let bytes = (0..=MOST_BYTES).take_while(|bytes| characters(alphabet, *bytes) <= wanted).last()?;
    if let Alphabet::Letters { length, .. } = alphabet {
        *length = Some(wanted);
    } else if characters(alphabet, bytes) != wanted {
        let message = format!("no text of this alphabet has {wanted} characters");
        let help = format!("the nearest has {}", characters(alphabet, bytes));
        reader.refuse(codes::TOKEN_RECIPE, node, message, &help);
        return None;
    }
    i64::try_from(bytes).ok()
}

/// How many characters so many bytes take.
fn characters(alphabet: &Alphabet, bytes: usize) -> usize {
    match alphabet {
        Alphabet::Base64Url => (bytes * 4).div_ceil(3),
        Alphabet::Base64 => bytes.div_ceil(3) * 4,
        Alphabet::Hex => bytes * 2,
        Alphabet::Letters { letters, .. } => width(bytes, letters.len()),
    }
}
