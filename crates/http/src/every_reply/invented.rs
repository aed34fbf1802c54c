//! Contracts that nobody would write: each operation binds some action with options and inputs that were drawn. What
//! the checker accepts is served, and asked sensible and silly things: nothing breaks, and every reply is declared.

use super::contracts::{Contract, accepted};
use super::{Made, Schemas, unfit_of};
use crate::testing::{Bed, Sent};
use doorward_contract::load;
use doorward_core::action::ACTIONS;
use doorward_core::change::{AccountUpdate, Change};
use doorward_core::identifier::IdentifierKind;
use doorward_core::mail::open_mail;
use doorward_core::spec::{ActionSpec, Caller, Identifiers, Kind, OptionValues};
use doorward_testkit::SeededDice;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use std::time::Duration;

const BASE: &str = include_str!("invented.yaml");
const ROUNDS: u64 = 4;
const OPERATIONS: usize = 110;
const REQUESTS: usize = 900;

/// An operation that was drawn: its document, and the names of what it reads.
struct Drawn {
    operation: Value,
    names: Vec<&'static str>,
}

fn pick<'a, T: ?Sized>(dice: &SeededDice, of: &[&'a T]) -> &'a T {
    of[dice.below(of.len())]
}

fn source(dice: &SeededDice, name: &str) -> Value {
    match dice.below(12) {
        0 => json!(format!("$query.{name}")),
        1 => json!(format!("$header.x-{name}")),
        2 => json!(format!("$cookie.{name}")),
        _ => json!(format!("$body.{name}")),
    }
}

fn options(dice: &SeededDice, spec: &ActionSpec) -> Value {
    let mut options = Map::new();
    for option in spec.options.iter().filter(|_| dice.below(3) > 0) {
        let word = match option.values {
            OptionValues::Words(words) => json!(pick(dice, words)),
            OptionValues::Flag(_) => json!(dice.below(2) == 0),
            OptionValues::Duration => json!("1h"),
        };
        options.insert(option.name.to_owned(), word);
    }
    Value::Object(options)
}

fn inputs(dice: &SeededDice, spec: &ActionSpec) -> (Value, Vec<&'static str>) {
    let mut inputs = Map::new();
    let mut names: Vec<&'static str> = Vec::new();
    for input in spec.inputs {
        if input.required || dice.below(2) == 0 {
            inputs.insert(input.name.to_owned(), source(dice, input.name));
            names.push(input.name);
        }
    }
    let kinds = match spec.identifiers {
        Identifiers::None => 0,
        Identifiers::One => 1,
        Identifiers::Optional | Identifiers::OneOrCaller => dice.below(2),
        Identifiers::Some => 1 + dice.below(3),
        Identifiers::Any => dice.below(4),
    };
    let one = ["username", "email", "phone", "identifier"];
    for n in 0..kinds {
        let name = if kinds == 1 { one[dice.below(4)] } else { one[n] };
        inputs.insert(name.to_owned(), source(dice, name));
        names.push(name);
    }
    if spec.claims && dice.below(2) == 0 {
        inputs.insert("claims".to_owned(), json!({"email": "$body.claimed"}));
        names.push("claimed");
    }
    if spec.profile && dice.below(2) == 0 {
        inputs.insert("profile".to_owned(), json!({"nick": "$body.nick", "age": "$body.age"}));
        names.extend(["nick", "age"]);
    }
    (Value::Object(inputs), names)
}

/// The replies to what the action answers itself, as much of it told as the checker lets be.
fn replies(spec: &ActionSpec, tells: bool) -> impl Iterator<Item = (String, Value)> {
    spec.answers.iter().map(move |answer| {
        let mut body = Map::new();
        for field in answer.data.iter().filter(|_| tells) {
            match field.kind {
                Kind::Account | Kind::Claimed => {
                    drop(body.insert("account".to_owned(), json!("$view.account")))
                }
                Kind::Tokens => {
                    body.insert("access".to_owned(), json!("$tokens.access"));
                    body.insert("refresh".to_owned(), json!("$tokens.refresh"));
                }
                Kind::StageToken(stage) => {
                    body.insert("stage".to_owned(), json!(format!("$tokens.{}", stage.name())));
                }
                Kind::Duration | Kind::Integer | Kind::Text => {
                    body.insert(field.name.to_owned(), json!(format!("${}", field.name)));
                }
                _ => {}
            }
        }
        (answer.outcome.name().to_owned(), json!({"status": 200, "body": body}))
    })
}

fn draw(dice: &SeededDice) -> Drawn {
    let spec = ACTIONS[dice.below(ACTIONS.len())].spec();
    let (input, names) = inputs(dice, spec);
    let mut binding = json!({"action": spec.name, "input": input, "options": options(dice, spec)});
    binding["replies"] = replies(spec, dice.below(4) > 0).collect();
    if spec.name == "refused" {
        binding["why"] = json!("it was drawn");
    }
    let mut operation = json!({"x-doorward": binding});
    match dice.below(3) {
        _ if spec.caller != Caller::Anybody => operation["security"] = json!([{"bearer": []}]),
        0 => operation["security"] = json!([{"bearer": []}]),
        1 => operation["security"] = json!([{"bearer": []}, {}]),
        _ => {}
    }
    Drawn { operation, names }
}

/// The base with these operations, each under a path of its own.
fn document(drawn: &[Drawn]) -> String {
    let mut paths = Map::new();
    for (number, one) in drawn.iter().enumerate() {
        paths.insert(format!("/drawn{number}"), json!({"post": one.operation}));
    }
    // JSON is YAML: an operation a line.
    let lines = paths.iter().map(|(path, item)| format!("  {path}: {item}\n"));
    BASE.to_owned() + &lines.collect::<String>()
}

/// The operations among so many that the checker accepts; replies that never happen are taken out first.
fn drawn(dice: &SeededDice) -> Vec<Drawn> {
    let mut kept = Vec::new();
    for _ in 0..OPERATIONS {
        let mut one = draw(dice);
        for _ in 0..4 {
            let text = document(std::slice::from_ref(&one));
            let loaded = load("drawn", "drawn", &text, &|_| Err("no files".to_owned()));
            if loaded.plan.is_some() {
                kept.push(one);
                break;
            }
            let never = loaded.diagnostics.iter().filter(|found| found.message.contains("is never answered"));
            let words: Vec<String> =
                never.filter_map(|found| found.message.split('`').nth(1).map(str::to_owned)).collect();
            if words.is_empty() {
                break;
            }
            let replies = one.operation["x-doorward"]["replies"].as_object_mut().expect("replies");
            replies.retain(|name, _| !words.contains(name));
        }
    }
    kept
}

/// What clients hold: tokens out of replies, codes out of messages.
#[derive(Default)]
struct Held {
    access: Vec<String>,
    others: Vec<String>,
    codes: Vec<String>,
}

impl Held {
    fn value(&self, dice: &SeededDice, name: &str) -> Value {
        if dice.below(12) == 0 {
            return [
                json!(null),
                json!(7),
                json!([]),
                json!({}),
                json!(""),
                json!("\u{0}"),
                json!("x".repeat(300)),
            ][dice.below(7)]
            .clone();
        }
        let user = ["kim", "lee", "nobody"][dice.below(3)];
        let any = |from: &[String]| {
            let newest = from.len().saturating_sub(1 + dice.below(4));
            json!(from.get(newest).map_or("x", String::as_str))
        };
        match name {
            "username" => json!(user),
            "email" | "claimed" => json!(format!("{user}@example.com")),
            "phone" => json!(format!("+1416555010{}", user.len())),
            "identifier" | "account" => {
                [json!(user), json!(format!("{user}@example.com"))][dice.below(2)].clone()
            }
            "password" | "new_password" => json!(["correct horse", "another horse", "x"][dice.below(3)]),
            "code" => [any(&self.codes), any(&self.others)][dice.below(2)].clone(),
            "nick" => json!(["n1", "n2"][dice.below(2)]),
            "age" | "page" | "size" | "limit" => json!(dice.below(3)),
            "purpose" => json!(["sign_up", "verify", "reset_password", "login"][dice.below(4)]),
            "remember" | "locked" => json!(dice.below(2) == 0),
            "status" => json!(["active", "disabled"][dice.below(2)]),
            "roles" => json!([["admin"], ["odd"]][dice.below(2)]),
            "remove" => json!([["nick"], ["phone"], ["odd"]][dice.below(3)]),
            "return_url" => json!(["https://a.example/x", "https://b.example"][dice.below(2)]),
            "until" | "expires_at" => json!("2030-01-01T00:00:00Z"),
            "lifetime" => json!("1h"),
            "account_id" => json!(["1", "2", "9"][dice.below(3)]),
            _ => any(&self.others),
        }
    }

    async fn read(&mut self, sent: &Sent, bed: &Bed) {
        let body: Value = serde_json::from_str(&sent.body).unwrap_or_default();
        for name in ["access", "refresh", "stage", "session"] {
            let Some(token) = body[name].as_str() else { continue };
            if name == "access" {
                self.access.push(token.to_owned());
            }
            self.others.push(token.to_owned());
        }
        let keys = &bed.app.realms[0].faces[0].keys;
        let store = &bed.app.services.store;
        let mails = store.due_mails(bed.app.services.clock.now(), 1000).await.expect("mails");
        for mail in mails.iter().skip(self.codes.len()) {
            let opened = open_mail(mail.id, &mail.sealed, keys.master()).expect("opens");
            let word = opened.text.split_whitespace().last().unwrap_or_default();
            self.codes.push(word.rsplit('=').next().unwrap_or(word).to_owned());
        }
    }
}

/// Makes somebody an administrator.
async fn promote(bed: &Bed, user: &str) {
    let (store, now) = (&bed.app.services.store, bed.app.services.clock.now());
    let found = store.account_by_identifier("invented", IdentifierKind::Username, user).await;
    let account = found.expect("no fault").expect("there");
    let update = AccountUpdate::Roles(vec!["admin".to_owned()]);
    let change = Change::UpdateAccount { account: account.id, version: account.version, update, at: now };
    let stale = doorward_core::live::touched(std::slice::from_ref(&change));
    store.apply(vec![change]).await.expect("no fault");
    bed.app.services.live.doubt(&stale);
}

async fn ask(
    bed: &Bed,
    path: &str,
    names: &[&'static str],
    dice: &SeededDice,
    held: &Held,
) -> (Sent, String) {
    let mut body = Map::new();
    for name in names.iter().filter(|_| dice.below(10) > 0) {
        body.insert((*name).to_owned(), held.value(dice, name));
    }
    let word = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let plain: Vec<(&str, String)> = body
        .iter()
        .map(|(name, value)| (name.as_str(), word(value)))
        .filter(|(_, text)| text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b';'))
        .collect();
    let encode = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let query: Vec<String> = plain.iter().map(|(name, text)| format!("{name}={}", encode(text))).collect();
    let cookies: Vec<String> = plain.iter().map(|(name, text)| format!("{name}={text}")).collect();
    let mut headers = vec![("content-type".to_owned(), "application/json".to_owned())];
    headers.push(("cookie".to_owned(), cookies.join("; ")));
    headers.extend(plain.iter().map(|(name, text)| (format!("x-{name}"), text.clone())));
    let newest = held.access.len().saturating_sub(1 + dice.below(5));
    if let Some(token) = held.access.get(newest).filter(|_| dice.below(4) > 0) {
        headers.push(("authorization".to_owned(), format!("Bearer {token}")));
    }
    let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (&**name, &**value)).collect();
    let body = Value::Object(body).to_string();
    let sent = bed.send("POST", &format!("{path}?{}", query.join("&")), &headers, &body).await;
    (sent, body)
}

#[tokio::test]
async fn what_is_accepted_never_breaks_and_answers_what_is_declared() {
    let (mut wrong, mut statuses, mut asked) = (Vec::new(), BTreeSet::new(), 0);
    for round in 0..ROUNDS {
        let dice = SeededDice::new(round);
        let operations = drawn(&dice);
        let contract: Contract = accepted("invented", &document(&operations), None);
        let bed = Bed::of("invented", vec![(String::new(), contract.plan.clone())]).await;
        let (mut held, mut schemas) = (Held::default(), Schemas::default());
        for user in ["kim", "lee"] {
            let body =
                format!(r#"{{"username":"{user}","email":"{user}@example.com","password":"correct horse"}}"#);
            held.read(&bed.post("/register", &body).await, &bed).await;
        }
        promote(&bed, "kim").await;
        assert!(!operations.is_empty() && !held.access.is_empty(), "round {round}");
        for _ in 0..REQUESTS {
            let at = dice.below(operations.len());
            let path = format!("/drawn{at}");
            let (sent, body) = ask(&bed, &path, &operations[at].names, &dice, &held).await;
            held.read(&sent, &bed).await;
            bed.clock.advance(Duration::from_secs(dice.below(40) as u64));
            asked += 1;
            statuses.insert(sent.status);
            let responses = &contract.document["paths"][&path]["post"]["responses"];
            let broken = (sent.status >= 500 && sent.status != 502).then(|| "it breaks".to_owned());
            let made = Made::of(&sent);
            let found = unfit_of(Some(responses), &made, &contract, &mut schemas);
            for error in broken.into_iter().chain(found) {
                wrong.push(format!(
                    "{error}: {} {} {body} -> {}",
                    sent.status, operations[at].operation, sent.body
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {asked}:\n{}", wrong.len(), wrong[..wrong.len().min(12)].join("\n"));
    assert!([200, 400, 401, 403].iter().all(|status| statuses.contains(status)), "{statuses:?}");
}
