//! Operations that a contract leaves to the team's own backend.

use crate::world::World;
use doorward_contract::{load, openapi};

const CONTRACT: &str = include_str!("left.yaml");

#[tokio::test]
async fn what_is_left_to_the_backend_is_not_found_here() {
    let world = World::serving(CONTRACT).await;
    let actor = world.actor();
    let refused = actor.get("/api/users/7").send().await;
    assert_eq!((refused.status, refused.text().as_str()), (403, r#"{"error":"refused"}"#));
    // No wider path takes it, and no other method of its path makes it a 405.
    for (reply, method) in [
        (actor.get("/api/users/avatar").send().await, "GET"),
        (actor.request("PUT", "/api/users/7").send().await, "PUT"),
    ] {
        assert_eq!((reply.status, reply.text().as_str()), (404, r#"{"error":"not_found"}"#), "{method}");
    }
    assert_eq!(actor.delete("/api/users/7").send().await.status, 405);
    assert_eq!(world.faults().await, 0.0);
}

#[test]
fn what_is_left_to_the_backend_is_documented() {
    let loaded = load("left", "left.yaml", CONTRACT, &|_| Err("no other file".to_owned()));
    let document = openapi(&loaded).expect("a document");
    let operation = &document["paths"]["/users/avatar"]["get"];
    assert_eq!(operation["summary"], "The picture.");
    assert_eq!(operation["x-doorward"]["why"], "the shop keeps pictures");
    assert!(document["paths"]["/users/{id}"]["get"].get("x-doorward").is_none());
}
