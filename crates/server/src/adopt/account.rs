//! What the whole document says about accounts, tokens and failures: the top of the contract.

use super::document::{Field, Operation};
use super::edit::{Edit, insert};
use super::failure::Failures;
use super::recognise::recognise;
use super::words;
use doorward_contract::Node;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// What was found.
pub(super) struct Account {
    /// Kinds of identifiers.
    pub(super) identifiers: BTreeSet<&'static str>,
    /// Profile fields that a registration sends: wire name and entry.
    pub(super) profile: Map<String, Value>,
    /// `uuid`, `sequence` or `hex24`.
    id: &'static str,
    pub(super) refreshes: bool,
    /// The cookie that the access token travels in.
    pub(super) cookie: Option<String>,
    jwt: bool,
    /// Security schemes that carry the refresh token.
    refresh_schemes: Vec<String>,
    /// How failures look.
    pub(super) failures: Failures,
}

/// The top of a contract.
pub(super) struct Top {
    pub(super) extension: Value,
    pub(super) todos: Vec<String>,
}

impl Account {
    pub(super) fn of(root: &Node, operations: &[Operation<'_>]) -> Account {
        let schemes =
            root.get("components").and_then(|all| all.get("securitySchemes")).map_or(&[][..], Node::entries);
        let said = |node: &Node, key: &str| {
            node.get(key).and_then(Node::as_text).map(words::plain).unwrap_or_default()
        };
        let (refresh, access): (Vec<_>, Vec<_>) = schemes.iter().partition(|entry| {
            words::plain(&entry.key).contains("refresh") || said(&entry.value, "name").contains("refresh")
        });
        let cookie = access.iter().find(|entry| said(&entry.value, "in") == "cookie");
        let mut account = Account {
            identifiers: BTreeSet::new(),
            profile: Map::new(),
            id: "uuid",
            refreshes: !refresh.is_empty(),
            cookie: cookie.and_then(|entry| entry.value.get("name")?.as_text().map(str::to_owned)),
            jwt: access.iter().any(|entry| said(&entry.value, "bearerFormat") == "jwt"),
            refresh_schemes: refresh.iter().map(|entry| entry.key.clone()).collect(),
            failures: Failures::default(),
        };
        let known = operations.iter().filter(|operation| recognise(operation).is_ok());
        let bad: Vec<_> =
            known.flat_map(|operation| &operation.replies).filter(|reply| reply.status >= 400).collect();
        account.failures = Failures::of(&bad);
        // Whoever registers says what accounts are known by; a login may call it something else.
        for operation in operations.iter().filter(|operation| recognise(operation) == Ok("register")) {
            account.learn_identifiers(operation);
        }
        for operation in operations {
            if let Ok(action) = recognise(operation) {
                account.learn(action, operation);
            }
        }
        if account.identifiers.is_empty() {
            let logins = operations.iter().filter(|operation| recognise(operation) == Ok("login"));
            logins.for_each(|operation| account.learn_identifiers(operation));
        }
        if account.identifiers.is_empty() {
            account.identifiers.insert("email");
        }
        account
    }

    fn learn_identifiers(&mut self, operation: &Operation<'_>) {
        let kinds = operation.fields.iter().filter_map(|field| words::identifier(&field.name));
        self.identifiers.extend(kinds);
    }

    /// The kind of identifier that a field of an operation holds. Where accounts have one kind only, a login that
    /// names another means that one: such as OAuth's `username`, which is an address here.
    pub(super) fn identifier(&self, field: &Field, action: &str) -> Option<&'static str> {
        let kind = words::identifier(&field.name)?;
        if self.identifiers.contains(kind) {
            return Some(kind);
        }
        let only = self.identifiers.first().filter(|_| self.identifiers.len() == 1 && action == "login");
        only.copied()
    }

    fn learn(&mut self, action: &str, operation: &Operation<'_>) {
        for field in &operation.fields {
            match words::identifier(&field.name) {
                None if action == "register" && field.place == "body" => self.field(field),
                _ => {}
            }
        }
        self.refreshes |= action == "refresh";
        if let Some(sample) = operation.success().and_then(super::document::Reply::sample) {
            each_member(&sample, &mut |name, value| {
                self.refreshes |= words::is_refresh_token(name);
                if words::is_id(name) && !value.is_null() {
                    self.id = id_kind(value);
                }
            });
        }
        for (name, kind) in operation.success().map(super::document::Reply::kinds).unwrap_or_default() {
            if words::is_id(&name) && (kind == "integer" || kind == "number") {
                self.id = "sequence";
            }
        }
    }

    fn field(&mut self, field: &Field) {
        let about_secrets =
            [words::is_password, words::is_repeated_password, words::is_code, words::is_access_token];
        if about_secrets.iter().any(|fits| fits(&field.name)) || !good_name(&field.name) {
            return;
        }
        let kind = match field.kind.as_deref() {
            Some("integer") => "integer",
            Some("number") => "number",
            Some("boolean") => "boolean",
            Some("array") => "list",
            Some("object") => "object",
            _ => "text",
        };
        let entry = if field.required { json!(kind) } else { json!({"type": kind, "nullable": true}) };
        self.profile.insert(field.name.clone(), entry);
    }

    /// `x-doorward` at the top.
    pub(super) fn top(&self) -> Top {
        let mut todos = self.failures.todos.clone();
        let mut account = Map::from_iter([
            ("id".to_owned(), json!(self.id)),
            ("identifiers".to_owned(), json!(self.identifiers)),
        ]);
        if !self.profile.is_empty() {
            account.insert("profile".to_owned(), Value::Object(self.profile.clone()));
        }
        let mut top = Map::from_iter([("account".to_owned(), Value::Object(account))]);
        let recipe = if self.jwt { json!({"algorithm": "HS256"}) } else { json!({}) };
        let kind = if self.jwt { "jwt" } else { "opaque" };
        let mut tokens = Map::new();
        let lifetime =
            "# TODO: how long do tokens live, and what do your clients read in them? OpenAPI does not say";
        tokens.insert(lifetime.to_owned(), Value::Null);
        tokens.insert("access".to_owned(), json!({kind: recipe, "lifetime": "1h"}));
        todos.push(
            "tokens: OpenAPI does not say how long they live, nor what their claims are: see `tokens`"
                .to_owned(),
        );
        if self.refreshes {
            tokens.insert("refresh".to_owned(), json!({"opaque": {}, "lifetime": "30d"}));
        }
        top.insert("tokens".to_owned(), Value::Object(tokens));
        if let Some(name) = &self.cookie {
            let line = format!("{name}=${{tokens.access}}; Path=/; Max-Age; HttpOnly; Secure?; SameSite=Lax");
            let attributes = "# TODO: the cookie's attributes, as your backend writes them";
            top.insert("cookies".to_owned(), json!({attributes: null, "access": line}));
            todos.push(format!("cookies: OpenAPI does not say the attributes of {name}: see `cookies`"));
        }
        top.insert("shapes".to_owned(), json!({"failure": self.failures.shape()}));
        top.insert("replies".to_owned(), json!({"failure": {}}));
        Top { extension: Value::Object(top), todos }
    }

    /// What the security schemes need to be told.
    pub(super) fn schemes(&self, text: &str, root: &Node) -> Vec<Edit> {
        let schemes = root.get("components").and_then(|all| all.get("securitySchemes"));
        let told = |name: &String| {
            let scheme = schemes?.get(name).filter(|_| name != "refresh")?;
            insert(text, scheme, &json!({"x-doorward": {"token": "refresh"}}))
        };
        self.refresh_schemes.iter().filter_map(told).collect()
    }
}

fn good_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

fn id_kind(value: &Value) -> &'static str {
    match value {
        Value::Number(_) => "sequence",
        Value::String(text) if text.len() == 24 && text.chars().all(|c| c.is_ascii_hexdigit()) => "hex24",
        _ => "uuid",
    }
}

fn each_member(value: &Value, visit: &mut dyn FnMut(&str, &Value)) {
    match value {
        Value::Object(members) => members.iter().for_each(|(name, value)| {
            visit(name, value);
            each_member(value, visit);
        }),
        Value::Array(items) => items.iter().for_each(|item| each_member(item, visit)),
        _ => {}
    }
}
