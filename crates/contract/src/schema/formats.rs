//! Formats that are asserted by a rule of ours.

/// An e-mail address as people have them: dot-separated atoms, one `@`, a host name of two labels or more
/// (letters outside ASCII are taken on both sides). No quoted local parts, no comments, no address literals.
pub(super) fn email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else {
        return false;
    };
    let labels: Vec<&str> = domain.split('.').collect();
    text.chars().count() <= 254
        && local.len() <= 64
        && local.split('.').all(is_atom)
        && labels.len() >= 2
        && labels.into_iter().all(is_label)
}

fn is_atom(atom: &str) -> bool {
    let fits = |c: char| c.is_alphanumeric() || "!#$%&'*+/=?^_`{|}~-".contains(c);
    !atom.is_empty() && atom.chars().all(fits)
}

fn is_label(label: &str) -> bool {
    let fits = |c: char| c.is_alphanumeric() || c == '-';
    (1..=63).contains(&label.len())
        && label.chars().all(fits)
        && !label.starts_with('-')
        && !label.ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_addresses_of_people_and_nothing_else() {
        for good in ["a@b.co", "first.last+tag@mail.example.com", "o'neil@x-y.org", "사람@예.한국"] {
            assert!(email(good), "{good}");
        }
        for bad in [
            "",
            "a",
            "a@",
            "@b.co",
            "a@b",
            "a@@b.co",
            "a b@c.de",
            ".a@b.co",
            "a..b@c.de",
            "a@-b.co",
            "a@b..co",
        ] {
            assert!(!email(bad), "{bad}");
        }
    }
}
