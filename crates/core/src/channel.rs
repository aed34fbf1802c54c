//! How messages reach people: by e-mail, or as a text message to a telephone.

use crate::identifier::IdentifierKind;

/// A way to reach somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Channel {
    /// An e-mail.
    Email,
    /// A text message to a telephone.
    Sms,
}

impl Channel {
    /// Its name in answers and in the development mailbox.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Channel::Email => "email",
            Channel::Sms => "sms",
        }
    }

    /// The channel with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Channel> {
        [Channel::Email, Channel::Sms].into_iter().find(|channel| channel.name() == name)
    }

    /// The channel that reaches identifiers of this kind; nothing reaches a username.
    #[must_use]
    pub fn of(kind: IdentifierKind) -> Option<Channel> {
        match kind {
            IdentifierKind::Username => None,
            IdentifierKind::Email => Some(Channel::Email),
            IdentifierKind::Phone => Some(Channel::Sms),
        }
    }
}

/// The channels on which this server can deliver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Channels {
    /// E-mail.
    pub email: bool,
    /// Text messages.
    pub sms: bool,
}

impl Channels {
    /// All of them.
    pub const ALL: Channels = Channels { email: true, sms: true };

    /// Whether this one is among them.
    #[must_use]
    pub fn have(self, channel: Channel) -> bool {
        match channel {
            Channel::Email => self.email,
            Channel::Sms => self.sms,
        }
    }
}
