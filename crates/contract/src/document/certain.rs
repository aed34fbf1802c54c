//! Which identifiers every account has: the only one, or those without which nobody can sign up.

use crate::schema::target;
use crate::source::Node;
use doorward_core::identifier::{IdentifierKind, IdentifierRule};

/// The actions that make accounts out of what a caller says.
const MAKES_ACCOUNTS: [&str; 2] = ["register", "complete_register"];

/// The identifiers that are never missing.
pub(super) fn certain(contract: &Node, rules: &[IdentifierRule]) -> Vec<IdentifierKind> {
    let kinds = rules.iter().map(|rule| rule.kind);
    if rules.len() == 1 {
        return kinds.collect();
    }
    let sign_ups = sign_ups(contract);
    if sign_ups.is_empty() {
        // Whoever makes the accounts need not give each of them everything.
        return Vec::new();
    }
    kinds.filter(|kind| sign_ups.iter().all(|sign_up| sign_up.asks_for(contract, *kind))).collect()
}

/// An operation that makes accounts.
struct SignUp<'d> {
    operation: &'d Node,
    inputs: Vec<&'d Node>,
    /// What the binding requires by itself.
    requires: &'d [Node],
}

fn sign_ups(contract: &Node) -> Vec<SignUp<'_>> {
    let paths = contract.get("paths").map_or(&[][..], Node::entries);
    let operations = paths.iter().flat_map(|path| path.value.entries()).map(|method| &method.value);
    let bindings = operations.filter_map(|operation| Some((operation, operation.get("x-doorward")?)));
    let mut found = Vec::new();
    for (operation, top) in bindings {
        let chosen = top.get("choose").and_then(Node::as_list).unwrap_or(&[]);
        for binding in std::iter::once(top).chain(chosen) {
            let action = binding.get("action").and_then(Node::as_text).unwrap_or("");
            let create = binding.get("options").and_then(|options| options.get("create")?.as_bool());
            if MAKES_ACCOUNTS.contains(&action) || (action == "login_by_code" && create == Some(true)) {
                let inputs = [binding.get("input"), top.get("input")].into_iter().flatten().collect();
                let requires = binding.get("requires").and_then(Node::as_list).unwrap_or(&[]);
                found.push(SignUp { operation, inputs, requires });
            }
        }
    }
    found
}

impl SignUp<'_> {
    /// Whether its request must bring this identifier.
    fn asks_for(&self, contract: &Node, kind: IdentifierKind) -> bool {
        let written = self.inputs.iter().find_map(|input| input.get(kind.name())).and_then(Node::as_text);
        let Some(member) = written.and_then(|written| written.strip_prefix("$body.")) else { return false };
        if self
            .requires
            .iter()
            .any(|one| one.as_text().is_some_and(|one| one.strip_prefix("body.") == Some(member)))
        {
            return true;
        }
        let content =
            self.operation.get("requestBody").and_then(|body| target(contract, body)?.get("content"));
        let bodies = content.map_or(&[][..], Node::entries);
        !bodies.is_empty()
            && bodies.iter().all(|body| {
                let schema = body.value.get("schema").and_then(|schema| target(contract, schema));
                let required = schema.and_then(|schema| schema.get("required")).and_then(Node::as_list);
                required.is_some_and(|names| names.iter().any(|name| name.as_text() == Some(member)))
            })
    }
}
