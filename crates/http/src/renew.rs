//! Renewing the access token on whatever reply is being sent: sliding life, or silent refresh.

use crate::cookie::set_line;
use crate::credentials::Checker;
use crate::header::{name, safe};
use crate::metrics::Metrics;
use crate::render::text;
use crate::scope::{Asked, ReplyScope};
use crate::tokens::Tokens;
use doorward_contract::plan::{CookiePlan, RenewPlan};
use doorward_core::authenticate::{ACCESS, Alive};
use doorward_core::change::{ApplyResult, Change};
use doorward_core::fault::Fault;
use doorward_core::live::touched;
use doorward_core::outcome::{Answer, Outcome};
use doorward_core::session::Session;
use doorward_core::time::Timestamp;
use http::HeaderMap;
use http::header::SET_COOKIE;
use std::sync::Arc;
use std::time::Duration;

/// A renewal that is due.
pub(crate) enum Due {
    /// The life of this session's access token runs out: the session is prolonged.
    Sliding(Alive),
    /// The access token is missing or stale, and this session's refresh token is good.
    Silent(Alive),
}

/// Whether the tokens of a request call for a renewal. A bad one changes nothing.
pub(crate) async fn due(checker: &mut Checker<'_>, asked: Asked<'_>) -> Result<Option<Due>, Fault> {
    let Some(renew) = &asked.face.plan.renew else { return Ok(None) };
    let access = checker.access().await?;
    if renew.from.is_some() {
        return Ok(match access {
            Ok(_) => None,
            Err(_) => checker.silently().await?.ok().map(Due::Silent),
        });
    }
    Ok(access.ok().filter(|alive| runs_out(alive, renew, asked)).map(Due::Sliding))
}

fn runs_out(alive: &Alive, renew: &RenewPlan, asked: Asked<'_>) -> bool {
    let now = asked.call.now;
    let left = alive.expires_at.since(now);
    let share = life(&alive.session, asked) * u32::from(renew.when_left_percent) / 100;
    // All of a life is left only in its first moment: 100% is every request.
    let due = renew.when_left_percent == 100 || left < share;
    // A token that has expired is not renewed, nor one whose session cannot live longer.
    !left.is_zero() && due && alive.expires_at < alive.session.absolute_until
}

fn life(session: &Session, asked: Asked<'_>) -> Duration {
    let token = asked.face.policy.token(ACCESS);
    session.access_lifetime.or(token.map(|token| token.lifetime)).unwrap_or_default()
}

/// Delivers a renewal with a reply, unless the reply itself sets or clears the cookie.
///
/// # Errors
/// The store failed, or the token could not be minted.
pub(crate) async fn deliver(
    due: Due,
    asked: Asked<'_>,
    metrics: &Metrics,
    (headers, cookies): (&mut HeaderMap, &[usize]),
) -> Result<(), Fault> {
    let Some(renew) = &asked.face.plan.renew else { return Ok(()) };
    let plans = &asked.face.plan.cookies;
    let written =
        |cookie: &CookiePlan| cookies.iter().filter_map(|at| plans.get(*at)).any(|one| one.replaces(cookie));
    if renew.set_cookies.iter().filter_map(|at| plans.get(*at)).any(written) {
        return Ok(());
    }
    let (session, account) = match due {
        Due::Silent(alive) => (alive.session, alive.account),
        Due::Sliding(alive) => match prolong(&alive, asked).await? {
            Some(session) => (session, alive.account),
            None => return Ok(()),
        },
    };
    let answer = Answer::bare(Outcome::Refreshed).account(account).session(session);
    write(renew, asked, &answer, headers)?;
    metrics.renewed();
    Ok(())
}

/// Moves the end of a session. Nothing where it changed meanwhile: whoever changed it has answered.
async fn prolong(alive: &Alive, asked: Asked<'_>) -> Result<Option<Arc<Session>>, Fault> {
    let (session, now) = (&alive.session, asked.call.now);
    let wanted: Timestamp = now.whole_second().plus(life(session, asked)).min(session.absolute_until);
    let expires_at = wanted.max(session.expires_at);
    let change = Change::MoveSession {
        session: session.id,
        from: session.refresh.clone(),
        to: session.refresh.clone(),
        expires_at,
        access_until: session.access_until,
        at: now,
    };
    let stale = touched(std::slice::from_ref(&change));
    match asked.services.store.apply(vec![change]).await? {
        ApplyResult::Conflict => Ok(None),
        ApplyResult::Applied(applied) => {
            asked.services.live.follow(&stale, &applied);
            Ok(Some(Arc::new(Session { expires_at, last_used_at: now, ..Session::clone(session) })))
        }
    }
}

fn write(renew: &RenewPlan, asked: Asked<'_>, answer: &Answer, out: &mut HeaderMap) -> Result<(), Fault> {
    let Some(tokens) = Tokens::of_answer(asked, answer) else { return Ok(()) };
    let scope = ReplyScope::of_answer(asked, answer, Some(&tokens));
    let mut lines = Vec::new();
    for cookie in renew.set_cookies.iter().filter_map(|at| asked.face.plan.cookies.get(*at)) {
        let line = set_line(cookie, asked.face, Some(&tokens), (&scope, asked.call.https));
        lines.push((SET_COOKIE, safe(&line)));
    }
    for (header, template) in &renew.headers {
        // What the reply says by itself wins.
        let header = name(header).filter(|header| !out.contains_key(header));
        if let Some((header, text)) = header.zip(text(template, &scope)) {
            lines.push((header, safe(&text)));
        }
    }
    if let Some(fault) = tokens.fault() {
        return Err(fault);
    }
    for (header, value) in lines {
        out.append(header, value);
    }
    Ok(())
}
