//! What the team's own backend asks: forward-auth, introspection, published keys.

use super::envelope::{CONTRACTS, wears_its_envelope};
use super::expect::{JSON, JSON_UTF8, TEXT_UTF8, empty, exactly, worded};
use crate::world::{NewAccount, START, World};
use doorward_testkit::http_actor::{Jwt, Reply};
use serde_json::{Value, json};

/// Somebody signed in: the header that proves it, and the access token.
struct SignedIn {
    header: (&'static str, String),
    token: String,
    id: String,
}

async fn sign_in(world: &World, contract: &str) -> SignedIn {
    let api = world.api(contract);
    let cookie = |reply: &Reply, id: &str| {
        let token = reply.cookie("access_token");
        SignedIn { header: ("Cookie", format!("access_token={token}")), token, id: id.to_owned() }
    };
    let bearer = |token: &str, id: &str| SignedIn {
        header: ("Authorization", format!("Bearer {token}")),
        token: token.to_owned(),
        id: id.to_owned(),
    };
    match contract {
        "cakes" => {
            let body =
                json!({"username": "한글 name", "password": "p", "realname": "r", "unit": "u", "pro": true});
            let reply = api.post("/register").json(&body.to_string()).send().await;
            let id = Jwt::read(&reply.cookie("access_token")).claim("_id");
            cookie(&reply, id.as_str().expect("a text"))
        }
        "formmate" => {
            let body = json!({
                "email": "a@b.cd", "name": "n", "password": "p", "birth": "040201", "sex": "1", "contact": "1", "address": "a", "job": "j"
            });
            let reply = api.post("/auth/register").json(&body.to_string()).send().await;
            cookie(&reply, reply.json()["id"].as_str().expect("a text"))
        }
        "haenaem" => {
            let body = json!({"authId": "a", "password": "pw", "name": "n", "email": "a@b.cd"}).to_string();
            api.post("/api/auth/sign-up").json(&body).send().await;
            let reply = api.post("/api/auth/sign-in").json(&body).send().await;
            bearer(reply.json()["data"]["token"].as_str().expect("a token"), "1")
        }
        "biji" => {
            let form = [("username", "a"), ("password", "p")];
            api.post("/auth/register").form(&form).send().await;
            let header = api.post("/auth/login").form(&form).send().await.header("authorization");
            bearer(header.expect("a token").strip_prefix("Bearer ").expect("a bearer"), "1")
        }
        _ => {
            let account = NewAccount { name: "a", password: "p", profile: &[], must_change: false };
            world.create("cbs", &account).await;
            let reply = api.post("/api/v1/auth/login").body(r#"{"user":"a","password":"p"}"#).send().await;
            let token = reply.json()["result"]["access_token"].as_str().expect("a token").to_owned();
            bearer(&token, "")
        }
    }
}

#[tokio::test]
async fn verify_answers_204_with_who_it_is() {
    let world = World::start().await;
    for contract in CONTRACTS {
        let who = sign_in(&world, contract).await;
        let reply = world.verify(contract, &[(who.header.0, &who.header.1)]).await;
        empty(&reply, 204, "No Content");
        let account = reply.header("x-doorward-account").expect("the public id");
        if contract == "cbs" {
            assert!(!account.is_empty());
        } else {
            assert_eq!(account, who.id, "{contract}");
        }
        assert!(reply.header("x-doorward-session").is_some_and(|id| !id.is_empty()), "{reply:?}");
        let username = reply.header("x-doorward-username");
        match contract {
            "cakes" => {
                assert_eq!(username.as_deref(), Some("%ED%95%9C%EA%B8%80 name"), "escaped outside ASCII")
            }
            "formmate" => {}
            _ => assert_eq!(username.as_deref(), Some("a"), "{contract}"),
        }
        assert!(reply.set_cookies().is_empty(), "nothing is due: {reply:?}");
    }
}

#[tokio::test]
async fn verify_says_401_in_the_contracts_own_words_whatever_is_wrong() {
    let world = World::start().await;
    for contract in CONTRACTS {
        let who = sign_in(&world, contract).await;
        let junk = who.header.1.replace(&who.token, "junk");
        let mut forged = Jwt::read(&who.token);
        forged.claims = forged.claims.replace(&START.to_string(), &(START + 1).to_string());
        let forged = who.header.1.replace(&who.token, &forged.write());
        let bad: [&[(&str, &str)]; 3] = [&[], &[(who.header.0, &junk)], &[(who.header.0, &forged)]];
        for headers in bad {
            let reply = world.verify(contract, headers).await;
            assert_eq!(reply.status, 401, "{contract}: {reply:?}");
            wears_its_envelope(contract, &reply);
        }
    }
}

#[tokio::test]
async fn a_missing_credential_gets_each_contracts_exact_words() {
    let world = World::start().await;
    exactly(&world.verify("cakes", &[]).await, 401, JSON_UTF8, r#"{"message":"Auth Failed"}"#);
    let formmate = world.verify("formmate", &[]).await;
    worded(&formmate, (401, "No login data"), TEXT_UTF8, "No login data");
    assert_eq!(formmate.set_cookies().len(), 2, "both are cleared");
    let haenaem = r#"{"data":null,"error":"올바르지 않은 접근 권한"}"#;
    exactly(&world.verify("haenaem", &[]).await, 401, JSON, haenaem);
    let biji = r#"{"code":401,"message":"Unauthorized","data":{}}"#;
    exactly(&world.verify("biji", &[]).await, 401, JSON, biji);
}

#[tokio::test]
async fn tokens_of_one_realm_are_nothing_in_another() {
    let world = World::start().await;
    for contract in CONTRACTS {
        let who = sign_in(&world, contract).await;
        for other in CONTRACTS.into_iter().filter(|other| *other != contract) {
            let bearer = format!("Bearer {}", who.token);
            let cookie = format!("access_token={}", who.token);
            let headers = [("Authorization", bearer.as_str()), ("Cookie", cookie.as_str())];
            assert_eq!(world.verify(other, &headers).await.status, 401, "{contract} at {other}");
            assert_eq!(world.introspect(other, &who.token).await.text(), r#"{"active":false}"#);
        }
    }
}

#[tokio::test]
async fn verify_reads_the_original_requests_headers_whatever_its_method_was() {
    let world = World::start().await;
    let who = sign_in(&world, "haenaem").await;
    let headers = [
        (who.header.0, who.header.1.as_str()),
        ("X-Original-Method", "POST"),
        ("X-Original-URI", "/anything"),
        ("X-Forwarded-Method", "POST"),
        ("X-Forwarded-Uri", "/anything"),
    ];
    assert_eq!(world.verify("haenaem", &headers).await.status, 204);
}

#[tokio::test]
async fn an_unknown_realm_is_not_found() {
    let world = World::start().await;
    for path in ["/_doorward/nobody/verify", "/_doorward/nobody/jwks.json", "/_doorward/nowhere"] {
        assert_eq!(world.actor().get(path).send().await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn verify_chooses_a_contract_of_the_realm() {
    let world = World::start().await;
    let who = sign_in(&world, "biji").await;
    let ask = |query: &str| {
        let path = format!("/_doorward/biji/verify{query}");
        world.actor().get(&path).header(who.header.0, &who.header.1)
    };
    assert_eq!(ask("").send().await.status, 204);
    assert_eq!(ask("?contract=biji").send().await.status, 204);
    for unknown in ["?contract=nobody", "?contract=", "?contract=biji&contract=cakes"] {
        assert_eq!(ask(unknown).send().await.status, 401, "{unknown}");
    }
    for original in ["?tag=1&tag=2", "?of=%zz", "?x=%ff&contract=biji", "?&&="] {
        assert_eq!(ask(original).send().await.status, 204, "a proxy may send it along: {original}");
    }
}

#[tokio::test]
async fn nobodys_name_is_told_as_somebody_elses() {
    let world = World::start().await;
    let api = world.api("biji").under("/biji/auth");
    for (name, told) in [("ann", "ann"), (" ann", "%20ann"), ("ann ", "ann%20"), ("a%6En", "a%256En")] {
        let form = [("username", name), ("password", "p")];
        assert_eq!(api.post("/register").form(&form).send().await.status, 200, "{name:?}");
        let token = api.post("/login").form(&form).send().await.header("authorization").expect("a token");
        let reply = world.verify("biji", &[("Authorization", &token)]).await;
        assert_eq!(reply.header("x-doorward-username").as_deref(), Some(told), "{name:?}");
    }
}

#[tokio::test]
async fn introspection_tells_the_active_from_the_rest() {
    let world = World::start().await;
    for contract in CONTRACTS {
        let who = sign_in(&world, contract).await;
        let reply = world.introspect(contract, &who.token).await;
        assert_eq!(reply.status, 200, "{contract}: {reply:?}");
        assert!(reply.header("content-type").is_some_and(|media| media.starts_with("application/json")));
        let body = reply.json();
        assert_eq!(body["active"], true, "{contract}: {body}");
        assert_eq!(body["iat"], START, "{contract}: {body}");
        assert_eq!(body["exp"], Jwt::read(&who.token).claim("exp"), "{contract}: {body}");
        assert!(body["sub"].is_string(), "{contract}: {body}");
        for bad in ["junk", "", "a.b.c", &format!("{}x", who.token)] {
            let reply = world.introspect(contract, bad).await;
            exactly_inactive(&reply);
        }
    }
    assert_eq!(world.faults().await, 0.0);
}

#[track_caller]
fn exactly_inactive(reply: &Reply) {
    if reply.status == 200 {
        assert_eq!(reply.text(), r#"{"active":false}"#);
    } else {
        assert_eq!(reply.status, 400, "an empty token is no request: {reply:?}");
    }
}

#[tokio::test]
async fn an_ended_session_is_inactive_at_once() {
    let world = World::start().await;
    let who = sign_in(&world, "biji").await;
    assert_eq!(world.introspect("biji", &who.token).await.json()["active"], true);
    let out = world.api("biji").post("/auth/logout").bearer(&who.token).body("").send().await;
    assert_eq!(out.status, 200);
    assert_eq!(world.introspect("biji", &who.token).await.text(), r#"{"active":false}"#);
}

#[tokio::test]
async fn what_an_operator_does_ends_sessions_at_once() {
    for contract in CONTRACTS {
        let name = match contract {
            "cakes" => "한글 name",
            "formmate" => "a@b.cd",
            _ => "a",
        };
        for act in ["lock", "set_password", "delete"] {
            let world = World::start().await;
            let who = sign_in(&world, contract).await;
            assert_eq!(world.verify(contract, &[(who.header.0, &who.header.1)]).await.status, 204);
            match act {
                "lock" => world.lock(contract, name).await,
                "set_password" => world.set_password(contract, name, "another").await,
                _ => world.delete(contract, name).await,
            }
            let reply = world.verify(contract, &[(who.header.0, &who.header.1)]).await;
            assert_eq!(reply.status, 401, "{contract} {act}: {reply:?}");
            wears_its_envelope(contract, &reply);
            assert_eq!(world.introspect(contract, &who.token).await.text(), r#"{"active":false}"#);
        }
    }
}

#[tokio::test]
async fn introspection_asks_for_the_realms_secret() {
    let world = World::start().await;
    let who = sign_in(&world, "haenaem").await;
    let path = "/_doorward/haenaem/introspect";
    let ask = || world.actor().post(path).form(&[("token", &who.token)]);
    let secret = world.introspection_secret("haenaem");
    let bare = ask().send().await;
    assert_eq!(bare.status, 401, "{bare:?}");
    assert!(bare.header("www-authenticate").is_some(), "{bare:?}");
    assert_eq!(ask().bearer("wrong").send().await.status, 401);
    let foreign = world.introspection_secret("cakes");
    assert_ne!(secret, foreign);
    assert_eq!(ask().bearer(&foreign).send().await.status, 401, "each realm has its own");
    assert_eq!(ask().bearer(&secret).send().await.json()["active"], true);
    let basic = world.basic("doorward", &secret);
    assert_eq!(ask().header("Authorization", &basic).send().await.json()["active"], true);
    let method = world.actor().get(path).bearer(&secret).send().await;
    assert_eq!(method.status, 405, "{method:?}");
}

#[tokio::test]
async fn symmetric_keys_are_not_published() {
    let world = World::start().await;
    for contract in CONTRACTS {
        let reply = world.actor().get(&format!("/_doorward/{contract}/jwks.json")).send().await;
        assert_eq!(reply.status, 200, "{reply:?}");
        assert_eq!(reply.json(), json!({"keys": []}), "{contract}");
    }
}

#[tokio::test]
async fn health_and_readiness_answer() {
    let world = World::start().await;
    for path in ["/_doorward/health", "/_doorward/ready"] {
        assert_eq!(world.actor().get(path).send().await.status, 200, "{path}");
    }
}

#[tokio::test]
async fn outcomes_are_counted_by_realm_action_and_outcome() {
    let world = World::start().await;
    let who = sign_in(&world, "biji").await;
    world.api("biji").post("/auth/login").form(&[("username", "a"), ("password", "x")]).send().await;
    world.api("biji").post("/auth/logout").bearer(&who.token).body("").send().await;
    let metrics = world.actor().get("/_doorward/metrics").send().await.text();
    for (action, outcome) in [
        ("register", "registered"),
        ("login", "signed_in"),
        ("login", "wrong_password"),
        ("logout", "signed_out"),
    ] {
        let line = metrics.lines().find(|line| {
            line.starts_with("action_outcome_total{")
                && [("realm", "biji"), ("action", action), ("outcome", outcome)]
                    .iter()
                    .all(|(name, value)| line.contains(&format!("{name}=\"{value}\"")))
        });
        let line = line.unwrap_or_else(|| panic!("{action} {outcome} in {metrics}"));
        assert!(line.ends_with(" 1"), "{line}");
    }
}

#[tokio::test]
async fn mails_lie_in_the_development_mailbox_oldest_first() {
    let world = World::start().await;
    let api = world.api("haenaem");
    for (number, email) in ["one@x.yz", "two@x.yz", "one@x.yz"].iter().enumerate() {
        let body = json!({"authId": format!("user{number}"), "email": email, "type": "SIGN_UP"}).to_string();
        assert_eq!(api.post("/api/auth/send/auth-key").json(&body).send().await.status, 200);
        world.mails(email, if number == 2 { 2 } else { 1 }).await;
    }
    let all = world.actor().get("/_doorward/mailbox").header("Accept", "application/json").send().await;
    let all = all.json();
    let list: Vec<&Value> = all.as_array().expect("a list").iter().collect();
    let to: Vec<_> = list.iter().map(|mail| mail["to"].as_str().unwrap_or_default()).collect();
    assert_eq!(to, ["one@x.yz", "two@x.yz", "one@x.yz"]);
    for mail in list {
        assert_eq!(super::expect::keys(mail), ["to", "subject", "text", "at"]);
    }
    assert_eq!(world.mails("one@x.yz", 2).await.len(), 2);
    let page = world.actor().get("/_doorward/mailbox").header("Accept", "text/html").send().await;
    assert!(page.header("content-type").is_some_and(|media| media.starts_with("text/html")), "{page:?}");
}
