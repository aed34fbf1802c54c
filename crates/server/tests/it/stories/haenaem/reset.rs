//! A lost password.

use super::*;

async fn reset(api: &Actor, user: &Value, code: &str, password: &str) -> Reply {
    post(api, "/reset/password", &json!({"userId": user, "authCode": code, "newPassword": password})).await
}

#[tokio::test]
async fn a_reset_sets_the_password_consumes_the_code_and_ends_all_sessions() {
    let world = World::start().await;
    let api = signed_up(&world).await;
    let sessions = [token(&api).await, token(&api).await];
    let code = send_code(&world, &api, "FORGET_PASSWORD", "phj123", EMAIL).await;
    assert!(check(&api, "FORGET_PASSWORD", "phj123", EMAIL, &code).await);
    data(&reset(&api, &json!(1), &code, "hi").await, r#"{"userId":1}"#);
    for session in sessions {
        let reply = world.verify("haenaem", &[("Authorization", &format!("Bearer {session}"))]).await;
        refused(&reply, 401, DENIED);
    }
    refused(&api.post("/sign-in").json(SIGN_IN).send().await, 400, WRONG);
    let reply = post(&api, "/sign-in", &json!({"authId": "phj123", "password": "hi"})).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    refused(&reset(&api, &json!(1), &code, "again").await, 400, DENIED);
    assert!(!check(&api, "FORGET_PASSWORD", "phj123", EMAIL, &code).await, "it is spent");
}

#[tokio::test]
async fn a_reset_needs_a_good_code_of_the_right_kind_and_person() {
    let world = World::start().await;
    let api = signed_up(&world).await;
    let body = json!({"authId": "other", "password": "pw", "name": "n", "email": "other@naver.com"});
    post(&api, "/sign-up", &body).await;
    refused(&reset(&api, &json!(1), "000000", "hello").await, 400, DENIED);
    let sign_up = send_code(&world, &api, "SIGN_UP", "third", "third@naver.com").await;
    refused(&reset(&api, &json!(1), &sign_up, "hello").await, 400, DENIED);
    let code = send_code(&world, &api, "FORGET_PASSWORD", "phj123", EMAIL).await;
    refused(&reset(&api, &json!(2), &code, "hello").await, 400, DENIED);
    for unknown in [json!(3), json!(0), json!(-1), json!(9_007_199_254_740_993_i64)] {
        refused(&reset(&api, &unknown, &code, "hello").await, 400, "존재 하지 않는 사용자");
    }
    violated(&reset(&api, &json!(1), &code, "h").await, &[("newPassword", "너무 짧습니다")]);
    world.advance(10 * MINUTE);
    refused(&reset(&api, &json!(1), &code, "hello").await, 400, DENIED);
    data_is_signed_in(&api).await;
    let code = send_code(&world, &api, "FORGET_PASSWORD", "phj123", EMAIL).await;
    data(&reset(&api, &json!(1.0), &code, "hello").await, r#"{"userId":1}"#);
}

#[tokio::test]
async fn guesses_at_a_reset_code_are_counted() {
    let world = World::start().await;
    let api = signed_up(&world).await;
    let code = send_code(&world, &api, "FORGET_PASSWORD", "phj123", EMAIL).await;
    let wrong = if code == "000000" { "111111" } else { "000000" };
    for _ in 0..10 {
        refused(&reset(&api, &json!(1), wrong, "hello").await, 400, DENIED);
    }
    refused(&reset(&api, &json!(1), &code, "hello").await, 400, DENIED);
    data_is_signed_in(&api).await;
}

#[tokio::test]
async fn a_locked_account_gets_no_mail_and_no_reset_and_nobody_can_tell() {
    let world = World::start().await;
    let api = signed_up(&world).await;
    let code = send_code(&world, &api, "FORGET_PASSWORD", "phj123", EMAIL).await;
    let mails = world.mails(EMAIL, 1).await.len();
    world.lock("haenaem", "phj123").await;
    let ask = json!({"authId": "phj123", "email": EMAIL, "type": "FORGET_PASSWORD"});
    data(&post(&api, "/send/auth-key", &ask).await, r#"{"state":true}"#);
    refused(&reset(&api, &json!(1), &code, "hello").await, 400, DENIED);
    // A mail to somebody else, queued later, is there: so the one that was not sent will not come.
    send_code(&world, &api, "SIGN_UP", "marker", "marker@naver.com").await;
    assert_eq!(world.mails(EMAIL, 0).await.len(), mails);
}

#[tokio::test]
async fn codes_of_a_withdrawn_user_are_gone() {
    let world = World::start().await;
    let api = signed_up(&world).await;
    let code = send_code(&world, &api, "FORGET_PASSWORD", "phj123", EMAIL).await;
    data(&api.post("/withdrawal").json(SIGN_IN).send().await, r#"{"status":true}"#);
    assert!(!check(&api, "FORGET_PASSWORD", "phj123", EMAIL, &code).await);
    data(&api.post("/sign-up").json(SIGN_UP).send().await, r#"{"id":2,"name":"parkh"}"#);
    refused(&reset(&api, &json!(2), &code, "hello").await, 400, DENIED);
    world.advance(HOUR);
    data_is_signed_in(&api).await;
}
