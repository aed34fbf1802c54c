//! Recipes: how a home-grown hash was made, as a small expression that is checked before it is used.
//!
//! `hex(sha1(salt + password))` says it all: `password` is what the client sends, `salt` a column of the old table, `+`
//! puts one after the other, and the result is compared with the stored hash. There are no loops but
//! `iterate(1000, …)`, so that every recipe ends, and how much work it is can be computed before it is done.

mod check;
mod error;
mod function;
mod known;
mod measure;
mod parser;
mod run;
mod shape;
mod spelling;
mod stored;
mod tree;

pub use error::RecipeError;
pub use function::FUNCTIONS;
pub use known::{KNOWN, KnownRecipe};
pub(crate) use stored::RecipeFormat;

use crate::refused::Refused;
use std::collections::BTreeMap;
use tree::{Expression, Node};

/// The values of an account's columns (`salt`, `username`) by name.
pub type Columns = BTreeMap<String, String>;

/// A checked recipe.
#[derive(Debug)]
pub struct Recipe {
    expression: Expression,
    outer: Outer,
}

/// What is done with what the expression makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outer {
    /// It is compared with the stored hash.
    Compare,
    /// The stored hash is of a format that has its salt in itself, and what the expression makes is its password.
    Format(&'static str),
}

/// The functions that may stand outermost only, and the format of the stored hash; `stored` is any.
const OUTER: [(&str, &str); 3] = [("bcrypt", "bcrypt"), ("argon2", "argon2"), ("stored", "")];

impl Recipe {
    /// Reads and checks a recipe: an expression, or the name of one in [`KNOWN`].
    ///
    /// # Errors
    /// What is wrong with it, where, and what to do.
    pub fn parse(text: &str) -> Result<Recipe, RecipeError> {
        let text = known::named(text).map_or(text, |known| known.recipe);
        let mut expression = parser::parse(text)?;
        let mut outer = Outer::Compare;
        if let Node::Call(name, arguments) = &mut expression.node
            && let Some((_, format)) = OUTER.iter().find(|(outer, _)| outer == name)
        {
            outer = Outer::Format(format);
            if arguments.len() != 1 {
                return Err(RecipeError::at(expression.at, format!("`{name}` takes one value"))
                    .help(format!("`{name}(hex(sha256(password)))`: the stored hash is {name}'s, of that")));
            }
            expression = arguments.remove(0);
        }
        check::check(&mut expression, outer == Outer::Compare)?;
        Ok(Recipe { expression, outer })
    }

    /// The columns that it needs.
    #[must_use]
    pub fn columns(&self) -> Vec<String> {
        self.expression.names(|node| match node {
            Node::Column(name) => Some(name),
            _ => None,
        })
    }

    /// The keys that it names; the configuration must have them.
    #[must_use]
    pub fn keys(&self) -> Vec<String> {
        self.expression.keys()
    }

    /// The one string that the database keeps for an account: the recipe, the columns that it needs, the hash.
    /// [`StoredHash::parse`](crate::StoredHash::parse) reads and checks it.
    ///
    /// # Errors
    /// A column that it needs is not given.
    pub fn stored(&self, columns: &Columns, hash: &str) -> Result<String, Refused> {
        let mut needed = Columns::new();
        for name in self.columns() {
            let value = columns.get(&name).ok_or_else(|| missing(&name, columns))?;
            needed.insert(name, value.clone());
        }
        Ok(spelling::spell(&self.to_string(), &needed, hash))
    }
}

fn missing(name: &str, columns: &Columns) -> Refused {
    let given: Vec<&str> = columns.keys().map(String::as_str).collect();
    let given =
        if given.is_empty() { "none is given".to_owned() } else { format!("given: {}", given.join(", ")) };
    Refused::new(format!("the recipe needs the column `{name}`; {given}"))
}

impl std::fmt::Display for Recipe {
    /// As it is stored: without spaces.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.outer {
            Outer::Compare => write!(f, "{}", self.expression),
            Outer::Format(format) => {
                let name = OUTER.iter().find(|(_, of)| *of == format).map_or("stored", |(name, _)| name);
                write!(f, "{name}({})", self.expression)
            }
        }
    }
}

#[cfg(test)]
mod tests;
