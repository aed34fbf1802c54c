//! Which contract answers a request: by its host, then by the longest prefix, then by who knows the path.
//!
//! A host that some mount names is answered by the mounts that name it, every other host by those that name none.
//! Several contracts of one realm may stand at one place: the first that knows the path answers, and no two of
//! them know the same one. Two realms never stand at one place.

use crate::app::Realm;
use crate::face::Face;
use crate::route::overlap;

/// Where contracts are mounted.
pub(crate) struct Places {
    /// (Realm, contract), the longest prefix first, and in one place in the order in which they were given.
    order: Vec<(usize, usize)>,
    /// Every host that is named.
    hosts: Vec<String>,
}

/// Whose a request is.
pub(crate) enum Located<'a, 'p> {
    /// This contract's, with the path below its prefix.
    Face(&'a Face, &'p str),
    /// Its host is answered, but not this path.
    Nowhere,
    /// Its host is nobody's.
    WrongHost,
}

impl Places {
    /// The places of these realms.
    ///
    /// # Errors
    /// Two realms at one place, or two contracts that know the same path there.
    pub(crate) fn of(realms: &[Realm]) -> Result<Places, String> {
        let mut all: Vec<(&Face, (usize, usize))> = Vec::new();
        for (r, realm) in realms.iter().enumerate() {
            for (f, face) in realm.faces.iter().enumerate() {
                for (other, _) in &all {
                    if other.prefix == face.prefix && meet(&other.hosts, &face.hosts) {
                        apart(other, face)?;
                    }
                }
                all.push((face, (r, f)));
            }
        }
        let mut hosts: Vec<String> = all.iter().flat_map(|(face, _)| face.hosts.iter().cloned()).collect();
        hosts.sort();
        hosts.dedup();
        all.sort_by_key(|(face, _)| std::cmp::Reverse(face.prefix.len()));
        Ok(Places { order: all.into_iter().map(|(_, at)| at).collect(), hosts })
    }

    pub(crate) fn locate<'a, 'p>(
        &self,
        realms: &'a [Realm],
        host: Option<&str>,
        path: &'p str,
    ) -> Located<'a, 'p> {
        let host = host.filter(|host| self.hosts.iter().any(|known| known == host));
        let faces = self.order.iter().filter_map(|(realm, face)| realms.get(*realm)?.faces.get(*face));
        let answering = || {
            faces.clone().filter(|face| match host {
                Some(host) => face.hosts.iter().any(|known| known == host),
                None => face.hosts.is_empty(),
            })
        };
        let mut below = answering().filter_map(|face| face.below(path).map(|rest| (face, rest)));
        let Some((face, rest)) = below.next() else {
            return if answering().next().is_some() { Located::Nowhere } else { Located::WrongHost };
        };
        let mut beside = below.take_while(|(other, _)| other.prefix == face.prefix).peekable();
        if beside.peek().is_none() || face.routes.knows(rest) {
            return Located::Face(face, rest);
        }
        let (face, rest) = beside.find(|(other, rest)| other.routes.knows(rest)).unwrap_or((face, rest));
        Located::Face(face, rest)
    }
}

/// Whether two lists of hosts have a request that both answer.
fn meet(one: &[String], other: &[String]) -> bool {
    (one.is_empty() && other.is_empty()) || one.iter().any(|host| other.contains(host))
}

fn apart(one: &Face, other: &Face) -> Result<(), String> {
    if one.realm != other.realm {
        return Err(format!("two contracts are mounted at {}/", one.prefix));
    }
    match overlap(&one.plan, &other.plan) {
        Some(path) => Err(format!(
            "two contracts are mounted at {}/ and both know {path}: {} and {}",
            one.prefix, one.plan.name, other.plan.name
        )),
        None => Ok(()),
    }
}
