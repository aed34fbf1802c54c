//! The built-in contracts load, and compile to what their notes promise.

use doorward_contract::plan::{BodyReply, Operation, Plan, Reply, ReplyTable, StatusPlan};
use doorward_contract::{BUILTIN, Severity, builtin, diagnostic, load};
use doorward_core::outcome::Outcome;

fn nothing(_: &str) -> Result<String, String> {
    Err("nothing to extend".to_owned())
}

fn plan(name: &str) -> Plan {
    let loaded = load(name, &format!("{name}/contract.yaml"), builtin(name).expect(name), &nothing);
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
        BodyReply::Text { template, .. } => template.constant().expect("constant").as_str().expect("text").to_owned(),
        BodyReply::None => String::new(),
        BodyReply::Json { constant: None, .. } => panic!("not constant"),
    }
}

#[test]
fn all_five_load() {
    for (name, _) in BUILTIN {
        assert!(!plan(name).operations.is_empty(), "{name}");
    }
}
