//! The main story of each document against the built binary, on the real clock.

use crate::built::{Built, create_account};
use doorward_testkit::http_actor::{Actor, Jwt, Part, Reply};
use serde_json::{Value, json};

struct Served {
    program: Built,
    folder: tempfile::TempDir,
}

impl Served {
    fn new(contracts: &[&str]) -> Served {
        let folder = tempfile::tempdir().expect("there is room for a folder");
        let program = Built::serve(&folder.path().join("data"), contracts);
        Served { program, folder }
    }

    fn actor(&self) -> Actor {
        self.program.actor()
    }

    /// Every story ends like this: nothing failed inside, and the server goes when it is told to.
    async fn ends_well(self) {
        let metrics = self.actor().get("/_doorward/metrics").send().await.text();
        let faults = metrics.lines().filter(|line| line.starts_with("faults_total"));
        for line in faults {
            assert!(line.ends_with(" 0"), "{line}");
        }
        let status = self.program.stop();
        assert_eq!(status.code(), Some(0));
        drop(self.folder);
    }
}

#[track_caller]
fn says(reply: &Reply, status: u16, body: &str) {
    assert_eq!((reply.status, reply.text().as_str()), (status, body), "{reply:?}");
}

fn lifetime(token: &str) -> u64 {
    let jwt = Jwt::read(token);
    let second = |name| jwt.claim(name).as_u64().expect("a number");
    second("exp") - second("iat")
}

async fn verify(actor: &Actor, realm: &str, header: &str, value: &str) -> Reply {
    actor.get(&format!("/_doorward/{realm}/verify")).header(header, value).send().await
}

#[tokio::test]
async fn cakes() {
    let served = Served::new(&["cakes"]);
    let actor = served.actor().keeping_cookies();
    let body =
        json!({"username": "kim", "password": "p", "realname": "Kim", "unit": "7", "pro": false}).to_string();
    says(
        &actor.post("/register").json(&body).send().await,
        201,
        r#"{"message":"Auth Successfully Created"}"#,
    );
    assert_eq!(lifetime(&actor.cookie("access_token").expect("a cookie")), 604_800);
    let form = [("username", "kim"), ("password", "p")];
    let reply = actor.post("/login").form(&form).send().await;
    says(&reply, 201, r#"{"message":"Auth succesful"}"#);
    let wrong = actor.post("/login").json(r#"{"username":"kim","password":"q"}"#).send().await;
    says(&wrong, 401, r#"{"message":"Auth failed"}"#);
    let cookie = format!("access_token={}", actor.cookie("access_token").expect("a cookie"));
    let checked = verify(&served.actor(), "cakes", "Cookie", &cookie).await;
    assert_eq!((checked.status, checked.header("x-doorward-username").as_deref()), (204, Some("kim")));
    says(&actor.post("/logout").json("{}").send().await, 204, "");
    assert_eq!(actor.cookie("access_token"), None);
    says(&verify(&served.actor(), "cakes", "Cookie", &cookie).await, 401, r#"{"message":"Auth Failed"}"#);
    says(&actor.get("/nowhere").send().await, 404, r#"{"error":{"message":"Not Found"}}"#);
    served.ends_well().await;
}

#[tokio::test]
async fn formmate() {
    let served = Served::new(&["formmate"]);
    let actor = served.actor().keeping_cookies();
    let body = json!({
        "email": "kim@example.com", "name": "Kim", "password": "5e884898da28047151d0e56f8dc62927", "birth": "990101",
        "sex": "1", "contact": "010-1234-5678", "address": "Seoul", "job": "baker",
    });
    says(&actor.get("/auth/exists/kim@example.com").send().await, 200, "false");
    let reply = actor.post("/auth/register").json(&body.to_string()).send().await;
    assert_eq!((reply.status, reply.reason.as_str()), (201, "Successfully registered"));
    assert_eq!(reply.json()["purpose"], json!("Unspecified"));
    says(&actor.get("/auth/exists/kim%40example.com").send().await, 200, "true");
    let again = actor.post("/auth/register").json(&body.to_string()).send().await;
    says(&again, 409, "Account already exists");
    let login = json!({"email": body["email"], "password": body["password"]}).to_string();
    let reply = actor.post("/auth/login").json(&login).send().await;
    assert_eq!((reply.status, reply.reason.as_str()), (201, "Successfully logged in"));
    assert_eq!(lifetime(&reply.cookie("access_token")), 1800);
    assert_eq!(lifetime(&reply.cookie("refresh_token")), 1_209_600);
    // The access cookie is gone, the other one is good: the answer brings a new one.
    let refresh = format!("refresh_token={}", reply.cookie("refresh_token"));
    let silent = verify(&served.actor(), "formmate", "Cookie", &refresh).await;
    assert_eq!(silent.status, 204, "{silent:?}");
    assert_eq!(lifetime(&silent.cookie("access_token")), 1800);
    says(&actor.delete("/auth/logout").send().await, 204, "");
    says(
        &served.actor().delete("/auth/logout").header("Cookie", &refresh).send().await,
        401,
        "Invalid login data",
    );
    served.ends_well().await;
}

#[tokio::test]
async fn haenaem() {
    let served = Served::new(&["haenaem"]);
    let actor = served.actor().under("/api/auth");
    let post = async |path: &str, body: Value| actor.post(path).json(&body.to_string()).send().await;
    let reply = post(
        "/sign-up",
        json!({"authId": "kim", "password": "old", "name": "Kim", "email": "kim@example.com"}),
    )
    .await;
    says(&reply, 200, r#"{"data":{"id":1,"name":"Kim"},"error":null}"#);
    let reply = post("/sign-in", json!({"authId": "kim", "password": "old"})).await.json();
    let token = reply["data"]["token"].as_str().expect("a token").to_owned();
    assert_eq!(lifetime(&token), 86_400);
    let asked = json!({"authId": "kim", "email": "kim@example.com", "type": "FORGET_PASSWORD"});
    says(&post("/send/auth-key", asked).await, 200, r#"{"data":{"state":true},"error":null}"#);
    let code = mailed(&served.actor(), "kim@example.com").await;
    let query = format!("authId=kim&email=kim%40example.com&authCode={code}&type=FORGET_PASSWORD");
    let checked = actor.get(&format!("/check/auth-code?{query}")).send().await;
    says(&checked, 200, r#"{"data":{"usable":true},"error":null}"#);
    let reset = json!({"userId": 1, "authCode": code, "newPassword": "hi"});
    says(&post("/reset/password", reset.clone()).await, 200, r#"{"data":{"userId":1},"error":null}"#);
    says(&post("/reset/password", reset).await, 400, r#"{"data":null,"error":"올바르지 않은 접근 권한"}"#);
    assert_eq!(
        verify(&served.actor(), "haenaem", "Authorization", &format!("Bearer {token}")).await.status,
        401
    );
    let old = post("/sign-in", json!({"authId": "kim", "password": "old"})).await;
    says(&old, 400, r#"{"data":null,"error":"비밀번호 불일치"}"#);
    let gone = post("/withdrawal", json!({"authId": "kim", "password": "hi"})).await;
    says(&gone, 200, r#"{"data":{"status":true},"error":null}"#);
    let free = actor.get("/check/auth-id/kim").send().await;
    says(&free, 200, r#"{"data":{"usable":true},"error":null}"#);
    served.ends_well().await;
}

/// The code in the first mail to somebody.
async fn mailed(actor: &Actor, to: &str) -> String {
    loop {
        let mails = actor.get(&format!("/_doorward/mailbox?to={to}")).send().await.json();
        if let Some(mail) = mails.as_array().expect("a list").first() {
            let text = mail["text"].as_str().expect("a text").trim_end();
            return text.rsplit(' ').next().expect("the code").to_owned();
        }
    }
}

#[tokio::test]
async fn biji() {
    let served = Served::new(&["biji"]);
    let actor = served.actor().under("/auth");
    let parts = [Part::text("username", "kim"), Part::text("password", "p")];
    let user = r#"{"code":200,"message":"Success","data":{"id":1,"username":"kim"}}"#;
    says(&actor.post("/register").multipart(&parts).send().await, 200, user);
    let again = actor.post("/register").multipart(&parts).send().await;
    says(&again, 401, r#"{"code":401,"message":"User Existed","data":{}}"#);
    let with_wish = [parts[0], parts[1], Part::text("expiration", "3600")];
    let reply = actor.post("/login").multipart(&with_wish).send().await;
    says(&reply, 200, user);
    let header = reply.header("authorization").expect("a token");
    assert_eq!(lifetime(header.strip_prefix("Bearer ").expect("a bearer")), 3600);
    let second = actor.post("/login").form(&[("username", "kim"), ("password", "p")]).send().await;
    assert_ne!(second.header("authorization"), Some(header.clone()));
    let out = actor.post("/logout").header("Authorization", &header).send().await;
    says(&out, 200, r#"{"code":200,"message":"Success","data":{"count":2}}"#);
    let over = actor.post("/logout").header("Authorization", &header).send().await;
    says(&over, 401, r#"{"code":401,"message":"Unauthorized","data":{}}"#);
    served.ends_well().await;
}

#[tokio::test]
async fn cbs() {
    let served = Served::new(&["cbs"]);
    // Over the control socket: the server runs.
    create_account(&served.folder.path().join("data"), "cbs", "op", "secret");
    let actor = served.actor().under("/api/v1/auth");
    let reply = actor.post("/login").body(r#"{"user":"op","password":"secret"}"#).send().await;
    assert_eq!(reply.status, 200, "{reply:?}");
    let pair = reply.json();
    let token = |name: &str| pair["result"][name].as_str().expect("a token").to_owned();
    let (access, refresh) = (token("access_token"), token("refresh_token"));
    assert_eq!((lifetime(&access), lifetime(&refresh)), (1800, 14_400));
    let body = json!({"refresh_token": refresh}).to_string();
    let renewed =
        actor.post("/refresh").header("Athorization", &format!("Bearer {access}")).body(body.clone());
    says(&renewed.send().await, 200, r#"{"result":{"code":0,"desc":"Ok"}}"#);
    assert_eq!(
        verify(&served.actor(), "cbs", "Authorization", &format!("Bearer {access}")).await.status,
        204
    );
    let swapped = json!({"refresh_token": access}).to_string();
    assert_eq!(actor.post("/refresh").bearer(&access).body(swapped).send().await.status, 401);
    served.ends_well().await;
}
