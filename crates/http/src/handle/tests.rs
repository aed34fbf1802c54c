//! Requests from end to end, without a socket.

use crate::testing::{Bed, Sent};
use std::time::Duration;

const MINUTE: Duration = Duration::from_secs(60);
const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

fn cookies(sent: &Sent) -> String {
    format!("junk; at=; {}; {}", sent.cookie("rt"), sent.cookie("at").replace("at=", "at2="))
}

#[tokio::test]
async fn a_login_sets_cookies_to_the_byte() {
    let bed = Bed::new().await;
    let sent = bed.kim().await;
    assert_eq!((sent.status, sent.reason.as_str(), sent.body.as_str()), (200, "Welcome back", r#"{"id":1}"#));
    let access = sent.line("at").expect("cookie");
    let ending = "; Max-Age=1800; Path=/; Expires=Thu, 01 Jan 2026 00:30:00 GMT; HttpOnly";
    assert!(access.ends_with(ending), "{access}");
    let refresh = sent.line("rt").expect("cookie");
    assert!(refresh.ends_with("; path=/; expires=Thu, 15 Jan 2026 00:00:00 GMT; httponly"), "{refresh}");
    assert_eq!(sent.header("x-face"), Some("cookies"));
    assert_eq!(sent.header("cache-control"), Some("no-store"));
    assert_eq!(sent.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(sent.header("referrer-policy"), Some("no-referrer"));
    assert_eq!(sent.header("vary"), Some("Origin"));
}

#[tokio::test]
async fn secure_cookies_only_over_https() {
    let bed = Bed::new().await;
    bed.kim().await;
    let headers = [("x-forwarded-proto", "https"), ("x-forwarded-for", "192.0.2.9"), FORM];
    let sent = bed.send("POST", "/c/auth/login", &headers, "username=kim&password=pw").await;
    assert!(sent.line("at").expect("cookie").ends_with("; HttpOnly; Secure"));
    assert!(bed.lines.0.lock().expect("lines").last().expect("line").contains("192.0.2.9"));
}

#[tokio::test]
async fn bodies_of_every_declared_type() {
    let bed = Bed::new().await;
    bed.kim().await;
    let part = |name: &str, value: &str| {
        format!(
            "--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\nContent-Type: text/plain\r\n\r\n{value}\r\n"
        )
    };
    let multipart = format!("{}{}--b--\r\n", part("username", "kim"), part("password", "pw"));
    let typed = [("content-type", "multipart/form-data; boundary=b")];
    assert_eq!(bed.send("POST", "/c/auth/login", &typed, &multipart).await.status, 200);
    let json = [("content-type", "Application/JSON; charset=utf-8")];
    let body = r#"{"username":"kim","password":"pw"}"#;
    assert_eq!(bed.send("POST", "/c/auth/login", &json, body).await.status, 200);
    for types in [&[("content-type", "text/plain")][..], &[], &[json[0], ("content-encoding", "gzip")]] {
        let sent = bed.send("POST", "/c/auth/login", types, body).await;
        assert_eq!(
            (sent.status, sent.json()["error"].as_str()),
            (415, Some("unsupported_media")),
            "{types:?}"
        );
    }
}

#[tokio::test]
async fn broken_bodies_are_malformed_and_large_ones_too_large() {
    let bed = Bed::new().await;
    let doubled = r#"{"username":"kim","username":"kim","password":"pw"}"#;
    for body in [doubled, "{", "[1", "nonsense"] {
        let sent = bed.post("/c/auth/login", body).await;
        assert_eq!((sent.status, sent.json()["error"].as_str()), (400, Some("malformed")), "{body}");
    }
    let sent = bed.send("POST", "/c/auth/login", &[FORM], "username=a&username=b").await;
    assert_eq!(sent.status, 400);
    let sent = bed.post("/c/auth/login", &format!("\"{}\"", "x".repeat(64 * 1024))).await;
    assert_eq!((sent.status, sent.json()["error"].as_str()), (413, Some("too_large")));
}

#[tokio::test]
async fn violations_come_in_order_and_once() {
    let bed = Bed::new().await;
    for (body, fields) in [
        ("", r#"{"fields":["username:required","password:required"]}"#),
        (
            r#"{"username":null,"extra":1}"#,
            r#"{"fields":["password:required","extra:additionalProperties","username:type"]}"#,
        ),
    ] {
        let sent = bed.post("/c/auth/login", body).await;
        assert_eq!((sent.status, sent.body.as_str()), (422, fields));
    }
}

#[tokio::test]
async fn unknown_paths_and_methods_wear_the_envelope() {
    let bed = Bed::new().await;
    let sent = bed.get("/c/auth/nothing", &[]).await;
    assert_eq!((sent.status, sent.reason.as_str()), (404, "Not Found"));
    assert_eq!(sent.body, r#"{"error":"not_found","status":404,"message":"Not Found"}"#);
    let sent = bed.get("/c/auth/login", &[]).await;
    assert_eq!((sent.status, sent.header("allow")), (405, Some("POST, OPTIONS")));
    let sent = bed.send("HEAD", "/c/auth/login", &[], "").await;
    assert_eq!(sent.status, 405);
    let sent = bed.send("HEAD", "/c/auth/free/kim", &[], "").await;
    assert_eq!(sent.status, 200);
    assert_eq!(bed.get("/other", &[]).await.body, r#"{"error":"not_found"}"#);
    assert_eq!(bed.get("/cc/auth/login", &[]).await.body, r#"{"error":"not_found"}"#);
}

#[tokio::test]
async fn path_parameters_are_decoded_after_matching() {
    let bed = Bed::new().await;
    bed.post("/c/auth/register", r#"{"username":"k@m/x","password":"pw"}"#).await;
    for (path, free) in [("k@m%2Fx", false), ("k%40m%2fx", false), ("k@m", true)] {
        let sent = bed.get(&format!("/c/auth/free/{path}"), &[("cookie", "%%%; =;;at=junk")]).await;
        assert_eq!(sent.json()["free"], free, "{path}");
    }
    for path in ["%FF", "%zz", "a/b", ""] {
        assert_eq!(bed.get(&format!("/c/auth/free/{path}"), &[]).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn cors_on_replies_errors_and_preflights() {
    let bed = Bed::new().await;
    let good = [("origin", "https://good.com"), ("access-control-request-method", "POST")];
    let sent = bed.send("OPTIONS", "/c/auth/login", &good, "").await;
    assert_eq!((sent.status, sent.body.as_str()), (204, ""));
    assert_eq!(sent.header("access-control-allow-methods"), Some("GET,POST"));
    assert_eq!(sent.header("content-type"), None);
    let sent = bed.get("/c/auth/nothing", &good).await;
    assert_eq!(sent.header("access-control-allow-origin"), Some("https://good.com"));
    let sent = bed.get("/c/auth/nothing", &[("origin", "https://evil.com")]).await;
    assert_eq!((sent.header("access-control-allow-origin"), sent.header("vary")), (None, Some("Origin")));
    assert_eq!(bed.send("OPTIONS", "/c/auth/login", &[], "").await.status, 405);
}

#[tokio::test]
async fn silent_refresh_serves_and_renews() {
    let bed = Bed::new().await;
    let kim = bed.kim().await;
    let refresh = cookies(&kim);
    let sent = bed.get("/c/auth/me", &[("cookie", &refresh)]).await;
    assert_eq!((sent.status, sent.body.as_str()), (200, r#"{"name":"kim"}"#));
    assert_eq!(sent.line("rt"), None);
    let fresh = sent.cookie("at");
    let sent = bed.get("/c/auth/me", &[("cookie", &fresh)]).await;
    assert_eq!((sent.status, sent.line("at")), (200, None));
    // On operations without security too, and for an access token that is stale.
    bed.clock.advance(31 * MINUTE);
    let both = format!("{fresh}; {}", kim.cookie("rt"));
    assert!(bed.get("/c/auth/free/x", &[("cookie", &both)]).await.line("at").is_some());
    let stale = bed.get("/c/auth/me", &[("cookie", &fresh)]).await;
    assert_eq!((stale.status, stale.json()["error"].as_str()), (401, Some("expired_token")));
    // A bad token changes nothing.
    let junk = bed.get("/c/auth/free/x", &[("cookie", "rt=junk")]).await;
    assert_eq!((junk.status, junk.headers.get("set-cookie")), (200, None));
}

#[tokio::test]
async fn logout_clears_and_wins_over_renewal() {
    let bed = Bed::new().await;
    let refresh = cookies(&bed.kim().await);
    let sent = bed.send("POST", "/c/auth/logout", &[("cookie", &refresh)], "").await;
    assert_eq!((sent.status, sent.body.as_str(), sent.header("content-type")), (204, "", None));
    assert_eq!(
        sent.line("at").as_deref(),
        Some("at=; Max-Age=0; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly")
    );
    assert_eq!(sent.headers.get_all("set-cookie").iter().count(), 2);
    let sent = bed.send("POST", "/c/auth/logout", &[("cookie", &refresh)], "").await;
    assert_eq!((sent.status, sent.json()["error"].as_str()), (401, Some("ended_session")));
    let sent = bed.send("POST", "/c/auth/logout", &[], "").await;
    assert_eq!((sent.status, sent.json()["error"].as_str()), (401, Some("missing_token")));
}

#[tokio::test]
async fn verify_says_who_it_is_or_401() {
    let bed = Bed::new().await;
    bed.post("/c/auth/register", r#"{"username":"kimé김","password":"pw"}"#).await;
    let kim = bed.post("/c/auth/login", r#"{"username":"kimé김","password":"pw"}"#).await;
    let sent = bed.get("/_doorward/test/verify", &[("cookie", &kim.cookie("at"))]).await;
    assert_eq!(sent.header("x-doorward-username"), Some("kim%C3%A9%EA%B9%80"));
    let kim = bed.kim().await;
    let sent = bed.get("/_doorward/test/verify", &[("cookie", &kim.cookie("at"))]).await;
    assert_eq!((sent.status, sent.body.as_str(), sent.header("content-type")), (204, "", None));
    assert_eq!(sent.header("x-doorward-username"), Some("kim"));
    assert!(sent.header("x-doorward-account").is_some_and(|id| id.parse::<u64>().is_ok()));
    assert_eq!(sent.header("x-doorward-session").map(str::len), Some(36));
    assert_eq!(sent.headers.get("set-cookie"), None);
    let sent = bed.get("/_doorward/test/verify", &[("cookie", &cookies(&kim))]).await;
    assert_eq!(sent.status, 204);
    assert!(sent.line("at").is_some());
    let sent = bed.get("/_doorward/test/verify", &[]).await;
    assert_eq!((sent.status, sent.json()["error"].as_str()), (401, Some("missing_token")));
    assert!(sent.line("rt").is_some_and(|line| line.contains("rt=;")));
    assert_eq!(bed.get("/_doorward/test/verify?contract=none", &[]).await.status, 401);
    assert_eq!(bed.post("/_doorward/test/verify", "").await.status, 405);
}

#[tokio::test]
async fn sliding_life_in_a_header_up_to_the_longest() {
    let bed = Bed::new().await;
    bed.kim().await;
    let sent = bed.post("/b/login/", r#"{"username":"kim","password":"pw"}"#).await;
    assert_eq!(sent.status, 601);
    let token = sent.json()["token"].as_str().expect("token").to_owned();
    assert_eq!(sent.body, format!("{{\n  \"token\": \"{token}\",\n  \"expires_in\": 3600\n}}"));
    let bearer = format!("bearer {token}");
    let verify = "/_doorward/test/verify?contract=bearer";
    bed.clock.advance(20 * MINUTE);
    let calm = bed.get(verify, &[("authorization", &bearer)]).await;
    assert_eq!((calm.status, calm.header("x-token")), (204, None));
    bed.clock.advance(20 * MINUTE);
    let slid = bed.get(verify, &[("authorization", &bearer)]).await;
    let fresh = slid.header("x-token").expect("a fresh token").to_owned();
    // Never past sign-in + longest.
    bed.clock.advance(45 * MINUTE);
    let late = bed.get(verify, &[("authorization", &format!("Bearer {fresh}"))]).await;
    assert_eq!((late.status, late.header("x-token")), (204, None));
    assert_eq!(bed.get(verify, &[("authorization", &bearer)]).await.status, 401);
    bed.clock.advance(5 * MINUTE);
    assert_eq!(bed.get(verify, &[("authorization", &format!("Bearer {fresh}"))]).await.status, 401);
}

#[tokio::test]
async fn old_routers_habits_and_optional_credentials() {
    let bed = Bed::new().await;
    bed.post("/c/auth/register", r#"{"username":"KiM","password":"pw"}"#).await;
    assert_eq!(bed.get("/b/WHO/KiM/Me/", &[]).await.json()["free"], false);
    assert_eq!(bed.get("/b/who/kim/me", &[]).await.json()["free"], true);
    let sent = bed.get("/b/who/kim/me", &[("authorization", "Bearer junk")]).await;
    assert_eq!((sent.status, sent.json()["error"].as_str()), (401, Some("invalid_token")));
    let sent = bed.get("/b/who/kim/me", &[("accept", "text/html")]).await;
    assert_eq!((sent.status, sent.json()["error"].as_str()), (406, Some("not_acceptable")));
}

#[tokio::test]
async fn faults_and_panics_stay_in_the_envelope() {
    let bed = Bed::new().await;
    bed.kim().await;
    let login = |password: &str| format!(r#"{{"username":"kim","password":"{password}"}}"#);
    let sent = bed.post("/c/auth/login", &login("panic")).await;
    assert_eq!((sent.status, sent.json()["error"].as_str()), (500, Some("broken")));
    let sent = bed.post("/c/auth/login", &login("fault")).await;
    assert_eq!((sent.status, sent.body.contains("secret")), (500, false));
    let sent = bed.post("/c/auth/login", &login("overload")).await;
    assert_eq!((sent.status, sent.header("retry-after")), (503, Some("7")));
    let metrics = bed.get("/_doorward/metrics", &[]).await.body;
    assert!(metrics.contains("faults_total 3"), "{metrics}");
    let counted = "action_outcome_total{realm=\"test\",action=\"login\",outcome=\"signed_in\"} 1";
    assert!(metrics.contains(counted), "{metrics}");
    assert!(metrics.contains("route=\"/c/auth/login\",method=\"POST\""), "{metrics}");
}

#[tokio::test]
async fn log_lines_hold_templates_only() {
    let bed = Bed::new().await;
    bed.get("/c/auth/free/hidden?also=hidden", &[]).await;
    bed.get("/c/hidden", &[]).await;
    bed.get("/hidden", &[]).await;
    let lines = bed.lines.0.lock().expect("lines").join("\n");
    assert!(!lines.contains("hidden"), "{lines}");
    assert!(lines.contains("/c/auth/free/{name}") && lines.contains("check_available"), "{lines}");
}

#[tokio::test]
async fn introspection_needs_the_secret() {
    let bed = Bed::new().await;
    let kim = bed.kim().await;
    let token = kim.cookie("at").replace("at=", "token=");
    let ask = |authorization: &'static str, body: String| {
        let bed = &bed;
        async move {
            let headers = [("authorization", authorization), FORM];
            bed.send("POST", "/_doorward/test/introspect", &headers, &body).await
        }
    };
    assert_eq!(ask("Bearer wrong", token.clone()).await.status, 401);
    assert_eq!(ask("Bearer ", token.clone()).await.status, 401);
    // "any:let-me-in"
    for good in ["Bearer let-me-in", "Basic YW55OmxldC1tZS1pbg=="] {
        let sent = ask(good, token.clone()).await.json();
        assert_eq!((&sent["active"], &sent["username"]), (&true.into(), &"kim".into()));
        assert_eq!((&sent["sub"], &sent["exp"]), (&"1".into(), &1_767_227_400.into()));
    }
    let refresh = kim.cookie("rt").replace("rt=", "token=");
    assert_eq!(ask("Bearer let-me-in", refresh).await.json()["token_type"], "refresh_token");
    assert_eq!(ask("Bearer let-me-in", "token=junk".to_owned()).await.body, r#"{"active":false}"#);
    assert_eq!(ask("Bearer let-me-in", "x=1".to_owned()).await.status, 400);
}

#[tokio::test]
async fn health_readiness_and_keys() {
    let bed = Bed::new().await;
    assert_eq!(bed.get("/_doorward/health", &[]).await.status, 200);
    assert_eq!(bed.get("/_doorward/ready", &[]).await.status, 200);
    assert_eq!(bed.get("/_doorward/test/jwks.json", &[]).await.body, r#"{"keys":[]}"#);
    assert_eq!(bed.get("/_doorward/none/jwks.json", &[]).await.status, 404);
    assert_eq!(bed.send("DELETE", "/_doorward/health", &[], "").await.status, 405);
    bed.app.stopping();
    assert_eq!(bed.get("/_doorward/ready", &[]).await.status, 503);
}
