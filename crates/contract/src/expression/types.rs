//! Static types of the contract language.

use std::fmt;

/// What a value is, and whether it may be null.
#[derive(Clone, Debug, PartialEq)]
pub struct Type {
    /// What it is when it is not null.
    pub kind: Kind,
    /// Whether it may be null.
    pub nullable: bool,
}

/// What a value is.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// Text.
    Text,
    /// Text out of a known set.
    Enum(Vec<String>),
    /// A whole number.
    Integer,
    /// Any number.
    Number,
    /// True or false.
    Boolean,
    /// A moment: milliseconds since 1970 at run time.
    Time,
    /// A span of time: whole seconds at run time.
    Duration,
    /// A list of one type.
    List(Box<Type>),
    /// An object whose members are known, in order.
    Object(Vec<(String, Type)>),
    /// An object of which nothing else is known.
    AnyObject,
    /// A token: its value as text.
    Token,
    /// Nothing is known: a request member without a schema. Comparisons with it are false when the types differ.
    Any,
    /// What the constant null is, and the items of an empty list.
    Nothing,
}

impl Type {
    /// A value that is never null.
    #[must_use]
    pub fn new(kind: Kind) -> Self {
        Self { kind, nullable: false }
    }

    /// Text that is never null.
    #[must_use]
    pub fn text() -> Self {
        Self::new(Kind::Text)
    }

    /// A whole number that is never null.
    #[must_use]
    pub fn integer() -> Self {
        Self::new(Kind::Integer)
    }

    /// A boolean that is never null.
    #[must_use]
    pub fn boolean() -> Self {
        Self::new(Kind::Boolean)
    }

    /// A list of such values, never null itself.
    #[must_use]
    pub fn list(item: Type) -> Self {
        Self::new(Kind::List(Box::new(item)))
    }

    /// A request member without a schema: anything, or null.
    #[must_use]
    pub fn any() -> Self {
        Self::new(Kind::Any).or_null()
    }

    /// The type of the constant null.
    #[must_use]
    pub fn null() -> Self {
        Self::new(Kind::Nothing).or_null()
    }

    /// The same, or null.
    #[must_use]
    pub fn or_null(mut self) -> Self {
        self.nullable = true;
        self
    }

    /// The same, never null.
    #[must_use]
    pub fn not_null(mut self) -> Self {
        self.nullable = false;
        self
    }

    /// Whether it reads as text: text, one of an enumeration, or a token.
    #[must_use]
    pub fn is_text(&self) -> bool {
        matches!(self.kind, Kind::Text | Kind::Enum(_) | Kind::Token)
    }

    /// Whether it is a number at run time.
    #[must_use]
    pub fn is_number(&self) -> bool {
        matches!(self.kind, Kind::Integer | Kind::Number | Kind::Duration)
    }

    /// The type of what `rest` names below this one; `None` if there is no such member.
    #[must_use]
    pub fn member(&self, rest: &[String]) -> Option<Type> {
        let Some((first, rest)) = rest.split_first() else {
            return Some(self.clone());
        };
        let mut found = match &self.kind {
            Kind::Object(members) => members.iter().find(|(name, _)| name == first)?.1.member(rest)?,
            Kind::AnyObject | Kind::Any => Type::any(),
            _ => return None,
        };
        found.nullable |= self.nullable;
        Some(found)
    }

    /// How many types it is made of.
    #[must_use]
    pub fn size(&self) -> usize {
        match &self.kind {
            Kind::List(item) => 1 + item.size(),
            Kind::Object(members) => 1 + members.iter().map(|(_, member)| member.size()).sum::<usize>(),
            _ => 1,
        }
    }

    /// Whether a time is somewhere in it.
    #[must_use]
    pub fn holds_time(&self) -> bool {
        match &self.kind {
            Kind::Time => true,
            Kind::List(item) => item.holds_time(),
            Kind::Object(members) => members.iter().any(|(_, member)| member.holds_time()),
            _ => false,
        }
    }

    /// The one type that holds the values of both; `None` if they clash.
    #[must_use]
    pub fn join(&self, other: &Type) -> Option<Type> {
        let kind = self.kind.join(&other.kind)?;
        Some(Type { kind, nullable: self.nullable || other.nullable })
    }

    /// Whether values of the two can ever be equal; null is not looked at.
    #[must_use]
    pub fn comparable(&self, other: &Type) -> bool {
        match (&self.kind, &other.kind) {
            (Kind::Any, _) | (_, Kind::Any) => true,
            (Kind::Enum(left), Kind::Enum(right)) => left.iter().any(|word| right.contains(word)),
            (Kind::Duration, Kind::Integer | Kind::Number)
            | (Kind::Integer | Kind::Number, Kind::Duration) => true,
            (left, right) => left.join(right).is_some(),
        }
    }
}

impl Kind {
    fn join(&self, other: &Kind) -> Option<Kind> {
        let joined = match (self, other) {
            (left, right) if left == right => left.clone(),
            (Kind::Nothing, kind) | (kind, Kind::Nothing) => kind.clone(),
            (Kind::Any, _) | (_, Kind::Any) => Kind::Any,
            (Kind::Enum(left), Kind::Enum(right)) => {
                let mut words = left.clone();
                words.extend(right.iter().filter(|word| !left.contains(word)).cloned());
                Kind::Enum(words)
            }
            (Kind::Text | Kind::Enum(_) | Kind::Token, Kind::Text | Kind::Enum(_) | Kind::Token) => {
                Kind::Text
            }
            (Kind::Integer | Kind::Number, Kind::Integer | Kind::Number) => Kind::Number,
            (Kind::List(left), Kind::List(right)) => Kind::List(Box::new(left.join(right)?)),
            (Kind::Object(left), Kind::Object(right)) => Self::join_objects(left, right)?,
            (Kind::Object(_) | Kind::AnyObject, Kind::Object(_) | Kind::AnyObject) => Kind::AnyObject,
            _ => return None,
        };
        Some(joined)
    }

    fn join_objects(left: &[(String, Type)], right: &[(String, Type)]) -> Option<Kind> {
        let same_names = left.len() == right.len() && left.iter().zip(right).all(|(l, r)| l.0 == r.0);
        if !same_names {
            return Some(Kind::AnyObject);
        }
        let members = left.iter().zip(right).map(|(l, r)| Some((l.0.clone(), l.1.join(&r.1)?)));
        members.collect::<Option<Vec<_>>>().map(Kind::Object)
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.kind == Kind::Nothing {
            return f.write_str("null");
        }
        write!(f, "{}{}", self.kind, if self.nullable { " or null" } else { "" })
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Kind::Text => f.write_str("text"),
            Kind::Enum(words) if words.len() <= 6 => write!(f, "one of '{}'", words.join("', '")),
            Kind::Enum(_) => f.write_str("text of an enumeration"),
            Kind::Integer => f.write_str("integer"),
            Kind::Number => f.write_str("number"),
            Kind::Boolean => f.write_str("boolean"),
            Kind::Time => f.write_str("time"),
            Kind::Duration => f.write_str("duration"),
            Kind::List(item) if item.kind == Kind::Nothing => f.write_str("empty list"),
            Kind::List(item) => write!(f, "list of {item}"),
            Kind::Object(_) | Kind::AnyObject => f.write_str("object"),
            Kind::Token => f.write_str("token"),
            Kind::Any => f.write_str("any value"),
            Kind::Nothing => f.write_str("nothing"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(words: &[&str]) -> Type {
        Type::new(Kind::Enum(words.iter().map(|word| (*word).to_owned()).collect()))
    }

    #[test]
    fn joins_what_fits() {
        assert_eq!(words(&["a"]).join(&words(&["b"])), Some(words(&["a", "b"])));
        assert_eq!(words(&["a"]).join(&Type::new(Kind::Token)), Some(Type::text()));
        assert_eq!(Type::null().join(&Type::integer()), Some(Type::integer().or_null()));
        assert_eq!(Type::integer().join(&Type::text()), None);
        assert_eq!(
            Type::list(Type::null().not_null()).join(&Type::list(Type::text())),
            Some(Type::list(Type::text()))
        );
    }

    #[test]
    fn members_of_something_nullable_are_nullable() {
        let object = Type::new(Kind::Object(vec![("id".to_owned(), Type::integer())]));
        assert_eq!(object.member(&["id".to_owned()]), Some(Type::integer()));
        assert_eq!(object.clone().or_null().member(&["id".to_owned()]), Some(Type::integer().or_null()));
        assert_eq!(object.member(&["ix".to_owned()]), None);
    }

    #[test]
    fn disjoint_enumerations_never_compare() {
        assert!(!words(&["a"]).comparable(&words(&["b"])));
        assert!(words(&["a"]).comparable(&Type::text()));
        assert!(Type::new(Kind::Duration).comparable(&Type::integer()));
        assert!(!Type::new(Kind::Time).comparable(&Type::integer()));
    }
}
