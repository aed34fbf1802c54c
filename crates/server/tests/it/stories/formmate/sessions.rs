//! Signing in and out.

use super::*;

#[tokio::test]
async fn logging_in_answers_the_user_and_sets_both_cookies() {
    let world = World::start().await;
    let (api, first) = registered(&world).await;
    let id = first.json()["id"].as_str().expect("id is a text").to_owned();
    let reply = api.post("/auth/login").json(&login_body()).send().await;
    worded(&reply, (201, "Successfully logged in"), JSON_UTF8, &user(&id, "Unspecified"));
    both_cookies(&reply, &id);
    assert_ne!(access(&first), access(&reply));
    assert_ne!(refresh(&first), refresh(&reply));
    let other = json!({"email": "SOMEONE@Abcd.Com", "password": PASSWORD}).to_string();
    assert_eq!(api.post("/auth/login").json(&other).send().await.status, 201, "emails are caseless");
}

#[tokio::test]
async fn failed_logins_say_why_in_the_reason_phrase() {
    let world = World::start().await;
    let (api, _) = registered(&world).await;
    let try_with = |email: &str, password: &str| {
        let body = json!({"email": email, "password": password}).to_string();
        api.post("/auth/login").json(&body)
    };
    let unknown = try_with("nobody@abcd.com", PASSWORD).send().await;
    worded(&unknown, (404, "User not found"), TEXT_UTF8, "User not found");
    let wrong = try_with(EMAIL, "wrong").send().await;
    worded(&wrong, (401, "Wrong Password"), TEXT_UTF8, "Wrong Password");
    assert!(unknown.set_cookies().is_empty() && wrong.set_cookies().is_empty());
    only(
        &api.post("/auth/login").json(r#"{"password":"p"}"#).send().await,
        "",
        "required",
        json!({"missingProperty": "email"}),
    );
    only(
        &api.post("/auth/login").json(r#"{"email":"a@b.cd"}"#).send().await,
        "",
        "required",
        json!({"missingProperty": "password"}),
    );
    world.lock("formmate", EMAIL).await;
    let locked = try_with(EMAIL, PASSWORD).send().await;
    assert_eq!(locked.comparable(), wrong.comparable(), "a locked account answers like a wrong password");
}

#[tokio::test]
async fn logging_out_clears_both_cookies_and_ends_the_session() {
    let world = World::start().await;
    let (api, reply) = registered(&world).await;
    let both = format!("{}; {}", access(&reply), refresh(&reply));
    let out = logout(&api, &both).await;
    empty(&out, 204, "Success");
    assert_eq!(out.set_cookies(), CLEARED);
    refused(&logout(&api, &both).await, "Invalid login data");
    for cookie in [access(&reply), refresh(&reply), both] {
        refused(&world.verify("formmate", &[("Cookie", &cookie)]).await, "Invalid login data");
    }
}

#[tokio::test]
async fn the_refresh_cookie_alone_logs_out() {
    let world = World::start().await;
    let (api, reply) = registered(&world).await;
    world.advance(13 * DAY);
    let out = logout(&api, &refresh(&reply)).await;
    empty(&out, 204, "Success");
    assert_eq!(out.set_cookies(), CLEARED, "no silent refresh on the way out");
}

#[tokio::test]
async fn a_refused_logout_says_why_and_clears_both_cookies() {
    let world = World::start().await;
    let (api, reply) = registered(&world).await;
    refused(&api.delete("/auth/logout").send().await, "No login data");
    refused(&logout(&api, &access(&reply)).await, "No login data");
    refused(&logout(&api, "refresh_token=junk").await, "Invalid login data");
    let mut forged = Jwt::read(&reply.cookie("refresh_token"));
    forged.claims =
        forged.claims.replace(&(START + 14 * 86_400).to_string(), &(START + 15 * 86_400).to_string());
    refused(&logout(&api, &format!("refresh_token={}", forged.write())).await, "Invalid login data");
    let swapped = format!("refresh_token={}", reply.cookie("access_token"));
    refused(&logout(&api, &swapped).await, "Invalid login data");
    assert_eq!(world.verify("formmate", &[("Cookie", &refresh(&reply))]).await.status, 204, "still alive");
    world.advance(14 * DAY);
    refused(&logout(&api, &refresh(&reply)).await, "Login expired");
}

#[tokio::test]
async fn the_deleted_user_is_told_before_the_ended_session() {
    let world = World::start().await;
    let (api, reply) = registered(&world).await;
    let second = api.post("/auth/login").json(&login_body()).send().await;
    empty(&logout(&api, &refresh(&second)).await, 204, "Success");
    world.delete("formmate", EMAIL).await;
    refused(&logout(&api, &refresh(&reply)).await, "Logged in as deleted user");
    refused(&logout(&api, &refresh(&second)).await, "Logged in as deleted user");
    let exists = api.get("/auth/exists/someone@abcd.com").send().await;
    worded(&exists, (200, "OK"), JSON_UTF8, "false");
    world.advance(14 * DAY);
    refused(&logout(&api, &refresh(&reply)).await, "Login expired");
}

#[tokio::test]
async fn the_two_tokens_are_signed_with_different_keys() {
    let world = World::start().await;
    let (_, reply) = registered(&world).await;
    let swapped = format!("access_token={}", reply.cookie("refresh_token"));
    refused(&world.verify("formmate", &[("Cookie", &swapped)]).await, "Invalid login data");
}
