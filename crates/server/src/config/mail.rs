//! `[mail]`: how mails and text messages leave.

use super::kind::Kind;
use super::mistake::Mistake;
use super::section::{Group, Member, Section};
use super::value::SecretSource;
use doorward_mail::Patience;
use doorward_mail::smtp::Security;
use std::net::IpAddr;
use std::time::Duration;

/// The section.
pub(super) static SECTION: Section = Section {
    name: "mail",
    named: None,
    sentence: "How mails and text messages leave. Without it they stay in the operators' mailbox, in memory.",
    members: &[
        Member::new(
            "transport",
            Kind::Choice(&["smtp", "webhook", "mailbox", "none"]),
            "How mails leave; where there is `none`, actions that would send one answer `delivery_failed`.",
        )
        .or("\"mailbox\""),
        Member::new(
            "sms",
            Kind::Choice(&["webhook", "mailbox", "none"]),
            "How text messages leave; without it as mails do, and by smtp not at all.",
        )
        .like("\"webhook\""),
        Member::new("host", Kind::Text, "The mail server.").like("\"smtp.example.org\""),
        Member::new(
            "port",
            Kind::Count { least: 1, unit: "" },
            "Its port; without it 587 with starttls, 465 with tls, 25 with none.",
        )
        .like("587"),
        Member::new(
            "security",
            Kind::Choice(&["starttls", "tls", "none"]),
            "How the connection is secured; what is not offered is not done without.",
        )
        .or("\"starttls\""),
        Member::new("username", Kind::Text, "What to sign in to the mail server with.").like("\"doorward\""),
        Member::new("password", Kind::Secret, "Its password.")
            .like("{ file = \"/etc/doorward/smtp.password\" }"),
        Member::new(
            "certificates",
            Kind::Path,
            "Certificates to trust beside the system's, as PEM: an authority's, or the server's own.",
        )
        .like("\"mail-ca.pem\""),
        Member::new("from", Kind::Text, "Whom mails are from; a realm may have its own.")
            .like("\"Example <no-reply@example.org>\""),
        Member::new("reply_to", Kind::Text, "Where answers to mails go.").like("\"help@example.org\""),
        Member::new(
            "hello",
            Kind::Text,
            "The name to greet the mail server with; without it the domain of `from`.",
        )
        .like("\"auth.example.org\""),
        Member::new("webhook_url", Kind::Text, "Where messages are posted to, with `webhook`.")
            .like("\"https://gateway.example.org/messages\""),
        Member::new(
            "webhook_secret",
            Kind::Secret,
            "What those requests are signed with: whsec_ and base64, or at least 24 bytes of text.",
        )
        .like("{ file = \"/etc/doorward/webhook.secret\" }"),
        Member::new(
            "timeout",
            Kind::Duration,
            "How long a mail server may take for one answer, and a gateway for its own.",
        )
        .or("\"30s\""),
        Member::new(
            "give_up_after",
            Kind::Duration,
            "A message whose code lives longer is tried for this long.",
        )
        .or("\"1d\""),
    ],
};

/// How messages on one channel leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// To a mail server.
    Smtp,
    /// To a gateway.
    Webhook,
    /// Into the operators' mailbox.
    Mailbox,
    /// Not at all.
    Nowhere,
}

/// What `[mail]` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailSection {
    /// How mails leave.
    pub email: Way,
    /// How text messages leave.
    pub sms: Way,
    /// The mail server.
    pub host: Option<String>,
    /// Its port.
    pub port: u16,
    /// How the connection is secured.
    pub security: Security,
    /// What to sign in with.
    pub username: Option<String>,
    /// Where its password lies.
    pub password: Option<SecretSource>,
    /// A file of certificates to trust.
    pub certificates: Option<String>,
    /// Whom mails are from.
    pub from: Option<String>,
    /// Where answers go.
    pub reply_to: Option<String>,
    /// The name to greet with.
    pub hello: Option<String>,
    /// Where messages are posted to.
    pub webhook_url: Option<String>,
    /// Where the secret lies that they are signed with.
    pub webhook_secret: Option<SecretSource>,
    /// How long an answer may take.
    pub timeout: Duration,
    /// How long a message is tried.
    pub patience: Patience,
}

impl MailSection {
    pub(super) fn of(group: &Group, mistakes: &mut Vec<Mistake>) -> MailSection {
        let way = |word: &str| match word {
            "smtp" => Way::Smtp,
            "webhook" => Way::Webhook,
            "none" => Way::Nowhere,
            _ => Way::Mailbox,
        };
        let email = group.text("transport").map_or(Way::Mailbox, |word| way(&word));
        let like_mails = if email == Way::Smtp { Way::Nowhere } else { email };
        let (security, port) = match group.text("security").as_deref() {
            Some("tls") => (Security::Tls, 465),
            Some("none") => (Security::None, 25),
            _ => (Security::StartTls, 587),
        };
        let usual = Patience::default();
        let section = MailSection {
            email,
            sms: group.text("sms").map_or(like_mails, |word| way(&word)),
            host: group.text("host"),
            port: group.count("port", mistakes).unwrap_or(port),
            security,
            username: group.text("username"),
            password: group.secret("password"),
            certificates: group.text("certificates"),
            from: group.text("from"),
            reply_to: group.text("reply_to"),
            hello: group.text("hello"),
            webhook_url: group.text("webhook_url"),
            webhook_secret: group.secret("webhook_secret"),
            timeout: group.duration("timeout").unwrap_or(Duration::from_secs(30)),
            patience: Patience {
                give_up_after: group.duration("give_up_after").unwrap_or(usual.give_up_after),
                ..usual
            },
        };
        section.needs(group, mistakes);
        section
    }

    /// Whether messages leave this way on some channel.
    fn goes_by(&self, way: Way) -> bool {
        self.email == way || self.sms == way
    }

    /// What a way needs that was not said.
    fn needs(&self, group: &Group, mistakes: &mut Vec<Mistake>) {
        let mut missing = |member: &str, way: &str, there: bool| {
            if !there {
                let said = format!("`{}` is missing: a transport is `{way}`", group.key(member));
                let example = group.section.member(member).map_or("", |known| known.example);
                mistakes.push(
                    Mistake::new(&group.at("transport"), said).help(format!("such as {member} = {example}")),
                );
            }
        };
        if self.goes_by(Way::Smtp) {
            missing("host", "smtp", self.host.is_some());
            missing("from", "smtp", self.from.is_some());
            missing("password", "smtp", self.password.is_some() || self.username.is_none());
            missing("username", "smtp", self.username.is_some() || self.password.is_none());
        }
        if self.goes_by(Way::Webhook) {
            missing("webhook_url", "webhook", self.webhook_url.is_some());
            missing("webhook_secret", "webhook", self.webhook_secret.is_some());
        }
        let clear = self.security == Security::None && self.password.is_some();
        if clear && !self.host.as_deref().is_some_and(is_local) {
            let said = format!("`{}`: the password would travel in the clear", group.key("security"));
            mistakes.push(Mistake::new(&group.at("security"), said).help(
                "write \"starttls\" or \"tls\", or sign in nowhere; a server on this machine may go without",
            ));
        }
    }
}

/// Whether a host is this machine.
pub(super) fn is_local(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}
