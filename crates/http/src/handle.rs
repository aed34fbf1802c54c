//! One request from the connection to the log line: who answers it, what is measured, and what happens when
//! answering panics.

use crate::app::App;
use crate::body::Payload;
use crate::call::{Activity, Call, Door, Peer};
use crate::face::{Face, method_label};
use crate::header::safe;
use crate::log::AccessEntry;
use crate::ops;
use crate::places::Located;
use crate::reject::{Reply, error, harden};
use crate::run::Exchange;
use bytes::Bytes;
use doorward_core::fault::Fault;
use doorward_core::outcome::{Answer, Outcome};
use futures_util::FutureExt;
use http::{HeaderName, Request, StatusCode};
use http_body_util::BodyExt;
use hyper::body::Body;
use std::borrow::Cow;
use std::error::Error;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

static REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What became of a request: for the access log and the metrics.
#[derive(Default)]
pub(crate) struct Trace<'a> {
    /// The route's template, where no operation was found.
    pub(crate) route: Cow<'static, str>,
    /// The contract.
    pub(crate) face: Option<&'a Face>,
    /// The operation (index into the plan).
    pub(crate) operation: Option<usize>,
    /// The action.
    pub(crate) action: &'static str,
    /// The outcome.
    pub(crate) outcome: Option<&'static str>,
}

impl App {
    /// Answers one request. Never fails and never panics: the last resort is a bare 500.
    pub async fn handle<B>(&self, request: Request<B>, peer: impl Into<Peer>, activity: &Activity) -> Reply
    where
        B: Body<Data = Bytes> + Send + 'static,
        B::Error: Into<Box<dyn Error + Send + Sync>>,
    {
        let started = self.stopwatch.elapsed();
        let (head, body) = request.into_parts();
        activity.set(body.is_end_stream());
        let world = (self.services.clock.as_ref(), self.services.dice.as_ref());
        let call = Call::new(head, peer.into(), &self.trusted, world, activity.clone());
        let body = body.map_err(Into::into).boxed_unsync();
        let mut trace = Trace { route: Cow::Borrowed("unmatched"), ..Trace::default() };
        let answered = AssertUnwindSafe(self.answer(&call, body, &mut trace)).catch_unwind().await;
        let mut reply = match answered {
            Ok(reply) => reply,
            Err(_) => self.panicked(&call, &mut trace),
        };
        harden(reply.headers_mut());
        if self.bounds.show_request_id {
            reply.headers_mut().insert(&REQUEST_ID, safe(&call.request_id));
        }
        self.note(&call, &trace, &reply, self.stopwatch.elapsed().saturating_sub(started));
        activity.set(false);
        reply
    }

    async fn answer<'a>(&'a self, call: &Call, body: Payload, trace: &mut Trace<'a>) -> Reply {
        if let Some(rest) = call.path().strip_prefix(ops::PREFIX) {
            if call.door == Door::Clients {
                trace.route = "/_doorward/".into();
                return error(StatusCode::NOT_FOUND, "not_found");
            }
            return ops::answer(self, call, (rest, body), trace).await;
        }
        if call.door == Door::Operators {
            return ops::page(self, call, trace).await;
        }
        let host = call.host();
        let (face, path) = match self.locate(host.as_deref(), call.path()) {
            Located::Face(face, path) => (face, path),
            Located::Nowhere if call.door == Door::Clients => {
                return error(StatusCode::NOT_FOUND, "not_found");
            }
            Located::Nowhere => return ops::page(self, call, trace).await,
            Located::WrongHost => {
                trace.route = "unknown_host".into();
                return error(StatusCode::MISDIRECTED_REQUEST, "unknown_host");
            }
        };
        trace.face = Some(face);
        let mut reply = match self.preflight(face, call) {
            Some(reply) => reply,
            None => Exchange { app: self, face, call }.answer(path, body, trace).await,
        };
        self.mark(face, call, &mut reply);
        reply
    }

    fn preflight(&self, face: &Face, call: &Call) -> Option<Reply> {
        let (json, headers) = (&face.plan.response.content_type, &call.head.headers);
        let mut reply = face.cors.as_ref()?.preflight(call.method(), headers, &face.origins, json)?;
        for (name, value) in &face.headers {
            reply.headers_mut().insert(name.clone(), value.clone());
        }
        Some(reply)
    }

    /// Adds the contract's CORS headers.
    fn mark(&self, face: &Face, call: &Call, reply: &mut Reply) {
        if let Some(cors) = &face.cors {
            cors.mark(reply.headers_mut(), &call.head.headers, &face.origins);
        }
    }

    /// The reply to a request whose future panicked: the contract's own `broken`.
    fn panicked<'a>(&'a self, call: &Call, trace: &mut Trace<'a>) -> Reply {
        self.metrics.fault();
        tracing::error!(request_id = %call.request_id, action = trace.action, "a request panicked");
        let Some(face) = trace.face else { return error(StatusCode::INTERNAL_SERVER_ERROR, "broken") };
        let exchange = Exchange { app: self, face, call };
        let mut reply = exchange.refuse(&Answer::bare(Outcome::Broken), trace);
        self.mark(face, call, &mut reply);
        reply
    }

    fn note(&self, call: &Call, trace: &Trace<'_>, reply: &Reply, duration: Duration) {
        let method = method_label(call.method().as_str());
        let seconds = duration.as_secs_f64();
        let measured = trace.face.zip(trace.operation).and_then(|(face, at)| face.operations.get(at));
        let route = match measured {
            Some(measured) => {
                measured.seconds.observe(seconds);
                measured.route.as_str()
            }
            None => {
                self.metrics.took(trace.route.clone(), method, seconds);
                trace.route.as_ref()
            }
        };
        self.access_log.line(&AccessEntry {
            method,
            route,
            status: reply.status().as_u16(),
            outcome: trace.outcome,
            realm: trace.face.map_or("", |face| &face.realm),
            contract: trace.face.map_or("", |face| &face.plan.name),
            action: trace.action,
            duration,
            bytes: reply.body().size_hint().exact().unwrap_or(0),
            address: call.address,
            request_id: &call.request_id,
        });
    }

    /// The answer to a fault. The client learns nothing of it; the operator's log does.
    pub(crate) fn faulted(&self, fault: &Fault, call: &Call, trace: &Trace<'_>) -> Answer {
        self.metrics.fault();
        match fault {
            Fault::Overloaded(wait) => {
                tracing::warn!(request_id = %call.request_id, action = trace.action, "overloaded");
                Answer::bare(Outcome::Overloaded).with("retry_after", wait.as_secs().max(1))
            }
            // Too many writers at once is a busy moment, not a broken server.
            Fault::Contention => {
                tracing::warn!(request_id = %call.request_id, action = trace.action, "contention");
                Answer::bare(Outcome::Overloaded).with("retry_after", 1)
            }
            fault => {
                tracing::error!(request_id = %call.request_id, action = trace.action, %fault, "broken");
                Answer::bare(Outcome::Broken)
            }
        }
    }
}

#[cfg(test)]
mod tests;
