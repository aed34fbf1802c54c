//! What administrators do for others, in a contract of the test's own.

use crate::world::{MINUTE, NewAccount, World};
use doorward_core::audit::AuditEvent;
use doorward_testkit::http_actor::{Actor, Jwt, Reply};
use serde_json::{Value, json};

const CONTRACT: &str = include_str!("administration.yaml");
const PASSWORD: &str = "correct horse";

/// A world with an administrator `root` (account 1) and two people: `ann` (2) and `bob` (3).
struct Office {
    world: World,
    actor: Actor,
    /// The administrator's token.
    root: String,
}

fn told(reply: &Reply) -> (u16, Value) {
    (reply.status, reply.json())
}

fn error(status: u16, error: &str) -> (u16, Value) {
    (status, json!({"error": error}))
}

impl Office {
    async fn open() -> Office {
        let world = World::serving(CONTRACT).await;
        for name in ["root", "ann", "bob"] {
            world
                .create("face", &NewAccount { name, password: PASSWORD, profile: &[], must_change: false })
                .await;
        }
        world.set_roles("face", "root", &["admin"]).await;
        let actor = world.actor();
        let mut office = Office { world, actor, root: String::new() };
        office.root = office.token("root").await;
        office
    }

    async fn log_in(&self, name: &str, password: &str) -> (u16, Value) {
        let body = json!({"username": name, "password": password}).to_string();
        told(&self.actor.post("/login").json(&body).send().await)
    }

    async fn token(&self, name: &str) -> String {
        let (status, body) = self.log_in(name, PASSWORD).await;
        assert_eq!(status, 200, "{body}");
        body["token"].as_str().expect("a token").to_owned()
    }

    async fn by(&self, token: &str, method: &str, path: &str, body: Value) -> (u16, Value) {
        told(&self.actor.request(method, path).bearer(token).json(&body.to_string()).send().await)
    }

    /// What the administrator does.
    async fn ask(&self, method: &str, path: &str, body: Value) -> (u16, Value) {
        self.by(&self.root, method, path, body).await
    }

    async fn get(&self, path: &str) -> (u16, Value) {
        told(&self.actor.get(path).bearer(&self.root).send().await)
    }

    async fn me(&self, token: &str) -> (u16, Value) {
        told(&self.actor.get("/me").bearer(token).send().await)
    }
}

/// Every operation on account `id`.
fn operations(id: &str) -> Vec<(&'static str, String, Value)> {
    let at = |rest: &str| format!("/accounts/{id}{rest}");
    vec![
        ("GET", at(""), json!({})),
        ("PATCH", at(""), json!({"nickname": "x"})),
        ("DELETE", at(""), json!({})),
        ("PUT", at("/password"), json!({"password": "battery staple"})),
        ("PUT", at("/lock"), json!({})),
        ("DELETE", at("/lock"), json!({})),
        ("PUT", at("/status"), json!({"status": "disabled"})),
        ("PUT", at("/roles"), json!({"roles": ["member"]})),
        ("GET", at("/sessions"), json!({})),
        ("DELETE", at("/sessions"), json!({})),
    ]
}

#[tokio::test]
async fn only_administrators_may_and_only_as_long_as_they_are() {
    let office = Office::open().await;
    let ann = office.token("ann").await;
    let mut all = operations("3");
    all.push(("GET", "/accounts".to_owned(), json!({})));
    let new =
        json!({"username": "eve", "email": "eve@example.org", "password": PASSWORD, "roles": ["admin"]});
    all.push(("POST", "/accounts".to_owned(), new));
    for (method, path, body) in &all {
        assert_eq!(
            office.by(&ann, method, path, body.clone()).await,
            error(403, "forbidden"),
            "{method} {path}"
        );
        let nobody = office.actor.request(method, path).json(&body.to_string()).send().await;
        assert_eq!(told(&nobody), error(401, "missing_token"), "{method} {path}");
    }
    for (method, path, body) in operations("99") {
        let answer = office.ask(method, &path, body).await;
        assert_eq!(answer, error(404, "unknown_account"), "{method} {path}");
    }
    assert_eq!(office.ask("PUT", "/accounts/2/roles", json!({"roles": ["admin"]})).await.0, 200);
    assert_eq!(office.by(&ann, "GET", "/accounts/3", json!({})).await.0, 200, "with the same token");
    assert_eq!(office.by(&ann, "PUT", "/accounts/1/roles", json!({"roles": []})).await.0, 200);
    for (method, path, body) in &all {
        let answer = office.ask(method, path, body.clone()).await;
        assert_eq!(answer, error(403, "forbidden"), "demoted: {method} {path}");
    }
    let trail = office.world.audit("face").await;
    for action in ["list_accounts", "find_account", "set_roles"] {
        let tried = |event: &&AuditEvent| event.action == action && event.outcome == "forbidden";
        assert!(trail.iter().filter(tried).count() >= 2, "{action}: a try is written down");
    }
    assert_eq!(office.world.faults().await, 0.0);
}

#[tokio::test]
async fn an_administrator_is_spared_from_himself() {
    let office = Office::open().await;
    for (method, path, body) in [
        ("DELETE", "/accounts/1", json!({})),
        ("PUT", "/accounts/1/lock", json!({})),
        ("PUT", "/accounts/1/status", json!({"status": "disabled"})),
        ("PUT", "/accounts/1/status", json!({"status": "pending"})),
        ("PUT", "/accounts/1/roles", json!({"roles": ["member"]})),
        ("PATCH", "/accounts/1", json!({"expires": "2026-02-01T00:00:00Z"})),
    ] {
        assert_eq!(office.ask(method, path, body).await, error(403, "forbidden"), "{method} {path}");
    }
    let roles = json!({"roles": ["editor", "admin", "editor"]});
    let (status, body) = office.ask("PUT", "/accounts/1/roles", roles).await;
    assert_eq!((status, &body["roles"]), (200, &json!(["editor", "admin"])));
    assert_eq!(office.ask("PATCH", "/accounts/1", json!({"nickname": "chief"})).await.0, 200);
    assert_eq!(office.world.faults().await, 0.0);
}

#[tokio::test]
async fn accounts_are_listed_in_pages_filtered_and_sorted() {
    let office = Office::open().await;
    let list = async |query: &str| office.get(&format!("/accounts{query}")).await;
    let page = |accounts: &[&str], total: u64, (page, pages): (u64, u64), next: Value| {
        let body = json!({"total": total, "page": page, "pages": pages, "next": next, "accounts": accounts});
        (200, body)
    };
    assert_eq!(list("").await, page(&["root", "ann", "bob"], 3, (1, 1), Value::Null));
    assert_eq!(list("?limit=2").await, page(&["root", "ann"], 3, (1, 2), json!(2)));
    assert_eq!(list("?limit=2&offset=2").await, page(&["bob"], 3, (2, 2), Value::Null));
    assert_eq!(list("?order=desc").await, page(&["bob", "ann", "root"], 3, (1, 1), Value::Null));
    assert_eq!(list("?sort=username").await, page(&["ann", "bob", "root"], 3, (1, 1), Value::Null));
    assert_eq!(list("?q=O").await, page(&["root", "bob"], 2, (1, 1), Value::Null));
    assert_eq!(list("?q=nobody").await, page(&[], 0, (1, 0), Value::Null));
    assert_eq!(list("?offset=7&limit=3").await, page(&[], 3, (3, 1), Value::Null));
    office.world.advance(MINUTE);
    assert_eq!(office.ask("PATCH", "/accounts/2", json!({"email": "ann@example.org"})).await.0, 200);
    assert_eq!(list("?sort=updated_at").await.1["accounts"], json!(["root", "bob", "ann"]));
    let by_mail = list("?sort=email&limit=2").await;
    assert_eq!(by_mail.1["accounts"], json!(["ann", "root"]), "those without come last");
    for (query, field, rule) in
        [("?limit=0", "limit", "minimum"), ("?limit=101", "limit", "maximum"), ("?sort=age", "sort", "enum")]
    {
        let refused = json!({"error": "invalid_input", "field": field, "rule": rule});
        assert_eq!(list(query).await, (400, refused));
    }
    assert_eq!(office.world.faults().await, 0.0);
}

#[tokio::test]
async fn accounts_are_made_and_changed() {
    let office = Office::open().await;
    let eve = json!({
        "username": "eve", "email": "eve@example.org", "password": PASSWORD, "roles": ["editor"], "rank": "chief",
        "must_change": true,
    });
    let (status, made) = office.ask("POST", "/accounts", eve.clone()).await;
    assert_eq!(status, 201, "{made}");
    let mut expected = json!({
        "id": 4, "username": "eve", "email": "eve@example.org", "verified": false, "status": "active",
        "reason": null, "until": null, "expires": null, "must_change": true, "roles": ["editor"],
        "nickname": null, "rank": "chief",
    });
    assert_eq!(made, expected);
    assert_eq!(office.ask("POST", "/accounts", eve).await, error(409, "taken"));
    let weak = json!({"username": "f", "email": "f@example.org", "password": "short"});
    assert_eq!(office.ask("POST", "/accounts", weak).await, error(400, "weak_password"));
    let plain = json!({"username": "gus", "email": "gus@example.org"});
    assert_eq!(office.ask("POST", "/accounts", plain).await.1["roles"], json!(["member"]));

    assert_eq!(office.get("/accounts/by-name/eve").await, (200, expected.clone()));
    let changes = json!({
        "email": "e@example.org", "verified": true, "nickname": "E", "rank": "general", "must_change": false,
        "expires": "2026-02-01T00:00:00Z",
    });
    for (name, value) in changes.as_object().expect("an object") {
        expected[name] = value.clone();
    }
    assert_eq!(office.ask("PATCH", "/accounts/4", changes).await, (200, expected.clone()));
    assert_eq!(office.get("/accounts/4").await, (200, expected.clone()));
    expected["expires"] = Value::Null;
    let (status, body) = office.ask("PATCH", "/accounts/4", json!({"remove": ["expires_at"]})).await;
    assert_eq!((status, body), (200, expected));
    let by_name = office.ask("PATCH", "/accounts/by-name/eve", json!({"email": "gus@example.org"})).await;
    assert_eq!(by_name, error(409, "taken"));
    for (body, field, rule) in [
        (json!({"expires": "soon"}), "expires", "type"),
        (json!({"email": "nowhere"}), "email", "format"),
        (json!({"remove": ["id"]}), "remove", "enum"),
    ] {
        let refused = json!({"error": "invalid_input", "field": field, "rule": rule});
        assert_eq!(office.ask("PATCH", "/accounts/4", body).await, (400, refused));
    }
    assert_eq!(office.world.faults().await, 0.0);
}

#[tokio::test]
async fn a_lock_and_a_status_end_sessions_and_are_told_after_the_right_password() {
    let office = Office::open().await;
    let ann = office.token("ann").await;
    let lock = json!({"until": "2026-01-05T12:10:00Z", "reason": "odd sign-ins"});
    let (status, body) = office.ask("PUT", "/accounts/2/lock", lock).await;
    let shown = (&body["status"], &body["reason"], &body["until"]);
    assert_eq!(
        (status, shown),
        (200, (&json!("locked"), &json!("odd sign-ins"), &json!("2026-01-05T12:10:00Z")))
    );
    assert_eq!(office.me(&ann).await, error(401, "ended_session"));
    let locked = json!({"error": "locked", "until": "2026-01-05T12:10:00Z", "wait": 600});
    assert_eq!(office.log_in("ann", PASSWORD).await, (423, locked));
    assert_eq!(office.log_in("ann", "wrong horse").await, error(401, "wrong_password"));
    office.world.advance(10 * MINUTE);
    let ann = office.token("ann").await;
    assert_eq!(office.get("/accounts/2").await.1["status"], "active", "the lock is over");

    let off = json!({"status": "disabled", "reason": "left"});
    assert_eq!(office.ask("PUT", "/accounts/2/status", off).await.1["status"], "disabled");
    assert_eq!(office.me(&ann).await, error(401, "ended_session"));
    assert_eq!(office.log_in("ann", PASSWORD).await, (403, json!({"error": "disabled", "reason": "left"})));
    assert_eq!(office.log_in("ann", "wrong horse").await, error(401, "wrong_password"));
    assert_eq!(office.ask("PUT", "/accounts/2/status", json!({"status": "active"})).await.0, 200);
    assert_eq!(office.ask("PUT", "/accounts/2/lock", json!({})).await.1["until"], Value::Null);
    assert_eq!(office.log_in("ann", PASSWORD).await.0, 423);
    assert_eq!(office.ask("DELETE", "/accounts/2/lock", json!({})).await.1["status"], "active");
    assert_eq!(office.log_in("ann", PASSWORD).await.0, 200);
    let long = json!({"reason": "x".repeat(501)});
    let refused = json!({"error": "invalid_input", "field": "reason", "rule": "maxLength"});
    assert_eq!(office.ask("PUT", "/accounts/2/lock", long).await, (400, refused));
    assert_eq!(office.world.faults().await, 0.0);
}

#[tokio::test]
async fn who_registers_waits_for_approval_and_an_account_has_its_end() {
    let office = Office::open().await;
    let body = json!({"username": "eve", "email": "eve@example.org", "password": PASSWORD}).to_string();
    let made = office.actor.post("/register").json(&body).send().await;
    assert_eq!((made.status, &made.json()["status"]), (201, &json!("pending")));
    assert_eq!(office.log_in("eve", PASSWORD).await, error(403, "pending"));
    assert_eq!(office.log_in("eve", "wrong horse").await, error(401, "wrong_password"));
    assert_eq!(office.ask("PUT", "/accounts/4/status", json!({"status": "active"})).await.0, 200);
    let eve = office.token("eve").await;
    assert_eq!(office.me(&eve).await.1["roles"], json!(["member"]));
    assert_eq!(office.ask("PATCH", "/accounts/4", json!({"expires": "2026-01-05T12:05:00Z"})).await.0, 200);
    assert_eq!(office.me(&eve).await.0, 200);
    office.world.advance(5 * MINUTE);
    assert_eq!(office.me(&eve).await, error(401, "ended_session"));
    assert_eq!(office.log_in("eve", PASSWORD).await, error(403, "expired_account"));
    let body = json!({"remove": ["expires_at"]});
    assert_eq!(office.ask("PATCH", "/accounts/4", body).await.0, 200);
    assert_eq!(office.me(&eve).await.0, 200);
    assert_eq!(office.world.faults().await, 0.0);
}

#[tokio::test]
async fn passwords_are_set_sessions_listed_and_ended_and_accounts_deleted() {
    let office = Office::open().await;
    let ann = office.token("ann").await;
    office.world.advance(MINUTE);
    let other = office.token("ann").await;
    let (_, listed) = office.get("/accounts/2/sessions?limit=1").await;
    assert_eq!((&listed["total"], listed["sessions"].as_array().map(Vec::len)), (&json!(2), Some(1)));
    let newest = listed["sessions"][0].as_str().expect("an id");
    let end = format!("/accounts/2/sessions?session={newest}");
    assert_eq!(office.ask("DELETE", &end, json!({})).await, (200, json!({"ended": 1})));
    assert_eq!((office.me(&ann).await.0, office.me(&other).await.0), (200, 401));
    assert_eq!(office.ask("DELETE", &end, json!({})).await, error(404, "unknown_session"));
    let foreign = format!("/accounts/3/sessions?session={newest}");
    assert_eq!(office.ask("DELETE", &foreign, json!({})).await, error(404, "unknown_session"));
    assert_eq!(office.ask("DELETE", "/accounts/2/sessions", json!({})).await, (200, json!({"ended": 1})));
    assert_eq!(office.me(&ann).await.0, 401);

    let ann = office.token("ann").await;
    let weak = json!({"password": "short"});
    assert_eq!(office.ask("PUT", "/accounts/2/password", weak).await, error(400, "weak_password"));
    let set = json!({"password": "battery staple", "must_change": true});
    assert_eq!(office.ask("PUT", "/accounts/2/password", set).await.1["must_change"], true);
    assert_eq!(office.me(&ann).await.0, 401);
    assert_eq!(office.log_in("ann", "battery staple").await.0, 200);

    assert_eq!(office.ask("DELETE", "/accounts/2", json!({})).await, (200, json!({"gone": "ann"})));
    assert_eq!(office.log_in("ann", "battery staple").await, error(404, "unknown_account"));
    let trail = office.world.audit("face").await;
    let deleted = trail.iter().find(|event| event.action == "delete_account").expect("a line");
    assert_eq!((deleted.outcome.as_ref(), deleted.caller == deleted.account), ("closed", false));
    assert!(deleted.caller.is_some() && deleted.account.is_some());
    assert_eq!(office.world.faults().await, 0.0);
}

#[tokio::test]
async fn roles_are_claims_of_the_token() {
    let office = Office::open().await;
    let claims = |token: &str| Jwt::read(token).claim("roles");
    assert_eq!(claims(&office.root), json!(["admin"]));
    assert_eq!(claims(&office.token("ann").await), json!(["member"]));
    for (roles, rule) in [
        (json!("admin"), "type"),
        (json!([1]), "type"),
        (json!([""]), "pattern"),
        (json!(["a\nb"]), "pattern"),
    ] {
        let refused = json!({"error": "invalid_input", "field": "roles", "rule": rule});
        assert_eq!(office.ask("PUT", "/accounts/2/roles", json!({"roles": roles})).await, (400, refused));
    }
    assert_eq!(office.world.faults().await, 0.0);
}
