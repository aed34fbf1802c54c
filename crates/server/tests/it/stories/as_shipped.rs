//! The variants: what the original servers answered where it differs from their documents. Only the differences are
//! told here; the rest is the base's.

use super::envelope::wears_its_envelope;
use super::expect::{JSON, JSON_UTF8, empty, exactly};
use crate::world::{MINUTE, NewAccount, START, World, routes};
use doorward_testkit::http_actor::{Actor, Jwt, Part, Reply};
use serde_json::{Value, json};

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

mod cakes {
    use super::*;

    const DYYJKD: &str =
        r#"{"username":"dyyjkd","password":"secret pass","realname":"Dyy","unit":"B-12","pro":true}"#;
    const LOGIN: &str = r#"{"username":"dyyjkd","password":"secret pass"}"#;
    const SUCCESSFUL: &str = r#"{"message":"Auth successful"}"#;

    async fn registered(world: &World) -> (Actor, Reply) {
        let api = world.api("cakes-as-shipped");
        let reply = api.post("/register").json(DYYJKD).send().await;
        (api, reply)
    }

    #[tokio::test]
    async fn registering_is_201_and_logging_in_200_in_the_same_words() {
        let world = World::with_variants().await;
        let (api, reply) = registered(&world).await;
        exactly(&reply, 201, JSON_UTF8, SUCCESSFUL);
        assert_eq!(Jwt::read(&reply.cookie("access_token")).claim("username"), "dyyjkd");
        let reply = api.post("/login").json(LOGIN).send().await;
        exactly(&reply, 200, JSON_UTF8, SUCCESSFUL);
        assert_eq!(Jwt::read(&reply.cookie("access_token")).claim("unit"), "B-12");
    }

    #[tokio::test]
    async fn a_taken_name_is_409() {
        let world = World::with_variants().await;
        let (api, _) = registered(&world).await;
        let reply = api.post("/register").json(DYYJKD).send().await;
        exactly(&reply, 409, JSON_UTF8, r#"{"message":"User exists"}"#);
        assert!(reply.set_cookies().is_empty());
        let missing = api.post("/register").json("{}").send().await;
        assert_eq!(missing.status, 500, "every other failure is the base's: {missing:?}");
    }

    #[tokio::test]
    async fn my_page_shows_the_profile_of_whoever_is_signed_in() {
        let world = World::with_variants().await;
        let (api, reply) = registered(&world).await;
        let cookie = reply.cookie("access_token");
        let page = api.get("/mypage").cookies(&[("access_token", &cookie)]).send().await;
        let shown = r#"{"username":"dyyjkd","realname":"Dyy","unit":"B-12","pro":true}"#;
        exactly(&page, 200, JSON_UTF8, shown);
        let failed = r#"{"message":"Auth Failed"}"#;
        exactly(&api.get("/mypage").send().await, 401, JSON_UTF8, failed);
        let out = api.post("/logout").cookies(&[("access_token", &cookie)]).send().await;
        empty(&out, 204, "No Content");
        let page = api.get("/mypage").cookies(&[("access_token", &cookie)]).send().await;
        exactly(&page, 401, JSON_UTF8, failed);
        let base = world.api("cakes").get("/mypage").send().await;
        exactly(&base, 404, JSON_UTF8, r#"{"error":{"message":"Not Found"}}"#);
    }
}

mod haenaem {
    use super::*;

    const EMAIL: &str = "hyeonj1998@naver.com";

    fn api(world: &World) -> Actor {
        world.api("haenaem-as-shipped").under("/haenaem-as-shipped/api/auth")
    }

    async fn post(api: &Actor, path: &str, body: &Value) -> Reply {
        api.post(path).json(&body.to_string()).send().await
    }

    /// The code that was mailed for signing up as `parkh`.
    async fn code(world: &World, api: &Actor) -> String {
        let body = json!({"authId": "parkh", "email": EMAIL, "type": "SIGN_UP"});
        let sent = post(api, "/send/auth-key", &body).await;
        exactly(&sent, 200, JSON, r#"{"data":{"state":true},"error":null}"#);
        let mails = world.mails(EMAIL, 1).await;
        let text = mails.last().expect("a mail").text.clone();
        text.rsplit(' ').next().expect("the code is last").trim().to_owned()
    }

    async fn check(api: &Actor, auth_id: &str, code: &str) -> Reply {
        let body = json!({"authId": auth_id, "email": EMAIL, "authCode": code, "type": "SIGN_UP"});
        post(api, "/check/auth-code", &body).await
    }

    #[tokio::test]
    async fn checking_a_code_answers_state() {
        let world = World::with_variants().await;
        let api = api(&world);
        let no = r#"{"data":{"state":false},"error":null}"#;
        exactly(&check(&api, "parkh", "e09d93").await, 200, JSON, no);
        let code = code(&world, &api).await;
        let reply = check(&api, "parkh", &code).await;
        exactly(&reply, 200, JSON, r#"{"data":{"state":true},"error":null}"#);
        assert_eq!(reply.header("cache-control").as_deref(), Some("no-store"));
        exactly(&check(&api, "parkh", "zzzzzz").await, 200, JSON, no);
        world.advance(10 * MINUTE);
        exactly(&check(&api, "parkh", &code).await, 200, JSON, no);
    }

    #[tokio::test]
    async fn an_auth_id_that_did_not_ask_for_the_code_is_told_so() {
        let world = World::with_variants().await;
        let api = api(&world);
        let code = code(&world, &api).await;
        let reply = check(&api, "stranger", &code).await;
        exactly(&reply, 400, JSON, r#"{"data":null,"error":"사용자 아이디 불일치"}"#);
    }

    #[tokio::test]
    async fn a_code_is_checked_by_post_alone() {
        let world = World::with_variants().await;
        let path = format!("/check/auth-code?authId=parkh&email={EMAIL}&authCode=e09d93&type=SIGN_UP");
        let reply = api(&world).get(&path).send().await;
        exactly(&reply, 405, JSON, r#"{"data":null,"error":"허용 되지 않는 메서드"}"#);
        assert_eq!(reply.header("allow").map(|allow| allow.contains("POST")), Some(true));
    }
}

mod biji {
    use super::*;

    const USER: [(&str, &str); 2] = [("username", "Testuser"), ("password", "secret pass")];

    fn api(world: &World) -> Actor {
        world.api("biji-as-shipped").under("/biji-as-shipped/auth")
    }

    async fn registered(world: &World) -> Actor {
        let api = api(world);
        assert_eq!(api.post("/register").form(&USER).send().await.status, 200);
        api
    }

    /// The envelope as it is printed: four spaces a level. `data` begins where it stands.
    fn printed(code: u16, message: &str, data: &str) -> String {
        format!("{{\n    \"code\": {code},\n    \"message\": \"{message}\",\n    \"data\": {data}\n}}")
    }

    #[track_caller]
    fn refused(reply: &Reply, status: u16, message: &str) {
        exactly(reply, status, JSON, &printed(status, message, "{}"));
    }

    const SHOWN: &str = "{\n        \"id\": 1,\n        \"username\": \"Testuser\"\n    }";

    #[tokio::test]
    async fn json_is_printed_with_four_spaces() {
        let world = World::with_variants().await;
        let reply = api(&world).post("/register").form(&USER).send().await;
        exactly(&reply, 200, JSON, &printed(200, "Success", SHOWN));
        refused(&api(&world).post("/nowhere").send().await, 404, "Not Found");
    }

    #[tokio::test]
    async fn the_token_stands_bare_in_data_beside_the_header() {
        let world = World::with_variants().await;
        let api = registered(&world).await;
        let reply = api.post("/login").form(&USER).send().await;
        let token = reply.json()["data"]["token"].as_str().expect("a token").to_owned();
        let data = format!(
            "{{\n        \"id\": 1,\n        \"username\": \"Testuser\",\n        \"token\": \"{token}\"\n    }}"
        );
        exactly(&reply, 200, JSON, &printed(200, "Success", &data));
        assert_eq!(reply.header("authorization"), Some(format!("Bearer {token}")));
        assert_eq!(Jwt::read(&token).claim("uid"), 1);
        let asked = [USER.as_slice(), &[("expiration", "60")]].concat();
        let reply = api.post("/login").form(&asked).send().await;
        let token = reply.json()["data"]["token"].as_str().expect("a token").to_owned();
        assert_eq!(Jwt::read(&token).claim("exp"), START + 60);
    }

    #[tokio::test]
    async fn a_get_of_auth_shows_the_user() {
        let world = World::with_variants().await;
        let api = registered(&world).await;
        let reply = api.post("/login").form(&USER).send().await;
        let header = reply.header("authorization").expect("a token");
        let shown = api.get("/").header("Authorization", &header).send().await;
        exactly(&shown, 200, JSON, &printed(200, "Success", SHOWN));
        refused(&api.get("/").send().await, 401, "Unauthorized");
        refused(&api.get("/").bearer("junk").send().await, 401, "Token Bad Signature");
        let out = api.post("/logout").header("Authorization", &header).body("").send().await;
        exactly(&out, 200, JSON, &printed(200, "Success", "{\n        \"count\": 1\n    }"));
        refused(&api.get("/").header("Authorization", &header).send().await, 401, "Unauthorized");
    }

    #[tokio::test]
    async fn a_taken_name_is_status_601() {
        let world = World::with_variants().await;
        let api = registered(&world).await;
        let reply = api.post("/register").form(&USER).send().await;
        refused(&reply, 601, "User Existed");
        assert_eq!(reply.reason, "", "no standard has a phrase for it");
        let parts = USER.map(|(name, value)| Part::text(name, value));
        refused(&api.post("/register").multipart(&parts).send().await, 601, "User Existed");
    }

    #[tokio::test]
    async fn failures_of_ours_are_status_600() {
        let world = World::with_a_failing_store().await;
        let api = api(&world);
        for (path, message) in [("/register", "Register Failed"), ("/login", "Login Failed")] {
            let reply = api.post(path).form(&USER).send().await;
            refused(&reply, 600, message);
            assert_eq!(reply.reason, "");
        }
    }

    #[tokio::test]
    async fn names_have_5_to_30_characters_and_passwords_8_to_20() {
        let world = World::with_variants().await;
        let api = api(&world);
        let lengths = [(4, 8), (31, 8), (5, 7), (5, 21), (4, 21), (1, 1)];
        for path in ["/register", "/login"] {
            for (name, password) in lengths {
                let (name, password) = ("한".repeat(name), "비".repeat(password));
                let form = [("username", name.as_str()), ("password", password.as_str())];
                refused(&api.post(path).form(&form).send().await, 400, "Format Error");
                let parts = form.map(|(name, value)| Part::text(name, value));
                refused(&api.post(path).multipart(&parts).send().await, 400, "Format Error");
            }
            for form in [[("username", "Testuser")], [("password", "short")], [("username", "abc")]] {
                refused(&api.post(path).form(&form).send().await, 400, "Request Form Data Param Error");
            }
            let odd = [USER.as_slice(), &[("expiration", "soon")]].concat();
            if path == "/login" {
                refused(&api.post(path).form(&odd).send().await, 400, "Request Form Data Param Error");
            }
        }
        for (name, password) in [(5, 8), (30, 20)] {
            let (name, password) = ("한".repeat(name), "비".repeat(password));
            let form = [("username", name.as_str()), ("password", password.as_str())];
            assert_eq!(api.post("/register").form(&form).send().await.status, 200);
            assert_eq!(api.post("/login").form(&form).send().await.status, 200);
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
