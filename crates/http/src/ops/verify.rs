//! `verify`: forward authentication. A proxy sends the headers of the original request; 204 and who it is, or the
//! contract's own 401.

use super::{READS, asked_faces, refused};
use crate::app::{App, Realm};
use crate::call::Call;
use crate::credentials::Checker;
use crate::extract::Sources;
use crate::face::Face;
use crate::handle::Trace;
use crate::header::{safe, told};
use crate::reject::{Reply, empty, error};
use crate::renew::{self, Due};
use crate::run::Exchange;
use doorward_core::authenticate::{ACCESS, Alive, Rejection};
use doorward_core::fault::Fault;
use http::{HeaderName, StatusCode};
use std::borrow::Cow;

static ACCOUNT: HeaderName = HeaderName::from_static("x-doorward-account");
static USERNAME: HeaderName = HeaderName::from_static("x-doorward-username");
static SESSION: HeaderName = HeaderName::from_static("x-doorward-session");

pub(super) async fn answer<'a>(app: &'a App, realm: &'a Realm, call: &Call, trace: &mut Trace<'a>) -> Reply {
    trace.route = Cow::Borrowed("/_doorward/{realm}/verify");
    trace.action = "verify";
    if let Some(refused) = refused(call, &READS) {
        return refused;
    }
    // Proxies know no other status for "not let in".
    let Some(&face) = asked_faces(realm, call).first() else {
        return error(StatusCode::UNAUTHORIZED, "unknown_contract");
    };
    trace.face = Some(face);
    let exchange = Exchange { app, face, call };
    match check(&exchange).await {
        Ok(Ok((alive, due))) => {
            trace.outcome = Some("alive");
            welcome(&exchange, &alive, due, trace).await
        }
        Ok(Err((rejection, token))) => {
            let mut reply = exchange.refuse(&rejection.answer(token), trace);
            *reply.status_mut() = StatusCode::UNAUTHORIZED;
            app.metrics.answered(&face.realm, trace.action, trace.outcome.unwrap_or_default());
            reply
        }
        Err(fault) => exchange.refuse(&app.faulted(&fault, call, trace), trace),
    }
}

type Checked<'a> = Result<(Alive, Option<Due>), (Rejection, &'a str)>;

async fn check<'a>(exchange: &Exchange<'a>) -> Result<Checked<'a>, Fault> {
    let Exchange { app, face, call } = *exchange;
    let mut checker = Checker::new(face, &app.services, call, true);
    let access = checker.access().await?;
    let rejection = match access {
        Ok(alive) => {
            let due = match &face.plan.renew {
                // Only the scheme of names is missing here, and a renewal reads none of them.
                Some(_) => {
                    let sources = Sources::default();
                    renew::due(&mut checker, exchange.asked(&sources, "")).await?
                }
                None => None,
            };
            return Ok(Ok((alive, due)));
        }
        Err(rejection) => rejection,
    };
    let from = face.plan.renew.as_ref().and_then(|renew| renew.from.as_deref());
    let Some(from) = from else { return Ok(Err((rejection, ACCESS))) };
    Ok(match checker.silently().await? {
        Ok(alive) => Ok((alive.clone(), Some(Due::Silent(alive)))),
        // Where only the access token was sent, it is the one to speak of.
        Err(Rejection::Missing) => Err((rejection, ACCESS)),
        Err(other) => Err((other, from)),
    })
}

async fn welcome(exchange: &Exchange<'_>, alive: &Alive, due: Option<Due>, trace: &Trace<'_>) -> Reply {
    let Exchange { app, face, call } = *exchange;
    let mut reply = empty(StatusCode::NO_CONTENT);
    let headers = reply.headers_mut();
    headers.insert(&ACCOUNT, told(&public_id(face, alive)));
    headers.insert(&USERNAME, told(login_name(face, alive)));
    headers.insert(&SESSION, safe(alive.session.id.0.as_hyphenated().encode_lower(&mut [0; 36])));
    app.metrics.answered(&face.realm, "verify", "alive");
    if let Some(due) = due {
        let (sources, _) = Sources::of_head(call, serde_json::Map::new(), &face.plan);
        let language = exchange.language(&sources);
        let asked = exchange.asked(&sources, &language);
        if let Err(fault) = renew::deliver(due, asked, &app.metrics, (headers, &[])).await {
            // Who it is stands; the renewal comes with the next request.
            let _ = app.faulted(&fault, call, trace);
        }
    }
    reply
}

/// The id that the contract shows for this account.
pub(super) fn public_id(face: &Face, alive: &Alive) -> String {
    alive.account.public_id(&face.plan.account.id).unwrap_or_default()
}

/// What the account signs in by: the first of the contract's identifiers that it has.
pub(super) fn login_name<'a>(face: &Face, alive: &'a Alive) -> &'a str {
    let mut kinds = face.policy.identifiers.iter().map(|rule| rule.kind);
    kinds.find_map(|kind| alive.account.identifier(kind)).map_or("", |identifier| &identifier.written)
}
