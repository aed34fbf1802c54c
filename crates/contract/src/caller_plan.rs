//! What answers offer of whoever is signed in.

use crate::plan::{Binding, InputTarget, Scheme, Security};
use doorward_core::spec::{ActionSpec, CALLER, Field};

impl Binding {
    /// What its answers offer of whoever is signed in.
    #[must_use]
    pub fn caller(&self, schemes: &[Scheme]) -> Option<Field> {
        let presents = self.inputs.iter().any(|input| matches!(input.target, InputTarget::Credential(_)));
        caller_of(self.action.spec(), (self.security.as_ref(), presents), schemes)
    }
}

/// What the answers of an action offer of whoever is signed in, with these credentials and perhaps a token among the
/// inputs: nothing where it asks for no session, and null where one need not be shown.
pub(crate) fn caller_of(
    spec: &ActionSpec,
    (security, presents): (Option<&Security>, bool),
    schemes: &[Scheme],
) -> Option<Field> {
    let session =
        |all: &Vec<usize>| all.iter().any(|at| schemes.get(*at).is_some_and(Scheme::names_a_session));
    let certain = spec.caller.signed_in() || security.is_some_and(|one| one.alternatives.iter().all(session));
    let asked = presents || security.is_some_and(|one| one.alternatives.iter().any(session));
    asked.then_some(Field { nullable: !certain, ..CALLER })
}
