//! The variants: what the original servers answered where it differs from their documents. Only the differences are
//! told here; the rest is the base's.

use super::envelope::wears_its_envelope;
use super::expect::{JSON, exactly};
use crate::world::{MINUTE, NewAccount, START, World, routes};
use doorward_testkit::http_actor::{Actor, Jwt, Reply};
use serde_json::json;

/// Each variant and what it is a variant of.
const VARIANTS: [(&str, &str); 4] = [
    ("cakes-as-shipped", "cakes"),
    ("haenaem-as-shipped", "haenaem"),
    ("biji-as-shipped", "biji"),
    ("cbs-rotating", "cbs"),
];

#[test]
fn the_variants_have_their_operations() {
    assert_eq!(VARIANTS.map(|(variant, _)| routes(variant).len()), [4, 8, 4, 2]);
}

#[tokio::test]
async fn errors_of_the_request_wear_the_envelope_of_the_base() {
    let world = World::with_variants().await;
    let huge = "x".repeat(3 << 20);
    for (variant, base) in VARIANTS {
        let api = world.api(variant);
        wears_its_envelope(base, &api.get("/nowhere").send().await);
        for route in routes(variant) {
            let path = route.path.replace(['{', '}'], "");
            wears_its_envelope(base, &api.request("BREW", &path).send().await);
            let request = || api.request(&route.method, &path);
            let reply = request().body(huge.as_str()).send().await;
            assert_eq!(reply.status, 413, "{variant} {path}: {reply:?}");
            wears_its_envelope(base, &reply);
            for media in &route.body_types {
                for body in ["{", "a=%zz", "--x", ""] {
                    let reply = request().header("Content-Type", media).body(body).send().await;
                    wears_its_envelope(base, &reply);
                }
            }
        }
    }
    assert_eq!(world.faults().await, 0.0);
}

#[tokio::test]
async fn nothing_is_served_beside_the_five_unless_it_is_named() {
    let world = World::start().await;
    for (variant, base) in VARIANTS {
        assert_eq!(world.verify(variant, &[]).await.status, 404, "{variant}");
        assert_eq!(world.verify(base, &[]).await.status, 401, "{base}");
    }
}

#[tokio::test]
async fn accounts_and_tokens_of_a_variant_are_its_own() {
    let world = World::with_variants().await;
    let account = NewAccount {
        name: "testuser",
        password: "111111",
        profile: &[("role", "admin")],
        must_change: false,
    };
    world.create("cbs", &account).await;
    let body = r#"{"user":"testuser","password":"111111"}"#;
    assert_eq!(world.api("cbs").post("/api/v1/auth/login").body(body).send().await.status, 200);
    assert_eq!(world.api("cbs-rotating").post("/api/v1/auth/login").body(body).send().await.status, 401);
}

mod biji {
    use super::*;

    #[tokio::test]
    async fn failures_of_ours_are_status_600() {
        let world = World::with_a_failing_store().await;
        let api = world.api("biji-as-shipped").under("/biji-as-shipped/auth");
        let user = [("username", "Testuser"), ("password", "secret pass")];
        for (path, message) in [("/register", "Register Failed"), ("/login", "Login Failed")] {
            let reply = api.post(path).form(&user).send().await;
            let body =
                format!("{{\n    \"code\": 600,\n    \"message\": \"{message}\",\n    \"data\": {{}}\n}}");
            exactly(&reply, 600, JSON, &body);
        }
    }
}

mod cbs {
    use super::*;

    const LOGIN: &str = r#"{"user":"testuser","password":"111111"}"#;

    fn pair(reply: &Reply) -> (String, String) {
        let result = reply.json()["result"].clone();
        let text = |name: &str| result[name].as_str().expect("a token").to_owned();
        (text("access_token"), text("refresh_token"))
    }

    async fn signed_in(world: &World) -> (Actor, (String, String)) {
        let account = NewAccount {
            name: "testuser",
            password: "111111",
            profile: &[("role", "admin")],
            must_change: false,
        };
        world.create("cbs-rotating", &account).await;
        let api = world.api("cbs-rotating").under("/cbs-rotating/api/v1/auth");
        let reply = api.post("/login").body(LOGIN).send().await;
        (api, pair(&reply))
    }

    async fn refresh(api: &Actor, (access, refresh): &(String, String)) -> Reply {
        let body = json!({"refresh_token": refresh}).to_string();
        api.post("/refresh").header("Athorization", &format!("Bearer {access}")).body(body).send().await
    }

    #[tokio::test]
    async fn a_refresh_gives_fresh_tokens_under_the_logins_names() {
        let world = World::with_variants().await;
        let (api, first) = signed_in(&world).await;
        world.advance(20 * MINUTE);
        let reply = refresh(&api, &first).await;
        let second = pair(&reply);
        let body = format!(
            r#"{{"result":{{"code":0,"desc":"Ok","token_type":"Bearer","access_token":"{}","access_token_expires_in":1800,"refresh_token":"{}","refresh_token_expires_in":14400}}}}"#,
            second.0, second.1
        );
        exactly(&reply, 200, JSON, &body);
        assert_ne!((&second.0, &second.1), (&first.0, &first.1));
        let access = Jwt::read(&second.0);
        assert_eq!(access.claim("exp"), START + 20 * 60 + 1800);
        assert_eq!(access.claim("identifier"), "testuser");
        assert_eq!(Jwt::read(&second.1).claim("exp"), START + 20 * 60 + 14_400);
        world.advance(25 * MINUTE);
        let bearer = format!("Bearer {}", second.0);
        assert_eq!(world.verify("cbs-rotating", &[("Authorization", &bearer)]).await.status, 204);
        let third = pair(&refresh(&api, &second).await);
        assert_ne!(third, second);
    }

    #[tokio::test]
    async fn the_first_access_token_is_not_prolonged_and_a_spent_refresh_token_ends_the_session() {
        let world = World::with_variants().await;
        let (api, first) = signed_in(&world).await;
        world.advance(20 * MINUTE);
        let second = pair(&refresh(&api, &first).await);
        let third = pair(&refresh(&api, &second).await);
        world.advance(10 * MINUTE);
        let alive = async |access: &str| {
            let bearer = format!("Bearer {access}");
            world.verify("cbs-rotating", &[("Authorization", &bearer)]).await.status == 204
        };
        assert!(!alive(&first.0).await, "past its own end");
        assert!(alive(&third.0).await);
        let reply = refresh(&api, &first).await;
        assert_eq!(reply.status, 401, "{reply:?}");
        assert_eq!(reply.json()["result"]["code"], 4, "{reply:?}");
        assert!(!alive(&third.0).await, "whoever showed a spent token may have stolen it");
    }
}
