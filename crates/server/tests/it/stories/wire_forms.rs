//! Dates, numbers and words as an API writes them, and as they are kept, in a contract of the test's own.

use crate::world::World;
use doorward_testkit::http_actor::Actor;
use serde_json::{Value, json};

const FORM: &str = "application/x-www-form-urlencoded";
const CONTRACT: &str = include_str!("wire_forms.yaml");

async fn register(actor: &Actor, form: &str) -> (u16, Value) {
    let reply = actor.post("/register").header("content-type", FORM).body(form).send().await;
    (reply.status, reply.json())
}

#[tokio::test]
async fn a_form_is_read_and_an_answer_written_as_the_contract_says() {
    let world = World::serving(CONTRACT).await;
    let actor = world.actor();
    let form = "username=kim&password=correct+horse&birthDate=29%2F02%2F2000&seen=1767225600&level=3&height=1.5&news=true&sex=F";
    let (status, made) = register(&actor, form).await;
    assert_eq!(status, 201, "{made}");
    let expected = json!({
        "born": "29/02/2000", "seen": 1_767_225_600, "joined": "2026-01-05T12:00:00.000Z",
        "joined_sql": "2026-01-05 21:00:00", "created": "2026-01-05 12:00:00.000000+00:00",
        "created_local": "2026-01-05T21:00:00", "level": 3, "height": 1.5, "news": 1, "gender": "F",
    });
    assert_eq!(made["me"], expected);
    let token = made["token"].as_str().expect("a token");
    let path = "/me?level=7&height=2&born=01%2F03%2F2000&seen=0";
    let changed = actor.get(path).bearer(token).header("X-News", "false").send().await;
    let shown = changed.json();
    assert_eq!(changed.status, 200, "{shown}");
    assert_eq!((&shown["level"], &shown["height"], &shown["news"]), (&json!(7), &json!(2), &json!(0)));
    assert_eq!((&shown["born"], &shown["seen"]), (&json!("01/03/2000"), &json!(0)));
    assert_eq!(world.faults().await, 0.0);
}

#[tokio::test]
async fn what_is_not_written_so_is_told_at_its_member() {
    let world = World::serving(CONTRACT).await;
    let actor = world.actor();
    let base = "username=kim&password=correct+horse";
    for (form, rules) in [
        ("birthDate=2000-02-29", json!(["birthDate format"])),
        ("birthDate=30%2F02%2F2000", json!(["birthDate format"])),
        ("birthDate=01%2F03%2F2020", json!(["birthDate min_age"])),
        ("birthDate=01%2F03%2F2000&seen=now", json!(["seen type"])),
        ("birthDate=01%2F03%2F2000&level=x&sex=Q", json!(["level type", "sex enum"])),
        ("level=3", json!(["birthDate required"])),
    ] {
        let refused = register(&actor, &format!("{base}&{form}")).await;
        assert_eq!((refused.0, &refused.1["rules"]), (400, &rules), "{form}");
    }
    let refused = register(&actor, &format!("{base}&birthDate=now")).await;
    assert_eq!(refused.1["params"], json!({"format": "%d/%m/%Y"}));
    let made = register(&actor, &format!("{base}&birthDate=01%2F03%2F2000")).await.1;
    let token = made["token"].as_str().expect("a token");
    let reply = actor.get("/me?level=x&height=1e999&born=2000-01-01").bearer(token).send().await;
    let rules = json!(["born format", "level type", "height type"]);
    assert_eq!((reply.status, &reply.json()["rules"]), (400, &rules));
    assert_eq!(world.faults().await, 0.0);
}
