//! Inputs that say who is asking where no scheme of `security` can: a token or a client's key in the body, and the id of
//! whoever calls.

use super::input::InputSource;
use super::reading::Findings;
use super::wanted::Wanted;
use crate::diagnostic::{Diagnostic, codes};
use crate::document::Document;
use crate::plan::{InputTarget, Proves, Scheme};
use crate::source::Entry;
use doorward_core::authenticate::{ACCESS, REFRESH};
use doorward_core::spec::{ActionSpec, Caller, Identifiers, Kind, OptionValues};

/// An input that every action for somebody signed in has, besides its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CallerInput {
    /// The access token.
    Access,
    /// The refresh token, which names a session as well.
    Refresh,
    /// The id that the caller's own account must have.
    Id,
    /// The key of the client, in any action.
    ClientKey,
}

impl CallerInput {
    const ALL: [CallerInput; 4] =
        [CallerInput::Access, CallerInput::Refresh, CallerInput::Id, CallerInput::ClientKey];

    /// Its word in contracts.
    pub(crate) fn name(self) -> &'static str {
        match self {
            CallerInput::Access => "access_token",
            CallerInput::Refresh => "refresh_token",
            CallerInput::Id => "account_id",
            CallerInput::ClientKey => "client_key",
        }
    }

    /// The word of the input that brings this token.
    pub(crate) fn of_token(token: &str) -> &'static str {
        if token == REFRESH { CallerInput::Refresh.name() } else { CallerInput::Access.name() }
    }

    /// The words of an action's, but for those that are inputs of its own.
    pub(crate) fn of_action(spec: &ActionSpec) -> impl Iterator<Item = &'static str> {
        let all = CallerInput::ALL.into_iter().filter(|input| input.fits(spec));
        all.map(CallerInput::name).filter(|name| spec.inputs.iter().all(|own| own.name != *name))
    }

    /// What a word means in an action: its own inputs come first. A refresh token that is only looked at beside the
    /// session that is asking (sign-out) names the session itself where nothing else does.
    pub(super) fn of(name: &str, spec: &ActionSpec, secured: bool) -> Option<CallerInput> {
        let input = CallerInput::ALL.into_iter().find(|input| input.name() == name && input.fits(spec))?;
        let own = spec.inputs.iter().any(|own| own.name == name);
        let alone = input == CallerInput::Refresh && spec.caller.signed_in() && !secured;
        (!own || alone).then_some(input)
    }

    fn fits(self, spec: &ActionSpec) -> bool {
        match self {
            // Administrators are asked about others; whether a binding knows who is asking is seen when it is whole.
            CallerInput::Id => spec.caller != Caller::Administrator,
            CallerInput::ClientKey => true,
            CallerInput::Access | CallerInput::Refresh => asks_who(spec),
        }
    }

    /// The input as written here.
    pub(super) fn read(
        self,
        entry: &Entry,
        (spec, document, secured): (&ActionSpec, &Document, bool),
        found: &mut Findings,
    ) -> Option<InputSource> {
        let (target, wanted) = match self {
            CallerInput::Access => (InputTarget::Credential(ACCESS), Kind::Token),
            CallerInput::Refresh => (InputTarget::Credential(REFRESH), Kind::Token),
            CallerInput::Id => (InputTarget::OwnId, Kind::Any),
            CallerInput::ClientKey => {
                (InputTarget::ClientKey(client_key(entry, document, found)?), Kind::Text)
            }
        };
        if let InputTarget::Credential(token) = target {
            let declared = document.tokens.iter().any(|known| known.policy.name == token);
            let wrong = if secured {
                Some(format!(
                    "`security` says already who is asking: `{}` has no `{}`",
                    spec.name,
                    self.name()
                ))
            } else {
                (!declared).then(|| format!("`tokens` has no `{token}`"))
            };
            if let Some(message) = wrong {
                let error = Diagnostic::error(codes::UNKNOWN_INPUT, entry.key_span, message);
                found.push(error.help("a token comes either by a scheme of `security` or as an input"));
                return None;
            }
        }
        let template = found.template(&entry.value)?;
        let required = target == InputTarget::OwnId;
        let wanted = Wanted::Core(wanted);
        Some(InputSource { target, wanted, required, span: entry.value.span, template, if_declared: false })
    }
}

/// The scheme whose key an input brings: the only one that carries keys of clients.
fn client_key(entry: &Entry, document: &Document, found: &mut Findings) -> Option<usize> {
    let carries = |(_, scheme): &(usize, &Scheme)| matches!(scheme.proves, Proves::ClientKey);
    let all: Vec<(usize, &Scheme)> = document.schemes.iter().enumerate().filter(carries).collect();
    let (message, help) = match all.as_slice() {
        [(index, _)] => return Some(*index),
        [] => (
            "no scheme of this contract carries the key of a client".to_owned(),
            "declare it: `app: {type: apiKey, in: header, name: X-App-Key, x-doorward: {client_key: true}}`",
        ),
        several => {
            let names: Vec<&str> = several.iter().map(|(_, scheme)| scheme.name.as_str()).collect();
            (
                format!("which key is this? `{}` carry keys of clients", names.join("`, `")),
                "leave one of them",
            )
        }
    };
    found.error(codes::UNKNOWN_INPUT, entry.key_span, message, help);
    None
}

/// Whether an action asks who is calling, always or with some options.
fn asks_who(spec: &ActionSpec) -> bool {
    let by_option = spec.options.iter().any(|option| match option.values {
        OptionValues::Words(words) => option.name == "needs" && words.contains(&"session"),
        OptionValues::Flag(_) | OptionValues::Duration => false,
    });
    spec.caller.signed_in() || spec.identifiers == Identifiers::OneOrCaller || by_option
}
