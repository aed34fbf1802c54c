//! `mails`, `codes`, `links`.

use super::Signing;
use super::members::Reader;
use super::texts::{Library, WrittenText};
use crate::account_plan::AccountPlan;
use crate::diagnostic::{Diagnostic, codes};
use crate::expression::{Kind, Type};
use crate::mails::{MailPlan, Mails};
use crate::root_names::RootNames;
use crate::scope::Root;
use crate::source::{Entry, Node};
use crate::template::{CompiledTemplate, Escape, Part, Setting, Template, TemplateKind};
use crate::wording::Localized;
use doorward_core::code::{CodePolicy, Purpose};
use doorward_core::identifier::IdentifierKind;
use doorward_core::return_url::ReturnUrl;
use serde_json::Value;
use std::collections::BTreeMap;

pub(super) const PURPOSES: [&str; 5] = ["sign_up", "verify", "reset_password", "change_identifier", "login"];
pub(super) const CODES: [&str; 6] =
    ["sign_up", "verify", "reset_password", "change_identifier", "login", "second_step"];
pub(super) const MAILS: [&str; 8] =
    ["code", "link", "sign_up", "verify", "reset_password", "change_identifier", "login", "second_step"];

pub(super) const MAIL: [&str; 4] = ["subject", "text", "html", "sms"];
pub(super) const CODE: [&str; 4] = ["alphabet", "length", "lifetime", "resend_after"];

/// The mails, and the text keys that they use as whole values.
pub(super) fn mails(
    reader: &mut Reader,
    node: &Node,
    account: &AccountPlan,
    library: &Library,
) -> (Mails, Vec<String>) {
    let mut mails = Mails { account: account.clone(), ..Mails::default() };
    let mut used = Vec::new();
    if !reader.members(node, "`mails`", &MAILS) {
        return (mails, used);
    }
    let keys = library.keys();
    let names = RootNames::new()
        .account(account)
        .with("code", Type::text(), Root::Code.slot())
        .with("expires_in", Type::new(Kind::Duration), Root::ExpiresIn.slot())
        .texts(&keys);
    let link_names = RootNames::new()
        .account(account)
        .with("link", Type::text(), Root::Link.slot())
        .with("expires_in", Type::new(Kind::Duration), Root::ExpiresIn.slot())
        .texts(&keys);
    for entry in node.entries() {
        let purpose = Purpose::from_name(&entry.key);
        let is_link = entry.key == "link"
            || purpose.is_some() && of_a_link((library, &names, &link_names), &entry.value);
        let names = if is_link { &link_names } else { &names };
        let before = reader.found.len();
        let mut mail = MailReader { library, names, used: &mut used };
        let Some(plan) = mail.read(reader, &entry.value) else { continue };
        reached(reader, account, &entry.value);
        if reader.found.len() == before && MAILS.contains(&entry.key.as_str()) {
            MailReader { library, names, used: &mut Vec::new() }.carries_its_secret(reader, entry, is_link);
        }
        match purpose {
            Some(purpose) if is_link => drop(mails.link_purposes.insert(purpose, plan)),
            Some(purpose) => drop(mails.purposes.insert(purpose, plan)),
            None if is_link => mails.link = Some(plan),
            None => mails.code = Some(plan),
        }
    }
    (mails, used)
}

/// A mail has what every address of the accounts needs, and nothing for addresses that none has.
fn reached(reader: &mut Reader, account: &AccountPlan, mail: &Node) {
    let have = |kind| account.identifiers.iter().any(|rule| rule.kind == kind);
    let telephones = have(IdentifierKind::Phone);
    // Where accounts have no address at all, what is written is checked as an e-mail.
    let missing = if have(IdentifierKind::Email) || !telephones {
        let missing = ["subject", "text"].into_iter().filter(|member| mail.get(member).is_none());
        missing.map(|member| format!("the mail has no `{member}`")).collect::<Vec<_>>()
    } else if mail.get("sms").is_none() && mail.get("text").is_none() {
        vec!["the message has no text".to_owned()]
    } else {
        Vec::new()
    };
    for message in missing {
        let help = if telephones {
            "`{subject: …, text: …}`; `html` beside it, and `sms: …` for telephones if it is another text"
        } else {
            "`{subject: …, text: …}`, and `html` beside it"
        };
        reader.refuse(codes::WRONG_KIND, mail, message, help);
    }
    if let Some(sms) = mail.get("sms").filter(|_| !telephones) {
        let message = "no account has a telephone to send this text to";
        let help = "take `sms` away, or give the accounts one: `account: {identifiers: [email, phone]}`";
        reader.refuse(codes::WRONG_KIND, sms, message, help);
    }
}

/// Whether the mail of a purpose is that of a link: it reads one, and no code.
fn of_a_link((library, code, link): (&Library, &RootNames<'_>, &RootNames<'_>), node: &Node) -> bool {
    let errors = |names: &RootNames<'_>| {
        let (mut reader, mut used) = (Reader::default(), Vec::new());
        MailReader { library, names, used: &mut used }.read(&mut reader, node);
        reader.found.len()
    };
    errors(link) < errors(code)
}

struct MailReader<'m> {
    library: &'m Library,
    names: &'m RootNames<'m>,
    used: &'m mut Vec<String>,
}

impl MailReader<'_> {
    fn read(&mut self, reader: &mut Reader, node: &Node) -> Option<MailPlan> {
        if !reader.members(node, "a mail", &MAIL) {
            return None;
        }
        let subject = self.part(reader, node, "subject", Escape::None);
        let text = self.part(reader, node, "text", Escape::None);
        let html = self.part(reader, node, "html", Escape::Xml);
        let sms = self.part(reader, node, "sms", Escape::None);
        Some(MailPlan { subject, text, html, sms })
    }

    fn part(&mut self, reader: &mut Reader, mail: &Node, member: &str, escape: Escape) -> Option<Localized> {
        let node = mail.get(member)?;
        let written = self.written(reader, node, member)?;
        if member == "subject" && written.texts.iter().any(|(_, text)| has_lines(text)) {
            let help = "write it in one line; `|` and `>` keep the end of theirs";
            reader.refuse(codes::WRONG_KIND, node, "the subject of a mail is one line", help);
        }
        self.library.check_without_request(reader, &written, "a mail");
        let setting = Setting { escape, ..self.library.setting.clone() };
        written.compile(reader, self.names, &setting)
    }

    /// A mail without its code or link is of no use to whoever gets it.
    fn carries_its_secret(&mut self, reader: &mut Reader, entry: &Entry, is_link: bool) {
        let secret = if is_link { "link" } else { "code" };
        let mut has = |member: &str| {
            let written =
                entry.value.get(member).map(|node| self.written(&mut Reader::default(), node, member));
            written
                .map(|written| written.is_none_or(|it| it.texts.iter().all(|(_, text)| reads(text, secret))))
        };
        let parts = [has("subject"), has("text"), has("html")];
        let sms = has("sms");
        let read = parts.contains(&Some(true)) || parts.iter().all(Option::is_none);
        if read && sms != Some(false) {
            return;
        }
        let node = if read { entry.value.get("sms").unwrap_or(&entry.value) } else { &entry.value };
        let message = match (read, is_link) {
            (true, _) => format!("this text message does not carry its {secret}"),
            (false, true) => "this mail does not carry its link".to_owned(),
            (false, false) => "this mail carries neither `code` nor `link`".to_owned(),
        };
        let help = format!("write `${{{secret}}}` in it, in every language");
        reader.refuse(codes::WRONG_KIND, node, message, &help);
    }

    /// The text itself, or the text of the contract whose key it is.
    fn written(&mut self, reader: &mut Reader, node: &Node, member: &str) -> Option<WrittenText> {
        let template = reader.parsed_text(node, &format!("`{member}`"))?;
        if let TemplateKind::Constant(value) = &template.kind
            && let Some(key) = value.as_str()
            && let Some(text) = self.library.get(key)
        {
            self.used.push(key.to_owned());
            return Some(text.clone());
        }
        Some(WrittenText { texts: vec![(None, template)] })
    }
}

pub(super) fn codes(reader: &mut Reader, node: &Node) -> BTreeMap<Purpose, CodePolicy> {
    let mut policies = BTreeMap::new();
    let by_purpose = node.entries().iter().any(|entry| Purpose::from_name(&entry.key).is_some());
    if !by_purpose {
        if let Some(policy) = code_policy(reader, node) {
            policies.extend(Purpose::ALL.into_iter().map(|purpose| (purpose, policy.clone())));
        }
        return policies;
    }
    reader.members(node, "`codes`", &CODES);
    for entry in node.entries() {
        if let Some(purpose) = Purpose::from_name(&entry.key)
            && let Some(policy) = code_policy(reader, &entry.value)
        {
            policies.insert(purpose, policy);
        }
    }
    policies
}

fn code_policy(reader: &mut Reader, node: &Node) -> Option<CodePolicy> {
    let mut policy = CodePolicy::default();
    if !reader.members(node, "`codes`", &CODE) {
        return None;
    }
    if let Some(alphabet) = node.get("alphabet") {
        let letters: Vec<char> = reader.text(alphabet, "`alphabet`")?.chars().collect();
        let twice = letters.iter().enumerate().any(|(at, c)| letters[..at].contains(c));
        let blank = letters.iter().any(|c| c.is_whitespace() || c.is_control());
        if letters.len() < 2 || twice || blank {
            let help = "two or more different characters, none of them blank";
            reader.refuse(codes::WRONG_KIND, alphabet, "codes cannot be drawn from this alphabet", help);
        }
        policy.alphabet = letters;
    }
    if let Some(length) = node.get("length") {
        let length = reader.number(length, "`length`", (4, 128))?;
        policy.length = usize::try_from(length).unwrap_or(policy.length);
    }
    if let Some(lifetime) = node.get("lifetime") {
        policy.lifetime = reader.duration(lifetime, "`lifetime`")?;
        if policy.lifetime.is_zero() {
            reader.refuse(codes::WRONG_KIND, lifetime, "the code lives no time at all", "for example `10m`");
        }
    }
    if let Some(wait) = node.get("resend_after") {
        policy.resend_after = reader.duration(wait, "`resend_after`")?;
    }
    Some(policy)
}

/// What `links` says.
#[derive(Default)]
pub(super) struct Links {
    /// By purpose, over their token.
    pub(super) templates: BTreeMap<Purpose, CompiledTemplate>,
    /// Where links may lead that callers ask for.
    pub(super) allowed: Vec<ReturnUrl>,
}

/// `links`.
pub(super) fn links(reader: &mut Reader, node: &Node, signing: &Signing<'_>) -> Links {
    let mut links = Links::default();
    if !reader.map(node, "`links`") {
        return links;
    }
    let names =
        RootNames::new().account(signing.account).with("token", Type::new(Kind::Token), Root::Tokens.slot());
    for entry in node.entries() {
        if entry.key == "allowed" {
            for item in reader.texts(&entry.value, "`allowed`") {
                match ReturnUrl::parse(item.as_text().unwrap_or_default()).filter(ReturnUrl::is_prefix) {
                    Some(url) => links.allowed.push(url),
                    None => {
                        let help = "scheme, host and the beginning of a path: `https://app.example.com/`";
                        let message = "no return URL begins like this";
                        reader.refuse(codes::WRONG_KIND, item, message, help);
                    }
                }
            }
            continue;
        }
        let Some(purpose) = Purpose::from_name(&entry.key).filter(|_| PURPOSES.contains(&entry.key.as_str()))
        else {
            let message = format!("`{}` is no purpose of a link", entry.key);
            let error = Diagnostic::error(codes::UNKNOWN_SECTION, entry.key_span, message);
            let error = error.suggest(&entry.key, PURPOSES);
            reader.report(error.help(format!("purposes: {}, and `allowed`", PURPOSES.join(" "))));
            continue;
        };
        // A link that is wrong has been reported; it is there all the same to those who ask whether there is one.
        if let Some(compiled) = link(reader, &entry.value, (&names, signing)) {
            links.templates.insert(purpose, compiled);
        }
    }
    links
}

fn link(
    reader: &mut Reader,
    node: &Node,
    (names, signing): (&RootNames<'_>, &Signing<'_>),
) -> Option<CompiledTemplate> {
    let setting = Setting::reply(signing.times.clone());
    let template = reader.parsed_text(node, "a link");
    if let Some(template) = &template
        && let Some(compiled) = reader.compiled(template, names, &setting)
    {
        if !reads(template, "token") {
            let message = "this link does not carry its token";
            reader.refuse(codes::WRONG_KIND, node, message, "write it as `https://…?token=${token}`");
        }
        return Some(compiled);
    }
    let nothing = Template { span: node.span, kind: TemplateKind::Constant(Value::Null) };
    reader.compiled(&nothing, names, &setting)
}

/// Whether a text reads this name.
fn reads(template: &Template, name: &str) -> bool {
    let is_it = |path: &[String]| path.first().is_some_and(|first| first == name);
    match &template.kind {
        TemplateKind::Path(path) => is_it(&path.segments),
        TemplateKind::Expression(ast) => ast.paths().into_iter().any(is_it),
        TemplateKind::Text(parts) => parts.iter().any(|part| match part {
            Part::Hole(ast) => ast.paths().into_iter().any(is_it),
            Part::Constant(_) => false,
        }),
        _ => false,
    }
}

/// Whether what is written in it takes more than one line.
fn has_lines(template: &Template) -> bool {
    let many = |text: &str| text.contains(['\r', '\n']);
    match &template.kind {
        TemplateKind::Constant(value) => value.as_str().is_some_and(many),
        TemplateKind::Text(parts) => {
            parts.iter().any(|part| matches!(part, Part::Constant(text) if many(text)))
        }
        _ => false,
    }
}
