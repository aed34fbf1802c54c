use super::*;
use crate::source::{Sources, parse};

fn contract(text: &str) -> Node {
    let mut sources = Sources::new();
    parse(&mut sources, "c.yaml", text).expect("YAML")
}

fn schema(text: &str) -> Arc<Schema> {
    let contract = contract(text);
    let node = contract.get("schema").expect("schema").clone();
    let mut schemas = Schemas::new(&contract);
    schemas.compile(&node).unwrap_or_else(|found| panic!("{found:?}"))
}

fn refused(text: &str) -> Diagnostic {
    let contract = contract(text);
    let node = contract.get("schema").expect("schema");
    let mut found = Schemas::new(&contract).compile(node).err().expect("refused");
    found.remove(0)
}

fn told(schema: &Schema, value: Value) -> Vec<(String, String, Value)> {
    let found = schema.violations(&value);
    found.into_iter().map(|found| (found.pointer, found.rule, Value::Object(found.params))).collect()
}

fn path(dotted: &str) -> Vec<String> {
    dotted.split('.').map(str::to_owned).collect()
}

const ACCOUNT: &str = "
components:
  schemas:
    Name: {type: string, maxLength: 3, title: Full name}
schema:
  type: object
  additionalProperties: false
  required: [b, a]
  properties:
    a: {type: string, pattern: '^[0-9]+$', maxLength: 2}
    b: {$ref: '#/components/schemas/Name'}
    c: {type: [integer, 'null'], minimum: 1}
    d: {type: object, required: [x], properties: {x: {type: boolean}}}
    e: {type: string, enum: [one, two]}
    f: {type: array, items: {type: integer}}
    g: {type: string, format: email}
";

/// An anchor in a patch may lie over two bases: then two schemas stand at one place.
#[test]
fn schemas_at_one_place_are_told_apart() {
    let base = contract("{a: {properties: {x: {type: string}}}, b: {properties: {y: {type: integer}}}}");
    let (a, mut b) = (base.get("a").expect("a").clone(), base.get("b").expect("b").clone());
    b.span = a.span;
    let mut schemas = Schemas::new(&base);
    let (a, b, again) = (schemas.compile(&a), schemas.compile(&b), schemas.compile(&a));
    let [a, b, again] = [a, b, again].map(|schema| schema.unwrap_or_else(|found| panic!("{found:?}")));
    assert_eq!((a.members(), b.members()), (vec!["x"], vec!["y"]));
    assert!(Arc::ptr_eq(&a, &again), "equal ones are compiled once");
}

#[test]
fn violations_come_in_the_contracts_order_with_ajvs_words() {
    let schema = schema(ACCOUNT);
    let found = told(&schema, json!({"zz": 1, "g": "x", "c": 0, "d": {}, "e": "three", "yy": 2}));
    let expected = vec![
        (String::new(), "required".to_owned(), json!({"missingProperty": "b"})),
        (String::new(), "required".to_owned(), json!({"missingProperty": "a"})),
        (String::new(), "additionalProperties".to_owned(), json!({"additionalProperty": "zz"})),
        (String::new(), "additionalProperties".to_owned(), json!({"additionalProperty": "yy"})),
        ("/c".to_owned(), "minimum".to_owned(), json!({"comparison": ">=", "limit": 1})),
        ("/d".to_owned(), "required".to_owned(), json!({"missingProperty": "x"})),
        ("/e".to_owned(), "enum".to_owned(), json!({"allowedValues": ["one", "two"]})),
        ("/g".to_owned(), "format".to_owned(), json!({"format": "email"})),
    ];
    assert_eq!(found, expected);
}

#[test]
fn keywords_come_as_written_and_a_wrong_type_comes_alone() {
    let schema = schema(ACCOUNT);
    let found = told(&schema, json!({"a": "xyz", "b": "toolong", "c": "x", "e": null}));
    let rules: Vec<(&str, &str)> = found.iter().map(|found| (found.0.as_str(), found.1.as_str())).collect();
    let expected =
        [("/a", "pattern"), ("/a", "maxLength"), ("/b", "maxLength"), ("/c", "type"), ("/e", "type")];
    assert_eq!(rules, expected);
    assert_eq!(found[3].2, json!({"type": ["integer", "null"]}));
}

#[test]
fn values_are_never_quoted() {
    let schema = schema(ACCOUNT);
    let value = json!({"a": "s3cr3t", "b": "s3cr3t", "c": "s3cr3t", "d": "s3cr3t", "e": "s3cr3t", "f": ["s3cr3t"], "g": "s3cr3t"});
    assert!(!format!("{:?}", schema.violations(&value)).contains("s3cr3t"));
}

#[test]
fn a_nested_missing_member_is_named_by_its_whole_path() {
    let found = schema(ACCOUNT).violations(&json!({"a": "1", "b": "b", "d": {}}));
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].field.as_str(), found[0].path.len()), ("d.x", 2));
}

#[test]
fn text_becomes_what_the_schema_says() {
    let schema = schema(
        "
components: {schemas: {Count: {type: integer}}}
schema:
  type: object
  properties:
    i: {$ref: '#/components/schemas/Count'}
    n: {type: number}
    b: {type: boolean}
    o: {type: [integer, 'null']}
    s: {type: [string, integer]}
    l: {type: array, items: {type: integer}}
    w: {allOf: [{$ref: '#/components/schemas/Count'}]}
",
    );
    let text = json!({"i": "12", "n": "1.5", "b": "true", "o": "", "s": "7", "l": "4", "w": "-3", "u": "1"});
    let typed = json!({"i": 12, "n": 1.5, "b": true, "o": null, "s": "7", "l": [4], "w": -3, "u": "1"});
    assert_eq!(schema.coerce(text), typed);
    let stays = json!({"i": "1x", "n": ".5", "b": "yes", "o": "+1"});
    assert_eq!(schema.coerce(stays.clone()), stays);
}

#[test]
fn numbers_beyond_64_bits_saturate() {
    let schema = schema("schema: {type: object, properties: {i: {type: integer, maximum: 10}}}");
    let value = schema.coerce(json!({"i": "99999999999999999999999"}));
    assert_eq!(value, json!({"i": i64::MAX}));
    assert_eq!(schema.violations(&value)[0].rule, "maximum");
    assert_eq!(schema.coerce(json!({"i": "-99999999999999999999999"})), json!({"i": i64::MIN}));
}

#[test]
fn members_have_types() {
    let schema = schema(ACCOUNT);
    let of = |dotted: &str| schema.type_of(&path(dotted)).map(|ty| ty.to_string());
    assert_eq!(of("a").as_deref(), Some("text"));
    assert_eq!(of("c").as_deref(), Some("integer or null"));
    assert_eq!(of("d.x").as_deref(), Some("boolean or null"));
    assert_eq!(of("e").as_deref(), Some("one of 'one', 'two' or null"));
    assert_eq!(of("f").as_deref(), Some("list of integer or null"));
    assert_eq!((of("zz"), of("a.x")), (None, None));
    assert_eq!(schema.titles(), [("b".to_owned(), "Full name".to_owned())]);
}

#[test]
fn an_open_schema_has_any_member() {
    let schema = schema("schema: {type: object}");
    assert_eq!(schema.type_of(&path("x")), Some(Type::any()));
}

#[test]
fn one_node_is_compiled_once() {
    let contract = contract(ACCOUNT);
    let node = contract.get("schema").expect("schema");
    let mut schemas = Schemas::new(&contract);
    let (first, second) = (schemas.compile(node), schemas.compile(node));
    assert!(Arc::ptr_eq(&first.expect("schema"), &second.expect("schema")));
}

#[test]
fn recursion_is_followed() {
    let schema = schema(
        "
components: {schemas: {Tree: {type: object, properties: {n: {type: integer}, kids: {type: array, items: {$ref: '#/components/schemas/Tree'}}}}}}
schema: {$ref: '#/components/schemas/Tree'}
",
    );
    let found = schema.violations(&json!({"kids": [{"kids": [{"n": "x"}]}]}));
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].pointer.as_str(), found[0].rule.as_str()), ("/kids/0/kids/0/n", "type"));
}

#[test]
fn unknown_references_and_broken_schemas_are_refused_where_they_stand() {
    let found = refused("components: {schemas: {Login: {}}}\nschema: {$ref: '#/components/schemas/Logn'}");
    assert_eq!(found.code, codes::INVALID_DOCUMENT);
    assert!(found.help[0].contains("Login"), "{found:?}");
    let found = refused("schema: {type: object, properties: {a: {type: txt}}}");
    assert_eq!(found.code, codes::INVALID_DOCUMENT);
    let found = refused("schema: {type: object, properties: {a: {type: string, pattern: '(?=x)y'}}}");
    assert_eq!(found.code, codes::PATTERN_NOT_LINEAR, "{found:?}");
    assert!(found.primary.end - found.primary.start < 12, "{found:?}");
}

#[test]
fn inferred_objects_nest() {
    let contract = contract("a: 1");
    let member = |dotted: &str, schema: Value, required| Inferred { path: path(dotted), schema, required };
    let members = [
        member("user", json!({"type": "string"}), true),
        member("profile.age", json!({"type": "integer"}), false),
        member("profile.name", json!({"type": "string"}), true),
    ];
    let schema = Schemas::new(&contract).infer(&members);
    let fields: Vec<String> = schema.violations(&json!({})).into_iter().map(|found| found.field).collect();
    assert_eq!(fields, ["user", "profile"]);
    let found = schema.violations(&json!({"user": "u", "profile": {"age": "x"}}));
    let rules: Vec<&str> = found.iter().map(|found| found.rule.as_str()).collect();
    assert_eq!(rules, ["required", "type"]);
}
