//! Where values come from: names at load, their values at run time.

use super::types::Type;
use crate::source::Span;
use crate::template::CompiledTemplate;
use serde_json::Value;
use std::borrow::Cow;
use std::sync::Arc;

/// A handle by which a [`Scope`] finds a value. Handles are given out by the implementor of [`Names`]; those
/// from [`Slot::FIRST_LOOP`] up are kept for the variables of `$each`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Slot(pub u32);

impl Slot {
    /// The variable of the outermost `$each`; inner ones follow.
    pub const FIRST_LOOP: Slot = Slot(u32::MAX - 64);
}

/// A slot, and the members to follow below its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path {
    /// Where to begin.
    pub slot: Slot,
    /// Members of objects to follow; an absent one reads as null.
    pub rest: Vec<String>,
}

/// What a name stands for.
#[derive(Clone, Debug)]
pub struct Reference {
    /// Its type. For a template, leave what [`CompiledTemplate::ty`] says.
    pub ty: Type,
    /// Where its value comes from.
    pub place: Place,
}

/// Where the value of a name comes from.
#[derive(Clone, Debug)]
pub enum Place {
    /// A value of the scope.
    Slot(Path),
    /// Another template evaluated in place: an argument of a shape, a view.
    Template {
        /// What to evaluate.
        template: Arc<CompiledTemplate>,
        /// Members to follow below its value.
        rest: Vec<String>,
    },
}

impl Reference {
    /// A value of the scope.
    #[must_use]
    pub fn slot(ty: Type, slot: Slot, rest: &[String]) -> Self {
        Self { ty, place: Place::Slot(Path { slot, rest: rest.to_vec() }) }
    }

    /// Another template; `None` if it has no such member.
    #[must_use]
    pub fn template(template: Arc<CompiledTemplate>, rest: &[String]) -> Option<Self> {
        let ty = template.ty().member(rest)?;
        Some(Self { ty, place: Place::Template { template, rest: rest.to_vec() } })
    }
}

/// The names that an expression may use, at load.
pub trait Names {
    /// What a path stands for; `None` if there is no such name.
    fn lookup(&self, path: &[String]) -> Option<Reference>;

    /// What a view stands for where it is used inside of loops: these names hold in it, and so many variables.
    fn view(&self, _rest: &[String], _loops: (&dyn Names, u32)) -> Option<Reference> {
        None
    }

    /// Every name in scope, for messages.
    fn all(&self) -> Vec<String>;

    /// The keys that `text(key)` knows.
    fn text_keys(&self) -> Vec<String> {
        Vec::new()
    }

    /// Notes a comparison with null, and what its other side is where that is never null; whether that is judged
    /// elsewhere. One text is compiled for several outcomes, and asks in vain only where it does so in all of them.
    fn notes_null(&self, _span: Span, _never: Option<&Type>) -> bool {
        false
    }
}

/// The values behind the slots, for one request.
pub trait Scope {
    /// The value; JSON null for what is absent. Times are milliseconds since 1970, durations whole seconds.
    fn read(&self, path: &Path) -> Cow<'_, Value>;

    /// One of the contract's texts, in the user's language.
    fn text(&self, key: &str) -> Option<String>;
}

/// Follows members of objects; `None` where one is absent.
#[must_use]
pub fn follow<'v>(value: &'v Value, rest: &[String]) -> Option<&'v Value> {
    rest.iter().try_fold(value, |value, name| value.as_object()?.get(name))
}
