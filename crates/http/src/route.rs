//! The table of one contract's routes. Assumptions, enforced when it is built: parameters fill whole segments or
//! their beginning; two templates that differ only in parameter names are one route; one operation per method. What
//! is left to the team's backend has its place too, so that no wider template takes it: it is nowhere here.

use crate::body::form::decode_segment;
use doorward_contract::plan::{Plan, RequestPlan};
use http::Method;
use matchit::Router;
use serde_json::{Map, Value};

/// A contract's routes.
pub(crate) struct RouteTable {
    router: Router<usize>,
    places: Vec<Place>,
    any_case: bool,
    trailing_slash: bool,
}

/// One path with its methods.
struct Place {
    /// Method and operation (index into the plan).
    methods: Vec<(Method, usize)>,
    /// The methods that are left to the team's backend.
    left: Vec<Method>,
    /// The value of `Allow`.
    allow: String,
}

/// What a method and path lead to.
#[derive(Debug, PartialEq)]
pub(crate) enum Routed {
    /// An operation, with its path parameters.
    Operation(usize, Map<String, Value>),
    /// The path exists with other methods: these.
    OtherMethod(String),
    /// No such path.
    Nowhere,
}

impl RouteTable {
    /// Builds the table.
    ///
    /// # Errors
    /// Two templates are ambiguous, or one is not understood.
    pub(crate) fn new(plan: &Plan) -> Result<RouteTable, String> {
        let RequestPlan { any_case, trailing_slash, .. } = plan.request;
        let mut table = RouteTable { router: Router::new(), places: Vec::new(), any_case, trailing_slash };
        let mut known: Vec<String> = Vec::new();
        let operations = plan.operations.iter().enumerate();
        let operations = operations.map(|(index, one)| (&one.method, &one.path, Some(index)));
        let left = plan.left.iter().map(|one| (&one.method, &one.path, None));
        for (method, path, operation) in operations.chain(left) {
            let template = table.normal(&renamed(path));
            let method =
                Method::from_bytes(method.as_bytes()).map_err(|_| format!("{path}: no method {method}"))?;
            let at = match known.iter().position(|other| *other == template) {
                Some(at) => at,
                None => {
                    table
                        .router
                        .insert(template.clone(), known.len())
                        .map_err(|error| format!("{path}: {error}"))?;
                    known.push(template);
                    table.places.push(Place { methods: Vec::new(), left: Vec::new(), allow: String::new() });
                    known.len() - 1
                }
            };
            match (table.places.get_mut(at), operation) {
                (Some(place), Some(index)) => place.methods.push((method, index)),
                (Some(place), None) => place.left.push(method),
                (None, _) => {}
            }
        }
        for place in &mut table.places {
            place.allow = allow(place, plan);
        }
        Ok(table)
    }

    /// Finds the operation of a method and a path (below the contract's prefix).
    pub(crate) fn find(&self, method: &Method, path: &str, plan: &Plan) -> Routed {
        let normal = self.normal(path);
        let Ok(found) = self.router.at(&normal) else { return Routed::Nowhere };
        let Some(place) = self.places.get(*found.value) else { return Routed::Nowhere };
        let Some((index, operation)) = place
            .operation(method, plan)
            .and_then(|index| plan.operations.get(index).map(|operation| (index, operation)))
        else {
            let left = place.methods.is_empty() || place.left.contains(method);
            return if left { Routed::Nowhere } else { Routed::OtherMethod(place.allow.clone()) };
        };
        let mut parameters = Map::new();
        for (name, (_, value)) in operation.path_parameters.iter().zip(found.params.iter()) {
            // With `any_case` the match saw lower case; the value is what was sent, at the same place.
            let begin = value.as_ptr() as usize - normal.as_ptr() as usize;
            let sent = path.get(begin..begin + value.len()).unwrap_or(value);
            match decode_segment(sent) {
                Ok(text) => drop(parameters.insert(name.clone(), Value::String(text))),
                Err(_) => return Routed::Nowhere,
            }
        }
        Routed::Operation(index, parameters)
    }

    /// Whether it has an operation at a path, by whatever method.
    pub(crate) fn knows(&self, path: &str) -> bool {
        let found = self.router.at(&self.normal(path)).ok().map(|found| *found.value);
        found.and_then(|at| self.places.get(at)).is_some_and(|place| !place.methods.is_empty())
    }

    /// The form in which paths are compared; bytes stay where they are.
    fn normal(&self, path: &str) -> String {
        let trimmed = match path.strip_suffix('/') {
            Some(trimmed) if self.trailing_slash && !trimmed.is_empty() => trimmed,
            _ => path,
        };
        if self.any_case { trimmed.to_ascii_lowercase() } else { trimmed.to_owned() }
    }
}

impl Place {
    fn operation(&self, method: &Method, plan: &Plan) -> Option<usize> {
        let of = |wanted: &Method| self.methods.iter().find(|(known, _)| known == wanted).map(|(_, at)| *at);
        of(method).or_else(|| {
            let get = of(&Method::GET).filter(|_| *method == Method::HEAD)?;
            plan.operations.get(get).filter(|operation| operation.answers_head).map(|_| get)
        })
    }
}

fn allow(place: &Place, plan: &Plan) -> String {
    let mut names: Vec<&str> = place.methods.iter().map(|(method, _)| method.as_str()).collect();
    if place.operation(&Method::HEAD, plan).is_some() && !names.contains(&"HEAD") {
        names.push("HEAD");
    }
    if plan.cors.is_some() && !names.contains(&"OPTIONS") {
        names.push("OPTIONS");
    }
    names.join(", ")
}

/// A template with its parameters renamed `{p0}`, `{p1}` …, so that names do not make two routes of one.
fn renamed(template: &str) -> String {
    let mut out = String::with_capacity(template.len());
    let mut rest = template;
    let mut count = 0;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let Some((_, behind)) = after.split_once('}') else { break };
        out.push_str(&format!("{{p{count}}}"));
        count += 1;
        rest = behind;
    }
    out.push_str(rest);
    out
}

/// A path that two contracts know, were they mounted at one place. What one leaves to the team's backend the other may
/// have.
#[must_use]
pub fn overlap(one: &Plan, other: &Plan) -> Option<String> {
    let table = |plan: &Plan| RouteTable::new(plan).ok();
    let shared = |table: &RouteTable, plan: &Plan| {
        // A parameter stands for any text: this one is as good as another.
        let known = plan.operations.iter().find(|operation| table.knows(&sample(&operation.path)));
        known.map(|operation| operation.path.clone())
    };
    shared(&table(one)?, other).or_else(|| shared(&table(other)?, one))
}

/// A template with a text in place of each parameter.
fn sample(template: &str) -> String {
    renamed(template).replace(['{', '}'], "~")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_lose_their_names() {
        assert_eq!(renamed("/a/{email}/b/{x}.json"), "/a/{p0}/b/{p1}.json");
        assert_eq!(renamed("/plain"), "/plain");
    }
}
