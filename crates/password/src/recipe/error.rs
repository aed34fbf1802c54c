//! What is wrong with a recipe, where, and what to do.

use std::fmt;

/// An error in a recipe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecipeError {
    /// The column of the first letter that it is about, from 1.
    pub column: usize,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

impl RecipeError {
    /// At this letter, counted from 0.
    pub(super) fn at(place: usize, message: impl Into<String>) -> RecipeError {
        RecipeError { column: place + 1, message: message.into(), help: None }
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> RecipeError {
        self.help = Some(help.into());
        self
    }

    /// The error under the recipe, with a mark below the letter.
    #[must_use]
    pub fn pointed(&self, recipe: &str) -> String {
        let mut text = format!("  {recipe}\n  {}^ {}", " ".repeat(self.column - 1), self.message);
        if let Some(help) = &self.help {
            text.push_str("\n  help: ");
            text.push_str(help);
        }
        text
    }
}

impl fmt::Display for RecipeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "recipe, column {}: {}", self.column, self.message)?;
        match &self.help {
            Some(help) => write!(f, " ({help})"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for RecipeError {}
