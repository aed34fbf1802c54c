//! The mixed load: everybody goes on until the server is gone, and writes down what they know.

use super::api::{Api, Who};
use super::fact::{Credential, Fact, RESET, Reset};
use super::pairs::{Chain, Pair};
use super::wire::{Ack, Wire};
use doorward_testkit::http_actor::Reply;
use serde_json::{Value, json};
use tokio::task::JoinSet;

/// One cycle's load.
pub(super) struct Load {
    pub(super) wire: Wire,
    pub(super) cycle: usize,
}

/// What it left.
#[derive(Default)]
pub(super) struct Done {
    pub(super) facts: Vec<Fact>,
    pub(super) ids: Vec<(Api, u64)>,
    pub(super) chains: Vec<Chain>,
    pub(super) pairs: Vec<Pair>,
}

impl Load {
    /// Runs all stories side by side until the server is gone.
    pub(super) async fn run(self, chains: Vec<Chain>, pairs: Vec<Pair>) -> Done {
        let mut stories = JoinSet::new();
        for (number, api) in
            [Api::Cakes, Api::Formmate, Api::Biji, Api::Cakes, Api::Biji].into_iter().enumerate()
        {
            let story = Story::new(self.wire.clone(), api, format!("k{}-{number}", self.cycle));
            stories.spawn(story.come_and_go());
        }
        for number in 0..2 {
            let story = Story::new(self.wire.clone(), Api::Haenaem, format!("h{}-{number}", self.cycle));
            stories.spawn(story.forget_and_reset());
        }
        let (mut rotating, mut prolonging) = (JoinSet::new(), JoinSet::new());
        for chain in chains {
            rotating.spawn(chain.run(self.wire.clone()));
        }
        for pair in pairs {
            prolonging.spawn(pair.run(self.wire.clone()));
        }
        let mut done = Done::default();
        for story in stories.join_all().await {
            done.facts.extend(story.facts);
            done.ids.extend(story.ids);
        }
        done.chains = rotating.join_all().await;
        done.pairs = prolonging.join_all().await;
        done
    }
}

/// One client's life.
struct Story {
    wire: Wire,
    api: Api,
    name: String,
    number: usize,
    facts: Vec<Fact>,
    ids: Vec<(Api, u64)>,
}

impl Story {
    fn new(wire: Wire, api: Api, name: String) -> Story {
        Story { wire, api, name, number: 0, facts: Vec::new(), ids: Vec::new() }
    }

    fn next(&mut self) -> Who {
        self.number += 1;
        Who::new(format!("{}-{}", self.name, self.number))
    }

    /// Registers; every other one signs out again, where the contract lets them.
    async fn come_and_go(mut self) -> Story {
        loop {
            let who = self.next();
            let Some(credential) = self.come(&who).await else { return self };
            let logout =
                self.api.logout(&self.wire.actor(), &credential).filter(|_| self.number.is_multiple_of(2));
            let Some(logout) = logout else {
                self.facts.push(Fact::Alive(credential));
                continue;
            };
            let Some(reply) = self.wire.ask(&logout, Ack::Logout).await else {
                self.facts.push(Fact::MaybeEnded(self.api, credential));
                return self;
            };
            assert!(reply.status < 300, "{reply:?}");
            self.facts.push(Fact::Ended(credential));
        }
    }

    /// Registers, and signs in if that does not; nothing when the server is gone.
    async fn come(&mut self, who: &Who) -> Option<Credential> {
        let Some(reply) = self.wire.ask(&self.api.register(&self.wire.actor(), who), Ack::Register).await
        else {
            self.facts.push(Fact::MaybeRegistered(self.api, who.clone()));
            return None;
        };
        assert!(reply.status < 300, "{who:?}: {reply:?}");
        self.ids.extend(self.api.number(&reply).map(|number| (self.api, number)));
        self.facts.push(Fact::Registered(self.api, who.clone()));
        if self.api.register_signs_in() {
            return Some(self.api.credential(&reply));
        }
        let reply = self.wire.ask(&self.api.login(&self.wire.actor(), who), Ack::Step).await?;
        assert!(reply.status < 300, "{who:?}: {reply:?}");
        Some(self.api.credential(&reply))
    }

    /// Registers, signs in, and resets the password with a mailed code.
    async fn forget_and_reset(mut self) -> Story {
        loop {
            let who = self.next();
            let Some(session) = self.come(&who).await else { return self };
            let Some(code) = self.code(&who).await else {
                self.facts.push(Fact::Alive(session));
                return self;
            };
            let (_, id) = self.ids.last().copied().expect("the registration told one");
            let after = who.with_password("a new secret");
            let body = json!({"userId": id, "authCode": code, "newPassword": after.password});
            let before = who.clone();
            // From here on the first password is no longer known to work.
            self.facts.retain(|fact| !matches!(fact, Fact::Registered(_, other) if other.name == who.name));
            let reset = Reset { before, after, body, session };
            let request = self.wire.actor().post(RESET).json(&reset.body.to_string());
            let Some(reply) = self.wire.ask(&request, Ack::Reset).await else {
                self.facts.push(Fact::MaybeReset(reset));
                return self;
            };
            assert_eq!(reply.status, 200, "{reply:?}");
            self.facts.push(Fact::Reset(reset));
        }
    }

    /// Asks for a code and reads the mailbox until it is there.
    async fn code(&self, who: &Who) -> Option<String> {
        let body = json!({"authId": who.name, "email": who.email(), "type": "FORGET_PASSWORD"});
        let request = self.wire.actor().post("/haenaem/api/auth/send/auth-key").json(&body.to_string());
        let reply = self.wire.ask(&request, Ack::Step).await?;
        assert_eq!(reply.status, 200, "{reply:?}");
        let mailbox = self.wire.actor().get(&format!("/_doorward/mailbox?to={}", who.email()));
        loop {
            let reply = self.wire.ask(&mailbox, Ack::Step).await?;
            if let Some(code) = code_in(&reply) {
                return Some(code);
            }
        }
    }
}

/// The six hex digits at the end of the newest mail.
fn code_in(mailbox: &Reply) -> Option<String> {
    let mails: Value = mailbox.json();
    let text =
        mails.as_array().expect("a list of mails").last()?["text"].as_str().expect("a text").trim_end();
    Some(text[text.len() - 6..].to_owned())
}
