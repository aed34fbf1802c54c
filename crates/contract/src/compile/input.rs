//! The inputs of a binding: what each feeds, where it comes from, and what a body must hold for them.

use super::caller::CallerInput;
use super::option;
use super::reading::Findings;
use super::unavailable::unavailable_input;
use super::walk::{paths, sole_path};
use super::wanted::Wanted;
use crate::account_plan::AccountPlan;
use crate::account_view::field_type;
use crate::diagnostic::{Diagnostic, codes};
use crate::document::Document;
use crate::expression::Type;
use crate::names::InputNames;
use crate::plan::{InputPlan, InputTarget};
use crate::schema::Inferred;
use crate::source::{Entry, Node, Span};
use crate::template::{PathAst, Setting, Template, TemplateKind, compile};
use doorward_core::action::Options;
use doorward_core::code::Stage;
use doorward_core::identifier::IdentifierKind;
use doorward_core::profile::{Field, SetBy};
use doorward_core::spec::{
    ActionSpec, Caller, Identifiers, InputSpec, Kind as CoreKind, OptionValues, STAGE_TOKEN,
};
use serde_json::{Value, json};

/// An input as it was written.
pub(super) struct InputSource {
    pub(super) target: InputTarget,
    pub(super) wanted: Wanted,
    /// Whether the action wants it.
    pub(super) required: bool,
    pub(super) span: Span,
    pub(super) template: Template,
    /// The whole profile from the body: dropped where a declared schema has no such member.
    pub(super) if_declared: bool,
}

impl InputSource {
    /// Whether a request without it is refused as one without a credential.
    pub(super) fn is_credential(&self) -> bool {
        matches!(self.target, InputTarget::Credential(_) | InputTarget::ClientKey(_))
    }

    /// Whether it is a token that says who is asking.
    pub(super) fn presents(&self) -> bool {
        matches!(self.target, InputTarget::Credential(_))
    }
}

/// Reads the inputs of one binding.
pub(super) struct InputReader<'r> {
    pub(super) document: &'r Document,
    pub(super) spec: &'static ActionSpec,
    /// Whether a scheme of the operation brings the stage token.
    pub(super) staged: bool,
    /// Whether the operation asks who is calling.
    pub(super) secured: bool,
    pub(super) found: &'r mut Findings,
}

impl InputReader<'_> {
    /// The inputs among these members; `span` is where a missing one is reported.
    pub(super) fn read(&mut self, members: &[&Entry], span: Span) -> Vec<InputSource> {
        let mut inputs = Vec::new();
        for entry in members {
            if self.found.comma_trap(entry) {
                continue;
            }
            match entry.key.as_str() {
                "profile" if self.spec.profile => self.profile(entry, &mut inputs),
                "claims" if self.spec.claims => self.claims(&entry.value, &mut inputs),
                _ => inputs.extend(self.input(entry)),
            }
        }
        self.all_bound(&mut inputs, span);
        inputs
    }

    fn input(&mut self, entry: &Entry) -> Option<InputSource> {
        let name = entry.key.as_str();
        let takes_identifiers = self.spec.identifiers != Identifiers::None;
        if let Some(input) = CallerInput::of(name, self.spec, self.secured) {
            return input.read(entry, (self.spec, self.document, self.secured), self.found);
        }
        let (target, wanted, required) = match self.spec.inputs.iter().find(|input| input.name == name) {
            Some(input) => {
                (InputTarget::Named(input.name), self.wanted(input), input.required || input.where_bound)
            }
            None if name == "identifier" && takes_identifiers => {
                (InputTarget::AnyIdentifier, Wanted::Core(CoreKind::Text), self.one())
            }
            None => {
                let kind = IdentifierKind::from_name(name).filter(|_| takes_identifiers);
                let Some(kind) = kind.filter(|kind| self.has_identifier(*kind)) else {
                    self.unknown(entry);
                    return None;
                };
                (InputTarget::Identifier(kind), Wanted::Core(CoreKind::Text), self.one())
            }
        };
        let template = self.found.template(&entry.value)?;
        Some(InputSource { target, wanted, required, span: entry.value.span, template, if_declared: false })
    }

    fn one(&self) -> bool {
        matches!(self.spec.identifiers, Identifiers::One | Identifiers::OneOrCaller)
    }

    fn has_identifier(&self, kind: IdentifierKind) -> bool {
        self.document.account.identifiers.iter().any(|rule| rule.kind == kind)
    }

    /// An input that an option has too is one of the option's words: strangers choose among them.
    fn wanted(&self, input: &InputSpec) -> Wanted {
        let option = self.spec.options.iter().find(|option| option.name == input.name);
        match option.map(|option| option.values) {
            Some(OptionValues::Words(words)) => {
                Wanted::Words(option::words_of(words, &self.document.account))
            }
            _ => Wanted::Core(input.kind),
        }
    }

    fn unknown(&mut self, entry: &Entry) {
        let name = entry.key.as_str();
        if let Some(error) = unavailable_input(self.spec.name, name, entry.key_span) {
            self.found.push(error);
            return;
        }
        let mut known: Vec<&str> = self.spec.inputs.iter().map(|input| input.name).collect();
        if self.spec.identifiers != Identifiers::None {
            known.extend(self.document.account.identifiers.iter().map(|rule| rule.kind.name()));
            known.push("identifier");
        }
        known.extend(self.spec.claims.then_some("claims"));
        known.extend(self.spec.profile.then_some("profile"));
        let own_id = self.secured || self.spec.caller.signed_in();
        known.extend(
            CallerInput::of_action(self.spec).filter(|name| own_id || *name != CallerInput::Id.name()),
        );
        let message = match IdentifierKind::from_name(name) {
            Some(_) if self.spec.identifiers != Identifiers::None => {
                format!("accounts of this contract have no `{name}`")
            }
            _ => format!("`{}` has no input `{name}`", self.spec.name),
        };
        let error = Diagnostic::error(codes::UNKNOWN_INPUT, entry.key_span, message);
        let list = match known.as_slice() {
            [] => "it takes no inputs".to_owned(),
            _ => format!("its inputs: {}", known.join(" ")),
        };
        self.found.push(error.suggest(name, known.iter().copied()).help(list));
    }

    fn claims(&mut self, node: &Node, inputs: &mut Vec<InputSource>) {
        if !node.is_map() {
            self.found.wrong_kind(node, "`claims`", "identifiers with their templates");
        }
        for entry in node.entries() {
            let kind = IdentifierKind::from_name(&entry.key).filter(|kind| self.has_identifier(*kind));
            let Some(kind) = kind else {
                let message = format!("accounts of this contract have no identifier `{}`", entry.key);
                let known = self.document.account.identifiers.iter().map(|rule| rule.kind.name());
                let error = Diagnostic::error(codes::UNKNOWN_INPUT, entry.key_span, message);
                self.found.push(error.suggest(&entry.key, known));
                continue;
            };
            let Some(template) = self.found.template(&entry.value) else { continue };
            inputs.push(InputSource {
                target: InputTarget::Claim(kind),
                wanted: Wanted::Core(CoreKind::Text),
                required: true,
                span: entry.value.span,
                template,
                if_declared: false,
            });
        }
    }

    /// Whether whoever calls may set a field.
    fn settable(&self, field: &Field) -> bool {
        field.set_by == SetBy::Caller || self.spec.caller == Caller::Administrator
    }

    /// `profile: $body`, or a map of fields.
    fn profile(&mut self, entry: &Entry, inputs: &mut Vec<InputSource>) {
        let node = &entry.value;
        if node.is_map() {
            for member in node.entries() {
                inputs.extend(self.field(member));
            }
            return;
        }
        let template = self.found.template(node);
        let prefix =
            template.as_ref().and_then(sole_path).filter(|path| path[0] == "body").map(<[String]>::to_vec);
        let Some(prefix) = prefix else {
            self.found.wrong_kind(node, "`profile`", "`$body`, or fields with their templates");
            return;
        };
        for field in self.document.account.profile.fields.iter().filter(|field| self.settable(field)) {
            let mut segments = prefix.clone();
            segments.push(field.name.clone());
            let path = PathAst { span: node.span, segments };
            inputs.push(InputSource {
                target: InputTarget::Profile(field.name.clone()),
                wanted: self.fed(field),
                required: false,
                span: node.span,
                template: Template { span: node.span, kind: TemplateKind::Path(path) },
                if_declared: true,
            });
        }
    }

    /// What feeds a profile field: its type, or how it is written on the wire.
    fn fed(&self, field: &Field) -> Wanted {
        let ty = field_type(field);
        let kind = self.document.account.wire_kind(&field.name);
        Wanted::Field(Type { kind: kind.unwrap_or_else(|| ty.kind.clone()), ..ty }, field.kind)
    }

    fn field(&mut self, member: &Entry) -> Option<InputSource> {
        let fields = &self.document.account.profile.fields;
        let field = fields.iter().find(|field| field.name == member.key);
        let settable = field.filter(|field| self.settable(field));
        let Some(field) = settable else {
            let message = match field {
                Some(_) => format!("profile field `{}` is not set by callers", member.key),
                None => format!("unknown profile field `{}`", member.key),
            };
            let error = Diagnostic::error(codes::UNKNOWN_PROFILE_FIELD, member.key_span, message);
            self.found.push(error.suggest(&member.key, fields.iter().map(|field| field.name.as_str())));
            return None;
        };
        let template = self.found.template(&member.value)?;
        Some(InputSource {
            target: InputTarget::Profile(field.name.clone()),
            wanted: self.fed(field),
            required: false,
            span: member.value.span,
            template,
            if_declared: false,
        })
    }

    /// Of the inputs any of which will do, at least one is bound. The only one is required, but for a stage token,
    /// whose absence is an answer of its own.
    fn one_of_either(&mut self, inputs: &mut [InputSource], span: Span) {
        let either: Vec<&str> =
            self.spec.inputs.iter().filter(|input| input.either).map(|input| input.name).collect();
        let stage = Stage::from_name(self.spec.name);
        let declared = self.document.tokens.iter().any(|token| token.policy.stage() == stage);
        let mut bound: Vec<&mut InputSource> = inputs
            .iter_mut()
            .filter(|input| matches!(input.target, InputTarget::Named(name) if either.contains(&name)))
            .collect();
        match (bound.as_mut_slice(), self.staged) {
            ([], false) if !either.is_empty() => {
                let message =
                    format!("`{}` wants one of `{}`, and none is bound", self.spec.name, either.join("`, `"));
                let help = "write one under `input`; a scheme under `security` may bring the `stage_token`";
                self.found.error(codes::UNBOUND_INPUT, span, message, help);
            }
            ([only], false) if only.target != InputTarget::Named(STAGE_TOKEN.name) => only.required = true,
            _ => {}
        }
        let staged = bound.iter().find(|input| input.target == InputTarget::Named(STAGE_TOKEN.name));
        if let Some(staged) = staged.filter(|_| !declared) {
            let purpose = stage.map_or("", Stage::name);
            let message = format!("no token of this contract is for `{purpose}`");
            let help = format!("declare it under `tokens`: `NAME: {{…, purpose: {purpose}}}`");
            self.found.error(codes::UNKNOWN_SCHEME, staged.span, message, &help);
        }
    }

    /// Every input that the action wants is bound; identifiers as many as it takes.
    fn all_bound(&mut self, inputs: &mut [InputSource], span: Span) {
        let name = self.spec.name;
        self.one_of_either(inputs, span);
        for input in self.spec.inputs.iter().filter(|input| input.required) {
            let by_scheme = self.staged && input.name == STAGE_TOKEN.name;
            if !by_scheme && !inputs.iter().any(|bound| bound.target == InputTarget::Named(input.name)) {
                let message = format!("`{name}` wants `{}`, and nothing is bound to it", input.name);
                let help = format!("write `{}: $body.…` under `input`", input.name);
                self.found.error(codes::UNBOUND_INPUT, span, message, &help);
            }
        }
        let presents = inputs.iter().any(InputSource::presents);
        let identifies = |input: &&mut InputSource| {
            matches!(input.target, InputTarget::Identifier(_) | InputTarget::AnyIdentifier)
        };
        let mut identifiers: Vec<&mut InputSource> = inputs.iter_mut().filter(identifies).collect();
        match (self.spec.identifiers, identifiers.as_mut_slice()) {
            (Identifiers::OneOrCaller, []) if self.secured || presents => {}
            (Identifiers::One | Identifiers::OneOrCaller | Identifiers::Some, []) => {
                let kinds: Vec<&str> =
                    self.document.account.identifiers.iter().map(|rule| rule.kind.name()).collect();
                let message = format!("`{name}` wants an identifier, and none is bound");
                let help = format!("write one under `input`: {}", kinds.join(" "));
                self.found.error(codes::UNBOUND_INPUT, span, message, &help);
            }
            (Identifiers::One | Identifiers::OneOrCaller | Identifiers::Optional, [_, second, ..]) => {
                let message = format!("`{name}` takes one identifier");
                let help = "`identifier` takes any kind, told apart by its form; others may be `claims`";
                self.found.error(codes::UNKNOWN_INPUT, second.span, message, help);
            }
            (Identifiers::Some, [only]) => only.required = true,
            _ => {}
        }
    }
}

/// Profile fields without which no registration can succeed are bound.
pub(super) fn profile_bound(document: &Document, inputs: &[InputPlan], span: Span, found: &mut Findings) {
    for field in document.account.profile.fields.iter().filter(|field| field.wanted()) {
        if !inputs.iter().any(|input| input.target == InputTarget::Profile(field.name.clone())) {
            let message =
                format!("registration wants the profile field `{}`, and nothing is bound to it", field.name);
            let help = format!(
                "bind it under `profile`, or give it `default:` or `nullable: true` in `account`: {}",
                field.name
            );
            found.error(codes::UNBOUND_INPUT, span, message, &help);
        }
    }
}

/// An option such as `needs: password` asks for that input, which must then be bound. An action that changes a
/// profile too asks for it only before an identifier or the password changes.
pub(super) fn proof_bound(
    (spec, options): (&ActionSpec, &Options),
    inputs: &[InputSource],
    span: Span,
    found: &mut Findings,
) {
    let needs = options.word("needs");
    let opens = |target: &InputTarget| {
        matches!(
            target,
            InputTarget::Identifier(_) | InputTarget::AnyIdentifier | InputTarget::Named("new_password")
        )
    };
    if spec.profile && !inputs.iter().any(|input| opens(&input.target)) {
        return;
    }
    for input in
        spec.inputs.iter().filter(|input| input.name == needs || needs == "both" && input.name == "password")
    {
        if !input.required && !inputs.iter().any(|bound| bound.target == InputTarget::Named(input.name)) {
            let name = input.name;
            let message = format!("`needs: {needs}` asks for `{name}`, and nothing is bound to it");
            let help = format!("write `{name}: $body.…` under `input`, or `needs: session` under `options`");
            found.error(codes::UNBOUND_INPUT, span, message, &help);
        }
    }
}

/// Compiles an input; `None` when something in it is wrong, or it is not declared and need not be.
pub(super) fn compiled(
    source: &InputSource,
    names: &InputNames<'_>,
    found: &mut Findings,
) -> Option<InputPlan> {
    let read = paths(&source.template);
    if source.if_declared && read.first().is_some_and(|path| names.request.lookup(path).is_none()) {
        return None;
    }
    let template = compile(&source.template, names, &Setting::input());
    let template = template.map_err(|errors| errors.into_iter().map(super::request_error).collect());
    let template = found.kept(template)?;
    if source.required && template.constant().is_some_and(Value::is_null) {
        let name = target_name(&source.target);
        let message = format!("`{name}` is always absent: no request can be right");
        found.error(
            codes::NO_EFFECT,
            source.span,
            message,
            &format!("bind it to a member: `{name}: $body.…`"),
        );
        return None;
    }
    if let Err(wanted) = source.wanted.fits(template.ty()) {
        let code =
            if matches!(source.wanted, Wanted::Words(_)) { codes::ENUMS_DIFFER } else { codes::TYPE_CLASH };
        let message = format!("this input wants {wanted}, this is {}", template.ty());
        found.error(code, source.span, message, "");
        return None;
    }
    // Whose id is left out on purpose (`me`) needs no id that is their own.
    let required = source.required && !(source.target == InputTarget::OwnId && template.may_omit());
    let within = match read.first().map(Vec::as_slice) {
        Some([_, within @ .., _]) => within.to_vec(),
        _ => Vec::new(),
    };
    let wire = read.first().and_then(|path| path.last()).cloned();
    let wire = wire.unwrap_or_else(|| target_name(&source.target).to_owned());
    let member = sole_path(&source.template).and_then(below_body);
    let text = sole_path(&source.template).is_some_and(|path| path[0] != "body" && path[0] != "request");
    Some(InputPlan { target: source.target.clone(), value: template, wire, within, required, member, text })
}

/// The word of an input in contracts.
pub(crate) fn target_name(target: &InputTarget) -> &str {
    match target {
        InputTarget::Identifier(kind) | InputTarget::Claim(kind) => kind.name(),
        InputTarget::AnyIdentifier => "identifier",
        InputTarget::Profile(field) => field,
        InputTarget::Named(name) => name,
        InputTarget::Credential(token) => CallerInput::of_token(token),
        InputTarget::OwnId => CallerInput::Id.name(),
        InputTarget::ClientKey(_) => CallerInput::ClientKey.name(),
    }
}

/// The members of a body that these inputs read: for an operation that declares none.
pub(super) fn inferred(source: &InputSource, account: &AccountPlan, spec: &ActionSpec) -> Vec<Inferred> {
    if let Some(path) = sole_path(&source.template).and_then(below_body) {
        let field = match &source.target {
            InputTarget::Profile(name) => account.profile.field(name),
            _ => None,
        };
        let wanted = field.is_some_and(Field::wanted) && spec.whole_profile();
        let required = source.required || wanted;
        let mut schema = source.wanted.schema(required);
        // The rules are about what is kept: a date may be written otherwise on the wire.
        let as_kept = field.filter(|field| account.wire_kind(&field.name).is_none());
        if let Some(Value::Object(rules)) =
            as_kept.and_then(|field| field.rules.as_ref()).map(|rules| &rules.schema)
            && let Some(schema) = schema.as_object_mut()
        {
            schema.extend(rules.clone());
        }
        return vec![Inferred { path, schema, required }];
    }
    let any = |path: Vec<String>| Inferred { path, schema: json!({}), required: false };
    paths(&source.template).iter().filter_map(|path| below_body(path)).map(any).collect()
}

/// The member of the body that a path stands for.
fn below_body(path: &[String]) -> Option<Vec<String>> {
    match path.split_first() {
        Some((first, rest)) if first == "body" && !rest.is_empty() => Some(rest.to_vec()),
        _ => None,
    }
}
