//! Who is asking: finding presented tokens, and judging the alternatives of an operation's `security`.

use crate::body::form;
use crate::call::Call;
use crate::face::Face;
use crate::header::text_of;
use doorward_contract::plan::{Scheme, SchemePlace, Security};
use doorward_core::action::Services;
use doorward_core::authenticate::{ACCESS, Alive, Presented, Rejection};
use doorward_core::code::Stage;
use doorward_core::fault::Fault;
use doorward_core::outcome::Answer;
use http::{HeaderName, header};

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
        let raw = match &brought {
            Brought::Nothing => None,
            Brought::Unreadable => return Ok(Err(Rejection::Invalid)),
            Brought::Token(token) => Some(*token),
            Brought::Decoded(token) => Some(token.as_str()),
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
            if Some(scheme.token.as_str()) == from && result.is_err() {
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

    /// All schemes of an alternative must be good; the caller is whom the access token names, else the first.
    async fn alternative(
        &mut self,
        schemes: &[usize],
    ) -> Result<Result<Option<Alive>, (Rejection, usize)>, Fault> {
        let mut caller: Option<Alive> = None;
        let mut why: Option<(Rejection, usize)> = None;
        for scheme in schemes {
            let face = self.face;
            let staged =
                face.plan.schemes.get(*scheme).and_then(|plan| plan.stage.map(|stage| (plan, stage)));
            let checked = match staged {
                Some((plan, stage)) => self.check_stage(plan, stage).await?.map(|()| None),
                None => self.check_or_refresh(*scheme).await?.map(Some),
            };
            match checked {
                Ok(None) => {}
                Ok(Some(alive)) => {
                    let access = self.face.access_schemes.contains(scheme);
                    if caller.is_none() || (access && caller.as_ref().is_some_and(|c| c.token_is_refresh)) {
                        caller = Some(alive);
                    }
                }
                Err(rejection) if why.is_none_or(|(known, _)| known == Rejection::Missing) => {
                    why = Some((rejection, *scheme));
                }
                Err(_) => {}
            }
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
        Scheme { name: "s".to_owned(), token: ACCESS.to_owned(), stage: None, place, accept_expired: false }
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
