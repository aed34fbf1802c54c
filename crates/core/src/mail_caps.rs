//! How many messages may be sent: to one recipient, asked for from one network, and in all.

use crate::code::Purpose;
use std::time::Duration;

/// The caps, over every kind of message together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MailCaps {
    /// To one recipient.
    pub per_recipient: u32,
    /// Asked for from one network.
    pub per_network: u32,
    /// In all.
    pub in_all: u32,
    /// In which time, from the first on.
    pub window: Duration,
    /// How many of a hundred, to a recipient and in all, are left to password resets: who floods an address with other
    /// messages does not keep its owner out.
    pub reserve: u32,
}

impl Default for MailCaps {
    fn default() -> MailCaps {
        MailCaps {
            per_recipient: 5,
            per_network: 60,
            in_all: 1000,
            window: Duration::from_secs(60 * 60),
            reserve: 20,
        }
    }
}

impl MailCaps {
    /// No cap that anybody could reach.
    #[must_use]
    pub fn unlimited() -> MailCaps {
        MailCaps {
            per_recipient: u32::MAX,
            per_network: u32::MAX,
            in_all: u32::MAX,
            reserve: 0,
            ..MailCaps::default()
        }
    }

    /// How many of `cap` messages for this purpose may use; always at least one.
    #[must_use]
    pub fn for_purpose(&self, cap: u32, purpose: Purpose) -> u32 {
        if purpose == Purpose::ResetPassword {
            return cap;
        }
        let kept = u64::from(cap) * u64::from(self.reserve.min(100)) / 100;
        cap.saturating_sub(u32::try_from(kept).unwrap_or(u32::MAX)).max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resets_have_a_reserve() {
        let caps = MailCaps::default();
        assert_eq!(caps.for_purpose(5, Purpose::SignUp), 4);
        assert_eq!(caps.for_purpose(1000, Purpose::Verify), 800);
        assert_eq!(caps.for_purpose(1000, Purpose::ResetPassword), 1000);
        assert_eq!(caps.for_purpose(1, Purpose::SignUp), 1);
        assert_eq!(MailCaps::unlimited().for_purpose(u32::MAX, Purpose::Verify), u32::MAX);
    }
}
