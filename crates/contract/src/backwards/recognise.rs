//! Which outcome a reply tells: by the fewest constants that tell the outcomes of an operation apart.

use super::pattern::{Found, Pattern};
use crate::plan::{BodyReply, Operation, Plan, ReplyTable, StatusPlan};
use doorward_core::outcome::{Group, Outcome};
use serde_json::Value;

/// A reply as a client sees it.
#[derive(Clone, Debug, Default)]
pub struct Observed {
    /// The status.
    pub status: u16,
    /// The body: JSON, another text as a text, or nothing.
    pub body: Option<Value>,
    /// The cookies that are set, by their names on the wire.
    pub sets: Vec<String>,
    /// The cookies that are cleared.
    pub clears: Vec<String>,
}

/// What was recognised.
#[derive(Clone, Debug, PartialEq)]
pub enum Recognised {
    /// One outcome.
    Outcome(Outcome),
    /// Several that no constant tells apart, with the smallest group that they have in common.
    Group(Group, Vec<Outcome>),
    /// An action's own answers only, or with failures among them: nothing that may be trusted.
    Unsure(Vec<Outcome>),
    /// No reply of the operation: `broken`.
    Nothing,
}

impl Recognised {
    /// Whether it is the outcome, or holds it.
    #[must_use]
    pub fn holds(&self, outcome: Outcome) -> bool {
        match self {
            Recognised::Outcome(one) => *one == outcome,
            Recognised::Group(_, all) | Recognised::Unsure(all) => all.contains(&outcome),
            Recognised::Nothing => false,
        }
    }
}

/// What a reply is recognised by.
#[derive(Clone, Debug, PartialEq)]
pub enum Feature {
    /// The status.
    Status,
    /// The constant at this place of the body.
    Constant(Vec<String>),
    /// Whether the body has a member at this place.
    Has(Vec<String>),
    /// Whether a cookie is set, cleared, or neither.
    Cookie(String),
}

/// A reply that may come.
pub(super) struct Candidate {
    pub(super) outcome: Outcome,
    status: Option<u16>,
    sets: Vec<String>,
    clears: Vec<String>,
    pub(super) body: Option<Pattern>,
}

/// Recognises the outcomes of one operation.
pub struct Recogniser {
    pub(super) candidates: Vec<Candidate>,
    /// The features looked at, the most telling first.
    pub features: Vec<Feature>,
}

impl Recogniser {
    /// For an operation of a plan.
    #[must_use]
    pub fn of(plan: &Plan, operation: &Operation) -> Recogniser {
        let tables = operation.bindings.iter().map(|binding| &binding.replies);
        let mut candidates = Vec::new();
        for table in tables.chain([&operation.replies]) {
            collect(plan, table, &mut candidates);
        }
        let features = telling(&candidates);
        Recogniser { candidates, features }
    }

    /// What a reply tells, and the values read back from it.
    #[must_use]
    pub fn recognise(&self, observed: &Observed) -> (Recognised, Vec<Found>) {
        let fits = |candidate: &&Candidate| {
            self.features.iter().all(|feature| match candidate.shows(feature) {
                Some(shown) => shown == observed.shows(feature),
                None => true,
            })
        };
        let all: Vec<&Candidate> = self.candidates.iter().filter(fits).collect();
        let mut outcomes: Vec<Outcome> = Vec::new();
        for candidate in &all {
            if !outcomes.contains(&candidate.outcome) {
                outcomes.push(candidate.outcome);
            }
        }
        let mut found = Vec::new();
        let body = observed.body.as_ref();
        let read = |candidate: &&&Candidate| match (&candidate.body, body) {
            (Some(pattern), Some(body)) => pattern.read(body, &mut found),
            _ => false,
        };
        // The first whose body fits tells the values.
        let _ = all.iter().find(read);
        (in_common(outcomes), found)
    }

    /// Whether no feature tells two candidates apart.
    pub(super) fn alike(&self, one: &Candidate, other: &Candidate) -> bool {
        !self.features.iter().any(|feature| differ(one, other, feature))
    }
}

/// The smallest thing that holds all these outcomes.
pub(super) fn in_common(outcomes: Vec<Outcome>) -> Recognised {
    let [first, rest @ ..] = outcomes.as_slice() else { return Recognised::Nothing };
    if rest.is_empty() {
        return Recognised::Outcome(*first);
    }
    if outcomes.iter().any(|outcome| outcome.own()) {
        return Recognised::Unsure(outcomes);
    }
    let same = first.group().filter(|group| rest.iter().all(|outcome| outcome.group() == Some(*group)));
    Recognised::Group(same.unwrap_or(Group::Failure), outcomes)
}

fn collect(plan: &Plan, table: &ReplyTable, candidates: &mut Vec<Candidate>) {
    for outcome in Outcome::ALL.iter().copied() {
        for guarded in table.of(outcome) {
            let reply = guarded.reply.as_ref();
            let status = match reply.status {
                StatusPlan::Fixed(status) => Some(status),
                StatusPlan::Computed(_) => None,
            };
            let names = |all: &[usize]| {
                all.iter().filter_map(|at| plan.cookies.get(*at)).map(|cookie| cookie.wire.clone()).collect()
            };
            let body = match &reply.body {
                BodyReply::Json { template, .. } | BodyReply::Text { template, .. } => {
                    Some(template.pattern())
                }
                BodyReply::None => None,
            };
            let (sets, clears) = (names(&reply.set_cookies), names(&reply.clear_cookies));
            candidates.push(Candidate { outcome, status, sets, clears, body });
        }
    }
}

fn differ(one: &Candidate, other: &Candidate, feature: &Feature) -> bool {
    match (one.shows(feature), other.shows(feature)) {
        (Some(one), Some(other)) => one != other,
        _ => false,
    }
}

/// The fewest features that tell apart what can be told apart: the most telling first, and always the status.
fn telling(candidates: &[Candidate]) -> Vec<Feature> {
    let mut pairs: Vec<(&Candidate, &Candidate)> = Vec::new();
    for (at, one) in candidates.iter().enumerate() {
        let others = candidates.iter().skip(at + 1).filter(|other| other.outcome != one.outcome);
        pairs.extend(others.map(|other| (one, other)));
    }
    let mut known: Vec<Feature> = Vec::new();
    for candidate in candidates {
        candidate.offer(&mut known);
    }
    let mut chosen = vec![Feature::Status];
    pairs.retain(|(one, other)| !differ(one, other, &Feature::Status));
    loop {
        let count =
            |feature: &Feature| pairs.iter().filter(|(one, other)| differ(one, other, feature)).count();
        let mut best: Option<(usize, &Feature)> = None;
        for feature in &known {
            let told = count(feature);
            if told > best.map_or(0, |(most, _)| most) {
                best = Some((told, feature));
            }
        }
        let Some((_, feature)) = best else { return chosen };
        pairs.retain(|(one, other)| !differ(one, other, feature));
        chosen.push(feature.clone());
    }
}

fn cookie_state(name: &String, sets: &[String], clears: &[String]) -> Value {
    Value::from(if sets.contains(name) {
        "set"
    } else if clears.contains(name) {
        "cleared"
    } else {
        "neither"
    })
}

impl Candidate {
    /// What a feature of it is, if that is always the same.
    fn shows(&self, feature: &Feature) -> Option<Option<Value>> {
        match feature {
            Feature::Status => self.status.map(|status| Some(Value::from(status))),
            Feature::Cookie(name) => Some(Some(cookie_state(name, &self.sets, &self.clears))),
            Feature::Constant(place) => constant_at(self.body.as_ref(), place),
            Feature::Has(place) => has(self.body.as_ref(), place).map(|has| Some(Value::from(has))),
        }
    }

    /// The features that it may be told by.
    fn offer(&self, known: &mut Vec<Feature>) {
        let cookies = self.sets.iter().chain(&self.clears).map(|name| Feature::Cookie(name.clone()));
        let mut offered: Vec<Feature> = cookies.collect();
        if let Some(body) = &self.body {
            offer_below(body, &mut Vec::new(), &mut offered);
        }
        for feature in offered {
            if !known.contains(&feature) {
                known.push(feature);
            }
        }
    }
}

fn offer_below(pattern: &Pattern, place: &mut Vec<String>, offered: &mut Vec<Feature>) {
    match pattern {
        Pattern::Constant(_) => offered.push(Feature::Constant(place.clone())),
        Pattern::Object(members) => {
            for member in members.iter().filter(|member| !member.optional) {
                place.push(member.name.clone());
                offered.push(Feature::Has(place.clone()));
                offer_below(&member.pattern, place, offered);
                place.pop();
            }
        }
        _ => {}
    }
}

/// The constant at a place: `Some(None)` where there never is anything.
fn constant_at(body: Option<&Pattern>, place: &[String]) -> Option<Option<Value>> {
    let Some(body) = body else { return Some(None) };
    match (body, place.split_first()) {
        (Pattern::Constant(value), None) => Some(Some(value.clone())),
        (Pattern::Constant(_), Some(_)) => Some(None),
        (Pattern::Object(members), Some((first, rest))) => {
            match members.iter().find(|member| member.name == *first) {
                Some(member) if !member.optional => constant_at(Some(&member.pattern), rest),
                Some(_) => None,
                None => Some(None),
            }
        }
        _ => None,
    }
}

fn has(body: Option<&Pattern>, place: &[String]) -> Option<bool> {
    let Some(body) = body else { return Some(false) };
    let Some((first, rest)) = place.split_first() else { return Some(true) };
    match body {
        Pattern::Object(members) => match members.iter().find(|member| member.name == *first) {
            Some(member) if !member.optional => has(Some(&member.pattern), rest),
            Some(_) => None,
            None => Some(false),
        },
        Pattern::Constant(_) | Pattern::Text(_) => Some(false),
        _ => None,
    }
}

impl Observed {
    fn shows(&self, feature: &Feature) -> Option<Value> {
        let at = |place: &[String]| {
            place.iter().try_fold(self.body.as_ref()?, |value, name| value.as_object()?.get(name))
        };
        match feature {
            Feature::Status => Some(Value::from(self.status)),
            Feature::Cookie(name) => Some(cookie_state(name, &self.sets, &self.clears)),
            Feature::Constant(place) => at(place).cloned(),
            Feature::Has(place) => Some(Value::from(at(place).is_some())),
        }
    }
}
