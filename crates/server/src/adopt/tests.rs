use super::*;
use crate::contracts::Contract;

const BY_HAND: &str = r##"# Our API, as it was written down in 2019.
openapi: 3.0.3
info:
  title: Notes       # the product
  version: "1"
paths:
  /users:
    post:
      operationId: createUser
      requestBody:
        content:
          application/json:
            schema: {$ref: "#/components/schemas/NewUser"}
      responses:
        "201":
          description: made
          content:
            application/json:
              example: {user: {id: 12, email: a@b.c, nick: null}, token: abc}
        "409":
          description: taken
          content:
            application/json:
              example: {code: 409, message: This address is taken}
  /session:
    post:
      summary: Log in    # with a password
      requestBody:
        content:
          application/json:
            schema:
              type: object
              required: [email, password]
              properties:
                email: {type: string}
                password: {type: string}
      responses:
        "200":
          description: in
          content:
            application/json:
              example: {token: abc, plan: free}
        "401":
          description: no
          content:
            application/json:
              example: {code: 401, message: Wrong address or password}
  /me:
    get:
      security: [{bearer: []}]
      responses:
        "200":
          description: you
          content:
            application/json:
              example: {id: 12, email: a@b.c, nick: null}
  /notes:
    get: {security: [{bearer: []}], responses: {"200": {description: all of them}}}
components:
  securitySchemes:
    bearer: {type: http, scheme: bearer, bearerFormat: JWT}
  schemas:
    NewUser:
      type: object
      required: [email, password]
      properties:
        email: {type: string}
        password: {type: string}
        nick:
          type: string
          nullable: true
        colour: {type: string, nullable: true}
"##;

fn adopted(text: &str) -> Adopted {
    adopt("api.yaml", text)
        .unwrap_or_else(|error| panic!("{error}\n{}", error.diagnostics().unwrap_or_default()))
}

fn actions(adopted: &Adopted) -> Vec<(&str, &str)> {
    adopted
        .operations
        .iter()
        .map(|(name, bound)| (name.as_str(), *bound.as_ref().unwrap_or(&"backend")))
        .collect()
}

/// The codes and the texts of what the checker refuses.
fn refused(text: &str) -> Vec<(String, String)> {
    let Loaded { sources, diagnostics, .. } = checked("api.yaml", text);
    let errors = diagnostics.iter().filter(|found| found.severity == Severity::Error);
    errors.map(|found| (found.code.to_string(), sources.slice(found.primary).to_owned())).collect()
}

#[test]
fn a_document_written_by_hand_becomes_a_contract_but_for_its_to_dos() {
    let adopted = adopted(BY_HAND);
    let expected = [
        ("POST /users", "register"),
        ("POST /session", "login"),
        ("GET /me", "show_account"),
        ("GET /notes", "backend"),
    ];
    assert_eq!(actions(&adopted), expected, "{:#?}\n{}", adopted.todos, adopted.text);
    for kept in
        ["# Our API, as it was written down in 2019.", "# the product", "# with a password", "openapi: 3.1.0"]
    {
        assert!(adopted.text.contains(kept), "{kept} is not in\n{}", adopted.text);
    }
    assert!(!adopted.text.contains("nullable: true\n        colour"), "{}", adopted.text);
    assert!(adopted.text.contains("colour: {type: [\"string\", \"null\"]}"), "{}", adopted.text);
    let left: Vec<String> = refused(&adopted.text).into_iter().map(|(_, text)| text).collect();
    assert_eq!(left, ["$todo.plan"], "{:#?}\n{}", adopted.todos, adopted.text);
    assert!(
        adopted.todos.iter().any(|todo| todo.contains("where does `plan` come from?")),
        "{:#?}",
        adopted.todos
    );
    assert!(
        adopted.todos.iter().any(|todo| todo.starts_with("GET /notes: left to your backend")),
        "{:#?}",
        adopted.todos
    );
    let mended = adopted.text.replace("$todo.plan", "free");
    assert_eq!(refused(&mended), [], "{mended}");
    for said in
        ["id: sequence", "$tokens.access", "taken: {status: 409", "message: $message", "code: $status"]
    {
        assert!(mended.contains(said), "{said} is not in\n{mended}");
    }
}

#[test]
fn the_same_as_json() {
    let mut sources = Sources::new();
    let json = parse(&mut sources, "x", BY_HAND).expect("good").to_json();
    for text in [json.to_string(), format!("{json:#}\n")] {
        let adopted = adopted(&text);
        let value: Value =
            serde_json::from_str(&adopted.text).unwrap_or_else(|error| panic!("{error}\n{}", adopted.text));
        assert_eq!(value["openapi"], "3.1.0");
        assert_eq!(value["paths"]["/session"]["post"]["x-doorward"]["action"], "login");
        let left: Vec<String> = refused(&adopted.text).into_iter().map(|(_, text)| text).collect();
        assert_eq!(left, ["$todo.plan"], "{}", adopted.text);
    }
}

#[test]
fn the_completed_documents_of_our_own_contracts_are_recognised() {
    let (mut bound, mut left) = (0, Vec::new());
    for contract in Contract::demo() {
        let document = crate::command::contract::openapi_document(&contract).expect("a document");
        let adopted = adopted(&document.to_string());
        bound += adopted.operations.iter().filter(|(_, bound)| bound.is_ok()).count();
        left.extend(adopted.todos.iter().filter(|todo| todo.contains("left to your backend")).cloned());
        // What the checker refuses is a place marked `$todo`, or a default reply that does not fit what one
        // operation documents; each is listed.
        for (code, text) in refused(&adopted.text) {
            assert!(text.contains("$todo") || code == "DW044", "{}: {code} {text}", contract.name);
            let listed = text.contains("$todo") || adopted.todos.iter().any(|todo| todo.contains(&code));
            assert!(listed, "{}: {code} {text}\n{:#?}", contract.name, adopted.todos);
        }
    }
    assert!(bound >= 10, "most operations are recognised, not {bound}: {left:#?}");
}

/// A contract made of a document as a framework writes it, once its marked places are filled in.
fn mended(text: &str, filled: &[(&str, &str)]) -> (Adopted, String) {
    let adopted = adopted(text);
    let mut mended = adopted.text.clone();
    for (mark, value) in filled {
        assert!(mended.contains(mark), "{mark} is not in\n{mended}");
        mended = mended.replace(mark, value);
    }
    assert_eq!(refused(&mended), [], "{:#?}\n{mended}", adopted.todos);
    (adopted, mended)
}

fn told(adopted: &Adopted, todo: &str) {
    assert!(adopted.todos.iter().any(|one| one.contains(todo)), "{todo} is not in {:#?}", adopted.todos);
}

#[test]
fn a_document_of_fastapi() {
    let each = "{$each: {in: $violations, item: {loc: [body, $it.field], msg: $it.message, type: $it.rule}}}";
    let (adopted, text) = mended(
        include_str!("documents/fastapi.yaml"),
        &[
            ("$todo.isactive", "true"),
            ("$todo.issuperuser", "false"),
            ("$todo.message", "Password updated"),
            ("$todo.violations", each),
        ],
    );
    let expected = [
        ("POST /api/v1/auth/login/access-token", "login"),
        ("POST /api/v1/users/signup", "register"),
        ("GET /api/v1/users/me", "show_account"),
        ("PATCH /api/v1/users/me", "backend"),
        ("PATCH /api/v1/users/me/password", "change_password"),
        ("GET /api/v1/items/{item_id}", "backend"),
    ];
    assert_eq!(actions(&adopted), expected);
    told(&adopted, "`username` is taken for the email");
    for said in [
        "identifiers: [email]",
        "input: {email: $body.username, password: $body.password}",
        "token_type: bearer",
        "failure: {body: {detail: $detail}, with: {detail: $outcome.title}}",
    ] {
        assert!(text.contains(said), "{said} is not in\n{text}");
    }
}

#[test]
fn a_document_of_nestjs_on_one_line() {
    let (adopted, text) = mended(include_str!("documents/nestjs.json"), &[]);
    assert_eq!(
        adopted.operations.iter().filter(|(_, bound)| bound.is_ok()).count(),
        6,
        "{:#?}",
        adopted.todos
    );
    assert_eq!(adopted.todos.len(), 2, "{:#?}", adopted.todos);
    assert!(text.lines().count() > 100, "people read it");
    assert!(text.contains(r#""id":"sequence""#), "a number is no uuid: {text}");
}

#[test]
fn a_document_of_springdoc() {
    let pattern = r#"(?=.*[A-Za-z])(?=.*\\d)"#;
    let (adopted, text) = mended(
        include_str!("documents/springdoc.json"),
        &[
            (pattern, ""),
            (r#""$todo.data""#, "null"),
            (r#""$todo.granttype""#, r#""Bearer""#),
            (r#""$todo.code""#, r#""$outcome.name""#),
            (r#""$todo.available""#, r#"{"success": true, "data": true}"#),
            (r#""$todo.in_use""#, r#"{"success": true, "data": false}"#),
        ],
    );
    let expected = [
        ("POST /api/members/sign-up", "register"),
        ("POST /api/members/login", "login"),
        ("POST /api/members/reissue", "refresh"),
        ("GET /api/members/check-id", "check_available"),
        ("GET /api/members/me", "show_account"),
        ("DELETE /api/members/me", "close_account"),
        ("GET /api/posts", "backend"),
    ];
    assert_eq!(actions(&adopted), expected);
    told(&adopted, "DW045: this pattern cannot be matched in linear time");
    told(&adopted, "`error` is left out");
    for said in [r#""needs":"session""#, r#""message":"$outcome.title""#, r#""success":true"#] {
        assert!(text.contains(said), "{said} is not in\n{text}");
    }
}

#[test]
fn what_is_no_document_is_refused() {
    for (text, said) in [
        ("swagger: '2.0'", "convert it to OpenAPI 3 first"),
        ("openapi: 3.1.0\nx-doorward: {}", "a contract already"),
        ("a: [", "cannot be read"),
    ] {
        let error = adopt("api.yaml", text).err().expect("no contract").to_string();
        assert!(error.contains(said), "{error}");
    }
}
