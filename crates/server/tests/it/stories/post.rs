//! Messages of a deployment: they leave by a real connection, in the name of their realm, or the answer says that none can.

use crate::world::World;
use doorward_testkit::http_actor::Actor;
use doorward_testkit::{Manner, Secured, SmtpServer};
use serde_json::json;
use std::time::Duration;

const CONTRACT: &str = include_str!("links.yaml");

async fn sign_up(actor: &Actor, below: &str) {
    let ann = json!({"username": "ann", "email": "ann@example.org", "password": "correct horse"});
    let reply = actor.post(&format!("{below}/register")).json(&ann.to_string()).send().await;
    assert_eq!(reply.status, 201, "{}", reply.text());
}

async fn forgot(actor: &Actor, below: &str) -> u16 {
    let body = json!({"email": "ann@example.org"}).to_string();
    actor.post(&format!("{below}/forgot")).json(&body).send().await.status
}

/// The texts that came, once there are so many.
async fn taken(server: &SmtpServer, count: usize) -> Vec<String> {
    let there = async {
        while server.taken().len() < count {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), there).await.expect("mails");
    server.taken().into_iter().map(|mail| format!("MAIL FROM:{}\n{}", mail.from, mail.text)).collect()
}

#[tokio::test]
async fn a_link_comes_by_smtp_in_the_name_of_its_realm() {
    let server = SmtpServer::start(Manner::Fine, Secured::StartTls).await;
    let text = format!(
        "[realms.a]\npath = \"/a\"\ncontracts = [\"own.yaml\"]\n\
         [realms.b]\npath = \"/b\"\ncontracts = [\"own.yaml\"]\n\
         mail_from = \"Shop B <b@shop.example>\"\nmail_reply_to = \"help@shop.example\"\n\
         [mail]\ntransport = \"smtp\"\nhost = \"localhost\"\nport = {}\nfrom = \"Doorward <no-reply@auth.example>\"\n\
         username = \"doorward\"\npassword = {{ file = \"smtp.password\" }}\ncertificates = \"ca.pem\"\n",
        server.addr.port()
    );
    let files =
        [("own.yaml", CONTRACT), ("smtp.password", "hunter2hunter2"), ("ca.pem", server.authority.as_str())];
    let world = World::configured(&text, &files).await;
    let actor = world.actor();
    for (below, count, from) in [("/a", 1, "<no-reply@auth.example>"), ("/b", 2, "<b@shop.example>")] {
        sign_up(&actor, below).await;
        assert_eq!(forgot(&actor, below).await, 200);
        let mails = taken(&server, count).await;
        let mail = &mails[count - 1];
        assert!(mail.starts_with(&format!("MAIL FROM:{from}")), "{mail}");
        assert!(mail.contains("To: ann@example.org") && mail.contains("/reset?token="), "{mail}");
        assert_eq!(mail.contains("Reply-To: help@shop.example"), below == "/b", "{mail}");
    }
    assert!(server.heard().iter().any(|line| line.starts_with("AUTH PLAIN")));
    let mailbox = world.actor().get("/_doorward/mailbox").send().await;
    assert!(!mailbox.text().contains("ann@example.org"), "what left is in no mailbox");
}

#[tokio::test]
async fn without_a_transport_the_answer_says_so() {
    let text = "[realms.a]\ncontracts = [\"own.yaml\"]\n[mail]\ntransport = \"none\"\n";
    let world = World::configured(text, &[("own.yaml", CONTRACT)]).await;
    let actor = world.actor();
    sign_up(&actor, "").await;
    assert_eq!(forgot(&actor, "").await, 200, "this contract does not tell strangers what became of it");
    let bob = json!({"username": "bob", "email": "bob@example.org", "password": "correct horse"});
    let reply = actor.post("/sign-up/link").json(&bob.to_string()).send().await;
    assert_eq!((reply.status, reply.json()["error"].clone()), (502, json!("delivery_failed")));
}
