//! `introspect`: token introspection (RFC 7662) for the team's own backend, which shows the realm's secret.

use super::verify::{login_name, public_id};
use super::{asked_faces, refused};
use crate::app::{App, Realm};
use crate::body::{self, Payload, form};
use crate::call::Call;
use crate::face::Face;
use crate::handle::Trace;
use crate::header::text_of;
use crate::reject::{Reply, error, json};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use doorward_core::authenticate::{ACCESS, Alive, Presented, REFRESH};
use doorward_core::fault::Fault;
use doorward_core::key::same_bytes;
use doorward_core::token::verify_jwt;
use http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use http::{HeaderValue, Method, StatusCode};
use serde_json::{Value, json};

pub(super) async fn answer<'a>(
    app: &'a App,
    realm: &'a Realm,
    (call, body): (&Call, Payload),
    trace: &mut Trace<'a>,
) -> Reply {
    trace.route = "/_doorward/{realm}/introspect".into();
    trace.action = "introspect";
    if let Some(refused) = refused(call, &[Method::POST]) {
        return refused;
    }
    if !known(realm, call) {
        let mut reply = error(StatusCode::UNAUTHORIZED, "invalid_client");
        reply.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        return reply;
    }
    let read = body::read(body, &app.bounds).await;
    call.activity.set(true);
    let members = read.ok().and_then(|bytes| form::parse(&bytes).ok());
    let token = members.as_ref().and_then(|members| members.get("token")).and_then(Value::as_str);
    let Some(token) = token else { return error(StatusCode::BAD_REQUEST, "invalid_request") };
    match find(app, &asked_faces(realm, call), call, token).await {
        Ok(Some((face, kind, alive))) => {
            trace.face = Some(face);
            trace.outcome = Some("alive");
            json(StatusCode::OK, &description(face, kind, &alive, token))
        }
        Ok(None) => json(StatusCode::OK, &json!({"active": false})),
        Err(fault) => {
            app.faulted(&fault, call, trace);
            error(StatusCode::INTERNAL_SERVER_ERROR, "server_error")
        }
    }
}

/// Whether the caller shows the realm's secret, as Bearer or as the password of Basic.
fn known(realm: &Realm, call: &Call) -> bool {
    let Some(secret) = &realm.introspection_secret else { return false };
    let sent = call.head.headers.get(AUTHORIZATION).and_then(text_of).and_then(|line| line.split_once(' '));
    let shown = match sent {
        Some((word, token)) if word.eq_ignore_ascii_case("bearer") => token.trim().as_bytes().to_vec(),
        Some((word, pair)) if word.eq_ignore_ascii_case("basic") => {
            let pair = STANDARD.decode(pair.trim()).unwrap_or_default();
            let colon = pair.iter().position(|byte| *byte == b':');
            colon.and_then(|at| pair.get(at + 1..)).unwrap_or_default().to_vec()
        }
        _ => return false,
    };
    same_bytes(&shown, secret.as_bytes())
}

async fn find<'a>(
    app: &App,
    faces: &[&'a Face],
    call: &Call,
    token: &str,
) -> Result<Option<(&'a Face, &'static str, Alive)>, Fault> {
    for face in faces {
        for kind in [ACCESS, REFRESH] {
            let presented = Presented { token: kind, raw: Some(token), accept_expired: false };
            if let Ok(alive) = face.verifier(&app.services, call.now).check(&presented).await? {
                return Ok(Some((face, kind, alive)));
            }
        }
    }
    Ok(None)
}

fn description(face: &Face, kind: &str, alive: &Alive, token: &str) -> Value {
    let claims = verify_jwt(token, kind, &face.keys);
    let said = claims.as_ref().and_then(|claims| claims.get("iat")).and_then(Value::as_i64);
    let expires_at = alive.expires_at.min(alive.session.expires_at);
    json!({
        "active": true,
        "sub": public_id(face, alive),
        "username": login_name(face, alive),
        "exp": expires_at.seconds(),
        "iat": said.unwrap_or_else(|| alive.session.created_at.seconds()),
        "token_type": if kind == ACCESS { "Bearer" } else { "refresh_token" },
        "client_id": face.plan.name,
        "sid": alive.session.id.0.to_string(),
    })
}
