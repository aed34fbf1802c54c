//! The request as templates read it, and the names of inputs, checks and guards.

use crate::account_view::request_type;
use crate::expression::{Kind, Names, Reference, Type};
use crate::schema::Schema;
use crate::scope::Root;
use std::sync::Arc;

/// The types of what a request brings to one operation.
#[derive(Clone)]
pub(crate) struct RequestTypes {
    /// The body.
    pub(crate) body: BodyType,
    /// The path parameters.
    pub(crate) path: Members,
    /// The query.
    pub(crate) query: Members,
    /// The headers; declared names in lower case.
    pub(crate) header: Members,
    /// The cookies.
    pub(crate) cookie: Members,
}

/// The type of a body.
#[derive(Clone)]
pub(crate) enum BodyType {
    /// One type, whatever stands below.
    Known(Type),
    /// What every schema of its media types says; null members where there may be no body.
    Schemas {
        /// One per media type.
        schemas: Vec<Arc<Schema>>,
        /// Whether there may be none.
        optional: bool,
    },
}

/// The members of a place of parameters.
#[derive(Clone)]
pub(crate) struct Members {
    /// Those declared.
    pub(crate) declared: Vec<(String, Type)>,
    /// What any other is; `None` where there is no other.
    pub(crate) other: Option<Type>,
}

impl Members {
    /// Any member, of this type.
    pub(crate) fn any(ty: Type) -> Self {
        Self { declared: Vec::new(), other: Some(ty) }
    }

    fn member(&self, rest: &[String]) -> Option<Type> {
        let Some((first, below)) = rest.split_first() else {
            return Some(Type::new(Kind::AnyObject));
        };
        match self.declared.iter().find(|(name, _)| name == first) {
            Some((_, ty)) => ty.member(below),
            None => self.other.as_ref()?.member(below),
        }
    }

    fn names(&self, place: &str) -> Vec<String> {
        if self.declared.is_empty() {
            return if self.other.is_some() { vec![place.to_owned()] } else { Vec::new() };
        }
        self.declared.iter().map(|(name, _)| format!("{place}.{name}")).collect()
    }
}

impl BodyType {
    fn member(&self, rest: &[String]) -> Option<Type> {
        match self {
            BodyType::Known(ty) => ty.member(rest),
            BodyType::Schemas { schemas, optional } => {
                let types: Option<Vec<Type>> = schemas.iter().map(|schema| schema.type_of(rest)).collect();
                let mut types = types?.into_iter();
                let first = types.next()?;
                let mut ty = types.try_fold(first, |ty, other| ty.join(&other)).unwrap_or_else(Type::any);
                ty.nullable |= *optional;
                Some(ty)
            }
        }
    }
}

impl RequestTypes {
    /// Before anything was validated, or where no operation was reached: every member may be anything.
    pub(crate) fn unchecked() -> Self {
        Self::all_of(&Type::any())
    }

    /// Where a reply is only looked over: every member is there.
    pub(crate) fn lenient() -> Self {
        Self::all_of(&Type::new(Kind::Any))
    }

    fn all_of(ty: &Type) -> Self {
        let any = || Members::any(ty.clone());
        Self { body: BodyType::Known(ty.clone()), path: any(), query: any(), header: any(), cookie: any() }
    }

    /// What a path below `body query path header cookie` stands for.
    pub(crate) fn lookup(&self, path: &[String]) -> Option<Reference> {
        let (first, rest) = path.split_first()?;
        let (ty, root) = match first.as_str() {
            "body" => (self.body.member(rest)?, Root::Body),
            "path" => (self.path.member(rest)?, Root::PathParameters),
            "query" => (self.query.member(rest)?, Root::Query),
            "cookie" => (self.cookie.member(rest)?, Root::Cookie),
            "basic" => (basic(rest)?, Root::Basic),
            "header" => {
                let rest: Vec<String> = rest.iter().map(|name| name.to_lowercase()).collect();
                return Some(Reference::slot(self.header.member(&rest)?, Root::Header.slot(), &rest));
            }
            _ => return None,
        };
        Some(Reference::slot(ty, root.slot(), rest))
    }

    /// The names below, for messages.
    pub(crate) fn all(&self) -> Vec<String> {
        let body = match &self.body {
            BodyType::Known(_) => None,
            BodyType::Schemas { schemas, .. } => schemas.first().and_then(|schema| schema.type_of(&[])),
        };
        let mut all = body.map_or_else(|| vec!["body".to_owned()], |ty| members_of("body", &ty));
        all.extend(self.path.names("path"));
        all.extend(self.query.names("query"));
        all.extend(self.header.names("header"));
        all.extend(self.cookie.names("cookie"));
        all
    }
}

/// The type of a member of `basic`.
fn basic(rest: &[String]) -> Option<Type> {
    match rest {
        [member] if ["username", "password"].contains(&member.as_str()) => Some(Type::text().or_null()),
        _ => None,
    }
}

/// A name and its members, dotted.
pub(super) fn members_of(name: &str, ty: &Type) -> Vec<String> {
    match &ty.kind {
        Kind::Object(members) if !members.is_empty() => {
            members.iter().map(|(member, _)| format!("{name}.{member}")).collect()
        }
        _ => vec![name.to_owned()],
    }
}

/// What a path below `request` stands for.
pub(super) fn of_request(rest: &[String]) -> Option<Reference> {
    let ty = Type::new(Kind::Object(request_type())).member(rest)?;
    Some(Reference::slot(ty, Root::Request.slot(), rest))
}

/// The names below `request`, for messages.
pub(super) fn request_names() -> Vec<String> {
    members_of("request", &Type::new(Kind::Object(request_type())))
}

/// Names of inputs, checks and guards: the request and the time.
pub(crate) struct InputNames<'r> {
    /// The types of the operation's request.
    pub(crate) request: &'r RequestTypes,
    /// The keys that `text(key)` knows.
    pub(crate) text_keys: &'r [String],
}

impl Names for InputNames<'_> {
    fn lookup(&self, path: &[String]) -> Option<Reference> {
        let (first, rest) = path.split_first()?;
        match first.as_str() {
            "request" => of_request(rest),
            "now" if rest.is_empty() => Some(Reference::slot(Type::new(Kind::Time), Root::Now.slot(), &[])),
            _ => self.request.lookup(path),
        }
    }

    fn all(&self) -> Vec<String> {
        let mut all = self.request.all();
        all.extend(["basic.username", "basic.password"].map(str::to_owned));
        all.extend(request_names());
        all.push("now".to_owned());
        all
    }

    fn text_keys(&self) -> Vec<String> {
        self.text_keys.to_vec()
    }
}
