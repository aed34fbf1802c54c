//! What of a contract could be run in reverse, operation by operation.

use super::pattern::name_of;
use super::recognise::{Candidate, Feature, Recognised, Recogniser, in_common};
use super::request::unbuildable;
use crate::diagnostic::codes::{UNBUILDABLE_REQUEST, UNSURE_SUCCESS};
use crate::plan::Plan;
use doorward_core::outcome::Outcome;
use serde_json::{Value, json};
use std::fmt::Write;

/// One operation from its end.
pub struct OperationReport {
    /// Its method.
    pub method: String,
    /// Its path.
    pub path: String,
    /// Its actions, with the reason why the request of one cannot be built (DW160).
    pub requests: Vec<(&'static str, Option<String>)>,
    /// What its outcomes are told by.
    pub features: Vec<Feature>,
    /// The outcomes as they are recognised: alone, or with those that no constant tells them from.
    pub recognised: Vec<Recognised>,
    /// The values that are read back from some reply.
    pub values: Vec<String>,
}

/// The report of every operation.
#[must_use]
pub fn backwards(plan: &Plan) -> Vec<OperationReport> {
    plan.operations
        .iter()
        .map(|operation| {
            let recogniser = Recogniser::of(plan, operation);
            let requests = operation.bindings.iter();
            let requests =
                requests.map(|binding| (binding.action.spec().name, unbuildable(binding))).collect();
            let recognised = classes(&recogniser);
            OperationReport {
                method: operation.method.clone(),
                path: operation.path.clone(),
                requests,
                recognised,
                values: values(&recogniser.candidates),
                features: recogniser.features,
            }
        })
        .collect()
}

/// The outcomes by what tells them apart.
fn classes(recogniser: &Recogniser) -> Vec<Recognised> {
    let all = &recogniser.candidates;
    let mut classes: Vec<Vec<usize>> = Vec::new();
    for (at, candidate) in all.iter().enumerate() {
        let alike = |class: &Vec<usize>| {
            class.iter().filter_map(|known| all.get(*known)).any(|known| recogniser.alike(known, candidate))
        };
        let (mut joined, rest): (Vec<_>, Vec<_>) = classes.into_iter().partition(alike);
        let mut class = vec![at];
        joined.iter_mut().for_each(|other| class.append(other));
        class.sort_unstable();
        classes = rest;
        classes.push(class);
    }
    classes.sort();
    let outcomes = |class: Vec<usize>| {
        let mut outcomes: Vec<Outcome> = Vec::new();
        for candidate in class.iter().filter_map(|at| all.get(*at)) {
            if !outcomes.contains(&candidate.outcome) {
                outcomes.push(candidate.outcome);
            }
        }
        in_common(outcomes)
    };
    classes.into_iter().map(outcomes).collect()
}

fn values(candidates: &[Candidate]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for pattern in candidates.iter().filter_map(|candidate| candidate.body.as_ref()) {
        for (path, list) in pattern.holes() {
            if let Some(name) = name_of(path, list).filter(|name| !names.contains(name)) {
                names.push(name);
            }
        }
    }
    names
}

impl OperationReport {
    /// The outcomes of a success that cannot be told from a failure (DW161).
    #[must_use]
    pub fn unsure(&self) -> Vec<&[Outcome]> {
        let unsure = self.recognised.iter().filter_map(|one| match one {
            Recognised::Unsure(all) if all.iter().any(|outcome| !outcome.own()) => Some(all.as_slice()),
            _ => None,
        });
        unsure.collect()
    }

    /// For people.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = format!("{} {}\n", self.method, self.path);
        for (action, why) in &self.requests {
            // Writing to a String cannot fail.
            let _ = match why {
                None => writeln!(text, "  {action}: the request can be built"),
                Some(why) => {
                    writeln!(text, "  {action}: {UNBUILDABLE_REQUEST} the request cannot be built: {why}")
                }
            };
        }
        let features: Vec<String> = self.features.iter().map(feature_name).collect();
        let _ = writeln!(text, "  told by: {}", features.join(", "));
        for one in &self.recognised {
            let _ = match one {
                Recognised::Outcome(outcome) => writeln!(text, "  recognised: {}", outcome.name()),
                Recognised::Group(group, all) => {
                    writeln!(text, "  recognised: {} ({})", group.name(), names(all))
                }
                Recognised::Unsure(all) if all.iter().all(|outcome| outcome.own()) => {
                    writeln!(text, "  equal answers: {}", names(all))
                }
                Recognised::Unsure(all) => {
                    writeln!(
                        text,
                        "  {UNSURE_SUCCESS} a success cannot be told from a failure: {}",
                        names(all)
                    )
                }
                Recognised::Nothing => Ok(()),
            };
        }
        let _ = writeln!(
            text,
            "  read back: {}",
            if self.values.is_empty() { "-".to_owned() } else { self.values.join(", ") }
        );
        text
    }

    /// For programs.
    #[must_use]
    pub fn json(&self) -> Value {
        let requests =
            self.requests.iter().map(|(action, why)| json!({"action": action, "not_buildable": why}));
        let recognised = self.recognised.iter().map(|one| match one {
            Recognised::Outcome(outcome) => json!({"outcome": outcome.name()}),
            Recognised::Group(group, all) => json!({"group": group.name(), "outcomes": list(all)}),
            Recognised::Unsure(all) => json!({"unsure": list(all)}),
            Recognised::Nothing => Value::Null,
        });
        json!({
            "method": self.method,
            "path": self.path,
            "requests": requests.collect::<Vec<_>>(),
            "told_by": self.features.iter().map(feature_name).collect::<Vec<_>>(),
            "recognised": recognised.collect::<Vec<_>>(),
            "values": self.values,
        })
    }
}

fn list(outcomes: &[Outcome]) -> Vec<&'static str> {
    outcomes.iter().map(|outcome| outcome.name()).collect()
}

fn names(outcomes: &[Outcome]) -> String {
    list(outcomes).join(", ")
}

fn feature_name(feature: &Feature) -> String {
    let place = |place: &[String]| if place.is_empty() { "the body".to_owned() } else { place.join(".") };
    match feature {
        Feature::Status => "status".to_owned(),
        Feature::Constant(at) => place(at),
        Feature::Has(at) => format!("whether there is {}", place(at)),
        Feature::Cookie(name) => format!("cookie {name}"),
    }
}
