//! The JSON Schema of what is read here: the top of a contract, and security schemes.

use super::{SECTIONS, account, cookies, mails, opaque, profile, schemes, texts, tokens, web};
use crate::json_schema::{a, duration, each, object, some, words};
use serde_json::{Value, json};

/// `x-doorward` at the top.
pub(crate) fn of_top() -> Value {
    let text = a("string");
    let localized = json!({"anyOf": [text, each(&text)]});
    let code = of_codes();
    let mail = object(&mails::MAIL, &mails::MAIL.map(|name| (name, text.clone())));
    let mut links: Vec<&str> = mails::PURPOSES.to_vec();
    links.push("allowed");
    let mut link_kinds: Vec<(&str, Value)> =
        mails::PURPOSES.iter().map(|name| (*name, text.clone())).collect();
    link_kinds.push(("allowed", some(&text)));
    let known = [
        ("extends", text.clone()),
        ("account", of_account()),
        ("password", of_password()),
        ("tokens", each(&of_token())),
        ("cookies", each(&text)),
        ("renew", of_renew()),
        ("codes", code),
        ("mails", object(&mails::MAILS, &mails::MAILS.map(|name| (name, mail.clone())))),
        ("links", object(&links, &link_kinds)),
        ("languages", object(&texts::LANGUAGES, &[("offered", some(&text)), ("default", text.clone())])),
        ("texts", each(&localized)),
        (
            "violations",
            object(
                &texts::VIOLATIONS,
                &[
                    ("codes", each(&json!({"type": ["string", "integer", "null"]}))),
                    ("texts", each(&localized)),
                ],
            ),
        ),
        ("views", json!({"type": ["object", "null"]})),
        ("shapes", json!({"$ref": "#/$defs/shapes"})),
        ("replies", json!({"$ref": "#/$defs/replies"})),
        ("request", of_request()),
        ("cors", of_cors()),
        ("response", of_response()),
    ];
    object(&SECTIONS, &known)
}

/// `x-doorward` of a security scheme.
pub(crate) fn of_scheme() -> Value {
    let known = [
        ("token", a("string")),
        ("prefix", a("string")),
        ("expired", words(&["accepted"])),
        ("client_key", a("boolean")),
    ];
    object(&schemes::OWN, &known)
}

fn of_account() -> Value {
    let identifier = words(&account::KINDS);
    let compare = object(
        &account::IDENTIFIER,
        &[("compare", words(&account::COMPARE)), ("set", words(&["once"])), ("change_every", duration())],
    );
    let compared = account::KINDS.map(|kind| (kind, compare.clone()));
    let members = [("prefix", a("string")), ("alphabet", a("string")), ("length", a("integer"))];
    let recipe = object(&account::RECIPE, &members);
    let known = [
        ("id", json!({"anyOf": [words(&account::IDS), recipe]})),
        ("id_as", words(&["text"])),
        (
            "identifiers",
            json!({"anyOf": [{"type": "array", "items": identifier}, object(&account::KINDS, &compared)]}),
        ),
        ("roles", object(&account::ROLES, &[("default", a("array")), ("administrator", a("string"))])),
        ("profile", each(&of_field())),
    ];
    object(&account::MEMBERS, &known)
}

fn of_field() -> Value {
    let kind = words(&profile::TYPE_WORDS);
    let members: Vec<&str> =
        profile::MEMBERS.into_iter().chain(profile::KEYWORDS.map(|(word, _)| word)).collect();
    let drawn = object(
        &profile::GENERATE,
        &[("prefix", a("string")), ("alphabet", a("string")), ("length", a("integer"))],
    );
    let known = [
        ("type", kind.clone()),
        ("enum", a("array")),
        ("nullable", a("boolean")),
        ("unique", json!({"anyOf": [a("boolean"), words(&account::COMPARE)]})),
        ("set_by", words(&profile::SETTERS)),
        ("generate", drawn),
        ("min_age", a("integer")),
        ("set", words(&["once"])),
        ("change_every", duration()),
        ("wire", a("string")),
    ];
    json!({"anyOf": [kind, object(&members, &known)]})
}

fn of_password() -> Value {
    let classes = json!({"type": ["array", "null"], "items": words(&account::CLASSES)});
    let alphabet = some(&a("string"));
    let known = [("min", a("integer")), ("max", a("integer")), ("classes", classes), ("alphabet", alphabet)];
    object(&account::PASSWORD, &known)
}

fn of_token() -> Value {
    let jwt = object(
        &tokens::JWT,
        &[("algorithm", words(&tokens::ALGORITHMS)), ("header", a("object")), ("claims", a("object"))],
    );
    let known = [
        ("jwt", jwt),
        ("opaque", object(&opaque::MEMBERS, &[("prefix", a("string"))])),
        ("lifetime", duration()),
        ("after_refresh", duration()),
        ("longest", duration()),
        ("session", words(&["digest"])),
        ("purpose", a("string")),
    ];
    object(&tokens::MEMBERS, &known)
}

fn of_renew() -> Value {
    let known = [
        ("token", a("string")),
        ("from", a("string")),
        ("when_left", json!({"type": ["string", "null"], "pattern": "^(100|[0-9]{1,2})%$"})),
        ("set_cookies", some(&a("string"))),
        ("headers", each(&a("string"))),
    ];
    object(&cookies::RENEW, &known)
}

/// One policy for all codes, or one by purpose.
fn of_codes() -> Value {
    let known = [
        ("alphabet", a("string")),
        ("length", a("integer")),
        ("lifetime", duration()),
        ("resend_after", duration()),
    ];
    let policy = object(&mails::CODE, &known);
    let by_purpose = object(&mails::CODES, &mails::CODES.map(|name| (name, policy.clone())));
    json!({"anyOf": [policy, by_purpose]})
}

fn of_request() -> Value {
    let habit = words(&["exact", "any"]);
    let routes = object(&web::ROUTES, &web::ROUTES.map(|name| (name, habit.clone())));
    let known = [
        ("types", some(&a("string"))),
        ("read_as", each(&a("string"))),
        ("assume", a("string")),
        ("empty", words(&["absent"])),
        ("routes", routes),
    ];
    object(&web::REQUEST, &known)
}

fn of_response() -> Value {
    let known = [
        ("type", a("string")),
        ("indent", a("integer")),
        ("time", a("string")),
        ("accept", words(&["ignore", "strict"])),
        ("headers", each(&a("string"))),
    ];
    object(&web::RESPONSE, &known)
}

fn of_cors() -> Value {
    let preflight = object(&web::PREFLIGHT, &[("status", a("integer")), ("always", a("boolean"))]);
    let known = [
        ("preflight", preflight),
        ("methods", a("string")),
        ("headers", a("string")),
        ("expose", a("string")),
        ("credentials", a("boolean")),
        ("origin", words(&["echo", "any"])),
    ];
    object(&web::CORS, &known)
}
