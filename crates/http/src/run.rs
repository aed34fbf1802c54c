//! The pipeline of one request to a contract: route, body, credentials, binding, inputs, action, reply.

use crate::app::App;
use crate::asking::Asking;
use crate::body::Payload;
use crate::call::Call;
use crate::credentials::Checker;
use crate::extract::{self, Sources};
use crate::face::Face;
use crate::handle::Trace;
use crate::reject::{Reply, error};
use crate::render::{CookiePreview, Rendered, render, text};
use crate::renew::{self, Due};
use crate::route::Routed;
use crate::scope::{Asked, ReplyScope};
use doorward_contract::plan::{Binding, InputPlan, InputTarget, Operation, ReplyTable};
use doorward_core::action::{Client, Context, NoPreview, Preview, Setting, record};
use doorward_core::authenticate::Alive;
use doorward_core::change::{ApplyResult, Change};
use doorward_core::fault::Fault;
use doorward_core::outcome::{Answer, Outcome};
use doorward_core::spec::STAGE_TOKEN;
use doorward_core::violation::Violation;
use http::{StatusCode, header};
use serde_json::{Map, Value};

/// One request to one contract.
#[derive(Clone, Copy)]
pub(crate) struct Exchange<'a> {
    pub(crate) app: &'a App,
    pub(crate) face: &'a Face,
    pub(crate) call: &'a Call,
}

/// An answer, the replies that word it, and a renewal that goes with it.
struct Answered<'p> {
    table: &'p ReplyTable,
    answer: Answer,
    due: Option<Due>,
}

impl<'p> Answered<'p> {
    fn bare(table: &'p ReplyTable, answer: Answer) -> Answered<'p> {
        Answered { table, answer, due: None }
    }
}

impl Exchange<'_> {
    /// Answers the request, whose path below the contract's prefix is `path`.
    pub(crate) async fn answer(&self, path: &str, body: Payload, trace: &mut Trace<'_>) -> Reply {
        let plan = &self.face.plan;
        match self.face.routes.find(self.call.method(), path, plan) {
            Routed::Nowhere => self.refuse(&Answer::bare(Outcome::NotFound), trace),
            Routed::OtherMethod(allow) => {
                self.refuse(&Answer::bare(Outcome::MethodNotAllowed).with("allow", allow), trace)
            }
            Routed::Operation(index, parameters) => match plan.operations.get(index) {
                Some(operation) => {
                    trace.operation = Some(index);
                    self.operate(operation, (parameters, body), trace).await
                }
                None => self.refuse(&Answer::bare(Outcome::NotFound), trace),
            },
        }
    }

    /// An answer where no operation was reached.
    pub(crate) fn refuse(&self, answer: &Answer, trace: &mut Trace<'_>) -> Reply {
        trace.outcome = Some(answer.outcome.name());
        let (sources, _) = Sources::of_head(self.call, Map::new(), &self.face.plan);
        let language = self.language(&sources);
        match render(self.asked(&sources, &language), &self.face.plan.replies, answer) {
            Ok(rendered) => rendered.reply,
            Err(_) => error(StatusCode::INTERNAL_SERVER_ERROR, "broken"),
        }
    }

    async fn operate(
        &self,
        operation: &Operation,
        (parameters, body): (Map<String, Value>, Payload),
        trace: &mut Trace<'_>,
    ) -> Reply {
        trace.action = operation.bindings.first().map_or("", |binding| binding.action.spec().name);
        let (mut sources, query) = Sources::of_head(self.call, parameters, &self.face.plan);
        let early = self.without_client_key(operation).or_else(|| query.err().map(extract::malformed));
        let read = match early.or_else(|| self.unacceptable()) {
            None => {
                let bounds = &self.app.bounds;
                extract::read_body(operation, &self.face.plan, self.call, (body, bounds)).await
            }
            Some(answer) => Err(answer),
        };
        let read = read.map(|body| extract::validate(operation, body, &mut sources));
        let language = self.language(&sources);
        let asked = self.asked(&sources, &language);
        let answered = match read {
            Ok(broken) => self.act(operation, asked, broken, trace).await,
            Err(answer) => Ok(Answered::bare(&operation.replies, answer)),
        };
        let answered = answered.unwrap_or_else(|fault| {
            Answered::bare(&operation.replies, self.app.faulted(&fault, self.call, trace))
        });
        self.finish(asked, answered, trace).await
    }

    /// Before anything else is looked at, clients show their key where they must.
    fn without_client_key(&self, operation: &Operation) -> Option<Answer> {
        let security = operation.security.as_ref()?;
        let checker = Checker::new(self.face, &self.app.services, self.call, false);
        checker.without_client_key(security)
    }

    fn unacceptable(&self) -> Option<Answer> {
        let response = &self.face.plan.response;
        if !response.strict_accept {
            return None;
        }
        let accept = self.call.list(&header::ACCEPT);
        let acceptable = extract::acceptable(accept.as_deref(), &response.content_type);
        (!acceptable).then(|| Answer::bare(Outcome::NotAcceptable))
    }

    async fn act<'p>(
        &self,
        operation: &'p Operation,
        asked: Asked<'_>,
        broken: Vec<Violation>,
        trace: &mut Trace<'_>,
    ) -> Result<Answered<'p>, Fault> {
        let client = self.client(asked);
        let mut checker = Checker::new(self.face, &self.app.services, self.call, false);
        let binding = choose(operation, asked);
        let (security, table) = match binding {
            Some(binding) => (&binding.security, &binding.replies),
            None => (&operation.security, &operation.replies),
        };
        trace.action = binding.map_or(trace.action, |binding| binding.action.spec().name);
        let (face, services) = (self.face, &self.app.services);
        let keyed = binding.map(|binding| Asking { face, services, binding, asked });
        if let Some(answer) = keyed.and_then(|asking| asking.without_client_key()) {
            return Ok(Answered::bare(table, answer));
        }
        let caller = match security {
            Some(security) => checker.authenticate(security).await?,
            None => Ok(None),
        };
        let due = renew::due(&mut checker, asked).await?;
        let caller = match caller {
            Ok(caller) => caller,
            Err(answer) => {
                record(trace.action, &answer, &self.context(&client, None, &NoPreview)).await?;
                return Ok(Answered { table, answer, due });
            }
        };
        let Some(binding) = binding else {
            // Every `invalid_input` names a rule: here, that the request is none of those that are taken.
            let broken = if broken.is_empty() { vec![Violation::new("", "anyOf")] } else { broken };
            let answer = Answer::bare(Outcome::InvalidInput).violating(broken);
            return Ok(Answered { table, answer, due });
        };
        let asking = Asking { face: self.face, services: &self.app.services, binding, asked };
        let caller = match asking.caller(caller, &broken).await? {
            Ok(caller) => caller,
            Err(answer) => {
                record(trace.action, &answer, &self.context(&client, None, &NoPreview)).await?;
                return Ok(Answered { table: &binding.replies, answer, due });
            }
        };
        let answer = match extract::read_inputs(binding, asked, broken) {
            Err(violations) => Answer::bare(Outcome::InvalidInput).violating(violations),
            Ok(mut inputs) => {
                if let Some(answer) = asking.about_another(caller.as_ref()) {
                    record(trace.action, &answer, &self.context(&client, caller.as_ref(), &NoPreview))
                        .await?;
                    return Ok(Answered { table: &binding.replies, answer, due });
                }
                if let Some(token) = checker.into_stage_token() {
                    inputs.values.insert(0, (STAGE_TOKEN.name, token.into()));
                }
                let preview = CookiePreview { asked, table: &binding.replies };
                let cx = self.context(&client, caller.as_ref(), &preview);
                match binding.action.run(&inputs, &binding.options, &cx).await {
                    Ok(answer) => named_as_sent(extract::placed(answer, binding), binding),
                    Err(fault) => self.app.faulted(&fault, self.call, trace),
                }
            }
        };
        let answer = answer.asked_by(caller.as_ref().map(|alive| &alive.account));
        Ok(Answered { table: &binding.replies, answer, due })
    }

    /// Renders the reply and delivers what is due with it.
    async fn finish(&self, asked: Asked<'_>, answered: Answered<'_>, trace: &mut Trace<'_>) -> Reply {
        let Answered { table, answer, due } = answered;
        let rendered = self.rendered(asked, table, &answer).await.or_else(|fault| {
            let answer = self.app.faulted(&fault, self.call, trace);
            trace.outcome = Some(answer.outcome.name());
            render(asked, table, &answer)
        });
        trace.outcome = trace.outcome.or(Some(answer.outcome.name()));
        let outcome = trace.outcome.unwrap_or_default();
        self.app.metrics.answered(&self.face.realm, trace.action, outcome);
        let Ok(mut rendered) = rendered else {
            return error(StatusCode::INTERNAL_SERVER_ERROR, "broken");
        };
        if let Some(due) = due {
            let into = (rendered.reply.headers_mut(), rendered.cookies.as_slice());
            if let Err(fault) = renew::deliver(due, asked, &self.app.metrics, into).await {
                // The answer itself is good: it goes out without the renewal.
                let _ = self.app.faulted(&fault, self.call, trace);
            }
        }
        rendered.reply
    }

    /// The reply, with whatever must be kept for its tokens to be good.
    async fn rendered(
        &self,
        asked: Asked<'_>,
        table: &ReplyTable,
        answer: &Answer,
    ) -> Result<Rendered, Fault> {
        let mut rendered = render(asked, table, answer)?;
        if let Some(note) = rendered.note.take() {
            let services = &self.app.services;
            let change = Change::NoteToken { note, at: self.call.now };
            match services.store.apply(vec![change]).await? {
                ApplyResult::Applied(applied) => services.live.follow(&[], &applied),
                ApplyResult::Conflict => return Err(Fault::Contention),
            }
        }
        Ok(rendered)
    }

    /// What the request offers to templates.
    pub(crate) fn asked<'s>(&'s self, sources: &'s Sources, language: &'s str) -> Asked<'s> {
        Asked { face: self.face, services: &self.app.services, call: self.call, sources, language }
    }

    /// The language to answer in.
    pub(crate) fn language(&self, sources: &Sources) -> String {
        let wording = &self.face.plan.wording;
        match wording.from() {
            Some(template) => {
                let scope = ReplyScope::of_request(self.asked(sources, ""));
                wording.language(text(template, &scope).as_deref())
            }
            None => wording.language(self.call.list(&header::ACCEPT_LANGUAGE).as_deref()),
        }
    }

    fn client(&self, asked: Asked<'_>) -> Client {
        Client {
            address: self.call.address,
            user_agent: self.call.user_agent(),
            request_id: self.call.request_id.clone(),
            language: asked.language.to_owned(),
        }
    }

    fn context<'s>(
        &'s self,
        client: &'s Client,
        caller: Option<&'s Alive>,
        preview: &'s dyn Preview,
    ) -> Context<'s> {
        let services = &self.app.services;
        let setting = Setting {
            policy: &self.face.policy,
            keys: &self.face.keys,
            client,
            caller,
            now: self.call.now,
            dice: services.dice.as_ref(),
            channels: services.channels,
            mail_caps: services.mail_caps,
        };
        Context { setting, services, preview }
    }
}

/// The answer with the wire name of a profile field in `field`: what the caller knows it by.
fn named_as_sent(mut answer: Answer, binding: &Binding) -> Answer {
    let feeds =
        |field: &str, plan: &&InputPlan| matches!(&plan.target, InputTarget::Profile(name) if name == field);
    if let Some((_, value)) = answer.data.iter_mut().find(|(name, _)| *name == "field")
        && let Some(field) = value.as_str()
        && let Some(plan) = binding.inputs.iter().find(|plan| feeds(field, plan))
    {
        *value = Value::from(plan.wire.clone());
    }
    answer
}

/// The first binding whose guard holds.
fn choose<'p>(operation: &'p Operation, asked: Asked<'_>) -> Option<&'p Binding> {
    let scope = ReplyScope::of_request(asked);
    operation.bindings.iter().find(|binding| binding.when.as_ref().is_none_or(|when| when.holds(&scope)))
}
