//! `$ref` inside a contract: parameters, request bodies and path items.

use super::reading::Findings;
use crate::diagnostic::codes;
use crate::source::Node;

/// The node that this one stands for: itself, or what its `$ref` points at.
pub(super) fn resolved<'d>(contract: &'d Node, node: &'d Node, found: &mut Findings) -> Option<&'d Node> {
    let mut node = node;
    for _ in 0..8 {
        let Some(reference) = node.get("$ref") else { return Some(node) };
        let target = reference.as_text().and_then(|text| text.strip_prefix("#/")).and_then(|pointer| {
            pointer
                .split('/')
                .try_fold(contract, |node, segment| node.get(&segment.replace("~1", "/").replace("~0", "~")))
        });
        let Some(target) = target else {
            let message = "this reference points at nothing";
            let help = "references stay inside the document, such as `#/components/parameters/Page`";
            found.error(codes::INVALID_DOCUMENT, reference.span, message, help);
            return None;
        };
        node = target;
    }
    found.error(codes::INVALID_DOCUMENT, node.span, "references that point in circles", "");
    None
}
