//! Random requests over every route: never a fault, always the contract's own answer.

use super::envelope::{CONTRACTS, wears_its_envelope};
use crate::world::{Route, World, routes};
use doorward_testkit::http_actor::Jwt;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

/// A request that somebody might send.
#[derive(Clone, Debug)]
struct Junk {
    contract: &'static str,
    route: usize,
    method: String,
    tail: String,
    media: Option<&'static str>,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

const MEDIA: [Option<&str>; 6] = [
    None,
    Some("application/json"),
    Some("application/x-www-form-urlencoded"),
    Some("multipart/form-data; boundary=b"),
    Some("application/json; charset=utf-16"),
    Some("text/plain"),
];

fn word() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(vec![
            "username",
            "password",
            "realname",
            "unit",
            "pro",
            "email",
            "name",
            "birth",
            "sex",
            "contact",
            "address",
            "job",
            "authId",
            "authCode",
            "type",
            "userId",
            "newPassword",
            "user",
            "refresh_token",
            "expiration",
            "SIGN_UP",
            "FORGET_PASSWORD",
            "a@b.cd",
        ])
        .prop_map(str::to_owned),
        "\\PC{0,12}",
    ]
}

fn json_value() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(serde_json::Value::from),
        any::<i64>().prop_map(serde_json::Value::from),
        any::<f64>().prop_map(serde_json::Value::from),
        word().prop_map(serde_json::Value::from),
    ];
    leaf.prop_recursive(4, 24, 8, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(serde_json::Value::from),
            prop::collection::vec((word(), inner), 0..8)
                .prop_map(|pairs| serde_json::Value::Object(pairs.into_iter().collect())),
        ]
    })
}

fn body() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        prop::collection::vec(any::<u8>(), 0..64),
        json_value().prop_map(|value| value.to_string().into_bytes()),
        (json_value(), any::<prop::sample::Index>(), any::<u8>()).prop_map(|(value, at, byte)| {
            let mut bytes = value.to_string().into_bytes();
            let index = at.index(bytes.len());
            bytes[index] = byte;
            bytes
        }),
        prop::collection::vec((word(), word()), 0..6).prop_map(|pairs| {
            let pairs: Vec<_> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
            pairs.join("&").into_bytes()
        }),
        prop::collection::vec((word(), word()), 0..6).prop_map(|pairs| {
            let part = |(name, value): &(String, String)| {
                format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
            };
            (pairs.iter().map(part).collect::<String>() + "--b--\r\n").into_bytes()
        }),
    ]
}

fn header() -> impl Strategy<Value = (&'static str, String)> {
    let names = [
        "Authorization",
        "Athorization",
        "Cookie",
        "Accept",
        "Accept-Language",
        "Origin",
        "X-Forwarded-For",
        "Content-Encoding",
    ];
    (prop::sample::select(names.to_vec()), "[ -~]{0,40}")
}

fn junk() -> impl Strategy<Value = Junk> {
    let methods = ["", "", "", "", "GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS"];
    (
        prop::sample::select(CONTRACTS.to_vec()),
        0..32_usize,
        prop::sample::select(methods.to_vec()),
        "[!-~]{0,12}",
        prop::sample::select(MEDIA.to_vec()),
        prop::collection::vec(header(), 0..3),
        body(),
    )
        .prop_map(|(contract, route, method, tail, media, headers, body)| Junk {
            contract,
            route,
            method: method.to_owned(),
            tail,
            media,
            headers,
            body,
        })
}

async fn send(world: &World, junk: &Junk) -> Result<(), TestCaseError> {
    let all = routes(junk.contract);
    let route: &Route = &all[junk.route % all.len()];
    let method = if junk.method.is_empty() { &route.method } else { &junk.method };
    let mut path = String::new();
    for part in route.path.split('/').skip(1) {
        path.push('/');
        path.push_str(if part.starts_with('{') { junk.tail.as_str() } else { part });
    }
    let mut request = world.api(junk.contract).request(method, &path.replace(['#', ' '], ""));
    if let Some(media) = junk.media {
        request = request.header("Content-Type", media);
    }
    for (name, value) in &junk.headers {
        request = request.header(name, value);
    }
    let reply = request.body(junk.body.clone()).send().await;
    let documented = junk.contract == "cakes" && path == "/register" && reply.status == 500;
    prop_assert!(reply.status < 500 || documented, "{:?}", reply);
    // What never parsed as a request is answered by the HTTP library itself: without a content type.
    let bare = reply.status == 400 && reply.header("content-type").is_none();
    if reply.status >= 400 && method != "HEAD" && !bare {
        wears_its_envelope(junk.contract, &reply);
    }
    Ok(())
}

#[test]
fn random_requests_are_never_a_fault() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.expect("a runtime");
    let world = runtime.block_on(World::start());
    let config = Config { cases: 600, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let outcome = runner.run(&junk(), |junk| runtime.block_on(send(&world, &junk)));
    if let Err(error) = outcome {
        panic!("{error}");
    }
    assert_eq!(runtime.block_on(world.faults()), 0.0);
}

/// Registers and signs in with any texts, by form and by JSON.
async fn enrol(
    world: &World,
    (name, password, unit, by_form): (String, String, String, bool),
) -> Result<(), TestCaseError> {
    let api = world.api("cakes");
    let pairs = [
        ("username", name.as_str()),
        ("password", &password),
        ("realname", "r"),
        ("unit", &unit),
        ("pro", "true"),
    ];
    let body = serde_json::json!({"username": name, "password": password, "realname": "r", "unit": unit, "pro": true});
    let request = api.post("/register");
    let reply = if by_form { request.form(&pairs) } else { request.json(&body.to_string()) }.send().await;
    if reply.status != 201 {
        prop_assert_eq!(reply.status, 500, "{:?}", reply);
        wears_its_envelope("cakes", &reply);
        return Ok(());
    }
    let claims = Jwt::read(&reply.cookie("access_token"));
    prop_assert_eq!(claims.claim("username"), name.as_str());
    prop_assert_eq!(claims.claim("unit"), unit.as_str());
    let request = api.post("/login");
    let right =
        if by_form { request.json(&body.to_string()) } else { request.form(&pairs[..2]) }.send().await;
    prop_assert_eq!(right.status, 201, "{:?}", right);
    let wrong = serde_json::json!({"username": name, "password": format!("{password}.")}).to_string();
    prop_assert_eq!(api.post("/login").json(&wrong).send().await.status, 401);
    Ok(())
}

#[test]
fn whoever_registers_can_sign_in_whatever_the_texts() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.expect("a runtime");
    let world = runtime.block_on(World::start());
    let config = Config { cases: 150, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let texts = (any::<String>(), any::<String>(), "\\PC{0,30}", any::<bool>());
    let outcome = runner.run(&texts, |texts| runtime.block_on(enrol(&world, texts)));
    if let Err(error) = outcome {
        panic!("{error}");
    }
    assert_eq!(runtime.block_on(world.faults()), 0.0);
}
