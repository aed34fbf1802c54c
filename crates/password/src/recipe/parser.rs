//! Text to tree: names, `'text'`, numbers, calls and `+`.

use super::error::RecipeError;
use super::tree::{Expression, Node};
use crate::keys::is_name;

/// The longest recipe, in letters, and how deep calls may stand in each other.
const LONGEST: usize = 512;
const DEEPEST: usize = 16;

/// Reads a recipe to its end.
pub(super) fn parse(text: &str) -> Result<Expression, RecipeError> {
    let letters: Vec<char> = text.chars().collect();
    if letters.len() > LONGEST {
        return Err(RecipeError::at(LONGEST, format!("a recipe has at most {LONGEST} letters")));
    }
    let mut parser = Parser { letters, place: 0, depth: 0 };
    let expression = parser.join()?;
    match parser.peek() {
        None => Ok(expression),
        Some(letter) => Err(RecipeError::at(parser.place, format!("`{letter}` does not belong here"))
            .help("values are joined by `+`, and arguments are separated by `,`")),
    }
}

struct Parser {
    letters: Vec<char>,
    place: usize,
    depth: usize,
}

impl Parser {
    /// The next letter that is not a space.
    fn peek(&mut self) -> Option<char> {
        while self.letters.get(self.place).is_some_and(|letter| letter.is_whitespace()) {
            self.place += 1;
        }
        self.letters.get(self.place).copied()
    }

    /// Takes the next letter if it is this one.
    fn take(&mut self, letter: char) -> bool {
        let is = self.peek() == Some(letter);
        self.place += usize::from(is);
        is
    }

    fn join(&mut self) -> Result<Expression, RecipeError> {
        let first = self.value()?;
        let at = first.at;
        let mut parts = vec![first];
        while self.take('+') {
            parts.push(self.value()?);
        }
        match (parts.pop(), parts.is_empty()) {
            (Some(only), true) => Ok(only),
            (Some(last), false) => {
                parts.push(last);
                Ok(Expression { node: Node::Join(parts), at })
            }
            (None, _) => Err(RecipeError::at(at, "a value is missing here")),
        }
    }

    fn value(&mut self) -> Result<Expression, RecipeError> {
        let next = self.peek();
        let at = self.place;
        let node = match next {
            Some('\'') => self.literal()?,
            Some(letter) if letter.is_ascii_digit() => self.number()?,
            Some(letter) if letter.is_ascii_alphabetic() || letter == '_' => self.named()?,
            Some('"') => {
                return Err(RecipeError::at(at, "text stands in single quotes").help("write 'text'"));
            }
            Some(letter) => return Err(RecipeError::at(at, format!("`{letter}` does not begin a value"))),
            None => return Err(RecipeError::at(at, "a value is missing here")),
        };
        Ok(Expression { node, at })
    }

    fn literal(&mut self) -> Result<Node, RecipeError> {
        let at = self.place;
        self.place += 1;
        let mut text = String::new();
        loop {
            let letter = self.letters.get(self.place).copied();
            self.place += 1;
            match letter {
                Some('\'') => return Ok(Node::Literal(text)),
                Some('\\') => {
                    match self.letters.get(self.place) {
                        Some(letter @ ('\'' | '\\')) => text.push(*letter),
                        _ => {
                            return Err(RecipeError::at(self.place - 1, "after `\\` stands `'` or `\\`"));
                        }
                    }
                    self.place += 1;
                }
                Some(letter) => text.push(letter),
                None => return Err(RecipeError::at(at, "this text has no end").help("close it with '")),
            }
        }
    }

    fn word(&mut self) -> (usize, String) {
        let at = self.place;
        let rest = self.letters.get(at..).unwrap_or_default();
        let word: String =
            rest.iter().take_while(|letter| letter.is_ascii_alphanumeric() || **letter == '_').collect();
        self.place += word.len();
        (at, word)
    }

    fn number(&mut self) -> Result<Node, RecipeError> {
        let (at, word) = self.word();
        let number =
            word.parse().map_err(|_| RecipeError::at(at, format!("{word} is not a number that fits")))?;
        Ok(Node::Number(number))
    }

    fn named(&mut self) -> Result<Node, RecipeError> {
        let (at, word) = self.word();
        if self.take('(') {
            return Ok(Node::Call(word, self.arguments(at)?));
        }
        match word.as_str() {
            "password" => Ok(Node::Password),
            "it" => Ok(Node::It),
            "key" => {
                if !self.take('.') {
                    return Err(RecipeError::at(at, "`key` needs a name")
                        .help("write `key.pepper`, and give the key of that name in the configuration"));
                }
                let (at, name) = self.word();
                if is_name(&name) {
                    return Ok(Node::Key(name));
                }
                Err(RecipeError::at(at, "the name of a key is missing"))
            }
            _ if is_name(&word) => Ok(Node::Column(word)),
            _ => Err(RecipeError::at(at, "a name has at most 64 letters")),
        }
    }

    fn arguments(&mut self, at: usize) -> Result<Vec<Expression>, RecipeError> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(RecipeError::at(at, format!("calls stand at most {DEEPEST} deep in each other")));
        }
        let mut arguments = Vec::new();
        if !self.take(')') {
            loop {
                arguments.push(self.join()?);
                if self.take(')') {
                    break;
                }
                if !self.take(',') {
                    return Err(RecipeError::at(at, "this call is not closed").help("close it with `)`"));
                }
            }
        }
        self.depth -= 1;
        Ok(arguments)
    }
}
