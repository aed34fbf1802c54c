//! Which replies of a contract its stories prove.

use super::own::Answered;
use doorward_contract::plan::Plan;
use doorward_core::outcome::{Group, Outcome};
use std::collections::BTreeSet;

/// The replies that stories are asked to prove: of every operation, to everything that its actions can answer.
/// Requests that reach no operation and faults are not among them.
#[must_use]
pub fn asked_for(plan: &Plan) -> Vec<Answered> {
    let mut asked = Vec::new();
    for operation in &plan.operations {
        for &outcome in Outcome::ALL {
            let answers = operation.bindings.iter().any(|binding| !binding.replies.of(outcome).is_empty());
            let apart = matches!(outcome.group(), Some(Group::RequestError | Group::Fault));
            if answers && !apart {
                asked.push(Answered {
                    method: operation.method.clone(),
                    route: operation.path.clone(),
                    outcome: outcome.name().to_owned(),
                });
            }
        }
    }
    asked
}

/// What stories have proved of a contract.
#[derive(Debug, Default)]
pub struct Coverage {
    /// How many replies are asked for.
    pub asked: usize,
    /// Those that no story has seen.
    pub unseen: Vec<Answered>,
    /// Those that were seen, but whose body no story has looked at.
    pub glanced: Vec<Answered>,
}

impl Coverage {
    /// What is left to prove.
    #[must_use]
    pub fn of(plan: &Plan, proved: &BTreeSet<Answered>, glanced: &BTreeSet<Answered>) -> Coverage {
        let asked = asked_for(plan);
        let count = asked.len();
        let left = asked.into_iter().filter(|one| !proved.contains(one));
        let (glanced, unseen) = left.partition(|one| glanced.contains(one));
        Coverage { asked: count, unseen, glanced }
    }

    /// How many are proved.
    #[must_use]
    pub fn proved(&self) -> usize {
        self.asked - self.unseen.len() - self.glanced.len()
    }

    /// Whether every reply is proved.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.unseen.is_empty() && self.glanced.is_empty()
    }
}
