//! Who is asking: finding presented tokens, and judging the alternatives of an operation's `security`.

use crate::body::form;
use crate::call::Call;
use crate::extract::Sources;
use crate::face::Face;
use crate::header::text_of;
use crate::render::text;
use crate::scope::{Asked, ReplyScope};
use crate::tokens::Tokens;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use doorward_contract::plan::{Proves, Scheme, SchemePlace, Security};
use doorward_contract::template::CompiledTemplate;
use doorward_core::action::Services;
use doorward_core::authenticate::{ACCESS, Alive, Presented, Rejection};
use doorward_core::code::Stage;
use doorward_core::fault::Fault;
use doorward_core::key::same_bytes;
use doorward_core::outcome::{Answer, Outcome};
use http::{HeaderName, header};
use serde_json::Map;
use std::sync::Arc;

/// What a request brought for one scheme.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Brought<'a> {
    /// Nothing.
    Nothing,
    /// Something that is no token of this scheme, or more than one.
    Unreadable,
    /// A token.
    Token(&'a str),
    /// A token that had to be decoded.
    Decoded(String),
}

/// Finds what a request brought for a scheme.
pub(crate) fn find<'a>(call: &'a Call, scheme: &Scheme) -> Brought<'a> {
    match &scheme.place {
        SchemePlace::Bearer => in_header(call, &header::AUTHORIZATION, "bearer "),
        SchemePlace::Basic => match in_header(call, &header::AUTHORIZATION, "basic ") {
            Brought::Token(_) if basic(call).is_none() => Brought::Unreadable,
            brought => brought,
        },
        SchemePlace::Header { name, prefix } => match HeaderName::from_bytes(name.as_bytes()) {
            Ok(name) => in_header(call, &name, prefix),
            Err(_) => Brought::Nothing,
        },
        SchemePlace::Cookie(name) => match call.cookie(name) {
            Some(token) if !token.is_empty() => Brought::Token(token),
            _ => Brought::Nothing,
        },
        SchemePlace::Query(name) => {
            let members = form::parse(call.query().unwrap_or("").as_bytes()).unwrap_or_default();
            match members.get(name).and_then(|value| value.as_str()).filter(|token| !token.is_empty()) {
                Some(token) => Brought::Decoded(token.to_owned()),
                None => Brought::Nothing,
            }
        }
    }
}

/// The name and the password of `Authorization: Basic` (RFC 7617), if that is what was sent.
pub(crate) fn basic(call: &Call) -> Option<(String, String)> {
    let Brought::Token(pair) = in_header(call, &header::AUTHORIZATION, "basic ") else { return None };
    let pair = String::from_utf8(STANDARD.decode(pair).ok()?).ok()?;
    let (username, password) = pair.split_once(':')?;
    Some((username.to_owned(), password.to_owned()))
}

impl Brought<'_> {
    /// What was sent, or why it is nothing.
    fn text(&self) -> Result<&str, Rejection> {
        match self {
            Brought::Nothing => Err(Rejection::Missing),
            Brought::Unreadable => Err(Rejection::Invalid),
            Brought::Token(token) => Ok(token),
            Brought::Decoded(token) => Ok(token),
        }
    }
}

fn in_header<'a>(call: &'a Call, name: &HeaderName, prefix: &str) -> Brought<'a> {
    let mut values = call.head.headers.get_all(name).iter();
    let Some(first) = values.next() else { return Brought::Nothing };
    let (Some(text), None) = (text_of(first).map(str::trim), values.next()) else {
        return Brought::Unreadable;
    };
    let word = prefix.trim_end();
    if word.is_empty() {
        return if text.is_empty() { Brought::Nothing } else { Brought::Token(text) };
    }
    if text.is_empty() || text.eq_ignore_ascii_case(word) {
        return Brought::Nothing;
    }
    match text.split_at_checked(prefix.len()) {
        Some((sent, token)) if sent.eq_ignore_ascii_case(prefix) => Brought::Token(token.trim_start()),
        // Another scheme's word is not ours to judge; a bare text is a token without its word.
        _ if text.contains(' ') => Brought::Nothing,
        _ => Brought::Unreadable,
    }
}

/// Checks the tokens of one request, each at most once.
pub(crate) struct Checker<'a> {
    face: &'a Face,
    services: &'a Services,
    call: &'a Call,
    /// Whether `expired: accepted` counts for nothing: at `/verify`.
    strict: bool,
    known: Vec<(usize, Result<Alive, Rejection>)>,
    /// The stage token that was presented and is good, if one was.
    stage_token: Option<String>,
    /// The session that a silent refresh found, if one was looked for.
    silent: Option<Result<Alive, Rejection>>,
}

impl<'a> Checker<'a> {
    pub(crate) fn new(face: &'a Face, services: &'a Services, call: &'a Call, strict: bool) -> Checker<'a> {
        Checker { face, services, call, strict, known: Vec::new(), stage_token: None, silent: None }
    }

    /// The session that a scheme's token names, or why there is none.
    pub(crate) async fn check(&mut self, scheme: usize) -> Result<Result<Alive, Rejection>, Fault> {
        if let Some((_, result)) = self.known.iter().find(|(known, _)| *known == scheme) {
            return Ok(result.clone());
        }
        let result = match self.face.plan.schemes.get(scheme) {
            Some(plan) => self.judge(plan).await?,
            None => Err(Rejection::Missing),
        };
        self.known.push((scheme, result.clone()));
        Ok(result)
    }

    /// The stage token that an operation's `security` found: the action goes on with it.
    pub(crate) fn into_stage_token(self) -> Option<String> {
        self.stage_token
    }

    /// Whether a scheme's stage token is good. It is kept for the action, which asks again what is true when it writes.
    async fn check_stage(&mut self, scheme: &Scheme, stage: Stage) -> Result<Result<(), Rejection>, Fault> {
        let brought = find(self.call, scheme);
        let raw = match brought {
            Brought::Nothing => None,
            Brought::Unreadable => return Ok(Err(Rejection::Invalid)),
            Brought::Token(token) => Some(token.to_owned()),
            Brought::Decoded(token) => Some(token),
        };
        let verifier = self.face.verifier(self.services, self.call.now);
        let checked = verifier.check_stage(stage, raw.as_deref()).await?;
        Ok(checked.map(|_| self.stage_token = raw))
    }

    async fn judge(&self, scheme: &Scheme) -> Result<Result<Alive, Rejection>, Fault> {
        let brought = find(self.call, scheme);
        let raw = match brought.text() {
            Ok(raw) => Some(raw),
            Err(Rejection::Missing) => None,
            Err(rejection) => return Ok(Err(rejection)),
        };
        let accept_expired = scheme.accept_expired && !self.strict;
        let presented = Presented { token: &scheme.token, raw, accept_expired };
        self.face.verifier(self.services, self.call.now).check(&presented).await
    }

    /// The session of the first scheme that carries an access token that is good.
    pub(crate) async fn access(&mut self) -> Result<Result<Alive, Rejection>, Fault> {
        let face = self.face;
        let mut why = Rejection::Missing;
        for scheme in &face.access_schemes {
            match self.check(*scheme).await? {
                Ok(alive) => return Ok(Ok(alive)),
                Err(rejection) if why == Rejection::Missing => why = rejection,
                Err(_) => {}
            }
        }
        Ok(Err(why))
    }

    /// Silent refresh: the session of the token that access tokens are renewed from. `Missing` where the contract
    /// has none or the request brought none.
    pub(crate) async fn silently(&mut self) -> Result<Result<Alive, Rejection>, Fault> {
        if let Some(result) = &self.silent {
            return Ok(result.clone());
        }
        let face = self.face;
        let from = face.plan.renew.as_ref().and_then(|renew| renew.from.as_deref());
        let mut result = Err(Rejection::Missing);
        for (at, scheme) in face.plan.schemes.iter().enumerate() {
            if scheme.names_a_session() && Some(scheme.token.as_str()) == from && result.is_err() {
                let checked = self.check(at).await?;
                if checked.is_ok() || matches!(result, Err(Rejection::Missing)) {
                    result = checked;
                }
            }
        }
        self.silent = Some(result.clone());
        Ok(result)
    }

    /// A scheme's session, where for an access token a silent refresh is as good.
    async fn check_or_refresh(&mut self, scheme: usize) -> Result<Result<Alive, Rejection>, Fault> {
        let checked = self.check(scheme).await?;
        if checked.is_ok() || !self.face.access_schemes.contains(&scheme) {
            return Ok(checked);
        }
        let silent = self.silently().await?;
        Ok(if silent.is_ok() { silent } else { checked })
    }

    /// Judges an operation's security. `Ok(None)` is nobody, where that is allowed; `Err` is the answer.
    pub(crate) async fn authenticate(
        &mut self,
        security: &Security,
    ) -> Result<Result<Option<Alive>, Answer>, Fault> {
        let mut why: Option<(Rejection, usize)> = None;
        for alternative in security.alternatives.iter().filter(|schemes| !schemes.is_empty()) {
            match self.alternative(alternative).await? {
                Ok(alive) => return Ok(Ok(alive)),
                Err(found) => {
                    // A token that was sent and is bad says more than one that was not sent.
                    if why.is_none_or(|(known, _)| known == Rejection::Missing && found.0 != known) {
                        why = Some(found);
                    }
                }
            }
        }
        let optional = security.alternatives.iter().any(Vec::is_empty);
        let nothing = why.is_none_or(|(rejection, _)| rejection == Rejection::Missing);
        if optional && nothing {
            return Ok(Ok(None));
        }
        let (rejection, scheme) = why.unwrap_or((Rejection::Missing, 0));
        let token = self.face.plan.schemes.get(scheme).map_or(ACCESS, |scheme| scheme.token.as_str());
        Ok(Err(rejection.answer(token)))
    }

    /// The answer to a request that shows no client key where every alternative asks for one. It costs no look at
    /// anything else.
    pub(crate) fn without_client_key(&self, security: &Security) -> Option<Answer> {
        let mut why = None;
        for alternative in &security.alternatives {
            let (rejection, scheme) = self.client_keys(alternative).err()?;
            let better = why.is_none_or(|(known, _)| known == Rejection::Missing && rejection != known);
            if better {
                why = Some((rejection, scheme));
            }
        }
        let (rejection, scheme) = why?;
        Some(rejection.answer(&self.face.plan.schemes.get(scheme)?.token))
    }

    /// Whether the client keys of an alternative are shown.
    fn client_keys(&self, schemes: &[usize]) -> Result<(), (Rejection, usize)> {
        for (at, scheme) in self.of(schemes).filter(|(_, scheme)| matches!(scheme.proves, Proves::ClientKey))
        {
            let brought = find(self.call, scheme);
            let shown = brought.text().map_err(|rejection| (rejection, at))?;
            if !self.face.is_client_key(at, shown) {
                return Err((Rejection::Invalid, at));
            }
        }
        Ok(())
    }

    /// Whether what must equal something of the session or of the request does, and what feeds inputs is there.
    fn companions(&self, schemes: &[usize], caller: Option<&Alive>) -> Result<(), (Rejection, usize)> {
        for (at, scheme) in self.of(schemes) {
            let brought = match scheme.proves {
                Proves::Companion { .. } | Proves::Nothing => find(self.call, scheme),
                Proves::Session | Proves::Stage(_) | Proves::ClientKey => continue,
            };
            let shown = brought.text().map_err(|rejection| (rejection, at))?;
            if let Proves::Companion { equals, alone } = &scheme.proves
                && !((*alone || caller.is_some()) && self.equals(shown, equals, caller))
            {
                return Err((Rejection::Invalid, at));
            }
        }
        Ok(())
    }

    fn equals(&self, shown: &str, template: &CompiledTemplate, caller: Option<&Alive>) -> bool {
        let (sources, _) = Sources::of_head(self.call, Map::new(), &self.face.plan);
        let Checker { face, services, call, .. } = *self;
        let asked = Asked { face, services, call, sources: &sources, language: "" };
        // Only what names a session: nothing is issued here.
        let mut answer = Answer::bare(Outcome::Alive);
        if let Some(alive) = caller {
            answer = answer.account(Arc::clone(&alive.account)).session(Arc::clone(&alive.session));
        }
        let tokens = Tokens::of_answer(asked, &answer);
        let wanted = text(template, &ReplyScope::of_answer(asked, &answer, tokens.as_ref()));
        wanted.is_some_and(|wanted| !wanted.is_empty() && same_bytes(wanted.as_bytes(), shown.as_bytes()))
    }

    fn of<'s>(&self, schemes: &'s [usize]) -> impl Iterator<Item = (usize, &'a Scheme)> + use<'a, 's> {
        let face: &'a Face = self.face;
        schemes.iter().filter_map(move |at| Some((*at, face.plan.schemes.get(*at)?)))
    }

    /// All schemes of an alternative must be good; the caller is whom the access token names, else the first.
    async fn alternative(
        &mut self,
        schemes: &[usize],
    ) -> Result<Result<Option<Alive>, (Rejection, usize)>, Fault> {
        if let Err(why) = self.client_keys(schemes) {
            return Ok(Err(why));
        }
        let mut caller: Option<Alive> = None;
        let mut why: Option<(Rejection, usize)> = None;
        for (at, scheme) in self.of(schemes) {
            let checked = match scheme.proves {
                Proves::Stage(stage) => self.check_stage(scheme, stage).await?.map(|()| None),
                Proves::Session => self.check_or_refresh(at).await?.map(Some),
                Proves::Companion { .. } | Proves::ClientKey | Proves::Nothing => continue,
            };
            match checked {
                Ok(None) => {}
                Ok(Some(alive)) => {
                    let access = self.face.access_schemes.contains(&at);
                    if caller.is_none() || (access && caller.as_ref().is_some_and(|c| c.token_is_refresh)) {
                        caller = Some(alive);
                    }
                }
                Err(rejection) if why.is_none_or(|(known, _)| known == Rejection::Missing) => {
                    why = Some((rejection, at));
                }
                Err(_) => {}
            }
        }
        let why = why.or_else(|| self.companions(schemes, caller.as_ref()).err());
        if why.is_some() {
            // What was good beside something that was not is good for nothing.
            self.stage_token = None;
        }
        Ok(why.map_or(Ok(caller), Err))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::tests::call;
    use http::Request;

    fn scheme(place: SchemePlace) -> Scheme {
        let (name, token) = ("s".to_owned(), ACCESS.to_owned());
        Scheme { name, token, proves: Proves::Session, place, accept_expired: false }
    }

    fn bearer(lines: &[&str]) -> Brought<'static> {
        let request = lines.iter().fold(Request::builder(), |r, line| r.header("authorization", *line));
        let call = Box::leak(Box::new(call(request)));
        find(call, &scheme(SchemePlace::Bearer))
    }

    #[test]
    fn bearer_in_any_case_and_nothing_else() {
        assert_eq!(bearer(&["Bearer abc"]), Brought::Token("abc"));
        assert_eq!(bearer(&["bEARER   abc "]), Brought::Token("abc"));
        assert_eq!(bearer(&[]), Brought::Nothing);
        assert_eq!(bearer(&["Bearer"]), Brought::Nothing);
        assert_eq!(bearer(&["Basic abc"]), Brought::Nothing);
        assert_eq!(bearer(&["abc.def.ghi"]), Brought::Unreadable);
        assert_eq!(bearer(&["Bearer a", "Bearer b"]), Brought::Unreadable);
    }

    #[test]
    fn basic_is_a_name_and_a_password() {
        let sent = |line: &str| {
            let call = call(Request::builder().header("authorization", line));
            let place = scheme(SchemePlace::Basic);
            (basic(&call), find(&call, &place).text().map(str::to_owned).err())
        };
        let pair = |name: &str, password: &str| Some((name.to_owned(), password.to_owned()));
        assert_eq!(sent("basic YTpiOmM="), (pair("a", "b:c"), None));
        assert_eq!(sent("Basic Og=="), (pair("", ""), None));
        assert_eq!(sent("Bearer abc"), (None, Some(Rejection::Missing)));
        for line in ["Basic YTpi=", "Basic YWI=", "Basic /w==", "Basic !"] {
            assert_eq!(sent(line), (None, Some(Rejection::Invalid)), "{line}");
        }
    }

    #[test]
    fn headers_of_other_names_and_prefixes() {
        let place =
            |prefix: &str| SchemePlace::Header { name: "x-token".to_owned(), prefix: prefix.to_owned() };
        let call = call(Request::builder().header("x-token", "Token abc"));
        assert_eq!(find(&call, &scheme(place("token "))), Brought::Token("abc"));
        assert_eq!(find(&call, &scheme(place(""))), Brought::Token("Token abc"));
    }

    #[test]
    fn cookies_and_queries() {
        let call = call(Request::builder().uri("/?t=a%20b").header("cookie", "t=abc; e="));
        assert_eq!(find(&call, &scheme(SchemePlace::Cookie("t".to_owned()))), Brought::Token("abc"));
        assert_eq!(find(&call, &scheme(SchemePlace::Cookie("e".to_owned()))), Brought::Nothing);
        let found = find(&call, &scheme(SchemePlace::Query("t".to_owned())));
        assert_eq!(found, Brought::Decoded("a b".to_owned()));
    }
}
