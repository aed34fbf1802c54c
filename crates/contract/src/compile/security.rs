//! `security` of an operation: which credentials it asks for.

use super::reading::Findings;
use crate::diagnostic::{Diagnostic, codes};
use crate::document::Document;
use crate::plan::{Proves, Scheme, Security};
use crate::source::{Entry, Node, Span};
use doorward_core::code::Stage;
use doorward_core::spec::{ActionSpec, Caller};

/// Stands for a scheme that there is not: that was said, and nothing more is said of it.
const UNKNOWN: usize = usize::MAX;

/// Reads it; `None` when nothing is asked for.
pub(super) fn read(node: Option<&Node>, document: &Document, found: &mut Findings) -> Option<Security> {
    let node = node?;
    let Some(items) = node.as_list() else {
        found.wrong_kind(node, "`security`", "a list such as `[{bearer: []}]`");
        return None;
    };
    let mut alternatives = Vec::new();
    for item in items {
        if !item.is_map() {
            found.wrong_kind(item, "an alternative of `security`", "a map such as `{bearer: []}`");
            continue;
        }
        let mut schemes = Vec::new();
        for entry in item.entries() {
            match document.schemes.iter().position(|scheme| scheme.name == entry.key) {
                Some(index) => {
                    no_scopes(entry, found);
                    schemes.push(index);
                }
                None => {
                    schemes.push(UNKNOWN);
                    let message = format!("unknown security scheme `{}`", entry.key);
                    let error = Diagnostic::error(codes::UNKNOWN_SCHEME, entry.key_span, message);
                    let known = document.schemes.iter().map(|scheme| scheme.name.as_str());
                    found.push(
                        error
                            .suggest(&entry.key, known)
                            .help("schemes are declared under `components.securitySchemes`"),
                    );
                }
            }
        }
        beside_a_token(&schemes, (item, document), found);
        alternatives.push(schemes);
    }
    (!alternatives.is_empty()).then_some(Security { alternatives })
}

/// What stands after a scheme is `[]`: nothing here asks for a scope or a role, and one that is written would be lost.
fn no_scopes(entry: &Entry, found: &mut Findings) {
    if entry.value.as_list().is_some_and(<[Node]>::is_empty) {
        return;
    }
    let name = &entry.key;
    let message = match entry.value.as_list() {
        Some(_) => format!("`{name}` is asked for with scopes, and none is ever granted"),
        None => format!("`{name}` wants an empty list after it, this is {}", entry.value.describe()),
    };
    let help = format!(
        "write `{name}: []`; what only administrators may do is said by the action and `account.roles`"
    );
    found.error(codes::WRONG_KIND, entry.value.span, message, &help);
}

/// Whether a scheme of the operation brings the stage token of this action.
pub(super) fn carries_stage(security: Option<&Security>, spec: &ActionSpec, document: &Document) -> bool {
    let stage = Stage::from_name(spec.name);
    let carries = |index: &usize| {
        document.schemes.get(*index).is_some_and(|scheme| stage.is_some() && scheme.stage() == stage)
    };
    security.is_some_and(|security| security.alternatives.iter().flatten().any(carries))
}

/// The schemes bring what the action goes on with: a stage token only to its own action, and somebody signed in
/// where the action needs one.
pub(super) fn fits(
    security: Option<&Security>,
    (spec, span, presents): (&ActionSpec, Span, bool),
    document: &Document,
    found: &mut Findings,
) {
    let Some(security) = security else { return };
    if spec.caller.signed_in() && !presents && security.alternatives.iter().all(Vec::is_empty) {
        let message = format!("`{}` needs somebody signed in, and `{{}}` asks for nothing", spec.name);
        found.error(codes::NO_SECURITY, span, message, "name a scheme that carries the access token");
    }
    let own = Stage::from_name(spec.name);
    let known = |schemes: &&Vec<usize>| !schemes.is_empty() && !schemes.contains(&UNKNOWN);
    for alternative in security.alternatives.iter().filter(known) {
        let schemes = || alternative.iter().filter_map(|index| document.schemes.get(*index));
        for scheme in schemes().filter(|scheme| scheme.stage().is_some() && scheme.stage() != own) {
            let purpose = scheme.stage().map_or("", Stage::name);
            let message = format!(
                "the scheme `{}` brings a token for `{purpose}`, this is `{}`",
                scheme.name, spec.name
            );
            let help = format!("only `{purpose}` goes on with it");
            found.error(codes::UNKNOWN_SCHEME, span, message, &help);
        }
        if spec.caller == Caller::Session && !schemes().any(Scheme::names_a_session) {
            let message =
                format!("`{}` needs somebody signed in, and this credential is no session's", spec.name);
            found.error(codes::NO_SECURITY, span, message, "name a scheme that carries the access token");
        }
    }
}

/// What must equal something of a session stands beside a token that names one.
fn beside_a_token(schemes: &[usize], (item, document): (&Node, &Document), found: &mut Findings) {
    let all = || schemes.iter().filter_map(|index| document.schemes.get(*index));
    if schemes.contains(&UNKNOWN) {
        return;
    }
    let companion = all().find(|scheme| matches!(scheme.proves, Proves::Companion { alone: false, .. }));
    if let Some(companion) = companion
        && !all().any(Scheme::names_a_session)
    {
        let name = &companion.name;
        let message = if companion.is_constant() {
            format!("`{name}` is the same for everybody, and no token beside it says who is asking")
        } else {
            format!("`{name}` is compared with a session, and no token beside it names one")
        };
        let help = format!("write both in one alternative: `{{bearer: [], {name}: []}}`");
        found.error(codes::NO_SECURITY, item.span, message, &help);
    }
}
