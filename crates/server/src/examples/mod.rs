//! What to try: for each realm three commands to paste into a shell, made from what its contract says.

mod sample;

use doorward_contract::plan::{Operation, ParameterPlace, Plan, Scheme, SchemePlace};
use sample::sample;
use serde_json::Value;

/// How many commands.
const COUNT: usize = 3;

/// Where a realm is, for the commands.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    /// Its address, without a slash at the end.
    pub(crate) url: &'a str,
    /// The data folder.
    pub(crate) data: &'a str,
    /// How the program was called.
    pub(crate) program: &'a str,
    /// Its name.
    pub(crate) realm: &'a str,
}

/// The commands for a realm.
#[must_use]
pub(crate) fn examples(plan: &Plan, place: &Place<'_>) -> Vec<String> {
    let mut commands = Vec::new();
    let mut chosen: Vec<&Operation> = Vec::new();
    for action in ["register", "login"] {
        match plan.operations.iter().find(|operation| does(operation, action)) {
            Some(operation) => chosen.push(operation),
            None if action == "register" => commands.extend(operator(plan, place)),
            None => {}
        }
    }
    let mut rest: Vec<&Operation> = plan
        .operations
        .iter()
        .filter(|operation| !does(operation, "register") && !does(operation, "login"))
        .collect();
    // What can be pasted as it is comes before what needs a token put in.
    rest.sort_by_key(|operation| credential(operation, plan).is_some_and(|flag| flag.contains("TOKEN")));
    chosen.extend(rest);
    commands.extend(chosen.into_iter().map(|operation| curl(operation, plan, place.url)));
    commands.truncate(COUNT);
    commands
}

fn does(operation: &Operation, action: &str) -> bool {
    operation.bindings.first().is_some_and(|binding| binding.action.spec().name == action)
}

/// Accounts of an API without registration are an operator's.
fn operator(plan: &Plan, place: &Place<'_>) -> Option<String> {
    let kind = plan.account.identifiers.first()?.kind.name();
    let whom = sample::text(kind);
    let (realm, data, program) = (place.realm, quoted(place.data), quoted(place.program));
    Some(format!(
        "echo {} | {program} --data {data} account create --realm {realm} --{kind} {whom} --password-stdin",
        quoted(&sample::text("password"))
    ))
}

/// The command that sends one request of this operation.
#[must_use]
pub(crate) fn curl(operation: &Operation, plan: &Plan, url: &str) -> String {
    let mut line = String::from("curl -i");
    if operation.method != "GET" && !(operation.method == "POST" && operation.body.taken) {
        line.push_str(&format!(" -X {}", operation.method));
    }
    line.push_str(&format!(" {}", quoted(&format!("{url}{}", path(operation)))));
    if let Some(flag) = credential(operation, plan) {
        line.push_str(&flag);
    } else if !plan.cookies.is_empty() && (does(operation, "login") || does(operation, "register")) {
        line.push_str(&format!(" -c {}", jar(plan)));
    }
    if operation.body.taken {
        line.push_str(&body(operation, plan));
    }
    line
}

fn path(operation: &Operation) -> String {
    let mut path = operation.path.clone();
    for name in &operation.path_parameters {
        path = path.replace(&format!("{{{name}}}"), &sample::text(name));
    }
    let query: Vec<String> = operation
        .parameters
        .iter()
        .filter(|parameter| parameter.place == ParameterPlace::Query && parameter.required)
        .map(|parameter| {
            let value = sample::parameter(&parameter.name, parameter.schema.as_deref());
            format!("{}={value}", parameter.name)
        })
        .collect();
    if query.is_empty() { path } else { format!("{path}?{}", query.join("&")) }
}

/// The file that curl keeps a contract's cookies in.
fn jar(plan: &Plan) -> String {
    quoted(&format!("{}.cookies", plan.name))
}

/// Where the credentials of an operation go: cookies from the file, elsewhere the reader puts the token in.
fn credential(operation: &Operation, plan: &Plan) -> Option<String> {
    let schemes = operation.security.as_ref()?.alternatives.first()?;
    let each = schemes.iter().filter_map(|scheme| shown(plan.schemes.get(*scheme)?, plan));
    Some(each.collect::<String>()).filter(|all| !all.is_empty())
}

fn shown(scheme: &Scheme, plan: &Plan) -> Option<String> {
    Some(match &scheme.place {
        SchemePlace::Bearer => " -H 'Authorization: Bearer TOKEN'".to_owned(),
        SchemePlace::Basic => " -u USERNAME:PASSWORD".to_owned(),
        SchemePlace::Header { name, .. } if !scheme.names_a_session() => {
            format!(" -H {}", quoted(&format!("{name}: {}", scheme.name.to_uppercase())))
        }
        SchemePlace::Header { name, prefix } => format!(" -H {}", quoted(&format!("{name}: {prefix}TOKEN"))),
        SchemePlace::Cookie(_) => format!(" -b {}", jar(plan)),
        SchemePlace::Query(_) => return None,
    })
}

fn body(operation: &Operation, plan: &Plan) -> String {
    let first = operation.body.types.first();
    let media = first.map(|(media, _)| media.as_str()).or(plan.request.types.first().map(String::as_str));
    let identifiers: Vec<&str> = plan.account.identifiers.iter().map(|rule| rule.kind.name()).collect();
    let value = first.and_then(|(_, schema)| schema.as_ref()).map(|schema| sample(schema, &identifiers));
    let Some(Value::Object(members)) = value else { return " -d ''".to_owned() };
    let fields = || {
        members.iter().map(|(name, value)| match value {
            Value::String(text) => (name.as_str(), text.clone()),
            other => (name.as_str(), other.to_string()),
        })
    };
    match media {
        Some("multipart/form-data") => {
            fields().map(|(name, text)| format!(" -F {}", quoted(&format!("{name}={text}")))).collect()
        }
        Some("application/x-www-form-urlencoded") => fields()
            .map(|(name, text)| format!(" --data-urlencode {}", quoted(&format!("{name}={text}"))))
            .collect(),
        media => format!(
            " -H 'Content-Type: {}' -d {}",
            media.unwrap_or("application/json"),
            quoted(&Value::Object(members.clone()).to_string())
        ),
    }
}

/// A word for a POSIX shell.
fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=@%+,".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_survive_a_shell() {
        assert_eq!(quoted("a/b:8080"), "a/b:8080");
        assert_eq!(quoted("it's"), r"'it'\''s'");
        assert_eq!(quoted(""), "''");
        assert_eq!(quoted("$(x)"), "'$(x)'");
    }
}
