//! What a contract gives away: allowed, and named at start-up. Each rule is one function over the plan and where
//! its parts were written.

use crate::compile::{BindingTrace, Trace};
use crate::diagnostic::{Code, Diagnostic, codes};
use crate::plan::{
    Binding, BodyReply, CookieAttribute, InputPlan, InputTarget, Operation, Plan, Reply, StatusPlan,
};
use crate::source::{Node, Span};
use doorward_core::outcome::Outcome;
use doorward_core::spec::Caller;

/// A code is weak below this many possibilities, or when it lives longer than a quarter of an hour.
const POSSIBILITIES: u128 = 1_000_000;
const CODE_LIFE_SECONDS: u64 = 900;

/// The lints of a contract without errors.
pub(crate) fn lints(contract: &Node, plan: &Plan, trace: &Trace) -> Vec<Diagnostic> {
    let mut linter = Linter { contract, plan, trace, found: Vec::new() };
    linter.passwords();
    linter.codes();
    linter.cookies();
    linter.operations();
    linter.faults();
    linter.unused();
    linter.found
}

struct Linter<'l> {
    contract: &'l Node,
    plan: &'l Plan,
    trace: &'l Trace,
    found: Vec<Diagnostic>,
}

impl Linter<'_> {
    fn lint(&mut self, code: Code, span: Span, message: impl Into<String>) {
        self.found.push(Diagnostic::lint(code, span, message));
    }

    /// Where a member of the top `x-doorward` stands; its head when it is not written.
    fn at(&self, path: &[&str]) -> Span {
        let top = self.contract.entry("x-doorward");
        let mut span = top.map_or(self.contract.span, |entry| entry.key_span);
        let mut node = top.map(|entry| &entry.value);
        for name in path {
            let Some(entry) = node.and_then(|node| node.entry(name)) else { break };
            span = entry.key_span;
            node = Some(&entry.value);
        }
        span
    }

    fn passwords(&mut self) {
        let sets = |input: &InputPlan| input.target == InputTarget::Named("new_password");
        let takes =
            |binding: &Binding| binding.action.spec().name == "register" || binding.inputs.iter().any(sets);
        let taken = self.plan.operations.iter().flat_map(|operation| &operation.bindings).any(takes);
        let least = self.plan.password.min;
        if taken && least < 8 {
            let message =
                format!("passwords of {least} characters are accepted; eight is the least advisable");
            self.lint(codes::WEAK_PASSWORD_RULE, self.at(&["password"]), message);
        }
    }

    fn codes(&mut self) {
        let sends =
            |binding: &Binding| matches!(binding.action.spec().name, "send_verification" | "forgot_password");
        if !self.plan.operations.iter().flat_map(|operation| &operation.bindings).any(sends) {
            return;
        }
        let weak = self.plan.codes.values().find(|policy| {
            let length = u32::try_from(policy.length).unwrap_or(u32::MAX);
            let many = (policy.alphabet.len() as u128).saturating_pow(length);
            many < POSSIBILITIES || policy.lifetime.as_secs() > CODE_LIFE_SECONDS
        });
        if weak.is_some() {
            let message = "codes are short or slow to expire: a million possibilities and a quarter of an hour are advisable";
            self.lint(codes::WEAK_CODE, self.at(&["codes"]), message);
        }
    }

    fn cookies(&mut self) {
        for cookie in &self.plan.cookies {
            let has = |name: &str| {
                cookie.attributes.iter().any(|attribute| match attribute {
                    CookieAttribute::Fixed(text) => {
                        text.split('=').next().is_some_and(|word| word.trim().eq_ignore_ascii_case(name))
                    }
                    CookieAttribute::SecureOverHttps(_) => name == "Secure",
                    CookieAttribute::MaxAge(_) | CookieAttribute::Expires(_) => false,
                })
            };
            let missing: Vec<&str> =
                ["HttpOnly", "Secure", "SameSite"].into_iter().filter(|name| !has(name)).collect();
            if !missing.is_empty() {
                let message = format!("cookie `{}` is sent without {}", cookie.wire, missing.join(", "));
                self.lint(codes::WEAK_COOKIE, self.at(&["cookies", &cookie.name]), message);
            }
        }
    }

    fn operations(&mut self) {
        let plan = self.plan;
        let trace = self.trace;
        for (operation, origins) in plan.operations.iter().zip(&trace.operations) {
            self.changing_get(operation, origins.span);
            self.secret_in_url(operation, (&origins.path, &origins.method));
            for (binding, origins) in operation.bindings.iter().zip(&origins.bindings) {
                self.told_apart(binding, origins);
                self.oracles(binding, origins);
                self.lifetime(binding, origins);
            }
        }
    }

    fn changing_get(&mut self, operation: &Operation, span: Span) {
        let changes = operation.bindings.iter().find(|binding| !binding.action.spec().reads_only);
        if let Some(binding) = changes.filter(|_| operation.method == "GET") {
            let message = format!("a GET performs `{}`, which changes something", binding.action.spec().name);
            self.lint(codes::CHANGING_GET, span, message);
        }
    }

    /// A password, code or token that comes in the path or the query ends up in logs.
    fn secret_in_url(&mut self, operation: &Operation, (path, method): (&str, &str)) {
        const SECRETS: [&str; 5] = ["password", "new_password", "code", "refresh_token", "access_token"];
        let node = ["paths", path, method, "x-doorward"]
            .into_iter()
            .try_fold(self.contract, |node, name| node.get(name));
        let choices = node.and_then(|node| node.get("choose")).and_then(Node::as_list).unwrap_or(&[]);
        for input in node.into_iter().chain(choices).filter_map(|node| node.get("input")) {
            for entry in input.entries().iter().filter(|entry| SECRETS.contains(&entry.key.as_str())) {
                let written = entry.value.to_json().to_string();
                if ["$query.", "$path.", "${query.", "${path."].iter().any(|place| written.contains(place)) {
                    let message = format!("`{}` may come in the URL of {}", entry.key, operation.path);
                    self.lint(codes::SECRET_IN_URL, entry.value.span, message);
                }
            }
        }
    }

    fn told_apart(&mut self, binding: &Binding, origins: &BindingTrace) {
        let spec = binding.action.spec();
        // Whoever is signed in is told nothing of anybody else.
        if spec.caller == Caller::Session {
            return;
        }
        let failures = spec.failures;
        let pair = [Outcome::UnknownAccount, Outcome::WrongPassword];
        if !pair.iter().all(|outcome| failures.contains(outcome)) {
            return;
        }
        let [unknown, wrong] = pair.map(|outcome| last(binding, outcome));
        if !unknown.zip(wrong).is_some_and(|(unknown, wrong)| same(unknown, wrong)) {
            let span = origin(origins, Outcome::UnknownAccount);
            let name = spec.name;
            let message = format!("`{name}` tells an unknown account from a wrong password");
            self.lint(codes::UNKNOWN_TOLD_APART, span, message);
        }
    }

    fn oracles(&mut self, binding: &Binding, origins: &BindingTrace) {
        let identifies = |input: &InputPlan| {
            matches!(input.target, InputTarget::Identifier(_) | InputTarget::AnyIdentifier)
        };
        match binding.action.spec().name {
            "check_available" => {
                let message = "anybody may ask whether an identifier is taken";
                self.lint(codes::AVAILABILITY_ORACLE, origins.span, message);
            }
            "register" => {
                let span = origin(origins, Outcome::Taken);
                self.lint(codes::TAKEN_TOLD, span, "a registration tells that an identifier is taken");
            }
            "update_account" if binding.inputs.iter().any(identifies) => {
                let span = origin(origins, Outcome::Taken);
                self.lint(codes::TAKEN_TOLD, span, "a change of identifiers tells that one is taken");
            }
            "send_verification" | "forgot_password" if binding.options.word("tell") == "truth" => {
                let message = "asking for a code tells whether the account exists";
                self.lint(codes::FORGOT_TELLS_TRUTH, origins.span, message);
            }
            _ => {}
        }
    }

    fn lifetime(&mut self, binding: &Binding, origins: &BindingTrace) {
        let bound = binding.inputs.iter().any(|input| input.target == InputTarget::Named("lifetime"));
        let access = self.plan.tokens.iter().find(|token| token.policy.name == "access");
        if bound && access.is_some_and(|token| token.policy.longest.is_none()) {
            let message = "the caller chooses how long a session lives, and no `longest` bounds it";
            self.lint(codes::LIFETIME_WITHOUT_LONGEST, origins.span, message);
        }
    }

    fn faults(&mut self) {
        for outcome in [Outcome::Overloaded, Outcome::Broken] {
            let reply = self.plan.replies.of(outcome).last().map(|guarded| &guarded.reply);
            let Some(StatusPlan::Fixed(status)) = reply.map(|reply| &reply.status) else { continue };
            if *status < 500 {
                let origin = self.trace.document.iter().find(|origin| origin.outcome == outcome);
                let span = origin.map_or(self.at(&["replies"]), |origin| origin.span);
                let message =
                    format!("`{}` is answered with {status}: monitors will not see it", outcome.name());
                self.lint(codes::FAULT_STATUS, span, message);
            }
        }
    }

    fn unused(&mut self) {
        let trace = self.trace;
        for (name, span, _) in trace.views.iter().filter(|(_, _, used)| used.is_none()) {
            self.lint(codes::UNUSED, *span, format!("nothing uses the view `{name}`"));
        }
        for (name, span, _) in trace.shapes.iter().filter(|(_, _, used)| !used) {
            self.lint(codes::UNUSED, *span, format!("nothing uses the shape `{name}`"));
        }
        for (index, cookie) in self.plan.cookies.iter().enumerate() {
            let in_reply = |reply: &Reply| reply.set_cookies.contains(&index);
            let renewed = self.plan.renew.iter().any(|renew| renew.set_cookies.contains(&index));
            let set = self.plan.operations.iter().flat_map(|operation| &operation.bindings).any(|binding| {
                let replies = binding.replies.entries.iter().flatten();
                replies.into_iter().any(|guarded| in_reply(&guarded.reply))
            });
            if !renewed && !set {
                let span = self.at(&["cookies", &cookie.name]);
                self.lint(codes::UNUSED, span, format!("nothing sets the cookie `{}`", cookie.name));
            }
        }
    }
}

fn last(binding: &Binding, outcome: Outcome) -> Option<&Reply> {
    binding.replies.of(outcome).last().map(|guarded| guarded.reply.as_ref())
}

fn origin(origins: &BindingTrace, outcome: Outcome) -> Span {
    let found = origins.origins.iter().find(|origin| origin.outcome == outcome);
    found.map_or(origins.span, |origin| origin.span)
}

/// Whether two replies are the same bytes; replies with anything computed are only the same as themselves.
fn same(left: &Reply, right: &Reply) -> bool {
    if std::ptr::eq(left, right) {
        return true;
    }
    let status = |reply: &Reply| match reply.status {
        StatusPlan::Fixed(status) => Some(status),
        StatusPlan::Computed(_) => None,
    };
    let reason = |reply: &Reply| reply.reason.as_ref().map(|reason| reason.constant().cloned());
    let headers = left.headers.is_empty() && right.headers.is_empty();
    let cookies = left.set_cookies == right.set_cookies && left.clear_cookies == right.clear_cookies;
    let body = match (&left.body, &right.body) {
        (BodyReply::None, BodyReply::None) => true,
        (BodyReply::Json { constant: Some(left), .. }, BodyReply::Json { constant: Some(right), .. }) => {
            left == right
        }
        (BodyReply::Text { template: left, .. }, BodyReply::Text { template: right, .. }) => {
            left.constant().is_some() && left.constant() == right.constant()
        }
        _ => false,
    };
    status(left).is_some()
        && status(left) == status(right)
        && reason(left) == reason(right)
        && headers
        && cookies
        && body
}
