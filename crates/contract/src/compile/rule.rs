//! `checks`: rules across members of a request.

use super::reading::Findings;
use crate::diagnostic::codes;
use crate::expression::{Ast, AstKind, Operator, check_condition};
use crate::names::InputNames;
use crate::plan::CheckPlan;
use crate::source::Node;

pub(super) const MEMBERS: [&str; 3] = ["that", "at", "rule"];

/// A check as it was written.
pub(super) struct CheckSource {
    pub(super) that: Ast,
    at: Vec<String>,
    rule: String,
}

impl CheckSource {
    /// That something is there, which else breaks the rule `required`.
    pub(super) fn required(that: Ast, at: Vec<String>) -> CheckSource {
        CheckSource { that, at, rule: "required".to_owned() }
    }

    /// The member of the body that must be there, if that is what it asks.
    pub(super) fn required_path(&self) -> Option<&[String]> {
        let AstKind::Has(path) = &self.that.kind else { return None };
        match &path.kind {
            AstKind::Path(path) if path[0] == "body" && self.rule == "required" => path.get(1..),
            _ => None,
        }
    }
}

/// Reads `checks`.
pub(super) fn read(node: &Node, found: &mut Findings) -> Vec<CheckSource> {
    let Some(items) = node.as_list() else {
        found.wrong_kind(node, "`checks`", "a list");
        return Vec::new();
    };
    items.iter().filter_map(|item| check(item, found)).collect()
}

fn check(node: &Node, found: &mut Findings) -> Option<CheckSource> {
    if !node.is_map() {
        let that = found.expression(node, "a check")?;
        let at = that.paths().first().map(|path| path.to_vec()).unwrap_or_default();
        return Some(CheckSource { rule: usual_rule(&that).to_owned(), at, that });
    }
    found.unknown_members(node, &MEMBERS, "a check");
    let Some(that) = node.get("that") else {
        let help = "write `{that: body.password == body.again, at: body.again, rule: confirm}`";
        found.error(codes::WRONG_KIND, node.span, "a check without `that`", help);
        return None;
    };
    let that = found.expression(that, "`that`")?;
    let text = |name: &str, found: &mut Findings| match node.get(name) {
        None => None,
        Some(member) => {
            if member.as_text().is_none() {
                found.wrong_kind(member, &format!("`{name}`"), "text");
            }
            member.as_text().map(str::to_owned)
        }
    };
    let at = text("at", found).map(|at| at.trim_start_matches('$').split('.').map(str::to_owned).collect());
    let at = at.or_else(|| that.paths().first().map(|path| path.to_vec())).unwrap_or_default();
    let rule = text("rule", found).unwrap_or_else(|| usual_rule(&that).to_owned());
    Some(CheckSource { that, at, rule })
}

fn usual_rule(that: &Ast) -> &'static str {
    let is_path = |side: &Ast| matches!(side.kind, AstKind::Path(_));
    match &that.kind {
        AstKind::Binary(Operator::Equal, left, right) if is_path(left) && is_path(right) => "confirm",
        _ => "check",
    }
}

/// Compiles a check.
pub(super) fn compiled(
    source: &CheckSource,
    names: &InputNames<'_>,
    found: &mut Findings,
) -> Option<CheckPlan> {
    let that = check_condition(&source.that, names)
        .map_err(|errors| errors.into_iter().map(super::request_error).collect());
    let that = found.kept(that)?;
    let place = source.at.first().map_or("", String::as_str);
    let skip = usize::from(["body", "query", "path", "header", "cookie"].contains(&place));
    let path: Vec<String> = source.at.iter().skip(skip).cloned().collect();
    Some(CheckPlan { that, field: path.join("."), path, rule: source.rule.clone() })
}
