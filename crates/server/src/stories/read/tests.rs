use super::*;
use crate::stories::story::{BodyWanted, StepKind};
use doorward_contract::diagnostic::render;

fn refused(text: &str) -> String {
    let mut sources = Sources::new();
    match read(&mut sources, "x.stories.yaml", text) {
        Ok(_) => panic!("this is no story file: {text}"),
        Err(found) => render(&found, &sources, false),
    }
}

fn accepted(text: &str) -> Stories {
    let mut sources = Sources::new();
    let read = read(&mut sources, "x.stories.yaml", text);
    read.unwrap_or_else(|found| panic!("{}", render(&found, &sources, false)))
}

#[test]
fn a_whole_file() {
    let text = r#"
names: {email: "ann${unique}@example.org", password: correct horse}
setups:
  registered:
    - send: POST /register
      json: {email: "${email}", password: "${password}"}
      expect: {status: 201, json: {id: $uuid}}
      keep: {id: $body.id}
  signed_in:
    - send: POST /login
      form: {email: "${email}", who: "${id}"}
      expect: {status: 200, cookies: ["s=$any; Path=/"]}
      keep: {token: {from: $cookie.s, matching: "^(.+)$"}}
      jwt: {token: {header: {alg: HS256}, claims: {sub: "${id}"}}}
stories:
  - story: She is told who she is
    given: [registered, signed_in]
    steps:
      - clock: +31s
      - operator: lock ${email}
      - operator: {create: {email: a@b.c}, password: x, profile: {name: Ann}}
      - mail: {to: "${email}", keep: {code: "[0-9]{6}"}}
      - send: GET /me?code=${code}
        headers: {Cookie: "s=${token}"}
        expect: {status: 200, headers: {Content-Type: application/json, Location: null}, empty: true}
  - story: Nobody is there
    limits: demo
    steps:
      - send: GET /me
        expect: 401
"#;
    let mut sources = Sources::new();
    let stories = read(&mut sources, "x.stories.yaml", text);
    let stories = stories.unwrap_or_else(|found| panic!("{}", render(&found, &sources, false))).stories;
    assert_eq!(stories.len(), 2);
    let (first, second) = (&stories[0], &stories[1]);
    assert_eq!((first.steps.len(), first.limited, second.limited), (7, false, true));
    let StepKind::Send(last) = &first.steps[6].kind else { panic!("a request") };
    assert_eq!(last.method, "GET");
    assert!(matches!(last.expect.body, Some((BodyWanted::Empty, _))));
    assert_eq!(last.expect.headers[1].1, None);
}

#[test]
fn mistakes_are_named_at_their_place() {
    let text = r#"
setups:
  registered:
    - send: POST /register
      expect: 201
stories:
  - story: Wrong in many places
    given: registred
    steps:
      - sent: GET /me
      - send: get /me
        expect: 200
      - send: GET /me
        json: {a: $any}
        expect: {status: 200, jsn: {}, headers: {Set-Cookie: x}}
      - send: GET /me
        headers: {Authorization: "Bearer ${tokn}"}
        expect: {status: 20, json: {a: $txt}}
        keep: {token: body.token}
      - clock: 31s
      - operator: lok a@b.c
"#;
    let said = refused(text);
    for wanted in [
        "there is no setup `registred`",
        "did you mean `registered`?",
        "did you mean `send`?",
        "a method and a path are expected",
        "`expect` has no member `jsn`",
        "cookies have a place of their own",
        "this asks for something unknown, and it is sent",
        "nothing before this keeps a value called `tokn`",
        "x.stories.yaml:17:42",
        "a status is a number from 100 to 999",
        "`body.token` is no place in a reply",
        "a length of time with a plus before it",
        "an operator cannot do this: `lok`",
    ] {
        assert!(said.contains(wanted), "{wanted} is not in\n{said}");
    }
}

#[test]
fn a_setup_needs_what_was_kept_before_it() {
    let text =
        "setups: {b: [{send: 'GET /${id}', expect: 200}]}\nstories: [{story: x, given: b, steps: []}]\n";
    assert!(refused(text).contains("the setup `b` uses `${id}`, which nothing before it keeps"));
}

#[test]
fn nothing_is_no_file_of_stories() {
    assert!(refused("{}").contains("there are no stories here"));
    assert!(refused("a: [").contains("DW001"));
    assert!(refused("stories: [{steps: []}]").contains("this story has no name"));
    let placeholder =
        refused("stories: [{story: x, steps: [{send: GET /, expect: {status: 200, text: $txt}}]}]");
    assert!(placeholder.contains("did you mean `text`?") && placeholder.contains("$uuid"), "{placeholder}");
}

#[test]
fn a_list_of_requests_is_as_many_steps() {
    let text = "stories: [{story: x, steps: [{send: [GET /a, PUT /b], json: {c: 1}, expect: 401}]}]";
    let steps = &accepted(text).stories[0].steps;
    let sent = steps.iter().map(|step| match &step.kind {
        StepKind::Send(exchange) => (exchange.method.clone(), exchange.expect.status),
        _ => panic!("only requests are sent"),
    });
    assert_eq!(sent.collect::<Vec<_>>(), [("GET".to_owned(), 401), ("PUT".to_owned(), 401)]);
    let at = |step: &Step| step.at.start;
    assert!(at(&steps[0]) < at(&steps[1]), "each stands where its line stands");
    let wrong = refused("stories: [{story: x, steps: [{send: [GET /a, /b], expect: 401}]}]");
    assert!(wrong.contains("a method and a path are expected"), "{wrong}");
    let none = refused("stories: [{story: x, steps: [{send: [], expect: 401}]}]");
    assert!(none.contains("`send`"), "{none}");
}

#[test]
fn several_replies_are_left_out_for_one_reason() {
    let text = "stories: []\nunproved: {'GET /a locked, pending': nobody is}";
    let unproved = accepted(text).unproved;
    let replies: Vec<&str> = unproved.iter().map(|(reply, _)| reply.as_str()).collect();
    assert_eq!(replies, ["GET /a locked", "GET /a pending"]);
}
