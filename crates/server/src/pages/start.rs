//! The start page: what is served here, how it is, and what to try.

use super::{PageRealm, ProgramPages, html};
use askama::Template;
use doorward_core::change::SealedMail;
use doorward_http::Page;

/// More mails than this are not counted.
const COUNTED: u32 = 1000;

/// The mails in the outbox.
struct Queue {
    waiting: usize,
    dead: usize,
    /// There are more than were counted.
    more: bool,
}

impl Queue {
    fn of<'m>(mails: impl Iterator<Item = &'m SealedMail>, more: bool) -> Queue {
        let (mut waiting, mut dead) = (0, 0);
        for mail in mails {
            match mail.dead_at {
                Some(_) => dead += 1,
                None => waiting += 1,
            }
        }
        Queue { waiting, dead, more }
    }
}

/// A realm with its contracts.
struct RealmView<'a> {
    name: &'a str,
    contracts: Vec<&'a PageRealm>,
    has_public_keys: bool,
    queue: Option<Queue>,
}

#[derive(Template)]
#[template(path = "start.html")]
struct Start<'a> {
    version: &'static str,
    realms: Vec<RealmView<'a>>,
    ready: bool,
    /// Nothing where the store does not answer.
    queue: Option<Queue>,
    keeps_mail: bool,
}

impl ProgramPages {
    pub(super) async fn start(&self) -> Page {
        let ready = self.store.tally("", "ready", self.clock.now()).await.is_ok();
        let mails = self.store.mails(None, COUNTED).await.ok();
        let more = mails.as_ref().is_some_and(|mails| mails.len() >= COUNTED as usize);
        let of = |realm: Option<&str>| {
            let fits = move |mail: &&SealedMail| realm.is_none_or(|realm| mail.realm == realm);
            mails.as_ref().map(|mails| Queue::of(mails.iter().filter(fits), more))
        };
        let mut realms: Vec<RealmView<'_>> = Vec::new();
        for contract in &self.realms {
            if let Some(known) = realms.iter_mut().find(|known| known.name == contract.name) {
                known.contracts.push(contract);
                continue;
            }
            realms.push(RealmView {
                name: &contract.name,
                contracts: vec![contract],
                has_public_keys: contract.has_public_keys,
                queue: of(Some(&contract.name)),
            });
        }
        let start = Start {
            version: env!("CARGO_PKG_VERSION"),
            realms,
            ready,
            queue: of(None),
            keeps_mail: self.keeps_mail,
        };
        html("/", start.render())
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::bare;
    use doorward_core::change::{Change, SealedMail};
    use doorward_core::time::Timestamp;
    use doorward_mail::Mailbox;
    use uuid::Uuid;

    #[tokio::test]
    async fn mails_that_wait_and_mails_that_were_given_up() {
        let pages = bare(Mailbox::new());
        let mail = |number: u128, dead_at: Option<i64>| SealedMail {
            id: Uuid::from_u128(number),
            realm: "a".to_owned(),
            sealed: vec![1],
            created_at: Timestamp(0),
            attempts: 0,
            next_at: Timestamp(0),
            expires_at: None,
            failure: None,
            dead_at: dead_at.map(Timestamp),
        };
        let said = async || String::from_utf8(pages.start().await.body.to_vec()).unwrap();
        assert!(said().await.contains("<dd>0 waiting, none given up</dd>"));
        let changes = [mail(1, None), mail(2, None), mail(3, Some(1))].map(Change::QueueMail);
        pages.store.apply(changes.to_vec()).await.unwrap();
        let text = said().await;
        assert!(text.contains("2 waiting, <strong class=\"bad\">1 given up</strong>"), "{text}");
    }
}
