//! The proof that an accepted contract cannot fail: every reply to every outcome of every contract of this
//! repository is rendered, with everything there and with everything absent that may be, and is what the completed
//! OpenAPI document says.

mod answers;
mod contracts;
mod invented;
mod read_back;
mod requests;

use crate::call::tests::call;
use crate::header::safe;
use crate::reject::Reply;
use crate::render::{render, text};
use crate::scope::{Asked, ReplyScope};
use crate::testing::{Bed, Sent};
use contracts::{Contract, contracts};
use doorward_contract::backwards::Recogniser;
use doorward_contract::plan::{Binding, GuardedReply, Operation, Plan, ReplyTable};
use doorward_core::code::Purpose;
use doorward_core::outcome::{Group, Outcome};
use doorward_core::spec::{Field, Kind};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::Arc;

/// One reply that a contract has written for an outcome.
pub(crate) struct Case<'p> {
    /// What it answers.
    pub(crate) outcome: Outcome,
    /// It, after those that are tried before it.
    pub(crate) tried: &'p [GuardedReply],
    /// What the outcome offers.
    pub(crate) data: Vec<Field>,
    /// The operation, its binding if one was chosen.
    pub(crate) place: (Option<&'p Operation>, Option<&'p Binding>),
    /// The number of the operation; past the last one where none was reached.
    index: usize,
    /// The responses that the completed document has for it.
    responses: Option<&'p Value>,
}

impl<'p> Case<'p> {
    fn reply(&self) -> &'p GuardedReply {
        self.tried.last().expect("a reply")
    }

    /// Whether it is the one that answers.
    fn is_chosen(&self, scope: &ReplyScope<'_>) -> bool {
        let holds = |guarded: &GuardedReply| guarded.when.as_ref().is_none_or(|when| when.holds(scope));
        let (last, before) = self.tried.split_last().expect("a reply");
        holds(last) && !before.iter().any(holds)
    }

    /// A table in which nothing else stands.
    fn alone(&self) -> ReplyTable {
        let mut table = ReplyTable::default();
        table.entries.resize_with(Outcome::ALL.len(), Arc::default);
        table.entries[self.outcome as usize] =
            [GuardedReply { when: None, reply: Arc::clone(&self.reply().reply) }].into();
        table
    }
}

/// What an answer of a binding offers; without signing in there is no session.
fn data_of(binding: Option<&Binding>, outcome: Outcome) -> Vec<Field> {
    let own = binding.and_then(|binding| {
        let spec = binding.action.spec();
        let answer = spec.answers.iter().find(|answer| answer.outcome == outcome)?;
        let stage = Purpose::from_name(binding.options.word("purpose")).and_then(Purpose::stage);
        let has = |name: &str| spec.options.iter().any(|option| option.name == name);
        let stays_out = outcome != Outcome::SignedIn && has("sign_in") && !binding.options.flag("sign_in");
        let consumed = binding.options.flag("consume");
        let offered = |field: &Field| match field.kind {
            Kind::Session | Kind::Tokens => !stays_out,
            // Where a code is spent for it: that of the code's purpose.
            Kind::StageToken(one) => !has("consume") || (consumed && stage == Some(one)),
            _ => true,
        };
        Some(answer.data.iter().copied().filter(offered).collect())
    });
    own.unwrap_or_else(|| outcome.spec().data.to_vec())
}

/// What an answer of a binding offers of whoever is signed in, where that is known by then.
fn caller_of(binding: &Binding, outcome: Outcome, plan: &Plan) -> Option<Field> {
    let early = matches!(outcome.group(), Some(Group::RequestError | Group::Fault | Group::Unauthenticated));
    binding.caller(&plan.schemes).filter(|_| !early && outcome != Outcome::InvalidInput)
}

/// Every reply of a contract.
pub(crate) fn cases(contract: &Contract) -> Vec<Case<'_>> {
    let mut cases = Vec::new();
    for (index, (operation, at)) in contract.plan.operations.iter().zip(&contract.paths).enumerate() {
        let responses = &contract.document["paths"][&at.0][&at.1]["responses"];
        let tables = operation.bindings.iter().map(|binding| (Some(binding), &binding.replies));
        for (binding, table) in tables.chain([(None, &operation.replies)]) {
            let place = (Some(operation), binding);
            all_of(table, place, (index, Some(responses), &contract.plan), &mut cases);
        }
    }
    all_of(&contract.plan.replies, (None, None), (usize::MAX, None, &contract.plan), &mut cases);
    cases
}

fn all_of<'p>(
    table: &'p ReplyTable,
    place: (Option<&'p Operation>, Option<&'p Binding>),
    (index, responses, plan): (usize, Option<&'p Value>, &'p Plan),
    cases: &mut Vec<Case<'p>>,
) {
    for outcome in Outcome::ALL.iter().copied() {
        let replies = table.of(outcome);
        for count in 1..=replies.len() {
            let (tried, mut data) = (&replies[..count], data_of(place.1, outcome));
            data.extend(place.1.and_then(|binding| caller_of(binding, outcome, plan)));
            // A 404 or a 405 is sent where no operation is reached.
            let reached = !matches!(outcome, Outcome::NotFound | Outcome::MethodNotAllowed);
            cases.push(Case { outcome, tried, data, place, index, responses: responses.filter(|_| reached) });
        }
    }
}

/// A reply that was rendered, and of what.
pub(crate) struct Made {
    pub(crate) reply: Reply,
    pub(crate) body: Vec<u8>,
    /// What does not read back as it was written.
    misread: Vec<String>,
}

impl Made {
    /// One that came as an answer.
    fn of(sent: &Sent) -> Made {
        let body = sent.body.clone().into_bytes();
        let mut reply = Reply::new(http_body_util::Full::new(body.clone().into()));
        *reply.status_mut() = http::StatusCode::from_u16(sent.status).expect("a status");
        reply.headers_mut().clone_from(&sent.headers);
        Made { reply, body, misread: Vec::new() }
    }
}

/// Renders a case with every sample with which it is chosen; with all samples where that is none.
async fn rendered(
    case: &Case<'_>,
    contract: &Contract,
    bed: &Bed,
    recogniser: Option<&Recogniser>,
) -> (Vec<Made>, bool) {
    let face = &bed.app.realms[0].faces[0];
    let call = call(http::Request::builder().uri("/a?b=c").header("user-agent", "agent/1"));
    let table = case.alone();
    let (mut chosen, mut others) = (Vec::new(), Vec::new());
    for sources in requests::samples(case) {
        for answer in answers::samples(&contract.plan, case.outcome, &case.data) {
            let language = contract.plan.wording.language(None);
            let services = bed.app.services.as_ref();
            let asked = Asked { face, services, call: &call, sources: &sources, language: &language };
            let scope = ReplyScope::of_answer(asked, &answer, None);
            let is_chosen = case.is_chosen(&scope);
            let made = render(asked, &table, &answer);
            let made = made.unwrap_or_else(|fault| panic!("{}: {fault}", contract.name));
            if is_chosen {
                headers_are_legal(case, &scope, &made.reply, contract);
            }
            let (head, body) = made.reply.into_parts();
            let body = body.collect().await.expect("a body").to_bytes();
            let reply = Reply::from_parts(head, http_body_util::Full::new(body.clone()));
            let reads = recogniser.filter(|_| is_chosen && case.responses.is_some());
            let misread = reads.map_or_else(Vec::new, |recogniser| {
                read_back::misread(case, recogniser, (&reply, &body), &scope)
            });
            let made = Made { reply, body: body.to_vec(), misread };
            if is_chosen { chosen.push(made) } else { others.push(made) }
        }
    }
    let reached = !chosen.is_empty();
    (if reached { chosen } else { others }, reached)
}

/// What a contract writes into headers goes out as it is written: nothing in it had to be encoded.
fn headers_are_legal(case: &Case<'_>, scope: &ReplyScope<'_>, reply: &Reply, contract: &Contract) {
    let at = format!("{} {}", contract.name, case.outcome.name());
    for (name, template) in &case.reply().reply.headers {
        let Some(written) = text(template, scope) else { continue };
        assert_eq!(safe(&written).as_bytes(), written.as_bytes(), "{at}: {name}");
    }
    for (name, value) in reply.headers() {
        assert!(value.to_str().is_ok_and(|text| !text.is_empty() || name == "allow"), "{at}: {name}");
    }
}

/// The schemas of a document's responses, each compiled once.
#[derive(Default)]
struct Schemas(HashMap<String, jsonschema::Validator>);

impl Schemas {
    fn errors(&mut self, contract: &Contract, schema: &Value, body: &Value) -> Vec<String> {
        let validator = self.0.entry(schema.to_string()).or_insert_with(|| {
            let whole = json!({"components": contract.document["components"], "allOf": [schema]});
            jsonschema::options().offline().build(&whole).expect("a schema")
        });
        validator
            .iter_errors(body)
            .map(|error| format!("{}: {error}", error.instance_path().as_str()))
            .collect()
    }
}

/// What is wrong with a reply by the completed document.
fn unfit(case: &Case<'_>, made: &Made, contract: &Contract, schemas: &mut Schemas) -> Vec<String> {
    unfit_of(case.responses, made, contract, schemas)
}

/// The same of a reply of an operation with these declared responses.
fn unfit_of(
    responses: Option<&Value>,
    made: &Made,
    contract: &Contract,
    schemas: &mut Schemas,
) -> Vec<String> {
    let Some(responses) = responses else { return Vec::new() };
    let status = made.reply.status().as_u16();
    let Some(response) = responses.get(status.to_string()).or_else(|| responses.get("default")) else {
        return vec![format!("status {status} is not declared")];
    };
    let Some(content_type) = made.reply.headers().get("content-type") else {
        return if made.body.is_empty() { Vec::new() } else { vec!["a body without a type".to_owned()] };
    };
    let content_type = content_type.to_str().expect("text");
    let Some(described) = response["content"].get(content_type) else {
        return vec![format!("{content_type} is not declared for {status}")];
    };
    if !content_type.contains("json") {
        return Vec::new();
    }
    match serde_json::from_slice::<Value>(&made.body) {
        Ok(body) => {
            let errors = schemas.errors(contract, &described["schema"], &body);
            errors.into_iter().map(|error| format!("{error} in {body}")).collect()
        }
        Err(error) => vec![error.to_string()],
    }
}

#[tokio::test]
async fn every_reply_is_rendered_and_is_what_the_document_says() {
    let (mut replies, mut written, mut unreached) = (0, 0, Vec::new());
    let mut wrong = Vec::new();
    for contract in contracts() {
        let bed = Bed::of(&contract.name, vec![(String::new(), Arc::clone(&contract.plan))]).await;
        let mut schemas = Schemas::default();
        let recognisers = read_back::recognisers(&contract);
        for case in cases(&contract) {
            let at = format!("{} {} {}", contract.name, case.at(), case.outcome.name());
            let (made, reached) = rendered(&case, &contract, &bed, recognisers.get(case.index)).await;
            written += 1;
            if !reached {
                unreached.push(format!("{at} ({})", case.tried.len()));
                continue;
            }
            for one in made {
                replies += 1;
                let found = unfit(&case, &one, &contract, &mut schemas);
                wrong.extend(found.into_iter().chain(one.misread).map(|error| format!("{at}: {error}")));
            }
        }
    }
    wrong.dedup();
    assert!(wrong.is_empty(), "{} of {replies}:\n{}", wrong.len(), wrong[..wrong.len().min(40)].join("\n"));
    assert!(replies > 10_000, "{replies} replies");
    // Those are rendered as well, but under guards that no sample meets: by far the fewest.
    assert!(unreached.len() * 100 < written, "{} of {written}:\n{}", unreached.len(), unreached.join("\n"));
}

impl Case<'_> {
    /// The method and path, for messages.
    fn at(&self) -> String {
        self.place.0.map_or_else(|| "nowhere".to_owned(), |o| format!("{} {}", o.method, o.path))
    }
}
