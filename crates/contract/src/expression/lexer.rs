//! Expression text into tokens.

use super::ast::Locator;
use crate::diagnostic::{Diagnostic, codes};

/// A token and the bytes it covers.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) start: usize,
    pub(super) end: usize,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum TokenKind {
    Word(String),
    Text(String),
    Integer(i64),
    Decimal(f64),
    /// An operator or a bracket.
    Symbol(&'static str),
    End,
}

const SYMBOLS: &[&str] = &[
    "==", "!=", "<=", ">=", "&&", "||", "<", ">", "!", "?", ":", "+", "-", "(", ")", "[", "]", ",", ".", "*",
    "/", "%",
];

/// All tokens of an expression, an `End` last.
pub(super) fn tokens(text: &str, place: Locator) -> Result<Vec<Token>, Diagnostic> {
    let mut lexer = Lexer { text, place, at: 0 };
    let mut found = Vec::new();
    loop {
        let token = lexer.next()?;
        let done = token.kind == TokenKind::End;
        found.push(token);
        if done {
            return Ok(found);
        }
    }
}

struct Lexer<'t> {
    text: &'t str,
    place: Locator,
    at: usize,
}

impl Lexer<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn token(&mut self, kind: TokenKind, length: usize) -> Token {
        let start = self.at;
        self.at += length;
        Token { kind, start, end: self.at }
    }

    fn error(&self, length: usize, message: String) -> Diagnostic {
        Diagnostic::error(codes::SYNTAX, self.place.at(self.at, self.at + length), message)
    }

    fn next(&mut self) -> Result<Token, Diagnostic> {
        let blank = self.rest().len() - self.rest().trim_start().len();
        self.at += blank;
        let Some(first) = self.rest().chars().next() else {
            return Ok(self.token(TokenKind::End, 0));
        };
        if first == '\'' || first == '"' {
            return self.quoted(first);
        }
        if first.is_ascii_digit() {
            return self.number();
        }
        if first.is_ascii_alphabetic() || first == '_' {
            let length = length_of(self.rest(), |c| c.is_ascii_alphanumeric() || c == '_');
            let word = self.rest().get(..length).unwrap_or("").to_owned();
            return Ok(self.token(TokenKind::Word(word), length));
        }
        match SYMBOLS.iter().find(|symbol| self.rest().starts_with(**symbol)) {
            Some(symbol) => Ok(self.token(TokenKind::Symbol(symbol), symbol.len())),
            None => Err(self.unexpected(first)),
        }
    }

    fn unexpected(&self, first: char) -> Diagnostic {
        let error = self.error(first.len_utf8(), format!("unexpected `{first}` in an expression"));
        match first {
            '=' => error.help("equality is `==`"),
            '&' | '|' => error.help("write `&&` for and, `||` for or"),
            '$' => error.help("inside an expression names have no dollar sign: `account.id`"),
            '{' | '}' => {
                error.help("object literals are not part of the language; use a map in the template")
            }
            _ => error.help("text stands in quotes: 'like this'"),
        }
    }

    fn number(&mut self) -> Result<Token, Diagnostic> {
        let rest = self.rest();
        let whole = length_of(rest, |c| c.is_ascii_digit());
        let mut length = whole;
        let fraction = rest.get(whole..).and_then(|rest| rest.strip_prefix('.'));
        let digits = fraction.map_or(0, |fraction| length_of(fraction, |c| c.is_ascii_digit()));
        if digits > 0 {
            length += 1 + digits;
        }
        let written = rest.get(..length).unwrap_or("");
        let stuck = rest.get(length..).and_then(|rest| rest.chars().next());
        if stuck.is_some_and(|c| c.is_ascii_alphabetic() || c == '_') {
            return Err(self.error(length + 1, "a number runs into a word".to_owned()));
        }
        let kind = if digits > 0 {
            written.parse().ok().map(TokenKind::Decimal)
        } else {
            written.parse().ok().map(TokenKind::Integer)
        };
        match kind {
            Some(kind) => Ok(self.token(kind, length)),
            None => Err(self.error(length, "number too large".to_owned())),
        }
    }

    fn quoted(&mut self, quote: char) -> Result<Token, Diagnostic> {
        let mut value = String::new();
        let mut chars = self.rest().char_indices().skip(1);
        while let Some((offset, c)) = chars.next() {
            if c == quote {
                return Ok(self.token(TokenKind::Text(value), offset + 1));
            }
            if c != '\\' {
                value.push(c);
                continue;
            }
            let escaped = chars.next().map(|(_, c)| c);
            let read = match escaped {
                Some('n') => Some('\n'),
                Some('r') => Some('\r'),
                Some('t') => Some('\t'),
                Some(c @ ('\\' | '\'' | '"' | '`' | '?')) => Some(c),
                Some('u') => unicode(chars.by_ref().take(4).map(|(_, c)| c)),
                _ => None,
            };
            match read {
                Some(c) => value.push(c),
                None => {
                    self.at += offset;
                    let error = self.error(1, "unknown escape in a text".to_owned());
                    return Err(error.help(r"escapes are \n \r \t \\ \' \u and four hex digits"));
                }
            }
        }
        let length = self.rest().len();
        Err(self.error(length, "a text without its closing quote".to_owned()))
    }
}

fn unicode(digits: impl Iterator<Item = char>) -> Option<char> {
    let digits: String = digits.collect();
    let fits = digits.len() == 4 && digits.chars().all(|c| c.is_ascii_hexdigit());
    fits.then(|| u32::from_str_radix(&digits, 16).ok())?.and_then(char::from_u32)
}

fn length_of(text: &str, belongs: impl Fn(char) -> bool) -> usize {
    text.find(|c| !belongs(c)).unwrap_or(text.len())
}
