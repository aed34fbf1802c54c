//! A text may name others: in replies, in mails and in the words of a rule, each in the language of who is told.

use crate::world::World;
use serde_json::{Value, json};

const CONTRACT: &str = include_str!("texts_of_texts.yaml");
const EMAIL: &str = "ann@example.org";

#[tokio::test]
async fn texts_are_put_together_in_the_language_of_who_reads_them() {
    let world = World::serving(CONTRACT).await;
    let actor = world.actor();
    let ann = json!({"email": EMAIL, "password": "correct horse"}).to_string();
    assert_eq!(actor.post("/register").json(&ann).send().await.status, 204);
    let refused = async |language: &str| -> Value {
        let wrong = json!({"email": EMAIL, "password": "wrong"}).to_string();
        let reply = actor.post("/login").header("Accept-Language", language).json(&wrong).send().await;
        reply.json()["message"].clone()
    };
    assert_eq!(refused("en").await, "No. The Books team");
    assert_eq!(refused("fr").await, "Non. L'équipe de Books");
    let missing = actor.post("/login").json("{\"email\":\"x\"}").send().await;
    assert_eq!(missing.json()["message"], "password is missing, says Books.");
    let body = json!({"email": EMAIL}).to_string();
    assert_eq!(actor.post("/forgot").header("Accept-Language", "fr").json(&body).send().await.status, 204);
    let mails = world.mails(EMAIL, 1).await;
    let mail = mails.last().expect("a mail");
    assert_eq!(mail.subject, "Books");
    assert!(mail.text.ends_with(". L'équipe de Books"), "{}", mail.text);
    assert_eq!(world.faults().await, 0.0);
}
