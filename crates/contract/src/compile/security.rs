//! `security` of an operation: which credentials it asks for.

use super::reading::Findings;
use crate::diagnostic::{Diagnostic, codes};
use crate::document::Document;
use crate::plan::Security;
use crate::source::Node;

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
                Some(index) => schemes.push(index),
                None => {
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
        alternatives.push(schemes);
    }
    (!alternatives.is_empty()).then_some(Security { alternatives })
}
