//! Types of expressions: refuses whatever could fail at run time.

use super::ast::{Ast, AstKind, Call, Operator};
use super::eval::{Step, Typed};
use super::facts::{NarrowedNames, non_null_when};
use super::names::{Names, Place, Reference};
use super::types::{Kind, Type};
use crate::diagnostic::{Code, Diagnostic, codes};
use crate::function::{self, Argument, Run};
use crate::source::Span;
use crate::template::TimeFormat;
use serde_json::Value;

/// Types an expression.
///
/// # Errors
/// Everything that could fail or means nothing: unknown names and functions (DW031, DW032), types that clash
/// (DW035), nulls and arithmetic (DW036).
pub fn check(ast: &Ast, names: &dyn Names) -> Result<Typed, Vec<Diagnostic>> {
    let mut checker = Checker { found: Vec::new() };
    let typed = match &ast.kind {
        AstKind::Omit => checker.error(codes::MAY_FAIL, ast.span, MISPLACED_OMIT, &[]),
        _ => checker.visit(ast, names, true),
    };
    checker.finish(typed)
}

/// Types a condition: a boolean that is never null.
///
/// # Errors
/// As [`check`], and whatever is not a plain boolean.
pub fn check_condition(ast: &Ast, names: &dyn Names) -> Result<Typed, Vec<Diagnostic>> {
    let mut checker = Checker { found: Vec::new() };
    let typed = checker.condition(ast, names);
    checker.finish(typed)
}

/// What a path stands for, or why it stands for nothing.
///
/// # Errors
/// DW031 with the names in scope.
pub(crate) fn resolve(path: &[String], span: Span, names: &dyn Names) -> Result<Reference, Diagnostic> {
    names.lookup(path).ok_or_else(|| unknown_name(path, span, names))
}

const MISPLACED_OMIT: &str = "`omit` stands only as a branch of `? :`";

struct Checker {
    found: Vec<Diagnostic>,
}

impl Checker {
    fn finish(self, typed: Option<Typed>) -> Result<Typed, Vec<Diagnostic>> {
        match typed {
            Some(typed) if self.found.is_empty() => Ok(typed),
            _ => Err(self.found),
        }
    }

    fn error<T>(&mut self, code: Code, span: Span, message: &str, help: &[&str]) -> Option<T> {
        let error = Diagnostic::error(code, span, message);
        self.found.push(help.iter().fold(error, |error, help| error.help(*help)));
        None
    }

    /// `tail`: whether what stands here may be left out.
    fn visit(&mut self, ast: &Ast, names: &dyn Names, tail: bool) -> Option<Typed> {
        match &ast.kind {
            AstKind::Literal(value) => Some(typed(Step::Constant(value.clone()), type_of(value))),
            AstKind::Path(path) => self.path(path, ast.span, names),
            AstKind::List(items) => self.list(items, names),
            AstKind::Not(inner) => {
                let inner = self.condition(inner, names)?;
                Some(typed(Step::Not(Box::new(inner.step)), Type::boolean()))
            }
            AstKind::Binary(Operator::And | Operator::Or, left, right) => {
                self.logic(ast, (left, right), names)
            }
            AstKind::Binary(Operator::Plus, left, right) => {
                let (left, right) = (self.text_operand(left, names), self.text_operand(right, names));
                Some(typed(Step::Concat(Box::new(left?), Box::new(right?)), Type::text()))
            }
            AstKind::Binary(operator, left, right) => {
                let pair = (self.visit(left, names, false), self.visit(right, names, false));
                let (left, right) = (pair.0?, pair.1?);
                self.comparison((*operator, ast.span), left, right, names)
            }
            AstKind::Conditional(parts) => self.conditional(parts, names, tail),
            AstKind::Call(call) => self.call(call, ast.span, names, tail),
            AstKind::Has(path) => {
                let path = self.visit(path, names, false)?;
                Some(typed(not_null(path.step), Type::boolean()))
            }
            AstKind::Omit if tail => {
                Some(Typed { step: Step::Omit, ty: Type::new(Kind::Nothing), may_omit: true })
            }
            AstKind::Omit => self.error(codes::MAY_FAIL, ast.span, MISPLACED_OMIT, &[]),
        }
    }

    fn path(&mut self, path: &[String], span: Span, names: &dyn Names) -> Option<Typed> {
        match resolve(path, span, names) {
            Ok(reference) => Some(of_reference(reference)),
            Err(diagnostic) => {
                self.found.push(diagnostic);
                None
            }
        }
    }

    fn list(&mut self, items: &[Ast], names: &dyn Names) -> Option<Typed> {
        let mut steps = Vec::new();
        let mut ty = Type::new(Kind::Nothing);
        for item in items {
            let Some(checked) = self.visit(item, names, false) else { continue };
            match ty.join(&checked.ty) {
                Some(joined) => ty = joined,
                None => {
                    let message = format!("a list of {ty} cannot hold {}", checked.ty);
                    self.error::<()>(codes::TYPE_CLASH, item.span, &message, &[]);
                }
            }
            steps.push(checked.step);
        }
        let constants: Option<Vec<Value>> = steps
            .iter()
            .map(|step| if let Step::Constant(value) = step { Some(value.clone()) } else { None })
            .collect();
        let step = constants.map_or_else(|| Step::List(steps), |values| Step::Constant(Value::Array(values)));
        Some(typed(step, Type::list(ty)))
    }

    fn condition(&mut self, ast: &Ast, names: &dyn Names) -> Option<Typed> {
        let checked = self.visit(ast, names, false)?;
        match (&checked.ty.kind, checked.ty.nullable) {
            (Kind::Boolean, false) => Some(checked),
            (Kind::Boolean | Kind::Any, _) => {
                let message = format!("a condition must be true or false, this is {}", checked.ty);
                self.error(
                    codes::MAY_FAIL,
                    ast.span,
                    &message,
                    &["write `… == true`, which is false for null"],
                )
            }
            _ => {
                let message = format!("a condition must be true or false, this is {}", checked.ty);
                self.error(codes::TYPE_CLASH, ast.span, &message, &["compare it: `… == null`, `… == 'text'`"])
            }
        }
    }

    fn logic(&mut self, ast: &Ast, operands: (&Ast, &Ast), names: &dyn Names) -> Option<Typed> {
        let is_and = matches!(ast.kind, AstKind::Binary(Operator::And, ..));
        let left = self.condition(operands.0, names);
        // The right side is only asked where the left one held (or, for `||`, did not).
        let narrowed = NarrowedNames::new(names, non_null_when(operands.0, is_and));
        let right = self.condition(operands.1, &narrowed);
        let (left, right) = (Box::new(left?.step), Box::new(right?.step));
        let step = if is_and { Step::And(left, right) } else { Step::Or(left, right) };
        Some(typed(step, Type::boolean()))
    }

    fn text_operand(&mut self, ast: &Ast, names: &dyn Names) -> Option<Step> {
        let checked = self.visit(ast, names, false)?;
        if !checked.ty.is_text() {
            let message = format!("`+` joins texts, this is {}", checked.ty);
            let help =
                "there is no arithmetic; `string(x)` makes text of a number, \"${a} ${b}\" joins anything";
            return self.error(codes::TYPE_CLASH, ast.span, &message, &[help]);
        }
        if checked.ty.nullable {
            let message = "this may be null, and null is no text";
            let help = "say what null should read like: `x.orValue('')`";
            return self.error(codes::NULL_IN_TEXT, ast.span, message, &[help]);
        }
        Some(checked.step)
    }

    fn comparison(
        &mut self,
        (operator, span): (Operator, Span),
        left: Typed,
        right: Typed,
        names: &dyn Names,
    ) -> Option<Typed> {
        match operator {
            Operator::In => self.membership(span, &left.ty, &right.ty)?,
            Operator::Equal | Operator::NotEqual => self.equality(span, (&left.ty, &right.ty), names)?,
            _ => self.ordering(span, &left.ty, &right.ty)?,
        }
        let (left, right) = (Box::new(left.step), Box::new(right.step));
        let step = match operator {
            Operator::In => Step::In(left, right),
            operator => Step::Compare(operator, left, right),
        };
        Some(typed(step, Type::boolean()))
    }

    fn equality(&mut self, span: Span, (left, right): (&Type, &Type), names: &dyn Names) -> Option<()> {
        for (ty, other) in [(left, right), (right, left)] {
            if ty.kind != Kind::Nothing {
                continue;
            }
            let judged = names.notes_null(span, (!other.nullable).then_some(other));
            if !other.nullable && !judged {
                self.found.push(never_null(span, other));
                return None;
            }
            if !other.nullable {
                return Some(());
            }
        }
        if left.comparable(right) {
            return Some(());
        }
        let message = format!("{left} never equals {right}");
        let helps = suggest_word(left, right);
        let helps: Vec<&str> = helps.iter().map(String::as_str).collect();
        self.error(codes::TYPE_CLASH, span, &message, &helps)
    }

    fn ordering(&mut self, span: Span, left: &Type, right: &Type) -> Option<()> {
        let ordered = |ty: &Type| ty.is_number() || ty.is_text() || matches!(ty.kind, Kind::Time | Kind::Any);
        if !ordered(left) || !ordered(right) || !orderable(left, right) {
            let message = format!("{left} and {right} have no order");
            return self.error(codes::TYPE_CLASH, span, &message, &[]);
        }
        let may_be_null = |ty: &Type| ty.nullable && ty.kind != Kind::Any;
        if may_be_null(left) || may_be_null(right) {
            let message = "this may be null, and null has no order";
            return self.error(codes::MAY_FAIL, span, message, &["ask first: `x != null && x > 3`"]);
        }
        Some(())
    }

    fn membership(&mut self, span: Span, item: &Type, list: &Type) -> Option<()> {
        let items = match &list.kind {
            Kind::List(items) if !list.nullable => items,
            Kind::Any => return Some(()),
            Kind::List(_) => {
                let help = "ask first: `xs != null && x in xs`";
                return self.error(codes::MAY_FAIL, span, "the list may be null", &[help]);
            }
            _ => {
                let message = format!("`in` wants a list on its right, this is {list}");
                return self.error(codes::TYPE_CLASH, span, &message, &[]);
            }
        };
        if item.comparable(items) {
            return Some(());
        }
        let message = format!("{item} is never in a list of {items}");
        self.error(codes::TYPE_CLASH, span, &message, &[])
    }

    fn conditional(&mut self, parts: &[Ast; 3], names: &dyn Names, tail: bool) -> Option<Typed> {
        let [condition, yes, no] = parts;
        let checked = self.condition(condition, names);
        let yes_checked = self.visit(yes, &NarrowedNames::new(names, non_null_when(condition, true)), tail);
        let no_checked = self.visit(no, &NarrowedNames::new(names, non_null_when(condition, false)), tail);
        let (condition, yes_checked, no_checked) = (checked?, yes_checked?, no_checked?);
        let Some(ty) = yes_checked.ty.join(&no_checked.ty) else {
            let message = format!("the branches are {} and {}", yes_checked.ty, no_checked.ty);
            let help = one_type(&yes_checked.ty, &no_checked.ty);
            return self.error(codes::TYPE_CLASH, yes.span.to(no.span), &message, &[help]);
        };
        let may_omit = yes_checked.may_omit || no_checked.may_omit;
        let step = Step::If(Box::new([condition.step, yes_checked.step, no_checked.step]));
        Some(Typed { step, ty, may_omit })
    }

    fn call(&mut self, call: &Call, span: Span, names: &dyn Names, tail: bool) -> Option<Typed> {
        let Some(function) = function::find(&call.name) else {
            let known = function::FUNCTIONS.iter().map(|function| function.name);
            let error =
                Diagnostic::error(codes::UNKNOWN_FUNCTION, call.name_span, unknown_function(&call.name));
            self.found.push(error.suggest(&call.name, known.clone()).help(function_list(known)));
            return None;
        };
        let mut arguments = Vec::new();
        let mut failed = false;
        for argument in &call.arguments {
            match self.visit(argument, names, false) {
                Some(checked) => arguments.push(checked),
                None => failed = true,
            }
        }
        if failed {
            return None;
        }
        if function.name == OR_VALUE
            && let [value, _] = arguments.as_slice()
        {
            let never = !value.ty.nullable;
            if names.notes_null(span, never.then_some(&value.ty)) && never {
                return arguments.into_iter().next();
            }
        }
        let seen: Vec<Argument<'_>> = arguments
            .iter()
            .map(|checked| Argument { ty: &checked.ty, constant: checked.constant() })
            .collect();
        let ty = match (function.types)(&seen, names) {
            Ok(ty) => ty,
            Err(problem) => {
                let at = call.arguments.get(problem.argument).map_or(span, |argument| argument.span);
                let message = format!("`{}`: {}", function.name, problem.message);
                return self.error(problem.code, at, &message, &[function.signature]);
            }
        };
        let called = self.called(function.run, arguments, ty, (span, tail))?;
        if !AS_WRITTEN.contains(&function.name) {
            return Some(called);
        }
        Some(Typed { step: Step::AsWritten(Box::new(called.step)), ..called })
    }

    fn called(&mut self, run: Run, arguments: Vec<Typed>, ty: Type, at: (Span, bool)) -> Option<Typed> {
        let (span, tail) = at;
        let format = match run {
            Run::Time => time_format(&arguments),
            _ => None,
        };
        let mut steps: Vec<Step> = arguments.into_iter().map(|argument| argument.step).collect();
        match run {
            Run::Plain(run) => Some(typed(Step::Call(run, steps), ty)),
            Run::Time => {
                let time = Box::new(if steps.is_empty() { Step::Omit } else { steps.swap_remove(0) });
                Some(typed(Step::Format(time, format.unwrap_or_default()), ty))
            }
            Run::Optional if tail => {
                let step = Step::Optional(Box::new(steps.pop().unwrap_or(Step::Omit)));
                Some(Typed { step, ty, may_omit: true })
            }
            Run::Optional => {
                let message = "`optional` leaves something out, so it stands only where a value ends up";
                self.error(
                    codes::MAY_FAIL,
                    span,
                    message,
                    &["inside an expression write `x == null ? … : x`"],
                )
            }
        }
    }
}

/// A question for null that has one answer only.
pub(crate) fn never_null(span: Span, ty: &Type) -> Diagnostic {
    let message = format!("this is never null: it is {ty}");
    let error = Diagnostic::error(codes::TYPE_CLASH, span, message);
    error.help("asking for null has one answer only: leave it out")
}

fn typed(step: Step, ty: Type) -> Typed {
    Typed { step, ty, may_omit: false }
}

/// Functions that leave what they made as it is: a request may be built by writing the result.
const AS_WRITTEN: [&str; 4] = ["lower", "upper", "trim", "digits"];

/// The function that says what null should read like.
const OR_VALUE: &str = "orValue";

fn not_null(step: Step) -> Step {
    Step::Compare(Operator::NotEqual, Box::new(step), Box::new(Step::Constant(Value::Null)))
}

/// The checked form of a name.
pub(crate) fn of_reference(reference: Reference) -> Typed {
    match reference.place {
        Place::Slot(path) => typed(Step::Read(path), reference.ty),
        Place::Template { template, rest } => {
            let mut ty = reference.ty;
            // Where the template leaves something out, an expression reads null.
            ty.nullable |= template.may_omit();
            match template.constant() {
                Some(value) => {
                    let value = super::follow(value, &rest).cloned().unwrap_or(Value::Null);
                    typed(Step::Constant(value), ty)
                }
                None => typed(Step::Inline(template, rest), ty),
            }
        }
    }
}

/// The type of a constant; a text is an enumeration of one word.
pub(crate) fn type_of(value: &Value) -> Type {
    match value {
        Value::Null => Type::null(),
        Value::Bool(_) => Type::boolean(),
        Value::Number(number) if number.is_f64() => Type::new(Kind::Number),
        Value::Number(_) => Type::integer(),
        Value::String(text) => Type::new(Kind::Enum(vec![text.clone()])),
        Value::Array(items) => {
            let nothing = Type::new(Kind::Nothing);
            let item = items.iter().try_fold(nothing, |ty, item| ty.join(&type_of(item)));
            Type::list(item.unwrap_or_else(Type::any))
        }
        Value::Object(members) => Type::new(Kind::Object(
            members.iter().map(|(name, member)| (name.clone(), type_of(member))).collect(),
        )),
    }
}

fn orderable(left: &Type, right: &Type) -> bool {
    let any = left.kind == Kind::Any || right.kind == Kind::Any;
    any || (left.is_text() && right.is_text()) || left.kind != Kind::Time && left.comparable(right) || {
        left.kind == Kind::Time && right.kind == Kind::Time
    }
}

fn time_format(arguments: &[Typed]) -> Option<TimeFormat> {
    let text = |at: usize| arguments.get(at).and_then(Typed::constant).and_then(Value::as_str);
    TimeFormat::parse(text(1)?, text(2)).ok()
}

fn suggest_word(left: &Type, right: &Type) -> Vec<String> {
    let (Kind::Enum(left), Kind::Enum(right)) = (&left.kind, &right.kind) else {
        return Vec::new();
    };
    let (words, other) = if left.len() == 1 { (right, left) } else { (left, right) };
    let word = other.first().map_or("", String::as_str);
    let near = crate::diagnostic::did_you_mean(word, words.iter().map(String::as_str));
    near.map(|near| format!("did you mean '{near}'?")).into_iter().collect()
}

fn unknown_function(name: &str) -> String {
    format!("unknown function `{name}`")
}

fn function_list<'a>(names: impl Iterator<Item = &'a str>) -> String {
    format!("functions: {}", names.collect::<Vec<_>>().join(" "))
}

fn unknown_name(path: &[String], span: Span, names: &dyn Names) -> Diagnostic {
    let written = path.join(".");
    let all = names.all();
    let error = Diagnostic::error(codes::UNKNOWN_NAME, span, format!("unknown name `{written}`"))
        .suggest(&written, all.iter().map(String::as_str));
    let first = path.first().map_or("", String::as_str);
    let below: Vec<&str> = all
        .iter()
        .filter_map(|name| name.strip_prefix(first).and_then(|rest| rest.strip_prefix('.')))
        .map(|rest| rest.split('.').next().unwrap_or(rest))
        .collect();
    if path.len() > 1 && !below.is_empty() {
        return error.help(format!("`{first}` has: {}", unique(below)));
    }
    let tops = all.iter().map(|name| name.split('.').next().unwrap_or(name)).collect();
    error.help(format!("names in scope: {}", unique(tops)))
}

fn unique(words: Vec<&str>) -> String {
    let mut seen: Vec<&str> = Vec::new();
    for word in words {
        if !seen.contains(&word) {
            seen.push(word);
        }
    }
    seen.join(" ")
}

/// What makes branches of one type of two that differ.
fn one_type(yes: &Type, no: &Type) -> &'static str {
    let (text, other) = if yes.is_text() { (true, no) } else { (no.is_text(), yes) };
    match &other.kind {
        Kind::Time if text => "both must have one type: `time(x, 'iso')` writes a time as text",
        Kind::Integer | Kind::Number | Kind::Boolean | Kind::Duration if text => {
            "both must have one type: `string(x)` makes text of it"
        }
        _ => "both must have one type",
    }
}

#[cfg(test)]
mod tests;
