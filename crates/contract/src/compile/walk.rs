//! Which names a template reads, without compiling it.

use crate::expression::Ast;
use crate::template::{EachAst, Member, Part, Template, TemplateKind};

/// Every path that a template reads, in written order, without those of its own loop variables.
pub(super) fn paths(template: &Template) -> Vec<Vec<String>> {
    let mut walk = Walk { found: Vec::new(), variables: Vec::new(), choosing: true };
    walk.template(template);
    walk.found
}

/// Every path whose value goes into what a template makes: not what only chooses, by a condition or a table.
pub(super) fn shown(template: &Template) -> Vec<Vec<String>> {
    let mut walk = Walk { found: Vec::new(), variables: Vec::new(), choosing: false };
    walk.template(template);
    walk.found
}

/// The path of a template that is one path and nothing else.
pub(super) fn sole_path(template: &Template) -> Option<&[String]> {
    match &template.kind {
        TemplateKind::Path(path) => Some(&path.segments),
        _ => None,
    }
}

struct Walk<'t> {
    found: Vec<Vec<String>>,
    variables: Vec<&'t str>,
    /// Whether what only chooses counts.
    choosing: bool,
}

impl<'t> Walk<'t> {
    fn template(&mut self, template: &'t Template) {
        match &template.kind {
            TemplateKind::Constant(_) => {}
            TemplateKind::Path(path) => self.path(&path.segments),
            TemplateKind::Expression(ast) => self.expression(ast),
            TemplateKind::Text(parts) => parts.iter().for_each(|part| {
                if let Part::Hole(ast) = part {
                    self.expression(ast);
                }
            }),
            TemplateKind::List(items) | TemplateKind::First(items) => {
                items.iter().for_each(|item| self.template(item));
            }
            TemplateKind::Object(members) => members.iter().for_each(|member| match member {
                Member::Pair(_, template) | Member::Spread(template) => self.template(template),
                Member::Each(each) => self.each(each),
            }),
            TemplateKind::Each(each) => self.each(each),
            TemplateKind::Map(map) => {
                if self.choosing {
                    self.template(&map.value);
                }
                map.cases.iter().for_each(|(_, result)| self.template(result));
                map.otherwise.iter().for_each(|result| self.template(result));
            }
        }
    }

    fn each(&mut self, each: &'t EachAst) {
        self.template(&each.list);
        self.variables.push(&each.variable);
        if self.choosing {
            each.condition.iter().for_each(|ast| self.expression(ast));
        }
        each.key.iter().for_each(|key| self.template(key));
        self.template(&each.item);
        self.variables.pop();
    }

    fn expression(&mut self, ast: &Ast) {
        let paths = if self.choosing { ast.paths() } else { ast.shown() };
        paths.into_iter().for_each(|path| self.path(path));
    }

    fn path(&mut self, path: &[String]) {
        let own = path.first().is_some_and(|first| self.variables.iter().any(|name| name == first));
        if !own {
            self.found.push(path.to_vec());
        }
    }
}
