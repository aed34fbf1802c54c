//! Silent refresh.

use super::*;

#[track_caller]
fn renewed(reply: &Reply, expires: &str) -> String {
    let token = reply.cookie("access_token");
    assert_eq!(
        reply.set_cookies(),
        [format!("access_token={token}; path=/; expires={expires}; httponly")],
        "only the access cookie is new"
    );
    token
}

#[tokio::test]
async fn a_good_access_cookie_is_not_renewed() {
    let world = World::start().await;
    let (_, reply) = registered(&world).await;
    let both = format!("{}; {}", access(&reply), refresh(&reply));
    world.advance(30 * MINUTE - SECOND);
    for cookie in [&access(&reply), &both] {
        let fine = world.verify("formmate", &[("Cookie", cookie)]).await;
        empty(&fine, 204, "No Content");
        assert!(fine.set_cookies().is_empty(), "{fine:?}");
    }
}

#[tokio::test]
async fn a_stale_or_missing_access_cookie_is_silently_replaced() {
    let world = World::start().await;
    let (_, reply) = registered(&world).await;
    let both = format!("{}; {}", access(&reply), refresh(&reply));
    world.advance(30 * MINUTE);
    assert_eq!(
        world.verify("formmate", &[("Cookie", &access(&reply))]).await.status,
        401,
        "half an hour is over"
    );
    let broken = format!("access_token=junk; {}", refresh(&reply));
    for cookie in [&both, &refresh(&reply), &broken] {
        let served = world.verify("formmate", &[("Cookie", cookie)]).await;
        empty(&served, 204, "No Content");
        let token = renewed(&served, "Mon, 05 Jan 2026 13:00:00 GMT");
        let jwt = Jwt::read(&token);
        assert_eq!((jwt.claim("iat"), jwt.claim("exp")), (json!(START + 1800), json!(START + 3600)));
        let fresh = world.verify("formmate", &[("Cookie", &format!("access_token={token}"))]).await;
        empty(&fresh, 204, "No Content");
        assert!(fresh.set_cookies().is_empty());
    }
    world.advance(14 * DAY - 30 * MINUTE - SECOND);
    assert_eq!(world.verify("formmate", &[("Cookie", &refresh(&reply))]).await.status, 204);
    world.advance(SECOND);
    refused(&world.verify("formmate", &[("Cookie", &refresh(&reply))]).await, "Login expired");
}

#[tokio::test]
async fn the_apis_own_operations_refresh_silently_too() {
    let world = World::start().await;
    let (api, reply) = registered(&world).await;
    let both = format!("{}; {}", access(&reply), refresh(&reply));
    world.advance(HOUR);
    let exists = api.get("/auth/exists/someone@abcd.com").header("Cookie", &both).send().await;
    worded(&exists, (200, "OK"), JSON_UTF8, "true");
    renewed(&exists, "Mon, 05 Jan 2026 13:30:00 GMT");
    let wrong = api.post("/auth/login").header("Cookie", &refresh(&reply));
    let wrong = wrong.json(&login_body().replace(PASSWORD, "wrong")).send().await;
    worded(&wrong, (401, "Wrong Password"), TEXT_UTF8, "Wrong Password");
    renewed(&wrong, "Mon, 05 Jan 2026 13:30:00 GMT");
}

#[tokio::test]
async fn a_sign_in_with_old_cookies_sets_only_the_new_ones() {
    let world = World::start().await;
    let (api, reply) = registered(&world).await;
    world.advance(HOUR);
    let again = api.post("/auth/login").header("Cookie", &refresh(&reply)).json(&login_body()).send().await;
    assert_eq!(again.status, 201);
    assert_eq!(again.set_cookies().len(), 2, "{again:?}");
}

#[tokio::test]
async fn many_silent_refreshes_in_parallel_all_succeed_and_rotate_nothing() {
    let world = World::start().await;
    let (_, reply) = registered(&world).await;
    world.advance(HOUR);
    let cookie = refresh(&reply);
    let headers = [("Cookie", cookie.as_str())];
    let asks: Vec<_> = (0..24).map(|_| world.verify("formmate", &headers)).collect();
    let mut replies = Vec::new();
    for reply in together(asks).await {
        assert_eq!(reply.status, 204, "{reply:?}");
        replies.push(renewed(&reply, "Mon, 05 Jan 2026 13:30:00 GMT"));
    }
    for token in replies {
        assert_eq!(
            world.verify("formmate", &[("Cookie", &format!("access_token={token}"))]).await.status,
            204
        );
    }
    assert_eq!(
        world.verify("formmate", &headers).await.status,
        204,
        "the refresh cookie is as good as before"
    );
}

/// Runs futures at once.
async fn together<F: Future<Output = Reply>>(asks: Vec<F>) -> Vec<Reply> {
    let mut pending: Vec<_> = asks.into_iter().map(Box::pin).collect();
    let mut done: Vec<Option<Reply>> = pending.iter().map(|_| None).collect();
    std::future::poll_fn(|cx| {
        for (slot, ask) in done.iter_mut().zip(&mut pending) {
            if slot.is_none()
                && let std::task::Poll::Ready(reply) = ask.as_mut().poll(cx)
            {
                *slot = Some(reply);
            }
        }
        if done.iter().all(Option::is_some) { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
    done.into_iter().flatten().collect()
}

#[tokio::test]
async fn a_browser_goes_through_a_day_without_noticing() {
    let world = World::start().await;
    let browser = world.api("formmate").keeping_cookies();
    assert_eq!(register(&browser, &karen()).await.status, 201);
    let refresh = browser.cookie("refresh_token");
    for _ in 0..30 {
        world.advance(31 * MINUTE);
        let reply = browser.get("/auth/exists/someone@abcd.com").send().await;
        worded(&reply, (200, "OK"), JSON_UTF8, "true");
        assert_eq!(reply.set_cookies().len(), 1);
    }
    assert_eq!(browser.cookie("refresh_token"), refresh);
    empty(&browser.delete("/auth/logout").send().await, 204, "Success");
    assert_eq!((browser.cookie("access_token"), browser.cookie("refresh_token")), (None, None));
    refused(&browser.delete("/auth/logout").send().await, "No login data");
}

#[tokio::test]
async fn an_ended_session_is_served_what_is_open_to_all_but_not_renewed() {
    let world = World::start().await;
    let (api, reply) = registered(&world).await;
    let cookie = refresh(&reply);
    empty(&logout(&api, &cookie).await, 204, "Success");
    let exists = api.get("/auth/exists/someone@abcd.com").header("Cookie", &cookie).send().await;
    worded(&exists, (200, "OK"), JSON_UTF8, "true");
    assert!(exists.set_cookies().is_empty(), "{exists:?}");
}
