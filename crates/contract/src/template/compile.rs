//! Templates into what is evaluated: typed against the names in scope, constants folded, times given a form.

use super::ast::{EachAst, MapAst, Member, Part, Template, TemplateKind};
use super::each::{EachOp, LoopNames};
use super::eval::{CompiledTemplate, Form, LeafOp, MapOp, MemberOp, Op, Piece};
use super::format::TimeFormat;
use crate::diagnostic::{Code, Diagnostic, codes, did_you_mean};
use crate::expression::{
    Ast, AstKind, Kind, Names, NarrowedNames, Place, Slot, Type, Typed, check, check_condition,
    non_null_when, of_reference, resolve, type_of,
};
use crate::source::Span;
use serde_json::{Map, Value};

/// What a template is compiled for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// How times are written.
    pub times: TimeFormat,
    /// What a `$map` without `$else` does with a value that it does not list.
    pub unlisted: Unlisted,
    /// How values inside a text are escaped.
    pub escape: Escape,
}

/// What happens to a value that a `$map` does not list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unlisted {
    /// In replies: such a table is refused at load (DW034).
    Refused,
    /// In inputs: it is a violation ([`crate::expression::Evaluated::Unlisted`]); an absent value is left out.
    Violation,
}

/// How values inside a text are escaped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Escape {
    /// As they are.
    None,
    /// For XML and HTML.
    Xml,
}

impl Setting {
    /// For replies: times in this form.
    #[must_use]
    pub fn reply(times: TimeFormat) -> Self {
        Self { times, unlisted: Unlisted::Refused, escape: Escape::None }
    }

    /// For inputs of actions: times stay times, unlisted values are violations.
    #[must_use]
    pub fn input() -> Self {
        Self { times: TimeFormat::raw(), unlisted: Unlisted::Violation, escape: Escape::None }
    }

    /// For the header and claims of a JWT: times in whole seconds.
    #[must_use]
    pub fn claims() -> Self {
        Self::reply(TimeFormat::epoch_seconds())
    }
}

/// Types and compiles a template.
///
/// # Errors
/// Everything that could fail at run time or means nothing (DW031 to DW037), all at once.
pub fn compile(
    template: &Template,
    names: &dyn Names,
    setting: &Setting,
) -> Result<CompiledTemplate, Vec<Diagnostic>> {
    compile_inside(template, names, setting, 0)
}

/// The same inside of so many loops, whose variables are among the names.
pub(crate) fn compile_inside(
    template: &Template,
    names: &dyn Names,
    setting: &Setting,
    loops: u32,
) -> Result<CompiledTemplate, Vec<Diagnostic>> {
    let mut compiler = Compiler { setting, found: Vec::new(), loops };
    match compiler.template(template, names) {
        Some(compiled) if compiler.found.is_empty() => Ok(compiled),
        _ => Err(compiler.found),
    }
}

/// What to write where null is no text. Of a call that was compared with null nothing is remembered.
fn null_help(ast: &Ast) -> String {
    let called = |branch: &Ast| match &branch.kind {
        AstKind::Call(call) => match call.arguments.as_slice() {
            [Ast { kind: AstKind::Path(path), .. }] => Some(format!("{}({})", call.name, path.join("."))),
            _ => None,
        },
        _ => None,
    };
    if let AstKind::Conditional(parts) = &ast.kind
        && let Some(call) = parts.iter().skip(1).find_map(called)
    {
        return format!(
            "write `{call}.orValue('')`: a condition proves names, and this result of a function stays nullable"
        );
    }
    "say what null should read like: `x.orValue('')`, or `optional(x)` to leave the text out".to_owned()
}

struct Compiler<'s> {
    setting: &'s Setting,
    found: Vec<Diagnostic>,
    loops: u32,
}

impl Compiler<'_> {
    fn error<T>(&mut self, code: Code, span: Span, message: impl Into<String>, help: &str) -> Option<T> {
        self.found.push(Diagnostic::error(code, span, message).help(help));
        None
    }

    fn kept<T>(&mut self, result: Result<T, Vec<Diagnostic>>) -> Option<T> {
        result.map_err(|found| self.found.extend(found)).ok()
    }

    fn template(&mut self, template: &Template, names: &dyn Names) -> Option<CompiledTemplate> {
        match &template.kind {
            TemplateKind::Constant(value) => Some(constant(value.clone())),
            TemplateKind::Path(path) => {
                let reference =
                    self.kept(resolve(&path.segments, path.span, names).map_err(|error| vec![error]))?;
                if let Place::Template { template, rest } = &reference.place
                    && rest.is_empty()
                {
                    return Some(CompiledTemplate::inlined(template));
                }
                Some(self.leaf(of_reference(reference)))
            }
            TemplateKind::Expression(ast) => {
                let typed = self.kept(check(ast, names))?;
                Some(self.leaf(typed))
            }
            TemplateKind::Text(parts) => self.text(parts, names),
            TemplateKind::List(items) => self.list(items, names),
            TemplateKind::Object(members) => self.object(members, names),
            TemplateKind::Each(each) => {
                let (op, item) = self.each(each, names)?;
                Some(CompiledTemplate::new(Op::Each(Box::new(op)), Type::list(item)))
            }
            TemplateKind::Map(map) => self.map(map, names),
            TemplateKind::First(choices) => self.first(choices, names, template.span),
        }
    }

    /// A value by itself: times get their form here.
    fn leaf(&self, typed: Typed) -> CompiledTemplate {
        if let Some(value) = typed.constant() {
            return CompiledTemplate { may_omit: typed.may_omit(), ..constant(value.clone()) };
        }
        let times = &self.setting.times;
        let form = match &typed.ty().kind {
            _ if times.is_raw() => Form::AsIs,
            Kind::Time => Form::Time(times.clone()),
            _ if typed.ty().holds_time() => Form::Nested(typed.ty().clone(), times.clone()),
            _ if self.setting.escape == Escape::Xml => Form::Escaped,
            _ => Form::AsIs,
        };
        let ty = rendered(typed.ty(), times);
        let may_omit = typed.may_omit();
        CompiledTemplate { op: Op::Leaf(Box::new(LeafOp { typed, form })), ty, may_omit }
    }

    fn text(&mut self, parts: &[Part], names: &dyn Names) -> Option<CompiledTemplate> {
        let mut pieces = Vec::new();
        let mut may_omit = false;
        for part in parts {
            match part {
                Part::Constant(text) => pieces.push(Some(Piece::Constant(text.clone()))),
                Part::Hole(ast) => {
                    let typed = self.hole(ast, names);
                    may_omit |= typed.as_ref().is_some_and(Typed::may_omit);
                    pieces.push(typed.map(|typed| self.piece(typed)));
                }
            }
        }
        let pieces: Vec<Piece> = pieces.into_iter().collect::<Option<_>>()?;
        let op = Op::Text(pieces, self.setting.escape);
        Some(CompiledTemplate { op, ty: Type::text(), may_omit })
    }

    fn hole(&mut self, ast: &Ast, names: &dyn Names) -> Option<Typed> {
        let typed = self.kept(check(ast, names))?;
        if typed.ty().nullable {
            let paths = ast.paths();
            let what = match paths.as_slice() {
                [only] => format!("`{}`", only.join(".")),
                _ => "this".to_owned(),
            };
            let message = format!("{what} may be null inside a text: it is {}", typed.ty());
            return self.error(codes::NULL_IN_TEXT, ast.span, message, &null_help(ast));
        }
        if matches!(typed.ty().kind, Kind::List(_) | Kind::Object(_) | Kind::AnyObject) {
            let message = format!("{} does not fit into a text", typed.ty());
            return self.error(codes::TYPE_CLASH, ast.span, message, "`json(x)` writes it as JSON");
        }
        Some(typed)
    }

    fn piece(&self, typed: Typed) -> Piece {
        let is_time = typed.ty().kind == Kind::Time;
        let times =
            if self.setting.times.is_raw() { TimeFormat::default() } else { self.setting.times.clone() };
        Piece::Hole(typed, is_time.then_some(times))
    }

    fn list(&mut self, items: &[Template], names: &dyn Names) -> Option<CompiledTemplate> {
        let items: Vec<Option<CompiledTemplate>> =
            items.iter().map(|item| self.template(item, names)).collect();
        let items: Vec<CompiledTemplate> = items.into_iter().collect::<Option<_>>()?;
        let nothing = Type::new(Kind::Nothing);
        let item = items.iter().try_fold(nothing, |ty, item| ty.join(&item.ty)).unwrap_or_else(Type::any);
        if let Some(values) = items.iter().map(|item| item.constant().cloned()).collect::<Option<Vec<_>>>() {
            return Some(constant(Value::Array(values)));
        }
        let ops = items.into_iter().map(|item| item.op).collect();
        Some(CompiledTemplate::new(Op::List(ops), Type::list(item)))
    }

    fn object(&mut self, members: &[Member], names: &dyn Names) -> Option<CompiledTemplate> {
        let mut ops = Vec::new();
        let mut types = Vec::new();
        let mut open = false;
        let mut complete = true;
        for member in members {
            match member {
                Member::Pair(key, template) => match self.template(template, names) {
                    Some(value) => {
                        let mut ty = value.ty;
                        ty.nullable |= value.may_omit;
                        types.push((key.name.clone(), ty));
                        ops.push(MemberOp::Pair(key.name.clone(), value.op));
                    }
                    None => complete = false,
                },
                Member::Spread(template) => match self.spread(template, members, names) {
                    Some((op, more)) => {
                        types.extend(more);
                        ops.push(op);
                    }
                    None => complete = false,
                },
                Member::Each(each) => match self.each(each, names) {
                    Some((op, _)) => {
                        open = true;
                        ops.push(MemberOp::Each(Box::new(op)));
                    }
                    None => complete = false,
                },
            }
        }
        if !complete {
            return None;
        }
        if let Some(object) = folded(&ops) {
            return Some(constant(Value::Object(object)));
        }
        let kind = if open { Kind::AnyObject } else { Kind::Object(types) };
        Some(CompiledTemplate::new(Op::Object(ops), Type::new(kind)))
    }

    /// The members of another object, as far as they are not written beside it.
    fn spread(
        &mut self,
        template: &Template,
        beside: &[Member],
        names: &dyn Names,
    ) -> Option<(MemberOp, Vec<(String, Type)>)> {
        let value = self.template(template, names)?;
        let Kind::Object(members) = &value.ty.kind else {
            let message = format!("`$spread` takes an object whose members are known, this is {}", value.ty);
            return self.error(
                codes::BAD_DIRECTIVE,
                template.span,
                message,
                "for example `$spread: $view.user`",
            );
        };
        let written = |name: &str| {
            beside.iter().any(|member| matches!(member, Member::Pair(key, _) if key.name == name))
        };
        let (without, kept): (Vec<_>, Vec<_>) = members.iter().cloned().partition(|(name, _)| written(name));
        let without = without.into_iter().map(|(name, _)| name).collect();
        Some((MemberOp::Spread(value.op, without), kept))
    }

    fn each(&mut self, each: &EachAst, names: &dyn Names) -> Option<(EachOp, Type)> {
        // The list is read as it is: what is made of its items gets its form, not the items.
        let raw = Setting { times: TimeFormat::raw(), ..self.setting.clone() };
        let mut lists = Compiler { setting: &raw, found: Vec::new(), loops: self.loops };
        let list = lists.template(&each.list, names);
        self.found.append(&mut lists.found);
        let list = list?;
        let item_type = match &list.ty.kind {
            Kind::List(item) => item.as_ref().clone(),
            Kind::Any | Kind::Nothing => Type::any(),
            _ => {
                let message = format!("`in` wants a list, this is {}", list.ty);
                return self.error(
                    codes::TYPE_CLASH,
                    each.list.span,
                    message,
                    "for example `in: $violations`",
                );
            }
        };
        let slot = Slot(Slot::FIRST_LOOP.0 + self.loops);
        let inner = LoopNames { inner: names, variable: &each.variable, ty: item_type, slot };
        self.loops += 1;
        let condition = match &each.condition {
            Some(ast) => self.kept(check_condition(ast, &inner)).map(Some),
            None => Some(None),
        };
        let proven = each.condition.as_ref().map_or_else(Vec::new, |ast| non_null_when(ast, true));
        let narrowed = NarrowedNames::new(&inner, proven);
        let key = self.keys(&each.key, &narrowed);
        let item = self.template(&each.item, &narrowed);
        self.loops -= 1;
        let (condition, key, item) = (condition?, key?, item?);
        let op = EachOp { list: list.op, slot, condition, key, item: item.op, collect: each.collect };
        Some((op, item.ty))
    }

    fn keys(&mut self, keys: &[Template], names: &dyn Names) -> Option<Vec<Op>> {
        let mut ops = Vec::new();
        for key in keys {
            let compiled = self.template(key, names)?;
            let ty = &compiled.ty;
            if !ty.is_text() && !ty.is_number() && !matches!(ty.kind, Kind::Boolean | Kind::Any) {
                let message = format!("a key must be text, this is {ty}");
                return self.error(codes::TYPE_CLASH, key.span, message, "for example `key: $it.field`");
            }
            ops.push(compiled.op);
        }
        Some(ops)
    }

    fn map(&mut self, map: &MapAst, names: &dyn Names) -> Option<CompiledTemplate> {
        let value = self.template(&map.value, names);
        let mut cases = Vec::new();
        let mut types = Vec::new();
        let mut complete = true;
        for (key, template) in &map.cases {
            match self.template(template, names) {
                Some(result) => {
                    types.push((template.span, result.ty.clone(), result.may_omit));
                    cases.push((key.name.clone(), result.op));
                }
                None => complete = false,
            }
        }
        let otherwise = match &map.otherwise {
            Some(template) => {
                let result = self.template(template, names)?;
                types.push((template.span, result.ty, result.may_omit));
                Some(result.op)
            }
            None => None,
        };
        let value = value.filter(|_| complete)?;
        self.total(map, &value)?;
        let may_omit = types.iter().any(|(.., may_omit)| *may_omit)
            || otherwise.is_none() && (value.ty.nullable || value.may_omit);
        let ty = self.joined(&types)?;
        let op =
            Op::Map(Box::new(MapOp { value: value.op, cases, otherwise, unlisted: self.setting.unlisted }));
        Some(CompiledTemplate { op, ty, may_omit })
    }

    /// Whether every value has a result, and every listed value can occur.
    fn total(&mut self, map: &MapAst, value: &CompiledTemplate) -> Option<()> {
        let words = match &value.ty.kind {
            Kind::Enum(words) => Some(words.clone()),
            Kind::Boolean => Some(vec!["true".to_owned(), "false".to_owned()]),
            Kind::Text | Kind::Token | Kind::Integer | Kind::Any => None,
            _ => {
                let message = format!("`$map` looks up text, integers and booleans, this is {}", value.ty);
                return self.error(codes::TYPE_CLASH, map.value.span, message, "write a condition instead");
            }
        };
        let words_known = words.as_deref().unwrap_or_default();
        for (key, _) in map.cases.iter().filter(|_| words.is_some()) {
            if !words_known.contains(&key.name) {
                let near = did_you_mean(&key.name, words_known.iter().map(String::as_str));
                let help = near.map_or_else(
                    || format!("values: {}", words_known.join(" ")),
                    |near| format!("did you mean `{near}`?"),
                );
                return self.error(
                    codes::TYPE_CLASH,
                    key.span,
                    format!("`{}` is never that value", key.name),
                    &help,
                );
            }
        }
        if map.otherwise.is_some() || self.setting.unlisted == Unlisted::Violation {
            return Some(());
        }
        let listed = |word: &&String| !map.cases.iter().any(|(key, _)| key.name == **word);
        let missing: Vec<&str> = words_known.iter().filter(listed).map(String::as_str).collect();
        let reason = if words.is_none() {
            "its value is not out of a known set".to_owned()
        } else if !missing.is_empty() {
            format!("it does not list {}", missing.join(", "))
        } else if value.ty.nullable || value.may_omit {
            "its value may be null".to_owned()
        } else {
            return Some(());
        };
        self.error(
            codes::MAP_NOT_TOTAL,
            map.span,
            format!("`$map` without `$else`: {reason}"),
            "add `$else: …`",
        )
    }

    /// Results of one table have one type in inputs; a reply may mix them.
    fn joined(&mut self, types: &[(Span, Type, bool)]) -> Option<Type> {
        let mut ty = Type::new(Kind::Nothing);
        for (span, other, _) in types {
            match ty.join(other) {
                Some(joined) => ty = joined,
                None if self.setting.unlisted == Unlisted::Refused => return Some(Type::any()),
                None => {
                    let message = format!("the results are {ty} and {other}");
                    return self.error(codes::TYPE_CLASH, *span, message, "an input has one type");
                }
            }
        }
        Some(ty)
    }

    fn first(&mut self, choices: &[Template], names: &dyn Names, span: Span) -> Option<CompiledTemplate> {
        let compiled: Vec<Option<CompiledTemplate>> =
            choices.iter().map(|choice| self.template(choice, names)).collect();
        let compiled: Vec<CompiledTemplate> = compiled.into_iter().collect::<Option<_>>()?;
        let types: Vec<(Span, Type, bool)> =
            compiled.iter().map(|choice| (span, choice.ty.clone(), choice.may_omit)).collect();
        let mut ty = self.joined(&types)?;
        ty.nullable = compiled.iter().all(|choice| choice.ty.nullable || choice.may_omit);
        let ops = compiled.into_iter().map(|choice| choice.op).collect();
        Some(CompiledTemplate::new(Op::First(ops), ty))
    }
}

fn constant(value: Value) -> CompiledTemplate {
    let ty = type_of(&value);
    CompiledTemplate::new(Op::Constant(value), ty)
}

/// The object, if every member is a constant.
fn folded(members: &[MemberOp]) -> Option<Map<String, Value>> {
    let pair = |member: &MemberOp| match member {
        MemberOp::Pair(key, Op::Constant(value)) => Some((key.clone(), value.clone())),
        _ => None,
    };
    members.iter().map(pair).collect()
}

/// The type once times are written.
fn rendered(ty: &Type, times: &TimeFormat) -> Type {
    let kind = match &ty.kind {
        Kind::Time => times.kind(),
        Kind::List(item) => Kind::List(Box::new(rendered(item, times))),
        Kind::Object(members) => {
            Kind::Object(members.iter().map(|(name, ty)| (name.clone(), rendered(ty, times))).collect())
        }
        kind => kind.clone(),
    };
    Type { kind, nullable: ty.nullable }
}

#[cfg(test)]
mod tests;
