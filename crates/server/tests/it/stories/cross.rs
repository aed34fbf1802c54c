//! Rules for every route of every contract, read from the plans themselves.

use super::envelope::{CONTRACTS, wears_its_envelope};
use crate::world::{Route, World, routes};
use doorward_testkit::http_actor::{Actor, Reply, Request};
use serde_json::{Value, json};

/// A text that must never come back in an error.
const CANARY: &str = "canary-7f3a91";

/// A path of this route: every parameter is this value.
fn path(route: &Route, value: &str) -> String {
    let parts = route.path.split('/').map(|part| if part.starts_with('{') { value } else { part });
    parts.collect::<Vec<_>>().join("/")
}

fn ask(world: &World, contract: &str, route: &Route) -> Request {
    world.api(contract).request(&route.method, &path(route, CANARY))
}

/// An error in the contract's own words that quotes nothing. Cakes answers registrations with 500 on purpose.
#[track_caller]
fn own_error(contract: &str, route: &Route, reply: &Reply) {
    wears_its_envelope(contract, reply);
    let documented = contract == "cakes" && route.path == "/register";
    assert!(
        reply.status < 500 || (documented && reply.status == 500),
        "{contract} {}: {reply:?}",
        route.path
    );
    assert!(!reply.text().contains(CANARY), "{contract} {} quotes: {reply:?}", route.path);
    assert!(!reply.reason.contains(CANARY));
    for (name, value) in &reply.headers {
        assert!(!value.contains(CANARY), "{contract} {} quotes in {name}: {reply:?}", route.path);
    }
}

/// An error, unless the operation takes no body or the request was good enough.
#[track_caller]
fn answered(contract: &str, route: &Route, reply: &Reply) {
    if reply.status >= 400 {
        own_error(contract, route, reply);
    }
}

fn every_route() -> Vec<(&'static str, Route)> {
    let of = |contract: &'static str| routes(contract).into_iter().map(move |route| (contract, route));
    CONTRACTS.into_iter().flat_map(of).collect()
}

fn with_body() -> Vec<(&'static str, Route)> {
    every_route().into_iter().filter(|(_, route)| !route.body_types.is_empty()).collect()
}

fn takes_json(route: &Route) -> bool {
    route.body_types.iter().any(|media| media == "application/json")
}

#[test]
fn the_plans_have_the_documented_operations() {
    let count = |contract| routes(contract).len();
    assert_eq!(CONTRACTS.map(count), [3, 4, 9, 3, 2]);
}

#[tokio::test]
async fn an_unknown_path_is_404_in_every_envelope() {
    let world = World::start().await;
    let paths = [
        "",
        "/",
        "/nowhere",
        "/canary-7f3a91",
        "/a/b/c/d/e/f",
        "/.%2e/%2e",
        "/%00",
        "/%ff%fe",
        "/auth/../auth",
    ];
    for contract in CONTRACTS {
        for path in paths {
            for method in ["GET", "POST", "DELETE", "PUT", "BREW"] {
                let reply = world.api(contract).request(method, path).send().await;
                assert_eq!(reply.status, 404, "{contract} {method} {path}: {reply:?}");
                wears_its_envelope(contract, &reply);
                assert!(!reply.text().contains(CANARY));
            }
        }
    }
    assert_eq!(world.faults().await, 0.0);
}

#[tokio::test]
async fn a_wrong_method_is_405_with_allow_but_404_at_cakes() {
    let world = World::start().await;
    for (contract, route) in every_route() {
        let path = path(&route, "x");
        let same: Vec<_> = routes(contract).into_iter().filter(|other| other.path == route.path).collect();
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "BREW"] {
            if same.iter().any(|other| other.method == method) {
                continue;
            }
            let reply = world.api(contract).request(method, &path).send().await;
            wears_its_envelope(contract, &reply);
            if contract == "cakes" {
                assert_eq!(reply.status, 404, "{method} {path}: {reply:?}");
            } else {
                assert_eq!(reply.status, 405, "{contract} {method} {path}: {reply:?}");
                let allow = reply.header("allow").unwrap_or_default();
                assert!(same.iter().all(|other| allow.contains(&other.method)), "{allow}");
            }
        }
    }
    assert_eq!(world.faults().await, 0.0);
}

#[tokio::test]
async fn a_post_only_route_does_not_answer_head() {
    let world = World::start().await;
    for (contract, route) in every_route() {
        let get =
            routes(contract).into_iter().find(|other| other.path == route.path && other.method == "GET");
        let reply = world.api(contract).request("HEAD", &path(&route, "x")).send().await;
        let answers = get.is_some_and(|get| get.answers_head);
        let expected = if answers {
            200
        } else if contract == "cakes" {
            404
        } else {
            405
        };
        assert_eq!(reply.status, expected, "{contract} {}: {reply:?}", route.path);
    }
}

#[tokio::test]
async fn broken_json_is_400_everywhere() {
    let world = World::start().await;
    let bodies = [
        "{",
        "}",
        "{\"canary-7f3a91\":",
        "[1,2",
        "{\"a\":1}}",
        "{\"a\":01}",
        "{\"a\":\"\u{1}\"}",
        "NaN",
        "'canary-7f3a91'",
        "{a:1}",
        "{\"a\":\"\\ud800\"",
        "{\"a\":1,}",
        "\u{feff}{",
    ];
    for (contract, route) in with_body().into_iter().filter(|(_, route)| takes_json(route)) {
        for body in bodies {
            let reply = ask(&world, contract, &route).json(body).send().await;
            assert_eq!(reply.status, 400, "{contract} {} {body:?}: {reply:?}", route.path);
            own_error(contract, &route, &reply);
        }
    }
    assert_eq!(world.faults().await, 0.0);
}

#[tokio::test]
async fn a_huge_body_is_413_everywhere() {
    let world = World::start().await;
    let text = "x".repeat(3 << 20);
    for (contract, route) in with_body() {
        let bodies = [format!("{{\"a\":\"{text}\"}}"), format!("a={text}")];
        for body in bodies {
            let media =
                if body.starts_with('{') { "application/json" } else { "application/x-www-form-urlencoded" };
            if !route.body_types.iter().any(|known| known == media) {
                continue;
            }
            let reply = ask(&world, contract, &route).header("Content-Type", media).body(body).send().await;
            assert_eq!(reply.status, 413, "{contract} {}: {reply:?}", route.path);
            own_error(contract, &route, &reply);
        }
    }
    assert_eq!(world.faults().await, 0.0);
}

#[tokio::test]
async fn a_huge_chunked_body_is_413_too() {
    let world = World::start().await;
    let mut body = format!("{:x}\r\n", 3 << 20).into_bytes();
    body.extend(std::iter::repeat_n(b'[', 3 << 20));
    body.extend_from_slice(b"\r\n0\r\n\r\n");
    for (contract, route) in with_body().into_iter().filter(|(_, route)| takes_json(route)) {
        let request = ask(&world, contract, &route).header("Content-Type", "application/json");
        let reply = request.header("Transfer-Encoding", "chunked").body(body.clone()).send().await;
        assert_eq!(reply.status, 413, "{contract} {}: {reply:?}", route.path);
        own_error(contract, &route, &reply);
    }
}

#[tokio::test]
async fn a_body_that_is_badly_framed_is_the_contracts_own_error() {
    let world = World::start().await;
    for (contract, route) in with_body() {
        for body in ["zz\r\ncanary-7f3a91", "ffffffffffffffffff\r\n{}", "2\r\n{}{}\r\n0\r\n\r\n"] {
            let request = ask(&world, contract, &route).header("Content-Type", &route.body_types[0]);
            let reply = request.header("Transfer-Encoding", "chunked").body(body).send().await;
            assert_eq!(reply.status, 400, "{contract} {}: {reply:?}", route.path);
            own_error(contract, &route, &reply);
        }
    }
    assert_eq!(world.faults().await, 0.0);
}

/// What every route does with a body that it cannot have, whether it takes one or not.
#[tokio::test]
async fn a_request_that_did_not_arrive_whole_does_nothing() {
    let world = World::start().await;
    let api = world.api("biji").under("/biji/auth");
    let form = [("username", "a"), ("password", "p")];
    api.post("/register").form(&form).send().await;
    let token = api.post("/login").form(&form).send().await.header("authorization").expect("a token");
    let huge = "x".repeat(3 << 20);
    for (contract, route) in every_route() {
        let request = || ask(&world, contract, &route).header("Authorization", &token);
        let reply = request().body(huge.as_str()).send().await;
        assert_eq!(reply.status, 413, "{contract} {}: {reply:?}", route.path);
        own_error(contract, &route, &reply);
        let reply = request().header("Transfer-Encoding", "chunked").body("zz\r\n").send().await;
        assert_eq!(reply.status, 400, "{contract} {}: {reply:?}", route.path);
        own_error(contract, &route, &reply);
    }
    let alive = world.verify("biji", &[("Authorization", &token)]).await;
    assert_eq!(alive.status, 204, "nobody was signed out");
    assert_eq!(world.faults().await, 0.0);
}

#[tokio::test]
async fn an_absolute_target_is_the_same_path() {
    let world = World::start().await;
    let target = format!("http://{}/formmate/auth/exists/a@b.cd?x=1", world.addr());
    let reply = world.actor().get(&target).send().await;
    assert_eq!((reply.status, reply.text().as_str()), (200, "false"), "{reply:?}");
}

#[tokio::test]
async fn another_media_type_is_415_or_the_contracts_own_word_for_it() {
    let world = World::start().await;
    for (contract, route) in with_body() {
        for media in
            ["application/xml", "text/plain", "image/png", "application/x-canary-7f3a91", "*/*", "json"]
        {
            let reply = ask(&world, contract, &route).header("Content-Type", media).body("<a/>").send().await;
            let expected = if contract == "biji" { 400 } else { 415 };
            assert_eq!(reply.status, expected, "{contract} {} {media}: {reply:?}", route.path);
            own_error(contract, &route, &reply);
        }
    }
    assert_eq!(world.faults().await, 0.0);
}

#[tokio::test]
async fn odd_json_gets_the_contracts_own_answer() {
    let world = World::start().await;
    let deep = |open: &str, close: &str, n: usize| format!("{}1{}", open.repeat(n), close.repeat(n));
    let mut bodies = vec![
        deep("[", "]", 100_000),
        deep("{\"a\":", "}", 20_000),
        deep("[", "]", 200),
        "null".to_owned(),
        "[]".to_owned(),
        "\"canary-7f3a91\"".to_owned(),
        "1e999999".to_owned(),
        "-0".to_owned(),
        "99999999999999999999999999999999999".to_owned(),
        "{}".to_owned(),
        "{\"\":\"canary-7f3a91\"}".to_owned(),
        "{\"__proto__\":{\"a\":\"canary-7f3a91\"}}".to_owned(),
    ];
    bodies.push(format!(
        "{{{}}}",
        (0..5000).map(|n| format!("\"k{n}\":\"canary-7f3a91\"")).collect::<Vec<_>>().join(",")
    ));
    for (contract, route) in with_body().into_iter().filter(|(_, route)| takes_json(route)) {
        for body in &bodies {
            let reply = ask(&world, contract, &route).json(body).send().await;
            own_error(contract, &route, &reply);
        }
    }
    assert_eq!(world.faults().await, 0.0);
}

#[tokio::test]
async fn duplicate_keys_get_the_contracts_own_answer() {
    let world = World::start().await;
    for (contract, route) in with_body().into_iter().filter(|(_, route)| takes_json(route)) {
        for field in &route.fields {
            let body = format!("{{\"{field}\":\"{CANARY}\",\"{field}\":1,\"{field}\":\"{CANARY}\"}}");
            let reply = ask(&world, contract, &route).json(&body).send().await;
            own_error(contract, &route, &reply);
        }
    }
    for (contract, route) in with_body().into_iter().filter(|(_, route)| !takes_json(route)) {
        for field in &route.fields {
            let pairs = [(field.as_str(), CANARY), (field.as_str(), CANARY)];
            own_error(contract, &route, &ask(&world, contract, &route).form(&pairs).send().await);
        }
    }
    assert_eq!(world.faults().await, 0.0);
}

#[tokio::test]
async fn invalid_utf8_gets_the_contracts_own_answer() {
    let world = World::start().await;
    for (contract, route) in with_body() {
        let Some(field) = route.fields.first() else { continue };
        if takes_json(&route) {
            for bytes in [&b"\xff\xfe"[..], b"\xc3", b"\xed\xa0\x80", b"\xf8\x88\x80\x80\x80"] {
                let mut body = format!("{{\"{field}\":\"{CANARY}").into_bytes();
                body.extend_from_slice(bytes);
                body.extend_from_slice(b"\"}");
                let request = ask(&world, contract, &route).header("Content-Type", "application/json");
                let reply = request.body(body).send().await;
                assert!(reply.status >= 400, "{contract} {}: {reply:?}", route.path);
                own_error(contract, &route, &reply);
            }
        }
        for body in ["a=%ff%fe&canary-7f3a91=%", "%=%&&&==", "canary-7f3a91", "a=%zz", "\u{0}=\u{0}"] {
            let request =
                ask(&world, contract, &route).header("Content-Type", "application/x-www-form-urlencoded");
            answered(contract, &route, &request.body(body).send().await);
        }
    }
    assert_eq!(world.faults().await, 0.0);
}

#[tokio::test]
async fn a_wrong_type_in_any_field_is_the_contracts_own_error() {
    let world = World::start().await;
    let wrong = [
        Value::Null,
        json!(true),
        json!(7),
        json!(-1.5e300),
        json!(u64::MAX),
        json!([CANARY]),
        json!({"$gt": CANARY}),
        json!([[[[CANARY]]]]),
        json!(""),
        json!("\u{0}"),
        json!(CANARY.repeat(4000)),
    ];
    for (contract, route) in with_body().into_iter().filter(|(_, route)| takes_json(route)) {
        for field in &route.fields {
            for value in &wrong {
                let mut body = json!({});
                for other in &route.fields {
                    body[other] = json!(CANARY);
                }
                body[field] = value.clone();
                let reply = ask(&world, contract, &route).json(&body.to_string()).send().await;
                answered(contract, &route, &reply);
            }
        }
    }
    assert_eq!(world.faults().await, 0.0);
}

#[tokio::test]
async fn odd_parts_get_the_contracts_own_answer() {
    let world = World::start().await;
    let head = "Content-Disposition: form-data; name=\"username\"";
    let bodies = [
        String::new(),
        "--b".to_owned(),
        "--b--\r\n".to_owned(),
        format!("--b\r\n{head}\r\n\r\ncanary-7f3a91\r\n--b--\r\n"),
        format!(
            "--b\r\n{head}; filename=\"canary-7f3a91.png\"\r\nContent-Type: image/png\r\n\r\n\u{0}\r\n--b--\r\n"
        ),
        "--b\r\nContent-Disposition: nonsense\r\n\r\ncanary-7f3a91\r\n--b--\r\n".to_owned(),
        format!("--b\r\n{head}\r\nContent-Type: text/plain; charset=canary-7f3a91\r\n\r\nx\r\n--b--\r\n"),
        "--b\r\nX: ".to_owned() + &"y".repeat(50_000) + "\r\n\r\nz\r\n--b--\r\n",
        format!("--b\r\n{head}\r\n\r\n{}\r\n--b--\r\n", "x\r\n".repeat(1000)),
        "--b\r\n\r\n\r\n".repeat(2000),
    ];
    for (contract, route) in with_body() {
        for body in &bodies {
            for media in
                ["multipart/form-data; boundary=b", "multipart/form-data; boundary=\"", "multipart/form-data"]
            {
                let request = ask(&world, contract, &route).header("Content-Type", media);
                answered(contract, &route, &request.body(body.as_str()).send().await);
            }
        }
    }
    assert_eq!(world.faults().await, 0.0);
}

#[tokio::test]
async fn odd_credentials_get_the_contracts_own_answer() {
    let world = World::start().await;
    let values: [&[u8]; 9] = [
        b"",
        b"Bearer",
        b"Bearer ",
        b"bearer canary-7f3a91",
        b"Basic Y2FuYXJ5",
        b"Bearer a.b.c",
        b"Bearer \xff\xfe",
        b"Bearer eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjF9.AAAA",
        b"Bearer ....",
    ];
    for (contract, route) in every_route() {
        for value in values {
            let text = String::from_utf8_lossy(value).replace("Bearer ", "");
            let request = ask(&world, contract, &route).header_bytes("Authorization", value);
            let request = request.header_bytes("Athorization", value);
            let request = request.header("Cookie", &format!("access_token={text}; refresh_token={text}"));
            answered(contract, &route, &request.send().await);
        }
    }
    assert_eq!(world.faults().await, 0.0);
}

#[tokio::test]
async fn odd_path_parameters_get_the_contracts_own_answer() {
    let world = World::start().await;
    for (contract, route) in every_route().into_iter().filter(|(_, route)| route.path.contains('{')) {
        for value in
            ["%00", "%ff", "%", "%zz", "%2F%2e%2e", "%F0%9F%98%80", &"x".repeat(5000), "a%20b", "'--"]
        {
            let reply = world.api(contract).request(&route.method, &path(&route, value)).send().await;
            answered(contract, &route, &reply);
            assert!(reply.status < 500, "{contract} {value}: {reply:?}");
        }
    }
    assert_eq!(world.faults().await, 0.0);
}

#[tokio::test]
async fn every_204_is_empty() {
    let world = World::start().await;
    let cakes = world.api("cakes").keeping_cookies();
    let body =
        json!({"username": "a", "password": "b", "realname": "c", "unit": "d", "pro": true}).to_string();
    assert_eq!(cakes.post("/register").json(&body).send().await.status, 201);
    let formmate = world.api("formmate").keeping_cookies();
    let body = json!({
        "email": "a@b.cd", "name": "n", "password": "p", "birth": "040201", "sex": "1", "contact": "1", "address": "a", "job": "j"
    });
    assert_eq!(formmate.post("/auth/register").json(&body.to_string()).send().await.status, 201);
    let origin = |actor: &Actor, path: &str| {
        let request = actor.request("OPTIONS", path).header("Origin", "http://localhost:1");
        request.header("Access-Control-Request-Method", "POST")
    };
    let replies = [
        cakes.post("/logout").json("{}").send().await,
        formmate.delete("/auth/logout").send().await,
        origin(&formmate, "/auth/login").send().await,
        origin(&world.api("haenaem"), "/api/auth/sign-in").send().await,
        origin(&world.api("biji"), "/auth/login").send().await,
    ];
    for reply in replies {
        assert_eq!(reply.status, 204, "{reply:?}");
        assert!(reply.body.is_empty());
        for name in ["content-length", "content-type", "transfer-encoding"] {
            assert_eq!(reply.header(name), None, "{name}: {reply:?}");
        }
    }
}

#[tokio::test]
async fn what_the_log_and_the_metrics_call_a_route_has_no_values() {
    let world = World::start().await;
    let path = format!("/auth/exists/{CANARY}@x.yz");
    world.api("formmate").get(&path).send().await;
    world.api("haenaem").get(&format!("/api/auth/check/auth-code?authCode={CANARY}")).send().await;
    world.api("cakes").get(&format!("/{CANARY}")).send().await;
    let metrics = world.actor().get("/_doorward/metrics").send().await.text();
    assert!(metrics.contains("/auth/exists/{email}"), "{metrics}");
    assert!(!metrics.contains(CANARY), "{metrics}");
}

#[tokio::test]
async fn media_types_may_say_more_and_in_any_case() {
    let world = World::start().await;
    for (contract, route) in with_body().into_iter().filter(|(_, route)| takes_json(route)) {
        for media in
            ["Application/JSON", "application/json;charset=UTF-8", "application/json ; charset=\"utf-8\""]
        {
            let request = ask(&world, contract, &route).header("Content-Type", media);
            let reply = request.body("{}").send().await;
            assert_ne!(reply.status, 415, "{contract} {} {media}: {reply:?}", route.path);
        }
    }
    for (contract, route) in with_body() {
        let form = "application/x-www-form-urlencoded";
        if route.body_types.iter().any(|known| known == form) {
            let request =
                ask(&world, contract, &route).header("Content-Type", &format!("{form};charset=utf-8"));
            let text = route.fields.iter().filter(|field| *field != "expiration");
            let body = text.map(|field| format!("{field}=true")).collect::<Vec<_>>().join("&");
            let reply = request.body(body).send().await;
            let read = reply.status != 415 && !reply.text().contains("Param Error");
            assert!(read, "{contract} {}: {reply:?}", route.path);
        }
    }
}

#[tokio::test]
async fn cors_stands_on_every_reply_of_a_route_and_on_none_of_cbs() {
    let world = World::start().await;
    let origin = "http://localhost:5173";
    for (contract, route) in every_route() {
        let replies = [
            ask(&world, contract, &route).header("Origin", origin).send().await,
            ask(&world, contract, &route).header("Origin", origin).json("{").send().await,
            ask(&world, contract, &route).header("Origin", origin).json("{}").send().await,
            world.api(contract).get("/nowhere").header("Origin", origin).send().await,
            world.api(contract).request("BREW", &path(&route, "x")).header("Origin", origin).send().await,
        ];
        let (allowed, credentials) = match contract {
            "cakes" | "biji" => (Some("*"), None),
            "formmate" => (Some(origin), None),
            "haenaem" => (Some(origin), Some("true")),
            _ => (None, None),
        };
        for reply in replies {
            assert_eq!(
                reply.header("access-control-allow-origin").as_deref(),
                allowed,
                "{contract}: {reply:?}"
            );
            let said = reply.header("access-control-allow-credentials");
            assert_eq!(said.as_deref(), credentials, "{contract}: {reply:?}");
        }
    }
}
