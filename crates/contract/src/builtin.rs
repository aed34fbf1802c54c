//! The contracts that come with the program. The only place that names them.

/// The contracts that are served unless others are named: each its name and its text.
pub const BUILTIN: &[(&str, &str)] = &[
    ("cakes", include_str!("../../../contracts/cakes/contract.yaml")),
    ("formmate", include_str!("../../../contracts/formmate/contract.yaml")),
    ("haenaem", include_str!("../../../contracts/haenaem/contract.yaml")),
    ("biji", include_str!("../../../contracts/biji/contract.yaml")),
    ("cbs", include_str!("../../../contracts/cbs/contract.yaml")),
];

/// Built-in contracts that extend one of those; served where they are named.
pub const VARIANTS: &[(&str, &str)] = &[
    ("cakes-as-shipped", include_str!("../../../contracts/cakes-as-shipped/contract.yaml")),
    ("haenaem-as-shipped", include_str!("../../../contracts/haenaem-as-shipped/contract.yaml")),
    ("biji-as-shipped", include_str!("../../../contracts/biji-as-shipped/contract.yaml")),
    ("cbs-rotating", include_str!("../../../contracts/cbs-rotating/contract.yaml")),
];

/// Doorward's own API, for new clients, alone or beside another contract on the same accounts; served where it is
/// named.
pub const OWN: &[(&str, &str)] = &[("native", include_str!("../../../contracts/native/contract.yaml"))];

/// Every built-in contract: those that are served unless others are named, the variants, Doorward's own.
pub fn all_builtin() -> impl Iterator<Item = (&'static str, &'static str)> {
    BUILTIN.iter().chain(VARIANTS).chain(OWN).copied()
}

/// The text of the built-in contract with this name.
#[must_use]
pub fn builtin(name: &str) -> Option<&'static str> {
    all_builtin().find(|(known, _)| *known == name).map(|(_, text)| text)
}

/// The stories of built-in contracts: what their clients say and hear.
pub const STORIES: &[(&str, &str)] = &[
    ("cakes", include_str!("../../../contracts/cakes/stories.yaml")),
    ("formmate", include_str!("../../../contracts/formmate/stories.yaml")),
    ("haenaem", include_str!("../../../contracts/haenaem/stories.yaml")),
    ("biji", include_str!("../../../contracts/biji/stories.yaml")),
    ("cbs", include_str!("../../../contracts/cbs/stories.yaml")),
    ("cakes-as-shipped", include_str!("../../../contracts/cakes-as-shipped/stories.yaml")),
    ("haenaem-as-shipped", include_str!("../../../contracts/haenaem-as-shipped/stories.yaml")),
    ("biji-as-shipped", include_str!("../../../contracts/biji-as-shipped/stories.yaml")),
    ("cbs-rotating", include_str!("../../../contracts/cbs-rotating/stories.yaml")),
    ("native", include_str!("../../../contracts/native/stories.yaml")),
];

/// The stories of the built-in contract with this name.
#[must_use]
pub fn builtin_stories(name: &str) -> Option<&'static str> {
    STORIES.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}

/// Reads what a built-in contract extends: another one, by its name.
///
/// # Errors
/// There is none of this name.
pub fn open_builtin(name: &str) -> Result<String, String> {
    builtin(name).map(str::to_owned).ok_or_else(|| "no such file or built-in contract".to_owned())
}
