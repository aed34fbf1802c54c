//! The built-in contracts load, and compile to what their notes promise.

use doorward_contract::plan::{
    Binding, BodyReply, InputTarget, Operation, Plan, Reply, ReplyTable, StatusPlan,
};
use doorward_contract::{BUILTIN, Severity, VARIANTS, all_builtin, builtin, diagnostic, load, open_builtin};
use doorward_core::outcome::Outcome;
use doorward_core::spec::Identifiers;

fn plan(name: &str) -> Plan {
    let loaded = load(name, &format!("{name}/contract.yaml"), builtin(name).expect(name), &open_builtin);
    let errors: Vec<_> =
        loaded.diagnostics.iter().filter(|found| found.severity == Severity::Error).cloned().collect();
    assert!(errors.is_empty(), "{}", diagnostic::render(&errors, &loaded.sources, false));
    loaded.plan.expect("a plan")
}

fn operation<'p>(plan: &'p Plan, method: &str, path: &str) -> &'p Operation {
    let found = plan.operations.iter().find(|known| known.method == method && known.path == path);
    found.unwrap_or_else(|| panic!("{method} {path}"))
}

fn reply(table: &ReplyTable, outcome: Outcome) -> &Reply {
    &table.of(outcome).last().unwrap_or_else(|| panic!("{outcome:?}")).reply
}

fn status(reply: &Reply) -> u16 {
    match &reply.status {
        StatusPlan::Fixed(status) => *status,
        StatusPlan::Computed(_) => panic!("computed"),
    }
}

fn constant(reply: &Reply) -> String {
    match &reply.body {
        BodyReply::Json { constant: Some(bytes), .. } => String::from_utf8(bytes.clone()).expect("text"),
        BodyReply::Text { template, .. } => {
            template.constant().expect("constant").as_str().expect("text").to_owned()
        }
        BodyReply::None => String::new(),
        BodyReply::Json { constant: None, .. } => panic!("not constant"),
    }
}

#[test]
fn all_load() {
    for (name, _) in all_builtin() {
        assert!(!plan(name).operations.is_empty(), "{name}");
    }
}

#[test]
fn variants_alone_extend_and_only_those_that_are_none() {
    let extends = |text: &str| load("any", "any.yaml", text, &open_builtin).extends;
    for (name, text) in BUILTIN {
        assert_eq!(extends(text), None, "{name}");
    }
    for (name, text) in VARIANTS {
        let base = extends(text).unwrap_or_else(|| panic!("{name} extends nothing"));
        assert!(BUILTIN.iter().any(|(known, _)| *known == base), "{name} extends {base}");
        assert!(name.starts_with(&format!("{base}-")), "{name} extends {base}");
    }
}

#[test]
fn failures_are_constant_bytes_in_each_envelope() {
    let cakes = plan("cakes");
    let login = operation(&cakes, "POST", "/login");
    let replies = &login.bindings[0].replies;
    for outcome in [Outcome::UnknownAccount, Outcome::WrongPassword, Outcome::Locked, Outcome::InvalidInput] {
        assert_eq!(status(reply(replies, outcome)), 401, "{outcome:?}");
        assert_eq!(constant(reply(replies, outcome)), r#"{"message":"Auth failed"}"#, "{outcome:?}");
    }
    let nowhere = reply(&cakes.replies, Outcome::MethodNotAllowed);
    assert_eq!((status(nowhere), constant(nowhere).as_str()), (404, r#"{"error":{"message":"Not Found"}}"#));

    let formmate = plan("formmate");
    let deleted = reply(&formmate.replies, Outcome::DeletedAccount);
    assert_eq!(constant(deleted), "Logged in as deleted user");
    assert_eq!(deleted.clear_cookies, [0, 1]);
    assert_eq!(
        deleted.reason.as_ref().and_then(|reason| reason.constant()),
        Some(&"Logged in as deleted user".into())
    );

    let biji = plan("biji");
    let busy = reply(&biji.replies, Outcome::Overloaded);
    assert_eq!(constant(busy), r#"{"code":503,"message":"Service Unavailable","data":{}}"#);
}

/// No request reaches this outcome: whoever may sign out has a session to end. The document words it all the same.
#[test]
fn a_sign_out_that_ends_nothing_is_worded() {
    let biji = plan("biji");
    let replies = &operation(&biji, "POST", "/auth/logout").bindings[0].replies;
    let nothing = reply(replies, Outcome::NothingEnded);
    assert_eq!(status(nothing), 500);
    assert_eq!(constant(nothing), r#"{"code":500,"message":"Logout Failed","data":{}}"#);
}

#[test]
fn an_operation_changes_the_shape_of_replies_it_does_not_name() {
    let cbs = plan("cbs");
    let login =
        reply(&operation(&cbs, "POST", "/api/v1/auth/login").bindings[0].replies, Outcome::WrongPassword);
    assert!(constant(login).starts_with(r#"{"code":3,"result":{"code":3,"error":"bad_credentials""#));
    let elsewhere = reply(&cbs.replies, Outcome::NotFound);
    assert_eq!(constant(elsewhere), r#"{"result":{"code":5,"error":"not_found","desc":"Not Found"}}"#);
    assert!(cbs.prolongs);
}

#[test]
fn naming_a_token_or_a_cookie_issues_it() {
    let cases = [
        ("cakes", "/register", Outcome::Registered, vec!["access"]),
        ("formmate", "/auth/login", Outcome::SignedIn, vec!["access", "refresh"]),
        ("haenaem", "/api/auth/sign-up", Outcome::Registered, vec![]),
        ("haenaem", "/api/auth/sign-in", Outcome::SignedIn, vec!["access"]),
        ("biji", "/auth/login", Outcome::SignedIn, vec!["access"]),
        ("cbs", "/api/v1/auth/refresh", Outcome::Refreshed, vec![]),
    ];
    for (name, path, outcome, issues) in cases {
        let plan = plan(name);
        let replies = &operation(&plan, "POST", path).bindings[0].replies;
        assert_eq!(reply(replies, outcome).issues, issues, "{name} {path}");
    }
}

#[test]
fn nothing_is_sent_with_204() {
    for (name, method, path) in [("cakes", "POST", "/logout"), ("formmate", "DELETE", "/auth/logout")] {
        let plan = plan(name);
        let out = reply(&operation(&plan, method, path).bindings[0].replies, Outcome::SignedOut);
        assert_eq!(status(out), 204);
        assert!(matches!(out.body, BodyReply::None), "{name}");
        assert!(!out.clear_cookies.is_empty(), "{name}");
    }
}

#[test]
fn haenaem_chooses_by_type_and_shares_what_stands_beside() {
    let haenaem = plan("haenaem");
    let send = operation(&haenaem, "POST", "/api/auth/send/auth-key");
    assert_eq!(send.bindings.len(), 2);
    assert!(send.bindings.iter().all(|binding| binding.when.is_some()));
    let purposes: Vec<&str> = send.bindings.iter().map(|binding| binding.options.word("purpose")).collect();
    assert_eq!(purposes, ["sign_up", "reset_password"]);
    let [sign_up, reset] = send.bindings.as_slice() else { panic!("two") };
    let taken = sign_up.replies.of(Outcome::Taken);
    assert_eq!(taken.len(), 2);
    assert!(taken[0].when.is_some() && taken[1].when.is_none());
    assert_eq!(status(reply(&reset.replies, Outcome::Locked)), 200);
    assert!(sign_up.replies.of(Outcome::Locked).is_empty(), "nobody is meant at sign-up");
    assert!(reset.replies.of(Outcome::Taken).is_empty(), "nothing is claimed anew at a reset");
    let check = operation(&haenaem, "GET", "/api/auth/check/auth-code");
    assert!(!check.answers_head, "a try is counted");
    assert!(operation(&haenaem, "GET", "/api/auth/check/auth-id/{authId}").answers_head);
    assert_eq!(check.bindings[0].checks[0].field, "authId");
    assert_eq!(check.bindings[0].checks[0].rule, "required");
}

#[test]
fn bodies_that_nobody_reads_are_ignored() {
    let cakes = plan("cakes");
    assert!(!operation(&cakes, "POST", "/logout").body.taken);
    let login = operation(&cakes, "POST", "/login");
    assert!(login.body.taken && login.body.required);
    assert_eq!(login.body.types.len(), 2);
}

/// Whether accounts without limited or unique fields rule it out, or a binding that sets nothing of the kind.
fn ruled_out(plan: &Plan, binding: &Binding, failure: Outcome) -> bool {
    let spec = binding.action.spec();
    let binds =
        |name: &'static str| binding.inputs.iter().any(|input| input.target == InputTarget::Named(name));
    let takes = |name: &str| spec.inputs.iter().any(|input| input.name == name);
    let identifies = binding
        .inputs
        .iter()
        .any(|input| matches!(input.target, InputTarget::Identifier(_) | InputTarget::AnyIdentifier));
    let fields = &plan.account.profile.fields;
    let limited = fields.iter().any(|field| field.changes.once || field.changes.every.is_some())
        || plan.account.changes.iter().any(|(_, change)| change.once || change.every.is_some());
    let bound = |name: &&str| match *name {
        "identifier" => identifies,
        "security" => binding.security.is_some(),
        name => binding.inputs.iter().any(|input| match input.target {
            InputTarget::Named(known) => known == name,
            InputTarget::Identifier(kind) => kind.name() == name,
            InputTarget::AnyIdentifier => name == "username",
            InputTarget::Claim(_) => name == "claims",
            _ => false,
        }),
    };
    let mut of_inputs = spec.only_where.iter().filter(|rule| rule.failures.contains(&failure));
    if of_inputs.any(|rule| rule.bound.iter().any(|names| !names.iter().any(bound))) {
        return true;
    }
    match failure {
        Outcome::AlreadySet | Outcome::TooSoon => {
            let mailed = binding.options.word("takes_effect") == "on_confirmation"
                && binding.options.word("tell") == "truth";
            let by_option = match failure {
                Outcome::TooSoon => mailed,
                _ => binding.options.flag("once"),
            };
            spec.failures.contains(&Outcome::AlreadySet) && !limited && !by_option
        }
        Outcome::Taken => {
            let sets_names = spec.identifiers != Identifiers::Optional
                && (identifies || spec.identifiers != Identifiers::Any);
            !sets_names && fields.iter().all(|field| field.unique.is_none())
        }
        Outcome::WeakPassword => {
            let new = if takes("new_password") { "new_password" } else { "password" };
            takes(new) && !binds(new)
        }
        Outcome::WrongPassword if spec.identifiers == Identifiers::Any => {
            !identifies && !binds("new_password") && !binds("remove")
        }
        _ => false,
    }
}

#[test]
fn replies_are_total() {
    for (name, _) in all_builtin() {
        let plan = plan(name);
        for operation in &plan.operations {
            for binding in &operation.bindings {
                let spec = binding.action.spec();
                let options = &binding.options;
                let own = spec.answers.iter().filter(|answer| {
                    answer.only_with.is_none_or(|(option, words)| words.contains(&options.word(option)))
                });
                let own = own.map(|answer| answer.outcome);
                let impossible = |failure: &Outcome| {
                    let mut rules = spec.only_with.iter().filter(|rule| rule.failures.contains(failure));
                    rules.any(|rule| !rule.words.contains(&options.word(rule.option)))
                        || ruled_out(&plan, binding, *failure)
                };
                for outcome in own
                    .chain(spec.failures.iter().copied().filter(|failure| !impossible(failure)))
                    .chain(doorward_core::spec::EVERY_ACTION.iter().copied())
                {
                    let last = binding.replies.of(outcome).last();
                    assert!(
                        last.is_some_and(|last| last.when.is_none()),
                        "{name} {}: {outcome:?}",
                        operation.path
                    );
                }
            }
        }
        for outcome in [Outcome::NotFound, Outcome::Broken, Outcome::MissingToken, Outcome::TooLarge] {
            assert!(plan.replies.of(outcome).last().is_some(), "{name}: {outcome:?}");
        }
    }
}

#[test]
fn what_is_given_away_is_named() {
    let lints = |name: &str| plan(name).lints.join("\n");
    for (name, codes) in [
        ("cakes", vec!["DW104", "DW120", "DW130", "DW132"]),
        ("formmate", vec!["DW101", "DW102", "DW104", "DW120", "DW121", "DW130", "DW132", "DW141"]),
        ("haenaem", vec!["DW101", "DW102", "DW103", "DW104", "DW110", "DW113", "DW130", "DW132", "DW141"]),
        ("biji", vec!["DW101", "DW104", "DW130", "DW132"]),
        ("cbs", vec!["DW132"]),
        ("cakes-as-shipped", vec!["DW104", "DW120", "DW130", "DW132"]),
        ("haenaem-as-shipped", vec!["DW101", "DW102", "DW103", "DW104", "DW110", "DW130", "DW132", "DW141"]),
        ("biji-as-shipped", vec!["DW101", "DW104", "DW132"]),
        ("cbs-rotating", vec!["DW132"]),
        ("native", vec!["DW104"]),
    ] {
        let said = lints(name);
        let mut found: Vec<&str> = said.lines().filter_map(|line| line.split(' ').next()).collect();
        found.sort_unstable();
        found.dedup();
        assert_eq!(found, codes, "{name}:\n{said}");
    }
}
