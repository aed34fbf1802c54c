//! `import_key`: brings a key that another server signed tokens with.

use crate::action::{Action, Context, Decision, Setting};
use crate::change::Change;
use crate::fault::Fault;
use crate::key::{Algorithm, StoredKey};
use crate::outcome::{Answer, Outcome as Name};
use crate::port::draw_text;
use async_trait::async_trait;
use std::time::Duration;
use zeroize::Zeroizing;

/// The input: the key, for tokens of one kind.
pub struct ImportKey {
    /// The token kind.
    pub kind: String,
    /// The algorithm.
    pub algorithm: Algorithm,
    /// The key material: the secret.
    pub material: Zeroizing<Vec<u8>>,
    /// Whether new tokens are signed with it too.
    pub sign: bool,
    /// How long tokens are good that were made elsewhere, if they do not expire before.
    pub days: u32,
}

/// What it can answer: it is kept, under this id.
pub struct Outcome(String);

impl From<Outcome> for Answer {
    fn from(Outcome(id): Outcome) -> Answer {
        Answer::bare(Name::Updated).with("key", id)
    }
}

#[async_trait]
impl Action for ImportKey {
    type Loaded = ();
    type Outcome = Outcome;

    fn name(&self) -> &'static str {
        "import_key"
    }

    async fn load(&self, _cx: &Context<'_>) -> Result<(), Fault> {
        Ok(())
    }

    fn note(&self) -> Option<String> {
        Some(format!("{} {}", self.kind, self.algorithm.name()))
    }

    fn decide(&self, (): &(), at: &Setting<'_>) -> Result<Decision<Outcome>, Fault> {
        let letters: Vec<char> = ('a'..='z').chain('0'..='9').collect();
        let id = draw_text(&letters, 12, at.dice);
        let realm = &at.policy.realm;
        let binding = StoredKey::binding(realm, &self.kind, &id);
        let life = Duration::from_secs(u64::from(self.days) * 24 * 60 * 60);
        let key = StoredKey {
            realm: realm.clone(),
            kind: self.kind.clone(),
            id: id.clone(),
            algorithm: self.algorithm.name().to_owned(),
            wrapped: at.keys.master().seal(&binding, &self.material, at.dice)?,
            created_at: at.now,
            active: self.sign,
            legacy_until: Some(at.now.plus(life)),
        };
        Ok(Decision { outcome: Outcome(id), changes: vec![Change::PutKey(key)] })
    }
}
