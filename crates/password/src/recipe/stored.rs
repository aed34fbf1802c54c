//! Hashes that were made by a recipe, as one string.
//!
//! From whoever wrote the old server.

use super::measure::{Known, measure};
use super::run::{Ingredients, run};
use super::spelling::{self, START, Spelt};
use super::tree::Expression;
use super::{Columns, Outer, Recipe, missing, shape};
use crate::digest::Secret;
use crate::format::{self, Computation, Example, Format, Means, Parsed, Unusable};
use crate::load::Load;
use crate::refused::Refused;
use crate::stored::USUAL_PASSWORD;
use zeroize::Zeroizing;

/// The format.
pub(crate) struct RecipeFormat;

impl Format for RecipeFormat {
    fn name(&self) -> &'static str {
        "recipe"
    }

    fn origin(&self) -> &'static str {
        "home-grown hashes; our own spelling"
    }

    fn examples(&self) -> &'static [Example] {
        &[
            Example {
                stored: "$recipe$hex(sha1(salt+password))$salt=NaCl$cb663666d348d6a743f6c71bc7ad005432cbcbd9",
                password: "correct horse",
                made_by: "Python's hashlib",
            },
            Example {
                stored: "$recipe$bcrypt(hex(sha256(password)))$$$2b$04$abcdefghijklmnopqrstuuIvyWZlBcE3WoQXKqRnwrLYJ6nenE0Bq",
                password: "correct horse",
                made_by: "Django 5.2, without its name for it",
            },
        ]
    }

    fn claims(&self, text: &str) -> bool {
        text.starts_with(START)
    }

    fn parse(&self, text: &str) -> Result<Parsed, Refused> {
        let spelt = spelling::unspell(text).ok_or_else(|| {
            Refused::new("it is not spelt `$recipe$EXPRESSION$COLUMN=VALUE,…$HASH`, as Doorward does")
        })?;
        let recipe = Recipe::parse(&spelt.expression).map_err(|error| Refused::new(error.to_string()))?;
        if recipe.to_string() != spelt.expression {
            return Err(Refused::new("the recipe is not spelt as Doorward does, without spaces"));
        }
        let mut needed = recipe.columns();
        needed.sort();
        if let Some(name) = needed.iter().find(|name| !spelt.columns.contains_key(*name)) {
            return Err(missing(name, &spelt.columns));
        }
        if needed.len() != spelt.columns.len() {
            return Err(Refused::new("there are columns that the recipe does not need"));
        }
        parsed(recipe, spelt)
    }
}

fn parsed(recipe: Recipe, spelt: Spelt<'_>) -> Result<Parsed, Refused> {
    let Spelt { columns, head, hash, .. } = spelt;
    // Whatever is wrong with the numbers comes before what is wrong with the hash.
    let known = Known { columns: &columns, password: USUAL_PASSWORD, it: 0 };
    measure(&recipe.expression, &known)?.load.check("the recipe")?;
    let mut inner = None;
    let (expected, end) = match recipe.outer {
        Outer::Compare => {
            if hash.is_empty() || hash.chars().any(char::is_control) {
                return Err(Refused::new("there is no hash, or one with letters that do not print"));
            }
            shape::check(&recipe.expression, &columns, hash)?;
            (hash.as_bytes().to_vec(), "0".repeat(hash.chars().count()))
        }
        Outer::Format(wanted) => {
            if hash.starts_with(START) || hash.starts_with('{') {
                return Err(Refused::new("its hash is not of a format that a recipe can end in"));
            }
            let (name, parsed) = format::parse(hash)?;
            if !wanted.is_empty() && name != wanted {
                return Err(Refused::new(format!("the recipe ends in {wanted}, and its hash is of {name}")));
            }
            inner = Some(parsed.computation);
            (parsed.expected, parsed.blank)
        }
    };
    let computation = RecipeHash { expression: recipe.expression, columns, inner };
    computation.load(USUAL_PASSWORD).check("the recipe")?;
    Ok(Parsed { computation: Box::new(computation), expected, blank: format!("{head}{end}") })
}

struct RecipeHash {
    expression: Expression,
    columns: Columns,
    inner: Option<Box<dyn Computation>>,
}

impl RecipeHash {
    fn measured(&self, password: u64) -> Result<Load, Refused> {
        let measured = measure(&self.expression, &Known { columns: &self.columns, password, it: 0 })?;
        Ok(match &self.inner {
            Some(inner) => measured.load.and(inner.load(measured.length)),
            None => measured.load,
        })
    }
}

impl Computation for RecipeHash {
    fn load(&self, password: u64) -> Load {
        // What cannot be measured for a longer password is too much.
        self.measured(password).unwrap_or(Load::operations(u64::MAX, 1))
    }

    fn keys(&self) -> Vec<String> {
        self.expression.keys()
    }

    fn compute(&self, password: &[u8], means: &mut Means<'_>) -> Result<Secret, Unusable> {
        let password = std::str::from_utf8(password).map_err(|_| Unusable::Password)?;
        let mut from = Ingredients { password, columns: &self.columns, means, it: None };
        let value = run(&self.expression, &mut from)?;
        match &self.inner {
            Some(inner) => inner.compute(value.bytes(), means),
            None => Ok(Zeroizing::new(value.bytes().to_vec())),
        }
    }
}
