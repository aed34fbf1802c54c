//! The tokens of a session or of a stage, minted when a reply names them and at most once each.

use crate::scope::{Asked, NULL, account_member, session_member};
use doorward_contract::expression::{Evaluated, Path, Scope};
use doorward_contract::plan::{Recipe, TokenPlan};
use doorward_contract::scope::Root;
use doorward_contract::template::CompiledTemplate;
use doorward_core::account::Account;
use doorward_core::authenticate::{ACCESS, REFRESH};
use doorward_core::code::Code;
use doorward_core::fault::Fault;
use doorward_core::key::Algorithm;
use doorward_core::opaque::OpaqueForm;
use doorward_core::outcome::{Answer, Outcome};
use doorward_core::policy::{TokenFormat, TokenPolicy, TokenUse};
use doorward_core::session::Session;
use doorward_core::stage_token::{stage_id, stage_token};
use doorward_core::time::Timestamp;
use doorward_core::token::{
    TokenNote, access_id, csrf_token, opaque_access, opaque_refresh, random_token, refresh_id, token_digest,
};
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::cell::{OnceCell, RefCell};

/// The tokens that a reply may name.
pub(crate) struct Tokens<'a> {
    asked: Asked<'a>,
    account: Option<&'a Account>,
    session: Option<&'a Session>,
    stage: Option<&'a Code>,
    /// Whether a refresh issues them.
    refreshed: bool,
    slots: Vec<Slot>,
    /// The token that must be noted before anybody can show it, once it is minted.
    note: OnceCell<TokenNote>,
    fault: RefCell<Option<Fault>>,
}

#[derive(Default)]
struct Slot {
    id: OnceCell<Value>,
    text: OnceCell<Value>,
}

/// When a token begins and ends, in whole seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Life {
    pub(crate) issued_at: Timestamp,
    pub(crate) expires_at: Timestamp,
    /// Seconds from now to the end.
    pub(crate) expires_in: i64,
}

impl<'a> Tokens<'a> {
    /// The tokens that an answer brings: those of its session, and that of the stage it reached. None is minted yet.
    pub(crate) fn of_answer(asked: Asked<'a>, answer: &'a Answer) -> Option<Tokens<'a>> {
        let account = answer.account.as_deref();
        let session = answer.session.as_deref().filter(|_| account.is_some());
        let stage = answer.stage.as_deref();
        let for_nobody = || asked.face.plan.tokens.iter().any(|token| token.policy.used == TokenUse::Csrf);
        if session.is_none() && stage.is_none() && !for_nobody() {
            return None;
        }
        let slots = asked.face.plan.tokens.iter().map(|_| Slot::default()).collect();
        let refreshed = answer.outcome == Outcome::Refreshed;
        let (note, fault) = (OnceCell::new(), RefCell::new(None));
        Some(Tokens { asked, account, session, stage, refreshed, slots, note, fault })
    }

    /// What must be kept of a token that was minted, before the reply goes out.
    pub(crate) fn into_note(self) -> Option<TokenNote> {
        self.note.into_inner()
    }

    /// Whether their session is one for as long as the browser is open: then no cookie says when it ends.
    pub(crate) fn for_the_browser(&self) -> bool {
        self.session.is_some_and(|session| !session.remembered)
    }

    /// What went wrong while minting, if anything: then the reply must not be sent.
    pub(crate) fn fault(&self) -> Option<Fault> {
        self.fault.borrow_mut().take()
    }

    /// `tokens.<name>` and what hangs below it.
    pub(crate) fn read(&self, rest: &[String]) -> Cow<'_, Value> {
        let Some((name, rest)) = rest.split_first() else { return NULL };
        let Some((plan, slot)) = self.find(name) else { return NULL };
        let Some(life) = self.life(name) else { return NULL };
        match rest.first().map(String::as_str) {
            None => Cow::Borrowed(slot.text.get_or_init(|| self.mint(plan, slot, life))),
            Some("id") => Cow::Borrowed(self.id(plan, slot)),
            Some("expires_in") => Cow::Owned(life.expires_in.into()),
            Some("expires_at") => Cow::Owned(life.expires_at.0.into()),
            Some("issued_at") => Cow::Owned(life.issued_at.0.into()),
            Some(_) => NULL,
        }
    }

    /// How long a token of this name lives. An access token begins now; a refresh token began when its generation
    /// did, so that the same generation gives the same bytes whenever it is asked for.
    pub(crate) fn life(&self, name: &str) -> Option<Life> {
        let (plan, _) = self.find(name)?;
        let now = self.asked.call.now.whole_second();
        let (issued_at, expires_at) = match (name, self.session) {
            _ if plan.policy.stage().is_some() => {
                let reached = self.stage.filter(|code| code.purpose.stage() == plan.policy.stage())?;
                (reached.created_at, reached.expires_at)
            }
            (_, Some(session)) if plan.policy.used == TokenUse::Csrf => {
                (session.created_at.whole_second(), session.expires_at)
            }
            // Nobody's: it is as good as any until there is a session.
            (_, None) if plan.policy.used == TokenUse::Csrf => {
                let (access, _) = self.find(ACCESS)?;
                (now, now.plus(access.policy.lifetime))
            }
            (ACCESS, Some(session)) => {
                let usual = plan.policy.after_refresh.filter(|_| self.refreshed);
                let length = session.access_lifetime.or(usual).unwrap_or(plan.policy.lifetime);
                // No access token says that it lives longer than its session does.
                (now, now.plus(length).min(session.expires_at).min(session.absolute_until))
            }
            (REFRESH, Some(session)) => (session.refresh.rotated_at.whole_second(), session.expires_at),
            _ => return None,
        };
        let expires_at = expires_at.whole_second();
        Some(Life { issued_at, expires_at, expires_in: (expires_at.seconds() - now.seconds()).max(0) })
    }

    fn find(&self, name: &str) -> Option<(&'a TokenPlan, &Slot)> {
        let tokens = &self.asked.face.plan.tokens;
        let at = tokens.iter().position(|token| token.policy.name == name)?;
        tokens.get(at).zip(self.slots.get(at))
    }

    fn id<'s>(&self, plan: &TokenPlan, slot: &'s Slot) -> &'s Value {
        let keys = &self.asked.face.keys;
        slot.id.get_or_init(|| match (self.session, self.stage) {
            (_, Some(stage)) if plan.policy.stage().is_some() => {
                Value::String(stage_id(stage.id, stage.purpose, keys.code()))
            }
            (Some(session), _) if plan.policy.name == REFRESH => {
                Value::String(refresh_id(session, keys.refresh()))
            }
            (Some(session), _) => Value::String(access_id(session, self.asked.services.dice.as_ref())),
            (None, _) => Value::Null,
        })
    }

    fn mint(&self, plan: &TokenPlan, slot: &Slot, life: Life) -> Value {
        let minted = match (&plan.policy.format, &plan.recipe) {
            (TokenFormat::Jwt(algorithm), Some(recipe)) => self.jwt(plan, recipe, *algorithm, (slot, life)),
            (TokenFormat::Opaque(form), _) => self.opaque(&plan.policy, form, life),
            (TokenFormat::Jwt(_), None) => Err(Fault::Internal("a JWT without a recipe".to_owned())),
        };
        if let Ok(token) = &minted
            && plan.policy.by_digest
            && let Some(session) = self.session
        {
            self.note.get_or_init(|| TokenNote {
                realm: session.realm.clone(),
                digest: token_digest(token, self.asked.face.keys.access()),
                session: session.id,
                generation: session.refresh.generation,
                expires_at: life.expires_at,
            });
        }
        minted.map_or_else(
            |fault| {
                self.fault.borrow_mut().get_or_insert(fault);
                Value::Null
            },
            Value::String,
        )
    }

    fn opaque(&self, policy: &TokenPolicy, form: &OpaqueForm, life: Life) -> Result<String, Fault> {
        let Asked { face, services, .. } = self.asked;
        let (keys, dice) = (&face.keys, services.dice.as_ref());
        let none = || Fault::Internal(format!("no {} token here", policy.name));
        if policy.stage().is_some() {
            let stage = self.stage.ok_or_else(none)?;
            return Ok(stage_token(stage.id, stage.purpose, form, keys.code()));
        }
        if policy.used == TokenUse::Csrf && self.session.is_none() {
            return Ok(random_token(form, dice));
        }
        let session = self.session.ok_or_else(none)?;
        Ok(match policy.name.as_str() {
            name if policy.used == TokenUse::Csrf => csrf_token(session, name, form, keys.access()),
            REFRESH => opaque_refresh(session, form, keys.refresh()),
            _ if policy.by_digest => random_token(form, dice),
            _ => opaque_access(session, life.expires_at, form, (keys.access(), dice)),
        })
    }

    fn jwt(
        &self,
        plan: &TokenPlan,
        recipe: &Recipe,
        algorithm: Algorithm,
        (slot, life): (&Slot, Life),
    ) -> Result<String, Fault> {
        let kind = plan.policy.name.as_str();
        let keys = &self.asked.face.keys;
        let signer = keys
            .signer(kind, algorithm)
            .ok_or_else(|| Fault::Crypto(format!("no {} key for {kind} tokens", algorithm.name())))?;
        let id = self.id(plan, slot);
        let scope = RecipeScope { tokens: self, id, life, key_id: signer.id() };
        let header = object_of(&recipe.header, &scope);
        let mut claims = object_of(&recipe.claims, &scope);
        if !plan.policy.by_digest {
            // Last, wherever a recipe may have put one of its own.
            claims.shift_remove("jti");
            claims.insert("jti".to_owned(), id.clone());
        }
        signer.sign(&Value::Object(header).to_string(), &Value::Object(claims).to_string())
    }
}

fn object_of(template: &CompiledTemplate, scope: &dyn Scope) -> Map<String, Value> {
    match template.eval(scope) {
        Evaluated::Value(Value::Object(object)) => object,
        _ => Map::new(),
    }
}

/// What a recipe reads.
struct RecipeScope<'t, 'a> {
    tokens: &'t Tokens<'a>,
    id: &'t Value,
    life: Life,
    key_id: &'t str,
}

impl Scope for RecipeScope<'_, '_> {
    fn read(&self, path: &Path) -> Cow<'_, Value> {
        let rest = path.rest.as_slice();
        let tokens = self.tokens;
        match Root::of(path.slot) {
            Some(Root::Account) => {
                tokens.account.map_or(NULL, |account| account_member(tokens.asked, account, rest))
            }
            Some(Root::Session) => tokens.session.map_or(NULL, |session| session_member(session, rest)),
            Some(Root::IssuedAt) => Cow::Owned(self.life.issued_at.0.into()),
            Some(Root::ExpiresAt) => Cow::Owned(self.life.expires_at.0.into()),
            Some(Root::KeyId) => Cow::Owned(self.key_id.into()),
            Some(Root::TokenId) => Cow::Borrowed(self.id),
            // Only ids and times of other tokens: a token inside a token could never end.
            Some(Root::Tokens) if rest.len() > 1 => tokens.read(rest),
            Some(Root::Tokens) | None => NULL,
            Some(root) => tokens.asked.read(root, rest),
        }
    }

    fn text(&self, key: &str) -> Option<String> {
        self.tokens.asked.text(key, self)
    }
}
