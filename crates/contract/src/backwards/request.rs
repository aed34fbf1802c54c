//! Whether a request can be built from an action's inputs.

use super::pattern::{Pattern, TextPiece};
use crate::expression::{Demand, Path};
use crate::plan::{Binding, InputTarget};
use crate::scope::Root;

/// Why the request of a binding cannot be built; nothing where it can.
pub(super) fn unbuildable(binding: &Binding) -> Option<String> {
    for input in &binding.inputs {
        if !writable(&input.value.request_pattern()) {
            let name = match &input.target {
                InputTarget::Identifier(kind) => kind.name().to_owned(),
                InputTarget::AnyIdentifier => "identifier".to_owned(),
                InputTarget::Claim(kind) => format!("claims.{}", kind.name()),
                InputTarget::Profile(field) => format!("profile.{field}"),
                InputTarget::Named(name) => (*name).to_owned(),
                InputTarget::Credential(_) | InputTarget::OwnId | InputTarget::ClientKey(_) => {
                    input.wire.clone()
                }
            };
            return Some(format!("what `{name}` is computed from cannot be told from its value"));
        }
    }
    let demands = match &binding.when {
        None => return None,
        Some(when) => when.demands(),
    };
    let met = demands.is_some_and(|demands| {
        demands.iter().all(|demand| match demand {
            Demand::Is(path, _) | Demand::There(path) | Demand::Absent(path) => of_request(path),
        })
    });
    (!met).then(|| "its `when` asks for more than members that are there, absent, or a constant".to_owned())
}

/// Whether a value can be put where it is read from.
fn writable(pattern: &Pattern) -> bool {
    match pattern {
        Pattern::Constant(_) | Pattern::Absent => true,
        Pattern::Hole(hole) => of_request(&hole.path),
        Pattern::Text(pieces) => {
            let holes = pieces.iter().filter(|piece| !matches!(piece, TextPiece::Constant(_))).count();
            holes == 1 && !pieces.contains(&TextPiece::Unknown)
        }
        // The first source is written; a table by its inverse.
        Pattern::OneOf(all) => {
            let table = all
                .iter()
                .all(|one| matches!(one, Pattern::Known { .. } | Pattern::Absent | Pattern::Constant(_)))
                && all.iter().any(|one| matches!(one, Pattern::Known { .. }));
            table
                || all.first().is_some_and(|first| !matches!(first, Pattern::Constant(_)) && writable(first))
        }
        Pattern::Known { .. }
        | Pattern::Object(_)
        | Pattern::List(_)
        | Pattern::Items(_)
        | Pattern::Anything => false,
    }
}

fn of_request(path: &Path) -> bool {
    matches!(
        Root::of(path.slot),
        Some(Root::Body | Root::PathParameters | Root::Query | Root::Header | Root::Cookie | Root::Request)
    )
}
