//! The stories beside the contracts, each told to a Doorward; and what `contract test` says of them.

use crate::program::run;
use doorward_contract::diagnostic::render;
use doorward_contract::{STORIES, Sources, all_builtin, builtin_stories};
use doorward_server::stories::{Replay, Report, StoryFile, Subject, asked_for, read};
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the repository")
}

/// Every file of stories in the repository.
fn files() -> Vec<String> {
    let mut files = Vec::new();
    for folder in ["contracts", "examples/contracts"] {
        let Ok(entries) = std::fs::read_dir(root().join(folder)) else { continue };
        for entry in entries {
            let path = entry.expect("readable").path();
            let path = if path.is_dir() { path.join("stories.yaml") } else { path };
            let text = path.display().to_string();
            if text.ends_with("stories.yaml") && path.exists() {
                files.push(text);
            }
        }
    }
    files.sort();
    files
}

/// The report as a person would see it, and whether all is well.
async fn told(file: &str) -> (bool, String) {
    let found = StoryFile::find(file).unwrap_or_else(|error| panic!("{error}"));
    let loaded = found.contract.loaded().unwrap_or_else(|error| panic!("{file}: {error}"));
    let mut sources = Sources::new();
    let stories = read(&mut sources, &found.file, &found.text);
    let stories = stories.unwrap_or_else(|errors| panic!("{}", render(&errors, &sources, false)));
    let subject = Subject::Doorward;
    let indent = loaded.plan.as_ref().map_or(0, |plan| plan.response.indent);
    let replay =
        Replay { contract: &found.contract, subject, client_keys: &stories.client_keys, indent, run: 0 };
    let report =
        Report::make(&replay, &stories, &asked_for(&loaded)).await.unwrap_or_else(|error| panic!("{error}"));
    (report.bad() == 0 && report.good() > 0, report.text(file, &sources))
}

#[tokio::test]
async fn the_stories_beside_every_contract_hold_and_prove_every_reply_or_say_why_not() {
    let files = files();
    assert!(!files.is_empty(), "there are stories");
    let mut wrong = Vec::new();
    for file in &files {
        let (good, text) = told(file).await;
        if !good || text.contains("no story") || text.contains("take it out") {
            wrong.push(text);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn stories_of_built_in_contracts_come_with_the_program() {
    for (name, text) in STORIES {
        let beside = root().join("contracts").join(name).join("stories.yaml");
        assert_eq!(std::fs::read_to_string(beside).expect("readable"), *text, "{name}");
    }
    for (name, _) in all_builtin() {
        let lies = root().join("contracts").join(name).join("stories.yaml").exists();
        assert_eq!(builtin_stories(name).is_some(), lies, "STORIES in builtin.rs and the stories of {name}");
    }
    let empty = tempfile::tempdir().expect("a folder");
    let said = run(empty.path(), &["contract", "test", "--require-all", "cakes-as-shipped"]);
    assert_eq!(said.code, 0, "{}{}", said.out, said.err);
    assert!(said.out.starts_with("cakes-as-shipped: 6 stories good, "), "{}", said.out);
}

const CONTRACT: &str = r#"openapi: 3.1.0
info: {title: Small, version: "1"}
x-doorward:
  account: {identifiers: [email]}
  tokens: {access: {opaque: {}, lifetime: 1d}}
  shapes: {failure: {body: {error: $outcome.name}}}
  replies: {failure: {}, barred: {}}
paths:
  /login:
    post:
      requestBody:
        content:
          application/json:
            schema:
              {type: object, required: [email, password], properties: {email: {type: string}, password: {type: string}}}
      x-doorward:
        action: login
        input: {email: $body.email, password: $body.password}
        replies: {signed_in: {body: {token: $tokens.access}}}
"#;

fn write(folder: &Path, stories: &str) -> String {
    std::fs::write(folder.join("small.yaml"), CONTRACT).expect("room");
    std::fs::write(folder.join("small.stories.yaml"), stories).expect("room");
    folder.join("small.yaml").display().to_string()
}

const GOOD: &str = r#"
stories:
  - story: A wrong password
    steps:
      - operator: {create: ann@example.org, password: correct horse}
      - send: POST /login
        json: {email: ann@example.org, password: wrong}
        expect: {status: 401, json: {error: bad_credentials}}
  - story: The right one
    steps:
      - operator: {create: ann@example.org, password: correct horse}
      - send: POST /login
        json: {email: ann@example.org, password: correct horse}
        expect: {status: 200, json: {token: $text}}
"#;

#[test]
fn a_good_story_is_good_and_says_what_is_left_to_prove() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = write(folder.path(), GOOD);
    let said = run(folder.path(), &["contract", "test", &file]);
    assert_eq!(said.code, 0, "{}{}", said.out, said.err);
    assert!(said.out.contains("2 stories good, 4 steps"), "{}", said.out);
    assert!(
        said.out.contains("no story sees: POST /login invalid_input, unknown_account, barred"),
        "{}",
        said.out
    );
    let all = run(folder.path(), &["contract", "test", "--require-all", &file]);
    assert_eq!(all.code, 1, "a reply that nobody proves is a failure there");
}

#[test]
fn what_cannot_be_proved_is_left_out_with_a_reason_and_not_in_vain() {
    let folder = tempfile::tempdir().expect("a folder");
    let left_out = "POST /login unknown_account: nobody asks\n";
    let all = |more: &str| {
        format!("{GOOD}unproved:\n  {left_out}  POST /login invalid_input: nor here\n  {more}\n")
    };
    let require = |stories: &str| {
        let file = write(folder.path(), stories);
        run(folder.path(), &["contract", "test", "--require-all", &file])
    };
    let whole = require(&all("POST /login barred: nobody is"));
    assert_eq!(whole.code, 0, "{}{}", whole.out, whole.err);
    assert!(whole.out.contains("2 of 5 replies are proved, 3 left out with a reason"), "{}", whole.out);
    let vain = require(&all("POST /login signed_in: why not"));
    assert_eq!(vain.code, 1, "{}", vain.out);
    assert!(vain.out.contains("`POST /login signed_in` is proved, or is no reply"), "{}", vain.out);
}

#[test]
fn a_bad_story_shows_the_byte() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = write(folder.path(), &GOOD.replace("error: bad_credentials", "error: bad_kredentials"));
    let said = run(folder.path(), &["contract", "test", &file]);
    assert_eq!(said.code, 1, "{}{}", said.out, said.err);
    for wanted in [
        "FAILED A wrong password",
        "small.stories.yaml:6:9: POST /login",
        "the body differs at byte 14 (line 8)",
        r#"expected  {"error":"bad_kredentials"}"#,
        r#"actual    {"error":"bad_credentials"}"#,
        r#"- error is "bad_credentials", not "bad_kredentials""#,
        "the outcome `wrong_password`",
        "1 story good, 1 bad",
    ] {
        assert!(said.out.contains(wanted), "{wanted} is not in\n{}", said.out);
    }
    let json = run(folder.path(), &["contract", "test", "--format", "json", &file]).json();
    let difference = &json[0]["stories"][0]["because"]["differences"][0];
    assert_eq!((&json[0]["bad"], &difference["position"]), (&1.into(), &14.into()), "{json:#}");
}

#[test]
fn a_token_of_an_oauth_scheme_arrives_as_bearer() {
    let folder = tempfile::tempdir().expect("a folder");
    let stories = r#"
stories:
  - story: Whose token is shown
    steps:
      - operator: {create: ann@example.org, password: correct horse}
      - send: POST /login
        json: {email: ann@example.org, password: correct horse}
        expect: {status: 200, json: {token: $text}}
        keep: {token: $body.token}
      - send: GET /me
        headers: {Authorization: "Bearer ${token}"}
        expect: {status: 200, json: {email: ann@example.org}}
      - send: GET /me
        expect: {status: 401, outcome: missing_token}
"#;
    let file = write(folder.path(), stories);
    let flows = "flows: {password: {tokenUrl: /login, scopes: {}}}";
    let more = format!(
        r#"  /me:
    get:
      security: [{{oauth: []}}]
      x-doorward: {{action: show_account, replies: {{shown: {{body: {{email: $account.email}}}}}}}}
components: {{securitySchemes: {{oauth: {{type: oauth2, {flows}}}}}}}
"#
    );
    std::fs::write(&file, format!("{CONTRACT}{more}")).expect("room");
    let said = run(folder.path(), &["contract", "test", &file]);
    assert_eq!(said.code, 0, "{}{}", said.out, said.err);
}

#[test]
fn stories_that_fail_with_their_setup_are_told_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let stories = r#"
setups:
  known:
    - send: POST /login
      json: {email: ann@example.org, password: wrong}
      expect: {status: 200, json: {error: bad_credentials, id: $integer}}
stories:
  - {story: One, given: known, steps: []}
  - {story: Two, given: known, steps: []}
"#;
    let file = write(folder.path(), stories);
    let said = run(folder.path(), &["contract", "test", &file]);
    assert_eq!(said.code, 1, "{}{}", said.out, said.err);
    for wanted in [
        "the status is 401, not 200 (line 6)",
        "- id is missing",
        "  in the same step also 1 story fails: Two\n",
        "small.yaml: 0 stories good, 2 bad",
    ] {
        assert!(said.out.contains(wanted), "{wanted} is not in\n{}", said.out);
    }
    assert_eq!(said.out.matches("FAILED").count(), 1, "{}", said.out);
    let json = run(folder.path(), &["contract", "test", "--format", "json", &file]).json();
    let members = &json[0]["stories"][1]["because"]["differences"][1]["members"];
    assert_eq!(members.to_string(), r#"["id is missing"]"#, "{json:#}");
}

#[test]
fn examples_of_the_document_are_told_too() {
    let folder = tempfile::tempdir().expect("a folder");
    let setup = "setups: {examples: [{operator: {create: ann@example.org, password: correct horse}}]}";
    let file = write(folder.path(), &format!("{setup}{GOOD}"));
    let with = |reply: &str| {
        let schema = "            schema:\n";
        let sent =
            format!("            example: {{email: ann@example.org, password: correct horse}}\n{schema}");
        let answers = format!(
            "      responses: {{\"200\": {{description: in, content: {{application/json: {{example: {reply}}}}}}}}}\n      x-doorward:\n"
        );
        let (head, paths) = CONTRACT.split_once("paths:").expect("paths");
        let paths = paths.replace(schema, &sent).replace("      x-doorward:\n", &answers);
        std::fs::write(&file, format!("{head}paths:{paths}")).expect("room");
        run(folder.path(), &["contract", "test", &file])
    };
    let good = with("{token: abc}");
    assert!(good.code == 0 && good.out.contains("3 stories good"), "{}{}", good.out, good.err);
    let bad = with("{jeton: abc}");
    assert_eq!(bad.code, 1, "{}", bad.out);
    assert!(
        bad.out.contains("FAILED The example of POST /login") && bad.out.contains("small.yaml:"),
        "{}",
        bad.out
    );
}

#[test]
fn a_story_that_cannot_be_read_says_where() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = write(folder.path(), &GOOD.replace("send: POST", "sned: POST"));
    let said = run(folder.path(), &["contract", "test", &file]);
    assert_eq!(said.code, 2);
    assert!(
        said.err.contains("did you mean `send`?") && said.err.contains("small.stories.yaml:6:9"),
        "{}",
        said.err
    );
    let missing = run(folder.path(), &["contract", "test", "nosuch.yaml"]);
    assert_eq!(missing.code, 2, "{}", missing.err);
}

#[test]
fn against_a_backend_steps_of_doorward_are_skipped_loudly() {
    let folder = tempfile::tempdir().expect("a folder");
    let only_sent = r#"
stories:
  - story: Nobody is known
    steps:
      - send: POST /login
        json: {email: "a${unique}@example.org", password: wrong}
        expect: {status: 401, json: {error: bad_credentials}}
"#;
    let stories = format!("{GOOD}{}", only_sent.replace("\nstories:\n", ""));
    let file = write(folder.path(), &stories);
    let serving = crate::program::Serving::start(&folder.path().join("data"), &[&file]);
    let url = format!("http://{}", serving.address());
    let said = run(folder.path(), &["contract", "test", "--against", &url, &file]);
    assert_eq!(said.code, 0, "{}{}", said.out, said.err);
    assert!(said.out.contains("SKIPPED A wrong password"), "{}", said.out);
    assert!(said.out.contains("1 story good, 2 SKIPPED from a step on"), "{}", said.out);
    assert!(!said.out.contains("replies are proved"), "nobody knows the outcomes of another backend");
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("a port");
    let url = format!("http://{nobody}");
    let said = run(folder.path(), &["contract", "test", "--against", &url, &file]);
    assert_eq!((said.code, said.out.as_str()), (2, ""), "nothing could be tried");
    assert!(said.err.contains(&format!("cannot reach {nobody}: connection refused")), "{}", said.err);
}
