//! The contracts that come with the program. The only place that names them.

/// Each built-in contract: its name and its text.
pub const BUILTIN: &[(&str, &str)] = &[
    ("cakes", include_str!("../../../contracts/cakes/contract.yaml")),
    ("formmate", include_str!("../../../contracts/formmate/contract.yaml")),
    ("haenaem", include_str!("../../../contracts/haenaem/contract.yaml")),
    ("biji", include_str!("../../../contracts/biji/contract.yaml")),
    ("cbs", include_str!("../../../contracts/cbs/contract.yaml")),
];

/// The text of the built-in contract with this name.
#[must_use]
pub fn builtin(name: &str) -> Option<&'static str> {
    BUILTIN.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}
