//! What a realm may say about passwords and tokens: less than its contracts allow, never more.

use super::mistake::Mistake;
use super::realms::RealmSection;
use super::value::in_words;
use crate::realm_options::Tightening;
use doorward_contract::diagnostic::did_you_mean;
use doorward_contract::plan::Plan;

/// What the realm says, if its contracts allow it.
pub(super) fn tightening(realm: &RealmSection, plans: &[Plan], mistakes: &mut Vec<Mistake>) -> Tightening {
    if !plans.is_empty() {
        passwords(realm, plans, mistakes);
        lifetimes(realm, plans, mistakes);
    }
    Tightening { password_min: realm.password_min_length, lifetimes: realm.lifetimes.clone() }
}

fn passwords(realm: &RealmSection, plans: &[Plan], mistakes: &mut Vec<Mistake>) {
    let Some(least) = realm.password_min_length else { return };
    let (key, at) = (realm.group.key("password_min_length"), realm.group.at("password_min_length"));
    let strictest = plans.iter().min_by_key(|plan| plan.password.min);
    if let Some(plan) = strictest.filter(|plan| plan.password.min > least) {
        let said =
            format!("`{key}` loosens: the contract {} asks for {} characters", plan.name, plan.password.min);
        mistakes.push(
            Mistake::new(&at, said).help("write more, or leave it out: a realm only narrows its contracts"),
        );
    }
    if let Some(plan) = plans.iter().find(|plan| plan.password.max < least) {
        let said = format!(
            "`{key}`: no password would fit, the contract {} takes {} characters at most",
            plan.name, plan.password.max
        );
        mistakes.push(Mistake::new(&at, said));
    }
}

fn lifetimes(realm: &RealmSection, plans: &[Plan], mistakes: &mut Vec<Mistake>) {
    let at = realm.group.at("lifetimes");
    for (name, life) in &realm.lifetimes {
        let key = format!("{}.{name}", realm.group.key("lifetimes"));
        let tokens = plans.iter().flat_map(|plan| plan.tokens.iter().map(move |token| (plan, &token.policy)));
        let Some((plan, longest)) = tokens
            .clone()
            .filter(|(_, policy)| policy.name == *name)
            .map(|(plan, policy)| {
                let most = [Some(policy.lifetime), policy.after_refresh, policy.longest];
                (plan, most.into_iter().flatten().max().unwrap_or_default())
            })
            .max_by_key(|(_, longest)| *longest)
        else {
            let known: Vec<&str> = tokens.map(|(_, policy)| policy.name.as_str()).collect();
            let mistake =
                Mistake::new(&at, format!("`{key}`: no contract of this realm has a token `{name}`"));
            mistakes.push(mistake.help(match did_you_mean(name, known.iter().copied()) {
                Some(alike) => format!("did you mean `{alike}`?"),
                None => format!("tokens: {}", known.join(" ")),
            }));
            continue;
        };
        if *life > longest {
            let said = format!(
                "`{key}` loosens: {} is more than the {} of the contract {}",
                in_words(*life),
                in_words(longest),
                plan.name
            );
            mistakes.push(
                Mistake::new(&at, said)
                    .help("write less, or leave it out: a realm only narrows its contracts"),
            );
        }
    }
}
