//! Which replies of a contract its stories prove.

use super::own::Answered;
use doorward_contract::plan::{Binding, Operation};
use doorward_contract::{Loaded, OperationTrace, Span};
use doorward_core::outcome::{Group, Outcome};
use std::collections::{BTreeMap, BTreeSet};

/// A reply that stories are asked to prove.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Method, route, and the outcome that it answers; or the group, where its members read alike.
    pub reply: Answered,
    /// The outcomes that it answers.
    pub outcomes: Vec<&'static str>,
}

impl Asked {
    fn is_among(&self, answered: &BTreeSet<Answered>) -> bool {
        self.outcomes.iter().any(|outcome| {
            answered.contains(&Answered { outcome: (*outcome).to_owned(), ..self.reply.clone() })
        })
    }
}

/// The replies that stories are asked to prove: of every operation, to everything that its actions can answer. The
/// members of a group that is answered as one are one reply: they read alike to the byte. Requests that reach no
/// operation and faults are not among them, nor is invalid input where nothing is read.
#[must_use]
pub fn asked_for(loaded: &Loaded) -> Vec<Asked> {
    let operations = loaded.plan.iter().flat_map(|plan| &plan.operations).zip(&loaded.trace.operations);
    operations
        .flat_map(|(operation, trace)| {
            let mut asked = of_operation((&operation.method, &operation.path), trace);
            asked.retain(|one| one.outcomes != [Outcome::InvalidInput.name()] || reads_something(operation));
            asked
        })
        .collect()
}

/// Whether anything of a request but its credentials is read, and so can be wrong.
fn reads_something(operation: &Operation) -> bool {
    let one = |binding: &Binding| {
        binding.when.is_some() || !binding.inputs.is_empty() || !binding.checks.is_empty()
    };
    operation.body.taken || !operation.parameters.is_empty() || operation.bindings.iter().any(one)
}

fn of_operation((method, route): (&str, &str), trace: &OperationTrace) -> Vec<Asked> {
    let mut replies: BTreeMap<(usize, &'static str), BTreeSet<Outcome>> = BTreeMap::new();
    for origin in trace.bindings.iter().flat_map(|binding| &binding.origins) {
        if matches!(origin.outcome.group(), Some(Group::RequestError | Group::Fault)) {
            continue;
        }
        // Under `failure` each outcome goes by its own name; the narrower groups are sealed.
        let sealed = Group::from_name(origin.key).is_some_and(|group| group != Group::Failure);
        let (at, name) = if sealed { (origin.span.start, origin.key) } else { (0, origin.outcome.name()) };
        replies.entry((at, name)).or_default().insert(origin.outcome);
    }
    let asked = |((_, name), outcomes): ((usize, &'static str), BTreeSet<Outcome>)| {
        let outcomes: Vec<&'static str> = outcomes.into_iter().map(Outcome::name).collect();
        let name = if let [only] = outcomes.as_slice() { *only } else { name };
        let (method, route, outcome) = (method.to_owned(), route.to_owned(), name.to_owned());
        Asked { reply: Answered { method, route, outcome }, outcomes }
    };
    replies.into_iter().map(asked).collect()
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
        asked: &[Asked],
        (proved, glanced): (&BTreeSet<Answered>, &BTreeSet<Answered>),
        excused: &[(String, Span)],
    ) -> Coverage {
        let left: Vec<&Asked> = asked.iter().filter(|one| !one.is_among(proved)).collect();
        let is_left = |reply: &str| left.iter().any(|one| one.reply.reply() == reply);
        let idle = excused.iter().filter(|(reply, _)| !is_left(reply)).cloned().collect();
        let (excuses, left): (Vec<&Asked>, Vec<&Asked>) =
            left.iter().partition(|one| excused.iter().any(|(reply, _)| one.reply.reply() == *reply));
        let (seen, unseen): (Vec<&Asked>, Vec<&Asked>) =
            left.into_iter().partition(|one| one.is_among(glanced));
        let replies = |asked: Vec<&Asked>| asked.into_iter().map(|one| one.reply.clone()).collect();
        let (glanced, unseen) = (replies(seen), replies(unseen));
        Coverage { asked: asked.len(), unseen, glanced, excused: excuses.len(), idle }
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
