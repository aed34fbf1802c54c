//! Stored hashes of what stands in a file: read and checked, made by a recipe, wrapped.

use doorward_contract::diagnostic::did_you_mean;
use doorward_core::port::Dice;
use doorward_password::{Columns, HashCost, Memory, Recipe, StoredHash};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// What is done with the `password_hash` of every row.
#[derive(Default)]
pub struct Hashes {
    /// How home-grown hashes were made.
    pub recipe: Option<Recipe>,
    /// Whether fast ones are put under Argon2id at once, of this cost.
    pub wrap: Option<HashCost>,
}

/// How many hashes there are of each format, and what they cost.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// By format; `none` counts accounts without a password.
    pub formats: BTreeMap<String, u64>,
    /// How many are, or would be, wrapped.
    pub wrapped: u64,
    /// The work of comparing each once, in nanoseconds.
    pub nanoseconds: u64,
}

impl Hashes {
    /// The columns that the recipe needs; rows may have them.
    #[must_use]
    pub fn columns(&self) -> Vec<String> {
        self.recipe.as_ref().map(Recipe::columns).unwrap_or_default()
    }

    /// Puts the stored hash of a row in place of what stands there. In a dry run nothing is wrapped.
    ///
    /// # Errors
    /// Why the hash is not taken.
    pub fn settle(
        &self,
        row: &mut Map<String, Value>,
        tally: &mut Tally,
        (dice, memory, dry_run): (&dyn Dice, &mut Memory, bool),
    ) -> Result<(), String> {
        let written = match row.get("password_hash") {
            None | Some(Value::Null) => {
                *tally.formats.entry("none".to_owned()).or_default() += 1;
                return Ok(());
            }
            Some(Value::String(text)) => text.clone(),
            Some(_) => return Err("a text is expected".to_owned()),
        };
        let text = match &self.recipe {
            Some(recipe) => recipe.stored(&columns(recipe, row), &written).map_err(|why| why.to_string())?,
            None => written,
        };
        let mut stored = StoredHash::parse(&text).map_err(|why| why.to_string())?;
        *tally.formats.entry(stored.format().to_owned()).or_default() += 1;
        tally.nanoseconds = tally.nanoseconds.saturating_add(stored.load().nanoseconds);
        if let Some(cost) = self.wrap.filter(|_| stored.load().is_fast() && wrappable(&stored)) {
            tally.wrapped += 1;
            if !dry_run {
                stored = stored.wrap(cost, dice, memory).map_err(|why| why.to_string())?;
            }
        }
        row.insert("password_hash".to_owned(), Value::String(stored.text().to_owned()));
        Ok(())
    }

    /// What is wrong with a recipe's text, in one paragraph.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn recipe(text: &str) -> Result<Recipe, String> {
        Recipe::parse(text).map_err(|error| {
            let known = doorward_password::recipe::KNOWN.iter().map(|known| known.name);
            let alike = did_you_mean(text, known).map(|name| format!(" (did you mean `{name}`?)"));
            format!("the recipe cannot be read: {error}{}", alike.unwrap_or_default())
        })
    }
}

/// Argon2's own are never fast enough for it; a hash that says otherwise was made with almost no work.
fn wrappable(stored: &StoredHash) -> bool {
    !matches!(stored.format(), "argon2" | "wrapped")
}

/// The row's members as the columns of a recipe.
fn columns(recipe: &Recipe, row: &Map<String, Value>) -> Columns {
    let mut columns = Columns::new();
    for name in recipe.columns() {
        let value = match row.get(&name) {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Number(number)) => number.to_string(),
            _ => continue,
        };
        columns.insert(name, value);
    }
    columns
}
