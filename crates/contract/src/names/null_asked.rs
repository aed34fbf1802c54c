//! Comparisons with null in replies: one text is compiled for several outcomes, and where a value is never null
//! for one of them, it may be for another.

use crate::diagnostic::Diagnostic;
use crate::expression::{Type, never_null};
use crate::source::{SourceId, Span};
use std::collections::HashMap;

/// What each comparison with null was compiled for.
#[derive(Default)]
pub(crate) struct NullAsked {
    /// By place: what its other side is, as long as that is never null.
    places: HashMap<(SourceId, usize, usize), (Span, Option<Type>)>,
}

impl NullAsked {
    /// Notes a comparison, with what its other side is where that is never null.
    pub(crate) fn note(&mut self, span: Span, never: Option<&Type>) {
        let place = (span.source, span.start, span.end);
        let (_, known) = self.places.entry(place).or_insert_with(|| (span, never.cloned()));
        if never.is_none() {
            *known = None;
        }
    }

    /// Those that have one answer wherever they are compiled.
    pub(crate) fn in_vain(&self) -> Vec<Diagnostic> {
        let all = self.places.values();
        all.filter_map(|(span, never)| never.as_ref().map(|ty| never_null(*span, ty))).collect()
    }
}
