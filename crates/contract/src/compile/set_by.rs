//! What a binding sets of an account, and the failures that come of that alone.

use super::binding::BindingSource;
use crate::account_plan::AccountPlan;
use crate::plan::InputTarget;
use doorward_core::identifier::IdentifierKind;
use doorward_core::outcome::Outcome;
use doorward_core::profile::{ChangeLimit, Field};
use doorward_core::spec::Identifiers;

/// Whether nothing that the binding sets can fail in this way.
pub(super) fn nothing_to_fail(binding: &BindingSource, account: &AccountPlan, failure: Outcome) -> bool {
    let spec = binding.action.spec();
    let changes = spec.changes_what_is_given();
    let limits = spec.failures.contains(&Outcome::AlreadySet);
    let option = |name: &str, word: &str| binding.options.word(name) == word;
    let set = Set { binding, account };
    match failure {
        Outcome::Taken if spec.identifiers == Identifiers::Optional && limits => {
            !set.a_field(|field| field.unique.is_some())
        }
        // Of an account that may be made here, what is drawn counts too.
        Outcome::Taken if spec.identifiers == Identifiers::Optional => {
            !account.profile.fields.iter().any(|field| field.unique.is_some())
        }
        Outcome::Taken if changes => !binding.identifies() && !set.a_field(|field| field.unique.is_some()),
        Outcome::WeakPassword => {
            let password = ["new_password", "password"].into_iter().find(|name| takes(binding, name));
            password.is_some_and(|name| !binding.binds(name))
        }
        Outcome::WrongPassword if changes => {
            !binding.identifies() && !binding.binds("new_password") && !binding.binds("remove")
        }
        Outcome::AlreadySet if limits => !option("once", "true") && !set.limited(|change| change.once),
        Outcome::TooSoon if limits => {
            let mailed = option("takes_effect", "on_confirmation") && option("tell", "truth");
            !mailed && !set.limited(|change| change.every.is_some())
        }
        _ => false,
    }
}

fn takes(binding: &BindingSource, name: &str) -> bool {
    binding.action.spec().inputs.iter().any(|input| input.name == name)
}

/// What a binding sets of an account.
struct Set<'s> {
    binding: &'s BindingSource,
    account: &'s AccountPlan,
}

impl Set<'_> {
    /// Whether such a field is set, or may be taken away.
    fn a_field(&self, is: impl Fn(&Field) -> bool) -> bool {
        let removed = self.binding.binds("remove");
        let bound = |field: &Field| {
            self.binding
                .inputs
                .iter()
                .any(|input| matches!(&input.target, InputTarget::Profile(name) if *name == field.name))
        };
        self.account.profile.fields.iter().any(|field| is(field) && (removed || bound(field)))
    }

    /// Whether something that is set may change only now and then.
    fn limited(&self, is: fn(&ChangeLimit) -> bool) -> bool {
        let removed = self.binding.binds("remove");
        let sets = |kind: IdentifierKind| {
            self.binding.inputs.iter().any(|input| match input.target {
                InputTarget::Identifier(bound) => bound == kind,
                InputTarget::AnyIdentifier => true,
                _ => false,
            })
        };
        let any = matches!(self.binding.action.spec().identifiers, Identifiers::Any | Identifiers::Some);
        let identifier =
            |(kind, change): &(IdentifierKind, ChangeLimit)| is(change) && (removed || sets(*kind));
        any && self.account.changes.iter().any(identifier) || self.a_field(|field| is(&field.changes))
    }
}
