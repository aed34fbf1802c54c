//! Which replies of a contract its stories prove.

use super::own::Answered;
use doorward_contract::Span;
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
    /// How many of the rest the stories say themselves that they do not prove.
    pub excused: usize,
    /// What they say wrongly: there is no such reply, or it is proved. Each with where it is written.
    pub idle: Vec<(String, Span)>,
}

impl Coverage {
    /// What is left to prove, but for what the stories excuse.
    #[must_use]
    pub fn of(
        plan: &Plan,
        (proved, glanced): (&BTreeSet<Answered>, &BTreeSet<Answered>),
        excused: &[(String, Span)],
    ) -> Coverage {
        let asked = asked_for(plan);
        let count = asked.len();
        let left: Vec<Answered> = asked.into_iter().filter(|one| !proved.contains(one)).collect();
        let idle = excused.iter().filter(|(reply, _)| !left.iter().any(|one| one.reply() == *reply)).cloned();
        let idle = idle.collect();
        let (excuses, left): (Vec<Answered>, Vec<Answered>) =
            left.into_iter().partition(|one| excused.iter().any(|(reply, _)| one.reply() == *reply));
        let (glanced, unseen) = left.into_iter().partition(|one| glanced.contains(one));
        Coverage { asked: count, unseen, glanced, excused: excuses.len(), idle }
    }

    /// How many are proved.
    #[must_use]
    pub fn proved(&self) -> usize {
        self.asked - self.unseen.len() - self.glanced.len() - self.excused
    }

    /// Whether every reply is proved or excused, and nothing is excused in vain.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.unseen.is_empty() && self.glanced.is_empty() && self.idle.is_empty()
    }
}
