use super::*;
use crate::diagnostic::render;
use crate::expression::{Evaluated, Reference};
use crate::function::testing::World;
use crate::source::{self, Sources};
use crate::template::parse;
use serde_json::json;
use std::sync::Arc;

fn object(members: &[(&str, Type)]) -> Type {
    Type::new(Kind::Object(members.iter().map(|(name, ty)| ((*name).to_owned(), ty.clone())).collect()))
}

fn words(words: &[&str]) -> Type {
    Type::new(Kind::Enum(words.iter().map(|word| (*word).to_owned()).collect()))
}

fn world() -> World {
    let time = Type::new(Kind::Time);
    let violation =
        object(&[("field", Type::text().or_null()), ("rule", Type::text()), ("args", Type::any())]);
    let session = object(&[("id", Type::text()), ("at", time.clone())]);
    World::new(&[
        ("id", Type::integer(), json!(7)),
        ("name", Type::text(), json!("<Ann & Bob>")),
        ("maybe", Type::text().or_null(), json!(null)),
        ("at", time.clone(), json!(1_500)),
        ("maybe_at", time.or_null(), json!(null)),
        ("left", Type::new(Kind::Duration), json!(90)),
        ("kind", words(&["customer", "shop"]), json!("shop")),
        ("maybe_kind", words(&["customer", "shop"]).or_null(), json!(null)),
        ("flag", Type::boolean(), json!(true)),
        ("body", Type::new(Kind::AnyObject), json!({"type": "A", "n": 3, "b": "B"})),
        ("sessions", Type::list(session.clone()), json!([{"id": "s", "at": 2_000}])),
        ("session", session.or_null(), json!(null)),
        (
            "violations",
            Type::list(violation),
            json!([
                {"field": "name", "rule": "required", "args": [1]},
                {"field": "name", "rule": "minLength", "args": [2]},
                {"field": "name", "rule": "required", "args": [3]},
                {"field": null, "rule": "json", "args": []},
            ]),
        ),
    ])
}

fn compiled_with(
    text: &str,
    names: &dyn Names,
    setting: &Setting,
) -> Result<CompiledTemplate, Vec<Diagnostic>> {
    let mut sources = Sources::new();
    let node = source::parse(&mut sources, "a.yaml", text).expect("yaml");
    let template = parse(&node).unwrap_or_else(|found| panic!("{}", render(&found, &sources, false)));
    compile(&template, names, setting)
}

fn compiled(text: &str) -> CompiledTemplate {
    compiled_with(text, &world(), &reply()).unwrap_or_else(|found| panic!("{text}: {found:?}"))
}

fn reply() -> Setting {
    Setting::reply(TimeFormat::default())
}

fn value(text: &str) -> Evaluated {
    compiled(text).eval(&world())
}

fn input(text: &str) -> Evaluated {
    compiled_with(text, &world(), &Setting::input())
        .unwrap_or_else(|found| panic!("{text}: {found:?}"))
        .eval(&world())
}

#[track_caller]
fn refused(text: &str, code: Code, words: &str) {
    let found = compiled_with(text, &world(), &reply()).expect_err(text);
    let error = found.iter().find(|error| error.code == code).unwrap_or_else(|| panic!("{text}: {found:?}"));
    let said = format!("{} {}", error.message, error.help.join(" "));
    assert!(said.contains(words), "{text}: {said}");
}

#[test]
fn values_keep_their_type_and_members_their_order() {
    for (text, expected) in [
        (
            "{z: $id, a: '${id}', t: 'n=${id} ${flag}', c: {k: [1]}}",
            r#"{"z":7,"a":7,"t":"n=7 true","c":{"k":[1]}}"#,
        ),
        ("[$id, $maybe, $body.n, $body.none]", "[7,null,3,null]"),
        ("{a: \"${optional(maybe)}\", b: \"${flag ? omit : 1}\", c: \"x ${optional(maybe)}\"}", "{}"),
        ("[\"${optional(maybe)}\", 1]", "[1]"),
        ("Bearer ${name}", "\"Bearer <Ann & Bob>\""),
        ("{$first: [$maybe, $body.none, $body.b, $id]}", "\"B\""),
        ("{$map: $kind, customer: 1, shop: {s: $id}}", r#"{"s":7}"#),
        ("{$map: $flag, true: yes, false: no}", "\"yes\""),
        ("{$map: $body.n, 3: three, $else: many}", "\"three\""),
        ("{$map: $maybe_kind, shop: 1, $else: null}", "null"),
        ("$$literal", "\"$literal\""),
        ("{a: 1, $spread: {b: $id, c: 3, d: 4}, c: $flag}", r#"{"a":1,"b":7,"d":4,"c":true}"#),
        ("{$spread: {a: \"${optional(maybe)}\", b: 2}}", r#"{"b":2}"#),
    ] {
        let Evaluated::Value(found) = value(text) else { panic!("{text} is left out") };
        assert_eq!(found.to_string(), expected, "{text}");
    }
    assert_eq!(value("${optional(maybe)}"), Evaluated::Omit);
    assert!(compiled("${optional(maybe)}").may_omit());
}

#[test]
fn what_is_spread_has_members_that_are_known() {
    for text in ["{$spread: $body, a: 1}", "{$spread: $id}", "{$spread: [1]}"] {
        refused(text, codes::BAD_DIRECTIVE, "for example `$spread: $view.user`");
    }
}

#[test]
fn loops_make_lists_and_members() {
    for (text, expected) in [
        (
            "{$each: {in: $violations, item: {f: $it.field, r: $it.rule}, where: it.rule != 'json'}}",
            r#"[{"f":"name","r":"required"},{"f":"name","r":"minLength"},{"f":"name","r":"required"}]"#,
        ),
        ("{$each: {in: $violations, key: $it.field, item: $it.rule}}", r#"{"name":"required"}"#),
        (
            "{$each: {in: $violations, key: $it.field, items: $it.rule}, n: 1}",
            r#"{"name":["required","minLength","required"],"n":1}"#,
        ),
        (
            "{$each: {in: $violations, key: [$it.field, $it.rule], item: $it.args}, name: 1}",
            r#"{"name":{"required":[1],"minLength":[2]}}"#,
        ),
        (
            "{$each: {in: $violations, as: v, where: v.field != null, item: \"${v.field + '.' + v.rule}\"}}",
            r#"["name.required","name.minLength","name.required"]"#,
        ),
        (
            "{$each: {in: $sessions, as: s, item: {$each: {in: $violations, where: it.field == null, item: [$s.id, $it.rule]}}}}",
            r#"[[["s","json"]]]"#,
        ),
        ("{$each: {in: $body.none, item: 1}}", "[]"),
        ("{$each: {in: $body.type, item: 1}}", "[]"),
    ] {
        let Evaluated::Value(found) = value(text) else { panic!("{text} is left out") };
        assert_eq!(found.to_string(), expected, "{text}");
    }
    refused("{$each: {in: $violations, item: $it.feld}}", codes::UNKNOWN_NAME, "did you mean `it.field`?");
    refused("{$each: {in: $violations, item: $maybe.x}}", codes::UNKNOWN_NAME, "unknown name `maybe.x`");
    refused("{$each: {in: $name, item: 1}}", codes::TYPE_CLASH, "wants a list");
    refused("{$each: {in: $violations, key: $it, item: 1}}", codes::TYPE_CLASH, "must be text");
    refused("{$each: {in: $violations, item: 1, where: it.rule}}", codes::TYPE_CLASH, "condition");
}

#[test]
fn times_are_written_where_they_end_up() {
    let text = "{a: $at, b: 'at ${at}', c: $maybe_at, d: $sessions, e: $left, f: 'in ${left}s', g: \"${time(at, 'epoch_ms')}\"}";
    let Evaluated::Value(found) = value(text) else { panic!("left out") };
    assert_eq!(
        found.to_string(),
        concat!(
            r#"{"a":"1970-01-01T00:00:01Z","b":"at 1970-01-01T00:00:01Z","c":null,"#,
            r#""d":[{"id":"s","at":"1970-01-01T00:00:02Z"}],"e":90,"f":"in 90s","g":1500}"#
        )
    );
    let claims = compiled_with("{iat: $at, s: $sessions}", &world(), &Setting::claims()).expect("claims");
    assert_eq!(claims.eval(&world()), Evaluated::Value(json!({"iat": 1, "s": [{"id": "s", "at": 2}]})));
    assert_eq!(claims.ty().member(&["iat".to_owned()]), Some(Type::integer()));
    assert_eq!(input("$at"), Evaluated::Value(json!(1500)));
    let each = compiled("{$each: {in: $sessions, item: \"${it.at < at ? 'old' : 'new'}\"}}");
    assert_eq!(each.eval(&world()), Evaluated::Value(json!(["new"])));
}

#[test]
fn nulls_in_texts_are_refused() {
    refused("x ${maybe}", codes::NULL_IN_TEXT, "may be null");
    refused("x ${body.type}", codes::NULL_IN_TEXT, "may be null");
    refused("x ${violations}", codes::TYPE_CLASH, "json(x)");
    assert_eq!(value("\"x ${maybe == null ? '-' : maybe}\""), Evaluated::Value(json!("x -")));
    assert_eq!(value("\"x ${body.type == null ? '-' : body.type}\""), Evaluated::Value(json!("x A")));
}

#[test]
fn tables_of_replies_are_total() {
    refused("{$map: $kind, shop: 1}", codes::MAP_NOT_TOTAL, "does not list customer");
    refused("{$map: $name, shop: 1}", codes::MAP_NOT_TOTAL, "not out of a known set");
    refused("{$map: $maybe_kind, customer: 1, shop: 2}", codes::MAP_NOT_TOTAL, "may be null");
    refused("{$map: $kind, customer: 1, shp: 2}", codes::TYPE_CLASH, "did you mean `shop`?");
    refused("{$map: $violations, a: 1, $else: 2}", codes::TYPE_CLASH, "looks up");
}

#[test]
fn tables_of_inputs_know_violations() {
    assert_eq!(input("{$map: $body.type, A: a, B: b}"), Evaluated::Value(json!("a")));
    assert_eq!(input("{$map: $body.b, A: a}"), Evaluated::Unlisted);
    assert_eq!(input("{$map: $body.none, A: a}"), Evaluated::Omit);
    assert_eq!(input("{$map: {$first: [$body.none, $body.type]}, A: a, B: b}"), Evaluated::Value(json!("a")));
    assert_eq!(input("{p: {$map: $body.b, A: a}}"), Evaluated::Unlisted);
    let table = compiled_with("{$map: $body.type, A: a, B: b}", &world(), &Setting::input()).expect("table");
    assert_eq!(table.ty(), &words(&["a", "b"]));
    assert!(compiled_with("{$map: $body.type, A: a, B: 1}", &world(), &Setting::input()).is_err());
}

#[test]
fn constants_are_folded() {
    let template = compiled("{a: [1, {b: \"${'x'}\"}], c: null}");
    assert_eq!(template.constant(), Some(&json!({"a": [1, {"b": "x"}], "c": null})));
    assert!(compiled("{a: $id}").constant().is_none());
}

#[test]
fn values_in_markup_are_escaped() {
    let setting = Setting { escape: Escape::Xml, ..reply() };
    let text = |text: &str| compiled_with(text, &world(), &setting).expect(text).eval(&world());
    assert_eq!(text("<p>${name}</p>"), Evaluated::Value(json!("<p>&lt;Ann &amp; Bob&gt;</p>")));
    assert_eq!(text("$name"), Evaluated::Value(json!("&lt;Ann &amp; Bob&gt;")));
}

#[test]
fn every_error_is_said() {
    let found =
        compiled_with("{a: $nope, b: 'x ${maybe}', c: [$nada]}", &world(), &reply()).expect_err("three");
    assert_eq!(found.len(), 3);
}

/// Names of a shape: `data` and `message` are templates compiled where the reply stands.
struct Arguments {
    data: Arc<CompiledTemplate>,
    message: Arc<CompiledTemplate>,
}

impl Names for Arguments {
    fn lookup(&self, path: &[String]) -> Option<Reference> {
        match path.split_first()? {
            (name, rest) if name == "data" => Reference::template(Arc::clone(&self.data), rest),
            (name, rest) if name == "message" => Reference::template(Arc::clone(&self.message), rest),
            _ => None,
        }
    }

    fn all(&self) -> Vec<String> {
        vec!["data".to_owned(), "message".to_owned()]
    }
}

#[test]
fn names_may_stand_for_templates() {
    let arguments = Arguments {
        data: Arc::new(compiled("{id: $id, gone: \"${optional(maybe)}\"}")),
        message: Arc::new(compiled("Hello")),
    };
    let shape = |text: &str| compiled_with(text, &arguments, &reply());
    let whole =
        shape("{m: $message, d: $data, i: $data.id, g: $data.gone, t: '${message}!'}").expect("shape");
    let Evaluated::Value(found) = whole.eval(&world()) else { panic!("left out") };
    assert_eq!(found.to_string(), r#"{"m":"Hello","d":{"id":7},"i":7,"g":null,"t":"Hello!"}"#);
    assert!(shape("{m: $message, n: 1}").expect("constant").constant().is_some());
    let omitted = Arguments { data: Arc::new(compiled("${optional(maybe)}")), message: arguments.message };
    let gone = compiled_with("{d: $data}", &omitted, &reply()).expect("shape");
    assert_eq!(gone.eval(&world()), Evaluated::Value(json!({})));
    let found = compiled_with("x ${data}", &omitted, &reply()).expect_err("nullable");
    assert_eq!(found[0].code, codes::NULL_IN_TEXT);
}
