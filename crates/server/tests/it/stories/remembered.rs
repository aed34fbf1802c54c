//! How a client wants its session to be: the name of its device, and whether it outlives the browser.

use crate::world::{MINUTE, World};
use doorward_testkit::http_actor::{Actor, Reply};
use serde_json::{Value, json};

const CONTRACT: &str = include_str!("remembered.yaml");

/// Signs Ann in with these wishes beside her password; she is registered if need be.
async fn sign_in(actor: &Actor, wishes: &Value) -> Reply {
    let mut body = json!({"email": "ann@example.org", "password": "correct horse"});
    actor.post("/register").json(&body.to_string()).send().await;
    let wishes = wishes.as_object().expect("an object").clone();
    body.as_object_mut().expect("an object").extend(wishes);
    let reply = actor.post("/login").json(&body.to_string()).send().await;
    assert_eq!(reply.status, 204, "{}", reply.text());
    reply
}

/// What the reply's cookies say besides their values.
fn attributes(reply: &Reply) -> Vec<String> {
    let said = |line: &String| {
        let (pair, attributes) = line.split_once("; ").expect("attributes");
        format!("{}; {attributes}", pair.split('=').next().unwrap_or_default())
    };
    reply.set_cookies().iter().map(said).collect()
}

const WITH_ENDS: [&str; 3] = [
    "sid; Max-Age=600; Path=/; Expires=Mon, 05 Jan 2026 12:10:00 GMT; HttpOnly",
    "refresh; Path=/; Max-Age=86400",
    "marker; Max-Age=86400; Path=/",
];
const FOR_THE_BROWSER: [&str; 3] = ["sid; Path=/; HttpOnly", "refresh; Path=/", "marker; Path=/"];

#[tokio::test]
async fn a_session_that_is_not_remembered_is_gone_with_the_browser() {
    let world = World::serving(CONTRACT).await;
    for remembered in [json!({}), json!({"remember": true}), json!({"remember": null})] {
        let reply = sign_in(&world.actor().keeping_cookies(), &remembered).await;
        assert_eq!(attributes(&reply), WITH_ENDS, "{remembered}");
    }
    let browser = world.actor().keeping_cookies();
    assert_eq!(attributes(&sign_in(&browser, &json!({"remember": false})).await), FOR_THE_BROWSER);
    let form = [("email", "ann@example.org"), ("password", "correct horse"), ("remember", "false")];
    let reply = world.actor().post("/login").form(&form).send().await;
    assert_eq!(attributes(&reply), FOR_THE_BROWSER, "a form says it in words");

    world.advance(MINUTE);
    let refreshed = browser.post("/refresh").send().await;
    assert_eq!(attributes(&refreshed), FOR_THE_BROWSER[..2], "and it stays so");
    world.advance(11 * MINUTE);
    let served = browser.get("/session").send().await;
    assert_eq!(
        (served.status, attributes(&served)),
        (200, vec![FOR_THE_BROWSER[0].to_owned()]),
        "silently too"
    );
    let cookie = format!("refresh={}", browser.cookie("refresh").expect("kept"));
    let verified = world.verify("face", &[("Cookie", &cookie)]).await;
    assert_eq!((verified.status, attributes(&verified)), (204, vec![FOR_THE_BROWSER[0].to_owned()]));
    let over = browser.post("/logout").send().await;
    let cleared = [
        "sid; Max-Age=0; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly",
        "refresh; Path=/; Max-Age=0",
        "marker; Path=/; Max-Age=0",
    ];
    assert_eq!((over.status, attributes(&over)), (204, cleared.map(str::to_owned).to_vec()));

    let body =
        json!({"email": "bob@example.org", "password": "correct horse", "remember": false}).to_string();
    let registered = world.actor().post("/register").json(&body).send().await;
    assert_eq!(attributes(&registered), FOR_THE_BROWSER, "a registration signs in likewise");
    assert_eq!(world.faults().await, 0.0);
}

#[tokio::test]
async fn a_session_shows_what_its_client_calls_the_device() {
    let world = World::serving(CONTRACT).await;
    let phone = world.actor().keeping_cookies();
    sign_in(&phone, &json!({"device": " Ann\u{2019}s\u{0} phone\r\n"})).await;
    let shown = phone.get("/session").send().await;
    assert_eq!(shown.json(), json!({"device": "Ann\u{2019}s phone"}));
    let long = world.actor().keeping_cookies();
    sign_in(&long, &json!({"device": "x".repeat(5000)})).await;
    let bare = world.actor().keeping_cookies();
    sign_in(&bare, &json!({"device": " \n"})).await;
    let listed = bare.get("/sessions").send().await;
    let first = json!(null);
    assert_eq!(
        listed.json(),
        json!([null, "x".repeat(100), "Ann\u{2019}s phone", first]),
        "the newest first"
    );
    let refreshed = phone.post("/refresh").send().await;
    assert_eq!(refreshed.status, 204);
    assert_eq!(phone.get("/session").send().await.json(), json!({"device": "Ann\u{2019}s phone"}));
    let body =
        json!({"email": "bob@example.org", "password": "correct horse", "device": "Tablet"}).to_string();
    let tablet = world.actor().keeping_cookies();
    tablet.post("/register").json(&body).send().await;
    assert_eq!(tablet.get("/session").send().await.json(), json!({"device": "Tablet"}));
    assert_eq!(world.faults().await, 0.0);
}
