//! The top of a contract: the objects of LANGUAGE section 3 outside operations, read into the plan's parts.

use crate::diagnostic::Diagnostic;
use crate::mails::Mails;
use crate::plan::{
    AccountPlan, CookiePlan, CorsPlan, RenewPlan, RequestPlan, ResponsePlan, Scheme, TokenPlan,
};
use crate::source::Node;
use crate::template::TimeFormat;
use crate::wording::Wording;
use doorward_core::code::{CodePolicy, Purpose};
use doorward_core::password::PasswordPolicy;
use std::collections::BTreeMap;

/// What the top of a contract says. Where something in it is wrong the default stands, so that checking can go
/// on.
pub struct Document {
    /// `info.title`.
    pub title: String,
    /// The base path of every route, without a slash at its end.
    pub base: String,
    /// What accounts are.
    pub account: AccountPlan,
    /// What new passwords must be.
    pub password: PasswordPolicy,
    /// The tokens, in written order.
    pub tokens: Vec<TokenPlan>,
    /// The cookies, in written order.
    pub cookies: Vec<CookiePlan>,
    /// Sliding life or silent refresh.
    pub renew: Option<RenewPlan>,
    /// Where credentials arrive, in written order.
    pub schemes: Vec<Scheme>,
    /// How codes look and live, where the contract says so.
    pub codes: BTreeMap<Purpose, CodePolicy>,
    /// The texts of mails.
    pub mails: Mails,
    /// Languages, texts, words of violations.
    pub wording: Wording,
    /// How request bodies are read.
    pub request: RequestPlan,
    /// How replies are written.
    pub response: ResponsePlan,
    /// How replies write times (`response.time`).
    pub times: TimeFormat,
    /// The CORS face.
    pub cors: Option<CorsPlan>,
}

/// The members of the top `x-doorward`; `views`, `shapes` and `replies` are not read here.
pub const SECTIONS: [&str; 19] = [
    "extends",
    "account",
    "password",
    "tokens",
    "cookies",
    "renew",
    "codes",
    "mails",
    "links",
    "languages",
    "texts",
    "violations",
    "views",
    "shapes",
    "replies",
    "request",
    "cors",
    "response",
    "security",
];

/// Reads the top of a contract: `openapi`, `info`, `servers`, `components.securitySchemes` and `x-doorward`
/// (without `views`, `shapes`, `replies`). All that is wrong is told at once.
#[must_use]
pub fn read(_contract: &Node) -> (Document, Vec<Diagnostic>) {
    todo_read()
}

fn todo_read() -> (Document, Vec<Diagnostic>) {
    std::process::abort()
}
