//! Violations, request errors, CORS.

use super::*;

#[tokio::test]
async fn violations_are_korean_by_default_and_english_on_request() {
    let world = World::start().await;
    let api = api(&world);
    let sign_up = |body: &Value, language: Option<&str>| {
        let request = api.post("/sign-up").json(&body.to_string());
        match language {
            Some(language) => request.header("Accept-Language", language),
            None => request,
        }
    };
    let languages = [
        (None, ["널이어서는 안됩니다", "공백일 수 없습니다", "올바른 형식의 이메일 주소여야 합니다"]),
        (
            Some("ko-KR,ko;q=0.9,en;q=0.8"),
            ["널이어서는 안됩니다", "공백일 수 없습니다", "올바른 형식의 이메일 주소여야 합니다"],
        ),
        (Some("fr"), ["널이어서는 안됩니다", "공백일 수 없습니다", "올바른 형식의 이메일 주소여야 합니다"]),
        (
            Some("en-US,en;q=0.9,ko;q=0.5"),
            ["must not be null", "must not be blank", "must be a well-formed email address"],
        ),
        (Some("en"), ["must not be null", "must not be blank", "must be a well-formed email address"]),
    ];
    for (language, [null, blank, email]) in languages {
        let nothing = sign_up(&json!({}), language).send().await;
        violated(&nothing, &[("authId", null), ("password", null), ("name", null), ("email", null)]);
        let body = json!({"authId": " ", "password": "\t\n", "name": "", "email": "canary"});
        let blanks = sign_up(&body, language).send().await;
        violated(&blanks, &[("authId", blank), ("password", blank), ("name", blank), ("email", email)]);
        let body = json!({"authId": null, "password": "pw", "name": "n", "email": ""});
        let mixed = sign_up(&body, language).send().await;
        violated(&mixed, &[("authId", null), ("email", blank), ("email", email)]);
    }
}

#[tokio::test]
async fn every_body_is_validated_in_its_own_envelope() {
    let world = World::start().await;
    let api = api(&world);
    let null = "널이어서는 안됩니다";
    violated(&api.post("/sign-in").json("{}").send().await, &[("authId", null), ("password", null)]);
    violated(&api.post("/withdrawal").json("{}").send().await, &[("authId", null), ("password", null)]);
    let send = api.post("/send/auth-key").json("{}").send().await;
    violated(&send, &[("authId", null), ("email", null), ("type", null)]);
    let reset = api.post("/reset/password").json("{}").send().await;
    violated(&reset, &[("userId", null), ("authCode", null), ("newPassword", null)]);
    for user in [json!("1"), json!(1.5), json!(true), json!([1]), json!({})] {
        let body = json!({"userId": user, "authCode": "000000", "newPassword": "hello"});
        violated(&post(&api, "/reset/password", &body).await, &[("userId", null)]);
    }
    let body = json!({"authId": "a", "email": "a@b.cd", "type": "canary"});
    let reply = post(&api, "/send/auth-key", &body).await;
    violated(&reply, &[("type", "허용 되지 않는 값입니다")]);
    let short = json!({"authId": "a", "password": "1", "name": "n", "email": "a@b.cd"});
    violated(&post(&api, "/sign-up", &short).await, &[("password", "너무 짧습니다")]);
    assert_eq!(world.faults().await, 0.0);
}

#[tokio::test]
async fn an_id_that_cannot_be_one_is_a_violation_wherever_it_would_be_set() {
    let world = World::start().await;
    let api = api(&world);
    let long = "x".repeat(255);
    for (auth_id, message) in [(long.as_str(), "너무 깁니다"), ("a\u{7}", "사용할 수 없는 문자가 있습니다")]
    {
        let sign_up = json!({"authId": auth_id, "password": "pw", "name": "n", "email": "a@b.cd"});
        violated(&post(&api, "/sign-up", &sign_up).await, &[("authId", message)]);
        let code = json!({"authId": auth_id, "email": "a@b.cd", "type": "SIGN_UP"});
        violated(&post(&api, "/send/auth-key", &code).await, &[("authId", message)]);
    }
    assert!(world.mails("a@b.cd", 0).await.is_empty());
    assert_eq!(world.faults().await, 0.0);
}

#[tokio::test]
async fn unknown_members_are_ignored() {
    let world = World::start().await;
    let api = api(&world);
    let mut body: Value = serde_json::from_str(SIGN_UP).expect("a sample body");
    body["id"] = json!(77);
    body["locked"] = json!(true);
    data(&post(&api, "/sign-up", &body).await, r#"{"id":1,"name":"parkh"}"#);
    data_is_signed_in(&api).await;
}

#[tokio::test]
async fn request_errors_keep_their_status_inside_the_envelope() {
    let world = World::start().await;
    let api = api(&world);
    refused(&api.post("/sign-in").json("{").send().await, 400, "잘못된 요청 형식");
    refused(&api.get("/nowhere").send().await, 404, "존재 하지 않는 경로");
    refused(&world.api("haenaem").get("/sign-in").send().await, 404, "존재 하지 않는 경로");
    let method = api.get("/sign-in").send().await;
    refused(&method, 405, "허용 되지 않는 메서드");
    assert_eq!(method.header("allow").as_deref().map(|allow| allow.contains("POST")), Some(true));
    let media = api.post("/sign-in").header("Content-Type", "text/plain").body(SIGN_IN).send().await;
    refused(&media, 415, "지원 하지 않는 요청 형식");
    let large = api.post("/sign-in").json(&format!("{{\"x\":\"{}\"}}", "x".repeat(4 << 20))).send().await;
    refused(&large, 413, "너무 큰 요청");
}

#[tokio::test]
async fn cors_echoes_an_allowed_origin_with_credentials() {
    let world = World::start().await;
    let api = signed_up(&world).await;
    let origin = "http://localhost:3000";
    let pre = api.request("OPTIONS", "/sign-in").header("Origin", origin);
    let pre = pre.header("Access-Control-Request-Method", "PROPFIND");
    let pre = pre.header("Access-Control-Request-Headers", "x-anything, authorization").send().await;
    assert!((200..300).contains(&pre.status), "{pre:?}");
    assert_eq!(pre.header("access-control-allow-methods").as_deref(), Some("PROPFIND"));
    assert_eq!(pre.header("access-control-allow-headers").as_deref(), Some("x-anything, authorization"));
    let good = api.post("/sign-in").header("Origin", origin).json(SIGN_IN).send().await;
    let bad = api.post("/sign-in").header("Origin", origin).json("{").send().await;
    for reply in [&good, &bad] {
        let exposed = reply.header("access-control-expose-headers");
        assert_eq!(exposed.as_deref(), Some("Authorization"), "{reply:?}");
    }
    for reply in [pre, good, bad] {
        assert_eq!(reply.header("access-control-allow-origin").as_deref(), Some(origin), "{reply:?}");
        assert_eq!(reply.header("access-control-allow-credentials").as_deref(), Some("true"));
    }
    let foreign = api.post("/sign-in").header("Origin", "https://evil.example").json(SIGN_IN).send().await;
    assert_eq!(foreign.header("access-control-allow-origin"), None);
    assert_eq!(foreign.header("access-control-allow-credentials"), None);
}
