//! The names that templates outside replies may use: a few roots with their types.

use crate::account_plan::{AccountPlan, TokenPlan};
use crate::expression::{Names, Reference, Slot, Type};
use crate::scope::Root;
use crate::{account_view, expression::Kind};

/// A few names and what they stand for.
#[derive(Default)]
pub(crate) struct RootNames<'a> {
    roots: Vec<(&'static str, Type, Slot)>,
    tokens: &'a [TokenPlan],
    fields_of: &'a [String],
    text_keys: &'a [String],
}

impl<'a> RootNames<'a> {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// One more name.
    pub(crate) fn with(mut self, name: &'static str, ty: Type, slot: Slot) -> Self {
        self.roots.push((name, ty, slot));
        self
    }

    /// `account`.
    pub(crate) fn account(self, account: &AccountPlan) -> Self {
        let ty = Type::new(Kind::Object(account_view::account_type(account)));
        self.with("account", ty, Root::Account.slot())
    }

    /// `session`.
    pub(crate) fn session(self) -> Self {
        let ty = Type::new(Kind::Object(account_view::session_type()));
        self.with("session", ty, Root::Session.slot())
    }

    /// `request`.
    pub(crate) fn request(self) -> Self {
        let ty = Type::new(Kind::Object(account_view::request_type()));
        self.with("request", ty, Root::Request.slot())
    }

    /// `tokens`.
    pub(crate) fn tokens(mut self, tokens: &'a [TokenPlan]) -> Self {
        self.tokens = tokens;
        self
    }

    /// What hangs below these tokens, but not they themselves: a token inside a token could never end.
    pub(crate) fn fields_of_tokens(mut self, names: &'a [String]) -> Self {
        self.fields_of = names;
        self
    }

    /// What `text(key)` knows.
    pub(crate) fn texts(mut self, keys: &'a [String]) -> Self {
        self.text_keys = keys;
        self
    }
}

impl Names for RootNames<'_> {
    fn lookup(&self, path: &[String]) -> Option<Reference> {
        let (first, rest) = path.split_first()?;
        if first == "tokens"
            && let [name, field] = rest
            && self.fields_of.contains(name)
        {
            let ty = account_view::token_field(field)?;
            return Some(Reference::slot(ty, Root::Tokens.slot(), rest));
        }
        if first == "tokens" {
            let ty = account_view::tokens_member(self.tokens, rest)?;
            return Some(Reference::slot(ty, Root::Tokens.slot(), rest));
        }
        let (_, ty, slot) = self.roots.iter().find(|(name, ..)| name == first)?;
        let ty = ty.member(rest)?;
        if *slot != Root::Header.slot() {
            return Some(Reference::slot(ty, *slot, rest));
        }
        // Header names have no letter case; the runner knows them in lower case.
        let lower: Vec<String> = rest.iter().map(|name| name.to_lowercase()).collect();
        Some(Reference::slot(ty, *slot, &lower))
    }

    fn all(&self) -> Vec<String> {
        let mut all = Vec::new();
        for (name, ty, _) in &self.roots {
            all.push((*name).to_owned());
            if let Kind::Object(members) = &ty.kind {
                all.extend(members.iter().map(|(member, _)| format!("{name}.{member}")));
            }
        }
        for name in self.fields_of {
            all.extend(account_view::TOKEN_FIELDS.iter().map(|field| format!("tokens.{name}.{field}")));
        }
        for token in self.tokens {
            let name = &token.policy.name;
            all.push(format!("tokens.{name}"));
            all.extend(account_view::TOKEN_FIELDS.iter().map(|field| format!("tokens.{name}.{field}")));
        }
        all
    }

    fn text_keys(&self) -> Vec<String> {
        self.text_keys.to_vec()
    }
}
