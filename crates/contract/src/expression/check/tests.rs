use super::super::{Evaluated, MAX_TEXT, parse};
use super::*;
use crate::function::testing::{World, nowhere};
use proptest::prelude::*;
use serde_json::json;

fn enumeration(words: &[&str]) -> Type {
    Type::new(Kind::Enum(words.iter().map(|word| (*word).to_owned()).collect()))
}

fn account() -> Type {
    let member = |name: &str, ty: Type| (name.to_owned(), ty);
    Type::new(Kind::Object(vec![
        member("id", Type::integer()),
        member("email", Type::text().or_null()),
        member("created_at", Type::new(Kind::Time)),
    ]))
}

fn world() -> World {
    World::new(&[
        ("account", account(), json!({"id": 7, "email": "a@b.c", "created_at": 1000})),
        ("session", Type::new(Kind::Object(vec![("id".to_owned(), Type::text())])).or_null(), json!(null)),
        ("body", Type::new(Kind::AnyObject), json!({"expiration": 0, "name": "홍", "list": ["x"]})),
        ("kind", enumeration(&["customer", "restaurant"]), json!("customer")),
        ("name", Type::text(), json!("Ann")),
        ("maybe", Type::text().or_null(), json!(null)),
        ("flag", Type::boolean(), json!(true)),
        ("maybe_flag", Type::boolean().or_null(), json!(null)),
        ("count", Type::integer().or_null(), json!(null)),
        ("left", Type::new(Kind::Duration), json!(30)),
        ("token", Type::new(Kind::Token), json!("t0ken")),
        ("roles", Type::list(Type::text()), json!(["admin"])),
        ("now", Type::new(Kind::Time), json!(2000)),
    ])
}

fn checked(text: &str) -> Result<Typed, Vec<Diagnostic>> {
    check(&parse(text, nowhere()).expect(text), &world())
}

fn value(text: &str) -> Evaluated {
    checked(text).unwrap_or_else(|found| panic!("{text}: {found:?}")).eval(&world())
}

fn type_named(text: &str) -> String {
    checked(text).unwrap_or_else(|found| panic!("{text}: {found:?}")).ty().to_string()
}

#[track_caller]
fn refused(text: &str, code: Code, words: &str) {
    let found = checked(text).err().unwrap_or_else(|| panic!("{text} is accepted"));
    let error = found.iter().find(|error| error.code == code).unwrap_or_else(|| panic!("{text}: {found:?}"));
    let said = format!("{} {}", error.message, error.help.join(" "));
    assert!(said.contains(words), "{text}: {said}");
}

#[test]
fn evaluates_the_subset() {
    for (text, expected) in [
        ("account.id == 7", json!(true)),
        ("account.created_at < now", json!(true)),
        ("left <= 30 && left == 30", json!(true)),
        ("kind in ['customer', 'x']", json!(true)),
        ("'admin' in roles", json!(true)),
        ("'x' in body.list && !('y' in body.list) && !('x' in body.none)", json!(true)),
        ("name + '!' + token", json!("Ann!t0ken")),
        ("flag ? 'a' : 'b'", json!("a")),
        ("maybe == null ? 'none' : maybe + '!'", json!("none")),
        ("has(account.email) ? account.email + '' : ''", json!("a@b.c")),
        ("maybe_flag == true", json!(false)),
        ("body.name == '홍'", json!(true)),
        ("body.name == 1", json!(false)),
        ("body.name > 1", json!(false)),
        ("body.missing == null", json!(true)),
        ("body.expiration == 0", json!(true)),
        ("body.missing < 3 || body.missing >= 3", json!(false)),
        ("size(roles) == 1 && 'abc'.startsWith('ab')", json!(true)),
        ("null", json!(null)),
        ("[1, 2.5]", json!([1, 2.5])),
        ("text('hello')", json!("Hello!")),
        ("account", json!({"id": 7, "email": "a@b.c", "created_at": 1000})),
        ("time(now, 'iso_ms')", json!("1970-01-01T00:00:02.000Z")),
        ("string(account.id) + '.'", json!("7.")),
    ] {
        assert_eq!(value(text), Evaluated::Value(expected), "{text}");
    }
    assert_eq!(value("body.expiration == 0 ? omit : body.expiration"), Evaluated::Omit);
    assert_eq!(value("optional(maybe)"), Evaluated::Omit);
    assert_eq!(value("optional(account.email)"), Evaluated::Value(json!("a@b.c")));
}

#[test]
fn types_are_found() {
    for (text, expected) in [
        ("flag ? 1 : 2.5", "number"),
        ("flag ? 'a' : 'b'", "one of 'a', 'b'"),
        ("flag ? kind : name", "text"),
        ("flag ? null : 1", "integer or null"),
        ("flag ? omit : name", "text"),
        ("optional(maybe)", "text"),
        ("lower(maybe)", "text or null"),
        ("lower(body.name)", "text or null"),
        ("flag ? [] : roles", "list of text"),
        ("session.id", "text or null"),
        ("session != null ? session.id : 'x'", "text"),
        ("time(now, 'epoch_ms')", "integer"),
        ("token", "token"),
    ] {
        assert_eq!(type_named(text), expected, "{text}");
    }
}

#[test]
fn conditions_narrow_what_they_prove() {
    for text in [
        "maybe == null ? '' : maybe + '!'",
        "maybe != null && maybe + '!' == 'x!'",
        "maybe == null || maybe + '' == ''",
        "!has(maybe) ? '' : maybe + ''",
        "maybe == 'x' ? maybe + '' : ''",
        "maybe in ['x', 'y'] ? maybe + '' : ''",
        "count != null && count > 3",
        "session != null && session.id + '' == ''",
        "has(session.id) ? session.id + '' : ''",
    ] {
        assert!(checked(text).is_ok(), "{text}");
    }
    for text in [
        "maybe != null ? '' : maybe + '!'",
        "maybe == null && maybe + '!' == 'x!'",
        "maybe == 'x' ? '' : maybe + ''",
        "maybe in ['x', null] ? maybe + '' : ''",
        "has(maybe) || maybe + '' == ''",
    ] {
        refused(text, codes::NULL_IN_TEXT, "null");
    }
}

#[test]
fn what_may_fail_is_refused() {
    for (text, code, words) in [
        ("nme == 'x'", codes::UNKNOWN_NAME, "did you mean `name`?"),
        ("nme == 'x'", codes::UNKNOWN_NAME, "names in scope: account session"),
        ("account.mail == 'x'", codes::UNKNOWN_NAME, "did you mean `account.email`?"),
        ("account.nothing == 'x'", codes::UNKNOWN_NAME, "`account` has: id email created_at"),
        ("lowr(name)", codes::UNKNOWN_FUNCTION, "did you mean `lower`?"),
        ("lower(name, name)", codes::TYPE_CLASH, "takes 1 arguments, not 2"),
        ("lower(account.id)", codes::TYPE_CLASH, "wants text, this is integer"),
        ("name == 1", codes::TYPE_CLASH, "text never equals integer"),
        ("kind == 'custmer'", codes::TYPE_CLASH, "did you mean 'customer'?"),
        ("name == null", codes::TYPE_CLASH, "never null"),
        ("account.created_at == 5", codes::TYPE_CLASH, "never equals"),
        ("now > 5", codes::TYPE_CLASH, "no order"),
        ("flag > false", codes::TYPE_CLASH, "no order"),
        ("count > 3", codes::MAY_FAIL, "may be null"),
        ("maybe + 'x'", codes::NULL_IN_TEXT, "null"),
        ("account.id + 1", codes::TYPE_CLASH, "joins texts"),
        ("maybe_flag && flag", codes::MAY_FAIL, "== true"),
        ("body.flag ? 1 : 2", codes::MAY_FAIL, "== true"),
        ("name ? 1 : 2", codes::TYPE_CLASH, "compare it"),
        ("flag ? 1 : 'x'", codes::TYPE_CLASH, "branches"),
        ("name in 'abc'", codes::TYPE_CLASH, "wants a list"),
        ("1 in roles", codes::TYPE_CLASH, "never in"),
        ("[1, 'a']", codes::TYPE_CLASH, "cannot hold"),
        ("omit", codes::MAY_FAIL, "branch"),
        ("omit == null", codes::MAY_FAIL, "branch"),
        ("[flag ? omit : 1]", codes::MAY_FAIL, "branch"),
        ("optional(maybe) + 'x'", codes::MAY_FAIL, "ends up"),
        ("time(now, name)", codes::MAY_FAIL, "constant"),
        ("time(name, 'iso')", codes::TYPE_CLASH, "wants a time"),
        ("text('helo')", codes::MISSING_TEXT, "did you mean `hello`?"),
        ("json(account)", codes::TYPE_CLASH, "time"),
    ] {
        refused(text, code, words);
    }
}

#[test]
fn every_error_of_an_expression_is_said() {
    let found = checked("nme == 'x' && lowr(name) == 'x'").expect_err("two errors");
    assert_eq!(
        found.iter().map(|error| error.code).collect::<Vec<_>>(),
        [codes::UNKNOWN_NAME, codes::UNKNOWN_FUNCTION]
    );
}

#[test]
fn conditions_are_plain_booleans() {
    let condition = |text: &str| check_condition(&parse(text, nowhere()).expect(text), &world());
    assert!(condition("flag && body.name == '홍'").expect("a condition").holds(&world()));
    assert_eq!(condition("name").expect_err("text")[0].code, codes::TYPE_CLASH);
    assert_eq!(condition("flag ? omit : true").expect_err("omit")[0].code, codes::MAY_FAIL);
}

#[test]
fn texts_are_cut_at_the_limit() {
    let long = World::new(&[("x", Type::text(), json!("홍".repeat(MAX_TEXT / 4)))]);
    let typed = check(&parse("x + x", nowhere()).expect("parses"), &long).expect("types");
    let Evaluated::Value(Value::String(text)) = typed.eval(&long) else { panic!("no text") };
    assert!(text.len() <= MAX_TEXT && text.len() > MAX_TEXT - 3);
}

// ---- random expressions over random values

fn names() -> Vec<(&'static str, Type)> {
    vec![
        ("t", Type::text()),
        ("tn", Type::text().or_null()),
        ("i", Type::integer()),
        ("in1", Type::integer().or_null()),
        ("b", Type::boolean()),
        ("any", Type::any()),
        ("m", Type::new(Kind::Time)),
        ("d", Type::new(Kind::Duration)),
        ("l", Type::list(Type::text())),
        ("o", account().or_null()),
    ]
}

fn leaf() -> impl Strategy<Value = Ast> {
    let literal = prop_oneof![
        Just(json!(null)),
        Just(json!("x")),
        Just(json!("iso")),
        Just(json!(1)),
        Just(json!(1.5)),
        any::<bool>().prop_map(Value::from),
    ];
    let path = prop::sample::select(vec![
        "t", "tn", "i", "in1", "b", "b", "b", "any", "any.x", "m", "d", "l", "o", "o.email", "o.id",
    ]);
    prop_oneof![
        literal.prop_map(AstKind::Literal),
        path.prop_map(|path| AstKind::Path(path.split('.').map(str::to_owned).collect())),
        Just(AstKind::Omit),
    ]
    .prop_map(at)
}

fn at(kind: AstKind) -> Ast {
    Ast { span: nowhere().whole, kind }
}

fn expressions() -> impl Strategy<Value = Ast> {
    let operators = vec![
        Operator::Or,
        Operator::And,
        Operator::Equal,
        Operator::NotEqual,
        Operator::Less,
        Operator::GreaterOrEqual,
        Operator::In,
        Operator::Plus,
    ];
    let functions: Vec<&str> = function::FUNCTIONS.iter().map(|function| function.name).collect();
    leaf().prop_recursive(4, 24, 3, move |inner| {
        let operators = operators.clone();
        let functions = functions.clone();
        let condition = (inner.clone(), inner.clone())
            .prop_map(|(left, right)| at(AstKind::Binary(Operator::Equal, Box::new(left), Box::new(right))));
        prop_oneof![
            (prop::sample::select(operators), inner.clone(), inner.clone()).prop_map(
                |(operator, left, right)| AstKind::Binary(operator, Box::new(left), Box::new(right))
            ),
            (condition, inner.clone(), inner.clone())
                .prop_map(|(condition, yes, no)| AstKind::Conditional(Box::new([condition, yes, no]))),
            inner.clone().prop_map(|inner| AstKind::Not(Box::new(inner))),
            inner.clone().prop_map(|inner| AstKind::Has(Box::new(inner))),
            prop::collection::vec(inner.clone(), 0..3).prop_map(AstKind::List),
            (prop::sample::select(functions), prop::collection::vec(inner, 1..3)).prop_map(
                |(name, arguments)| {
                    AstKind::Call(Call { name: name.to_owned(), name_span: nowhere().whole, arguments })
                }
            ),
        ]
        .prop_map(at)
    })
}

fn values() -> impl Strategy<Value = World> {
    let text = || "[a-z홍@%]{0,3}";
    let maybe_text = prop::option::of(text());
    let anything = prop_oneof![
        Just(json!(null)),
        Just(json!("x")),
        Just(json!(1)),
        Just(json!([1, "x"])),
        Just(json!({"x": "x"})),
        any::<f64>().prop_map(Value::from),
    ];
    let object = prop_oneof![Just(json!(null)), Just(json!({"id": 1, "email": null, "created_at": 5}))];
    (
        text(),
        maybe_text,
        any::<i64>(),
        any::<Option<i64>>(),
        anything,
        prop::collection::vec(text(), 0..3),
        object,
        any::<bool>(),
    )
        .prop_map(|(t, tn, i, maybe, any, l, o, b)| {
            let values =
                [json!(t), json!(tn), json!(i), json!(maybe), json!(b), any, json!(i), json!(i), json!(l), o];
            let pairs: Vec<(&str, Type, Value)> =
                names().into_iter().zip(values).map(|((name, ty), value)| (name, ty, value)).collect();
            World::new(&pairs)
        })
}

/// Whether a value is of the type that was promised.
fn conforms(value: &Value, ty: &Type) -> bool {
    if value.is_null() {
        return ty.nullable;
    }
    match &ty.kind {
        Kind::Text | Kind::Token => value.is_string(),
        Kind::Enum(words) => value.as_str().is_some_and(|text| words.iter().any(|word| word == text)),
        Kind::Integer | Kind::Time | Kind::Duration => value.is_i64() || value.is_u64(),
        Kind::Number => value.is_number(),
        Kind::Boolean => value.is_boolean(),
        Kind::List(item) => {
            value.as_array().is_some_and(|items| items.iter().all(|value| conforms(value, item)))
        }
        Kind::Object(members) => {
            members.iter().all(|(name, ty)| conforms(value.get(name).unwrap_or(&Value::Null), ty))
        }
        Kind::AnyObject => value.is_object(),
        Kind::Any => true,
        Kind::Nothing => false,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8_000))]

    /// Whatever the checker accepts evaluates without a panic, to a value of the type it promised.
    #[test]
    fn accepted_expressions_are_total(ast in expressions(), world in values()) {
        if let Ok(typed) = check(&ast, &world) {
            match typed.eval(&world) {
                Evaluated::Value(value) => prop_assert!(conforms(&value, typed.ty()), "{value} is no {}", typed.ty()),
                Evaluated::Omit => prop_assert!(typed.may_omit()),
                Evaluated::Unlisted => prop_assert!(false, "no table here"),
            }
        }
    }
}
