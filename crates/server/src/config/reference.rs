//! What the tables of members say to people: `config explain`, the reference of the documentation, the example.

use super::section::{Member, SECTIONS, Section};
use doorward_contract::diagnostic::did_you_mean;
use serde_json::{Value, json};
use std::fmt::Write;

/// What a key names.
pub enum Explained {
    /// A section.
    Section(&'static Section),
    /// A member.
    Member(&'static Section, &'static Member),
}

/// What a key names: `limits`, `limits.window`, `realms.NAME.hosts` with any name in it.
///
/// # Errors
/// One sentence: it names nothing.
pub fn explained(key: &str) -> Result<Explained, String> {
    let parts: Vec<&str> = key.trim_matches(['[', ']']).split('.').collect();
    let name = parts.first().copied().unwrap_or_default();
    let Some(section) = SECTIONS.into_iter().find(|section| section.name == name) else {
        // A member alone is enough where one section has it.
        let of: Vec<_> = SECTIONS.into_iter().filter_map(|of| Some((of, of.member(key)?))).collect();
        if let [(section, member)] = of.as_slice() {
            return Ok(Explained::Member(section, member));
        }
        let keys: Vec<String> =
            SECTIONS.iter().flat_map(|of| of.members.iter().map(|one| full_key(of, one))).collect();
        let names = SECTIONS.iter().map(|section| section.name).chain(keys.iter().map(String::as_str));
        let help = match (of.as_slice(), did_you_mean(key, names)) {
            ([], Some(alike)) => format!("did you mean `{alike}`?"),
            ([], None) => format!("sections: {}", SECTIONS.map(Section::header).join(" ")),
            (several, _) => {
                let keys: Vec<String> = several.iter().map(|(of, one)| full_key(of, one)).collect();
                format!("there are {}", keys.join(", "))
            }
        };
        return Err(format!("there is no key {key}: {help}"));
    };
    let below = parts.get(1..).unwrap_or_default();
    let member = if section.named.is_some() && below.len() > 1 { below.get(1) } else { below.first() };
    let Some(wanted) = member.filter(|wanted| section.named != Some(**wanted)) else {
        return Ok(Explained::Section(section));
    };
    if let Some(member) = section.member(wanted) {
        return Ok(Explained::Member(section, member));
    }
    if section.named.is_some() && below.len() == 1 {
        return Ok(Explained::Section(section));
    }
    let alike = did_you_mean(wanted, section.names());
    let help = alike.map_or_else(
        || format!("members: {}", section.names().join(" ")),
        |alike| format!("did you mean `{alike}`?"),
    );
    Err(format!("{} has no member {wanted}: {help}", section.header()))
}

impl Explained {
    /// For people.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Explained::Member(section, member) => member_text(section, member),
            Explained::Section(section) => {
                let mut text = format!("{}\n  {}\n", section.header(), section.sentence);
                for member in section.members {
                    let _ = write!(text, "\n{}", member_text(section, member));
                }
                text
            }
        }
    }

    /// For programs.
    #[must_use]
    pub fn json(&self) -> Value {
        match self {
            Explained::Member(section, member) => member_json(section, member),
            Explained::Section(section) => {
                let members: Vec<Value> =
                    section.members.iter().map(|member| member_json(section, member)).collect();
                json!({"section": section.header(), "sentence": section.sentence, "members": members})
            }
        }
    }
}

fn full_key(section: &Section, member: &Member) -> String {
    match section.named {
        Some(of) => format!("{}.{of}.{}", section.name, member.name),
        None => format!("{}.{}", section.name, member.name),
    }
}

/// The variable that lies over a member.
fn variable(section: &Section, member: &Member) -> String {
    format!("DOORWARD__{}", full_key(section, member).to_uppercase().replace('.', "__"))
}

/// What holds where it is not said, in words.
fn otherwise(member: &Member) -> &'static str {
    member.default.unwrap_or(if member.needed { "none: it must be said" } else { "none" })
}

fn member_text(section: &Section, member: &Member) -> String {
    let mut text = format!("{}\n  {}\n", full_key(section, member), member.sentence);
    let _ = writeln!(text, "  takes     {}", member.kind.words());
    let _ = writeln!(text, "  default   {}", otherwise(member));
    if !member.example.is_empty() {
        let _ = writeln!(text, "  such as   {} = {}", member.name, member.example);
    }
    let _ = writeln!(text, "  variable  {}", variable(section, member));
    text
}

fn member_json(section: &Section, member: &Member) -> Value {
    json!({
        "key": full_key(section, member),
        "sentence": member.sentence,
        "takes": member.kind.words(),
        "default": member.default,
        "needed": member.needed,
        "example": member.example,
        "variable": variable(section, member),
    })
}

/// The reference of the documentation.
#[must_use]
pub fn markdown() -> String {
    let mut text = String::new();
    for section in SECTIONS {
        let _ = write!(text, "### `{}`\n\n{}\n\n", section.header(), section.sentence);
        if section.members.is_empty() {
            continue;
        }
        text.push_str("| member | takes | default | |\n|---|---|---|---|\n");
        for member in section.members {
            let default =
                member.default.map_or_else(|| otherwise(member).to_owned(), |text| format!("`{text}`"));
            let _ = writeln!(
                text,
                "| `{}` | {} | {default} | {} |",
                member.name,
                member.kind.words().replace('|', "\\|"),
                member.sentence
            );
        }
        text.push('\n');
    }
    text
}

/// The example: everything, with what it is.
#[must_use]
pub fn example() -> String {
    let mut text = String::from(
        "# Doorward's configuration: every member, with its default where it has one. Made from the program's own tables;\n\
         # `doorward config explain KEY` says more, docs/configuration.md how it all belongs together.\n\
         # `doorward config check --config doorward.toml` looks at a file without starting anything.\n",
    );
    for section in SECTIONS {
        let header = section.header().replace("NAME", "shop");
        let _ = write!(text, "\n# {}\n{header}\n", section.sentence);
        for member in section.members {
            let _ = write!(text, "\n# {}\n# It takes {}.\n", member.sentence, member.kind.words());
            let (mark, value) = match (member.default, member.needed) {
                (None, true) => ("", member.example),
                (Some(default), _) => ("", default),
                (None, false) => ("# ", member.example),
            };
            let _ = writeln!(text, "{mark}{} = {value}", member.name);
            if member.default.is_some() && !member.example.is_empty() {
                let _ = writeln!(text, "# {} = {}", member.name, member.example);
            }
        }
    }
    text
}
