//! Tokens into a tree, by recursive descent. Nesting is counted, so that depth is bounded before anything else
//! walks the tree.

use super::ast::{Ast, AstKind, Call, Locator, Operator};
use super::lexer::{Token, TokenKind, tokens};
use super::{MAX_CHARACTERS, MAX_DEPTH};
use crate::diagnostic::{Diagnostic, codes};
use crate::source::Span;
use serde_json::Value;

/// Reads one expression.
///
/// # Errors
/// Syntax errors (DW030) and limits (DW038).
pub fn parse(text: &str, place: Locator) -> Result<Ast, Diagnostic> {
    let characters = text.chars().count();
    if characters > MAX_CHARACTERS {
        let message =
            format!("an expression of {characters} characters; at most {MAX_CHARACTERS} are allowed");
        return Err(Diagnostic::error(codes::LIMIT, place.at(0, text.len()), message)
            .help("split it: views and shapes can hold parts of a reply"));
    }
    let mut parser = Parser { tokens: tokens(text, place)?, at: 0, depth: 0, place };
    if parser.peek().kind == TokenKind::End {
        let at = place.at(0, text.len());
        return Err(Diagnostic::error(codes::SYNTAX, at, "an empty expression"));
    }
    let ast = parser.conditional()?;
    match parser.peek().kind {
        TokenKind::End => Ok(ast),
        _ => Err(parser.unexpected("the end of the expression")),
    }
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
    place: Locator,
}

/// Operators by how tightly they bind, loosest first; each level is left-associative.
const LEVELS: &[&[(&str, Operator)]] = &[
    &[("||", Operator::Or)],
    &[("&&", Operator::And)],
    &[
        ("==", Operator::Equal),
        ("!=", Operator::NotEqual),
        ("<", Operator::Less),
        ("<=", Operator::LessOrEqual),
        (">", Operator::Greater),
        (">=", Operator::GreaterOrEqual),
        ("in", Operator::In),
    ],
    &[("+", Operator::Plus)],
];
const COMPARISON: usize = 2;

impl Parser {
    fn peek(&self) -> &Token {
        // The last token is `End`, which nothing steps over.
        &self.tokens[self.at.min(self.tokens.len() - 1)]
    }

    fn step(&mut self) -> Token {
        let token = self.peek().clone();
        self.at += 1;
        token
    }

    fn is_symbol(&self, symbol: &str) -> bool {
        matches!(&self.peek().kind, TokenKind::Symbol(found) if *found == symbol)
    }

    fn take_symbol(&mut self, symbol: &str) -> bool {
        let found = self.is_symbol(symbol);
        if found {
            self.at += 1;
        }
        found
    }

    fn expect(&mut self, symbol: &str) -> Result<Token, Diagnostic> {
        if self.is_symbol(symbol) { Ok(self.step()) } else { Err(self.unexpected(&format!("`{symbol}`"))) }
    }

    fn span(&self, token: &Token) -> Span {
        self.place.at(token.start, token.end)
    }

    fn unexpected(&self, wanted: &str) -> Diagnostic {
        let token = self.peek();
        let found = match &token.kind {
            TokenKind::Word(word) => format!("`{word}`"),
            TokenKind::Text(_) => "a text".to_owned(),
            TokenKind::Integer(_) | TokenKind::Decimal(_) => "a number".to_owned(),
            TokenKind::Symbol(symbol) => format!("`{symbol}`"),
            TokenKind::End => "the end".to_owned(),
        };
        let error =
            Diagnostic::error(codes::SYNTAX, self.span(token), format!("expected {wanted}, found {found}"));
        match &token.kind {
            TokenKind::Symbol("-" | "*" | "/" | "%") => error.help(self.hyphenated().map_or_else(
                || "there is no arithmetic: nothing of an expression may fail at run time".to_owned(),
                |name| format!("a name with a hyphen stands in brackets: `{name}`"),
            )),
            TokenKind::Word(word) if word == "and" || word == "or" || word == "not" => {
                error.help("write `&&`, `||` and `!`")
            }
            _ => error,
        }
    }

    /// `header.X-Name`, as far as it was read, written as it should be.
    fn hyphenated(&self) -> Option<String> {
        let before = self.tokens.get(..self.at)?;
        let [.., Token { kind: TokenKind::Word(place), .. }, dot, first] = before else { return None };
        let TokenKind::Word(head) = &first.kind else { return None };
        let mut name = head.clone();
        let mut end = first.end;
        for token in self.tokens.get(self.at..)? {
            match &token.kind {
                TokenKind::Symbol("-") => name.push('-'),
                TokenKind::Word(word) => name.push_str(word),
                TokenKind::Integer(number) => name.push_str(&number.to_string()),
                _ => break,
            }
            if token.start != end {
                return None;
            }
            end = token.end;
        }
        (dot.kind == TokenKind::Symbol(".")).then(|| format!("{place}['{name}']"))
    }

    fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, Diagnostic>) -> Result<T, Diagnostic> {
        if self.depth >= MAX_DEPTH {
            let at = self.span(self.peek());
            let message = format!("nested deeper than {MAX_DEPTH} levels");
            return Err(Diagnostic::error(codes::LIMIT, at, message));
        }
        self.depth += 1;
        let result = read(self);
        self.depth -= 1;
        result
    }

    fn conditional(&mut self) -> Result<Ast, Diagnostic> {
        self.deeper(|parser| {
            let condition = parser.binary(0)?;
            if !parser.take_symbol("?") {
                return Ok(condition);
            }
            let yes = parser.conditional()?;
            parser.expect(":")?;
            let no = parser.conditional()?;
            let span = condition.span.to(no.span);
            Ok(Ast { span, kind: AstKind::Conditional(Box::new([condition, yes, no])) })
        })
    }

    fn binary(&mut self, level: usize) -> Result<Ast, Diagnostic> {
        let Some(operators) = LEVELS.get(level) else {
            return self.unary();
        };
        let mut left = self.binary(level + 1)?;
        let mut chained = false;
        while let Some(operator) = self.operator(operators) {
            if level == COMPARISON && chained {
                let at = self.span(self.peek());
                return Err(Diagnostic::error(codes::SYNTAX, at, "comparisons cannot be chained")
                    .help("write `a < b && b < c`"));
            }
            chained = true;
            self.at += 1;
            let right = self.binary(level + 1)?;
            let span = left.span.to(right.span);
            left = Ast { span, kind: AstKind::Binary(operator, Box::new(left), Box::new(right)) };
        }
        Ok(left)
    }

    fn operator(&self, operators: &[(&str, Operator)]) -> Option<Operator> {
        let written = match &self.peek().kind {
            TokenKind::Symbol(symbol) => symbol,
            TokenKind::Word(word) => word.as_str(),
            _ => return None,
        };
        operators.iter().find(|(symbol, _)| *symbol == written).map(|(_, operator)| *operator)
    }

    fn unary(&mut self) -> Result<Ast, Diagnostic> {
        let start = self.span(self.peek());
        if self.take_symbol("!") {
            let inner = self.deeper(Self::unary)?;
            return Ok(Ast { span: start.to(inner.span), kind: AstKind::Not(Box::new(inner)) });
        }
        if self.is_symbol("-") {
            return self.negative(start);
        }
        let primary = self.primary()?;
        self.postfix(primary)
    }

    /// A minus sign belongs to a number: there is no arithmetic.
    fn negative(&mut self, start: Span) -> Result<Ast, Diagnostic> {
        let next = self.tokens.get(self.at + 1).map(|token| (token.kind.clone(), self.span(token)));
        let (value, end) = match next {
            Some((TokenKind::Integer(value), end)) => (Value::from(-value), end),
            Some((TokenKind::Decimal(value), end)) => (Value::from(-value), end),
            _ => return Err(self.unexpected("a value")),
        };
        self.at += 2;
        Ok(Ast { span: start.to(end), kind: AstKind::Literal(value) })
    }

    fn primary(&mut self) -> Result<Ast, Diagnostic> {
        let token = self.peek().clone();
        let span = self.span(&token);
        let literal = |value: Value| Ast { span, kind: AstKind::Literal(value) };
        let ast = match token.kind {
            TokenKind::Text(text) => literal(Value::String(text)),
            TokenKind::Integer(value) => literal(Value::from(value)),
            TokenKind::Decimal(value) => literal(Value::from(value)),
            TokenKind::Word(word) => return self.word(word, span),
            TokenKind::Symbol("(") => {
                self.at += 1;
                let inner = self.conditional()?;
                let close = self.expect(")")?;
                return Ok(Ast { span: span.to(self.span(&close)), kind: inner.kind });
            }
            TokenKind::Symbol("[") => {
                self.at += 1;
                let (items, end) = self.items("]")?;
                return Ok(Ast { span: span.to(end), kind: AstKind::List(items) });
            }
            _ => return Err(self.unexpected("a value")),
        };
        self.at += 1;
        Ok(ast)
    }

    fn word(&mut self, word: String, span: Span) -> Result<Ast, Diagnostic> {
        let kind = match word.as_str() {
            "true" => AstKind::Literal(Value::Bool(true)),
            "false" => AstKind::Literal(Value::Bool(false)),
            "null" => AstKind::Literal(Value::Null),
            "omit" => AstKind::Omit,
            "in" => return Err(self.unexpected("a value")),
            _ => AstKind::Path(vec![word]),
        };
        self.at += 1;
        match kind {
            AstKind::Path(mut segments) if self.is_symbol("(") => {
                let name = segments.pop().unwrap_or_default();
                self.call(name, span, None)
            }
            kind => Ok(Ast { span, kind }),
        }
    }

    fn postfix(&mut self, mut ast: Ast) -> Result<Ast, Diagnostic> {
        loop {
            if self.take_symbol(".") {
                ast = self.after_dot(ast)?;
            } else if self.is_symbol("[") {
                ast = self.index(ast)?;
            } else {
                return Ok(ast);
            }
        }
    }

    fn after_dot(&mut self, ast: Ast) -> Result<Ast, Diagnostic> {
        let token = self.peek().clone();
        let TokenKind::Word(name) = token.kind.clone() else {
            return Err(self.unexpected("a name after the dot"));
        };
        self.at += 1;
        let name_span = self.span(&token);
        if self.is_symbol("(") {
            return self.call(name, name_span, Some(ast));
        }
        match ast.kind {
            AstKind::Path(mut segments) => {
                segments.push(name);
                Ok(Ast { span: ast.span.to(name_span), kind: AstKind::Path(segments) })
            }
            _ => Err(Diagnostic::error(codes::SYNTAX, name_span, "only a path has members")),
        }
    }

    /// `header['X-Name']`: a constant name is a path like any other.
    fn index(&mut self, ast: Ast) -> Result<Ast, Diagnostic> {
        let open = self.expect("[")?;
        let token = self.step();
        let close = self.expect("]")?;
        let at = self.span(&open).to(self.span(&close));
        match (ast.kind, token.kind) {
            (AstKind::Path(mut segments), TokenKind::Text(name)) => {
                segments.push(name);
                Ok(Ast { span: ast.span.to(at), kind: AstKind::Path(segments) })
            }
            _ => Err(Diagnostic::error(
                codes::MAY_FAIL,
                at,
                "only a path can be indexed, and only by a quoted name",
            )
            .help("a position or a computed key may be absent; `$each` walks lists, `.first` is the first")),
        }
    }

    /// Arguments after the name; `receiver.name(x)` is `name(receiver, x)`.
    fn call(&mut self, name: String, name_span: Span, receiver: Option<Ast>) -> Result<Ast, Diagnostic> {
        self.expect("(")?;
        let start = receiver.as_ref().map_or(name_span, |receiver| receiver.span);
        let is_method = receiver.is_some();
        let (items, end) = self.items(")")?;
        let mut arguments: Vec<Ast> = receiver.into_iter().chain(items).collect();
        let span = start.to(end);
        if name == "has" && !is_method {
            return match (arguments.pop(), arguments.is_empty()) {
                (Some(path @ Ast { kind: AstKind::Path(_), .. }), true) => {
                    Ok(Ast { span, kind: AstKind::Has(Box::new(path)) })
                }
                _ => Err(Diagnostic::error(codes::SYNTAX, span, "`has` takes one path")),
            };
        }
        Ok(Ast { span, kind: AstKind::Call(Call { name, name_span, arguments }) })
    }

    fn items(&mut self, close: &str) -> Result<(Vec<Ast>, Span), Diagnostic> {
        let mut items = Vec::new();
        while !self.is_symbol(close) {
            items.push(self.conditional()?);
            if !self.take_symbol(",") {
                break;
            }
        }
        let end = self.expect(close)?;
        Ok((items, self.span(&end)))
    }
}

#[cfg(test)]
mod tests;
