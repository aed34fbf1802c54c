//! Checks a recipe: every function is known, gets what it takes, and what comes out can be compared.

use super::OUTER;
use super::error::RecipeError;
use super::function::{Argument, Function};
use super::tree::{Expression, Kind, Node};

/// Checks and replaces names of functions by functions. `compared`: what comes out must be text.
pub(super) fn check(expression: &mut Expression, compared: bool) -> Result<(), RecipeError> {
    let kind = kind(expression, None)?;
    if !expression.any(&|node| matches!(node, Node::Password)) && !starts_from_password(expression) {
        return Err(RecipeError::at(expression.at, "the password does not occur in it")
            .help("`password` is its name"));
    }
    if compared && kind == Kind::Bytes {
        return Err(RecipeError::at(expression.at, "it gives bytes, and the stored hash is text")
            .help("say how it is spelt: `hex(…)`, `base64(…)`"));
    }
    Ok(())
}

/// `iterate` of two arguments starts from the password without naming it.
fn starts_from_password(expression: &Expression) -> bool {
    expression.any(&|node| matches!(node, Node::Apply(Function::Iterate, parts) if parts.len() == 2))
}

/// The kind of a part; `it` is the kind of what `iterate` gave last.
fn kind(expression: &mut Expression, it: Option<Kind>) -> Result<Kind, RecipeError> {
    let at = expression.at;
    match &mut expression.node {
        Node::Password | Node::Column(_) | Node::Literal(_) => Ok(Kind::Text),
        Node::Key(_) => Ok(Kind::Bytes),
        Node::It => it.ok_or_else(|| {
            RecipeError::at(at, "`it` stands only within `iterate`")
                .help("`iterate(1000, sha256(salt + it))`; a column cannot be called `it`")
        }),
        Node::Number(_) => {
            Err(RecipeError::at(at, "a number is not a value here")
                .help("as text it stands in quotes: '1000'"))
        }
        Node::Join(parts) => {
            let mut joined = Kind::Text;
            for part in parts {
                if kind(part, it)? == Kind::Bytes {
                    joined = Kind::Bytes;
                }
            }
            Ok(joined)
        }
        Node::Apply(function, parts) => {
            let first = parts.first_mut().map_or(Ok(Kind::Bytes), |part| kind(part, it))?;
            Ok(function.gives(first))
        }
        Node::Call(name, parts) => {
            let function = Function::named(name).ok_or_else(|| unknown(name, at))?;
            let given = if function == Function::Iterate {
                iterate(parts, it, at)?
            } else {
                call(function, parts, it, at)?
            };
            expression.node = Node::Apply(function, std::mem::take(parts));
            Ok(given)
        }
    }
}

fn call(
    function: Function,
    parts: &mut [Expression],
    it: Option<Kind>,
    at: usize,
) -> Result<Kind, RecipeError> {
    let takes = function.takes();
    if parts.len() != takes.len() {
        let wanted = takes.iter().map(|argument| word(*argument)).collect::<Vec<_>>().join(", ");
        let message = format!("`{}` takes {} values, not {}", function.name(), takes.len(), parts.len());
        return Err(RecipeError::at(at, message).help(format!("`{}({wanted})`", function.name())));
    }
    let mut first = None;
    for (part, wanted) in parts.iter_mut().zip(takes) {
        match wanted {
            Argument::Number => number(part)?,
            Argument::Text => {
                if kind(part, it)? == Kind::Bytes {
                    let message = format!("`{}` takes text, and this is bytes", function.name());
                    return Err(
                        RecipeError::at(part.at, message).help("spell them first: `hex(…)`, `base64(…)`")
                    );
                }
                first.get_or_insert(Kind::Text);
            }
            Argument::Bytes | Argument::Any => {
                let kind = kind(part, it)?;
                first.get_or_insert(kind);
            }
        }
    }
    Ok(function.gives(first.unwrap_or(Kind::Bytes)))
}

fn word(argument: Argument) -> &'static str {
    match argument {
        Argument::Bytes => "BYTES",
        Argument::Text => "TEXT",
        Argument::Number => "NUMBER",
        Argument::Any => "ANY",
    }
}

fn number(part: &Expression) -> Result<(), RecipeError> {
    match part.node {
        Node::Number(_) | Node::Column(_) => Ok(()),
        _ => Err(RecipeError::at(part.at, "here stands a number, or a column that holds one")),
    }
}

/// A count, what it starts from unless that is the password, and what is done each time. From the second time on, `it`
/// is what the first time gave; so the kinds must agree.
fn iterate(parts: &mut [Expression], it: Option<Kind>, at: usize) -> Result<Kind, RecipeError> {
    let (start, step) = match parts {
        [count, step] => {
            number(count)?;
            (Kind::Text, step)
        }
        [count, start, step] => {
            number(count)?;
            (kind(start, it)?, step)
        }
        _ => {
            return Err(RecipeError::at(at, "`iterate` takes a count and a value")
                .help("`iterate(1000, sha256(salt + it))`, or with a start: `iterate(1000, sha256(password), sha256(it))`"));
        }
    };
    if !step.any(&|node| matches!(node, Node::It)) {
        return Err(RecipeError::at(step.at, "`it` does not occur in what is repeated")
            .help("`it` is what the last time gave"));
    }
    let once = kind(&mut step.clone(), Some(start))?;
    let again = kind(step, Some(once))?;
    if start == Kind::Bytes && once == Kind::Text {
        return Err(RecipeError::at(step.at, "it starts from bytes, and every time gives text")
            .help("spell the start as well: `hex(…)`"));
    }
    if once != again {
        return Err(RecipeError::at(step.at, "it gives text one time and bytes another"));
    }
    Ok(again)
}

fn unknown(name: &str, at: usize) -> RecipeError {
    let error = RecipeError::at(at, format!("there is no function `{name}`"));
    if OUTER.iter().any(|(outer, _)| *outer == name) {
        return RecipeError::at(at, format!("`{name}` stands outermost only"))
            .help(format!("`{name}(…)` around all of the recipe: its salt is in the stored hash"));
    }
    let lower = name.to_lowercase();
    let close = Function::names()
        .into_iter()
        .filter(|known| known.starts_with(&lower) || lower.starts_with(known.as_str()));
    match close.max_by_key(String::len) {
        Some(known) => error.help(format!("`{known}`?")),
        None => error.help(format!("there are: {}", Function::names().join(", "))),
    }
}
