//! Mailed codes: sending and checking.

use super::*;

#[tokio::test]
async fn a_code_for_sign_up_is_mailed_in_the_documents_words() {
    let world = World::start().await;
    let api = api(&world);
    let code = send_code(&world, &api, "SIGN_UP", "parkh", EMAIL).await;
    assert!(code.len() == 6 && code.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')), "{code}");
    let mails = world.mails(EMAIL, 1).await;
    assert_eq!(mails.len(), 1);
    assert_eq!((mails[0].to.as_str(), mails[0].subject.as_str()), (EMAIL, "해냄 인증 요청"));
    assert_eq!(mails[0].text, format!("parkh 님 안녕하세요.\n해냄 확인 코드 : {code}"));
}

#[tokio::test]
async fn a_taken_address_comes_before_a_taken_id() {
    let world = World::start().await;
    let api = signed_up(&world).await;
    let ask = |auth_id: &str, email: &str| json!({"authId": auth_id, "email": email, "type": "SIGN_UP"});
    refused(&post(&api, "/send/auth-key", &ask("other", EMAIL)).await, 400, "이미 존재 하는 이메일");
    refused(&post(&api, "/send/auth-key", &ask("phj123", EMAIL)).await, 400, "이미 존재 하는 이메일");
    let taken = post(&api, "/send/auth-key", &ask("phj123", "new@naver.com")).await;
    refused(&taken, 400, "이미 존재 하는 사용자 아이디");
    assert!(world.mails(EMAIL, 0).await.is_empty());
    assert!(world.mails("new@naver.com", 0).await.is_empty());
}

#[tokio::test]
async fn a_code_for_a_lost_password_goes_to_its_owner_only() {
    let world = World::start().await;
    let api = signed_up(&world).await;
    let ask =
        |auth_id: &str, email: &str| json!({"authId": auth_id, "email": email, "type": "FORGET_PASSWORD"});
    refused(&post(&api, "/send/auth-key", &ask("nobody", EMAIL)).await, 400, UNKNOWN);
    refused(&post(&api, "/send/auth-key", &ask("phj123", "thief@naver.com")).await, 400, DENIED);
    assert!(world.mails("thief@naver.com", 0).await.is_empty());
    send_code(&world, &api, "FORGET_PASSWORD", "phj123", EMAIL).await;
    let mail = world.mails(EMAIL, 1).await.remove(0);
    assert!(mail.text.starts_with("phj123 님 안녕하세요.\n해냄 확인 코드 : "), "{}", mail.text);
}

#[tokio::test]
async fn asking_for_a_code_again_at_once_is_served_and_only_the_newest_counts() {
    let world = World::start().await;
    let api = api(&world);
    let first = send_code(&world, &api, "SIGN_UP", "parkh", EMAIL).await;
    let second = send_code(&world, &api, "SIGN_UP", "parkh", EMAIL).await;
    assert_ne!(first, second);
    assert!(!check(&api, "SIGN_UP", "parkh", EMAIL, &first).await);
    assert!(check(&api, "SIGN_UP", "parkh", EMAIL, &second).await);
}

#[tokio::test]
async fn newest_is_per_address_and_type() {
    let world = World::start().await;
    let api = signed_up(&world).await;
    let lost = send_code(&world, &api, "FORGET_PASSWORD", "phj123", EMAIL).await;
    let other = send_code(&world, &api, "SIGN_UP", "new", "new@naver.com").await;
    let another = send_code(&world, &api, "SIGN_UP", "newer", "newer@naver.com").await;
    assert!(check(&api, "FORGET_PASSWORD", "phj123", EMAIL, &lost).await);
    assert!(check(&api, "SIGN_UP", "new", "new@naver.com", &other).await);
    assert!(check(&api, "SIGN_UP", "newer", "newer@naver.com", &another).await);
    assert!(!check(&api, "SIGN_UP", "phj123", EMAIL, &lost).await, "a code is for one type");
    assert!(!check(&api, "SIGN_UP", "new", "newer@naver.com", &another).await, "and for one authId");
}

#[tokio::test]
async fn a_code_is_good_for_ten_minutes_and_checking_does_not_consume_it() {
    let world = World::start().await;
    let api = api(&world);
    let code = send_code(&world, &api, "SIGN_UP", "parkh", EMAIL).await;
    world.advance(10 * MINUTE - SECOND);
    for _ in 0..7 {
        assert!(check(&api, "SIGN_UP", "parkh", EMAIL, &code).await);
    }
    world.advance(SECOND);
    assert!(!check(&api, "SIGN_UP", "parkh", EMAIL, &code).await);
}

#[tokio::test]
async fn an_address_is_caseless_and_whatever_is_no_good_code_is_not_usable() {
    let world = World::start().await;
    let api = api(&world);
    assert!(!check(&api, "SIGN_UP", "parkh", EMAIL, "e09d93").await, "none was sent");
    let code = send_code(&world, &api, "SIGN_UP", "parkh", EMAIL).await;
    assert!(check(&api, "SIGN_UP", "parkh", "HYEONJ1998@naver.com", &code).await);
    for (auth_id, email, tried) in [
        ("stranger", EMAIL, code.as_str()),
        ("parkh", "no address", code.as_str()),
        ("parkh", EMAIL, ""),
        ("parkh", EMAIL, "zzzzzz"),
    ] {
        assert!(!check(&api, "SIGN_UP", auth_id, email, tried).await, "{auth_id} {email} {tried:?}");
    }
}

#[tokio::test]
async fn wrong_tries_are_counted() {
    let world = World::start().await;
    let api = api(&world);
    let code = send_code(&world, &api, "SIGN_UP", "parkh", EMAIL).await;
    let wrong = if code == "000000" { "111111" } else { "000000" };
    for _ in 0..4 {
        assert!(!check(&api, "SIGN_UP", "parkh", EMAIL, wrong).await);
    }
    assert!(check(&api, "SIGN_UP", "parkh", EMAIL, &code).await, "four mistakes are forgiven");
    for _ in 0..20 {
        assert!(!check(&api, "SIGN_UP", "parkh", EMAIL, wrong).await);
    }
    assert!(!check(&api, "SIGN_UP", "parkh", EMAIL, &code).await, "guessing is over");
    let fresh = send_code(&world, &api, "SIGN_UP", "parkh", EMAIL).await;
    assert!(check(&api, "SIGN_UP", "parkh", EMAIL, &fresh).await);
}

#[tokio::test]
async fn a_code_is_checked_by_get_with_a_body_get_with_a_query_and_post() {
    let world = World::start().await;
    let api = api(&world);
    let code = send_code(&world, &api, "SIGN_UP", "parkh", EMAIL).await;
    for (tried, usable) in [(code.as_str(), true), ("zzzzzz", false)] {
        let body =
            json!({"authId": "parkh", "email": EMAIL, "authCode": tried, "type": "SIGN_UP"}).to_string();
        let query = format!(
            "/check/auth-code?authId=parkh&email=hyeonj1998%40naver.com&authCode={tried}&type=SIGN_UP"
        );
        let replies = [
            api.get("/check/auth-code").json(&body).send().await,
            api.get(&query).send().await,
            api.post("/check/auth-code").json(&body).send().await,
        ];
        for reply in replies {
            data(&reply, &format!(r#"{{"usable":{usable}}}"#));
            assert_eq!(reply.header("cache-control").as_deref(), Some("no-store"), "{reply:?}");
        }
    }
}

#[tokio::test]
async fn head_never_checks_a_code() {
    let world = World::start().await;
    let api = api(&world);
    let code = send_code(&world, &api, "SIGN_UP", "parkh", EMAIL).await;
    for _ in 0..12 {
        let query = format!("/check/auth-code?authId=parkh&email={EMAIL}&authCode=zzzzzz&type=SIGN_UP");
        let reply = api.request("HEAD", &query).send().await;
        assert_eq!(reply.status, 405, "{reply:?}");
        assert_eq!(reply.header("content-type").as_deref(), Some(JSON));
        let allow = reply.header("allow").expect("a 405 says what is allowed");
        assert!(allow.contains("GET") && allow.contains("POST") && !allow.contains("HEAD"), "{allow}");
    }
    assert!(check(&api, "SIGN_UP", "parkh", EMAIL, &code).await, "no try was counted");
}

#[tokio::test]
async fn missing_members_of_a_check_are_violations() {
    let world = World::start().await;
    let api = api(&world);
    let null = "널이어서는 안됩니다";
    let all = [("authId", null), ("email", null), ("authCode", null), ("type", null)];
    violated(&api.get("/check/auth-code").send().await, &all);
    violated(&api.get("/check/auth-code").json("{}").send().await, &all);
    violated(&api.post("/check/auth-code").json("{}").send().await, &all);
    let reply = api.get("/check/auth-code?authId=a&email=b&type=SIGN_UP").send().await;
    violated(&reply, &[("authCode", null)]);
}

#[tokio::test]
async fn a_member_in_body_and_query_is_taken_from_the_body() {
    let world = World::start().await;
    let api = api(&world);
    let code = send_code(&world, &api, "SIGN_UP", "parkh", EMAIL).await;
    let path = "/check/auth-code?authId=other&email=other@naver.com&authCode=zzzzzz&type=FORGET_PASSWORD";
    let body = json!({"authId": "parkh", "email": EMAIL, "authCode": code, "type": "SIGN_UP"}).to_string();
    data(&api.get(path).json(&body).send().await, r#"{"usable":true}"#);
    let rest = json!({"authCode": code, "type": "SIGN_UP"}).to_string();
    let mixed = api.get(&format!("/check/auth-code?authId=parkh&email={EMAIL}")).json(&rest).send().await;
    data(&mixed, r#"{"usable":true}"#);
}
