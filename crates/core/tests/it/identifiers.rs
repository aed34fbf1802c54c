//! Canonical forms: idempotent, caseless where the rule says so, and never wider than the budget.

use doorward_core::identifier::{Compare, IdentifierKind, IdentifierRule, budget_key};
use proptest::prelude::*;

fn rule(compare: Compare) -> IdentifierRule {
    IdentifierRule { kind: IdentifierKind::Username, compare }
}

proptest! {
    #[test]
    fn canonical_forms_are_idempotent(text in "\\PC{0,40}") {
        for compare in [Compare::Exact, Compare::Caseless] {
            let once = rule(compare).canonical(&text);
            prop_assert_eq!(rule(compare).canonical(&once), once);
        }
        prop_assert_eq!(budget_key(&budget_key(&text)), budget_key(&text));
    }

    #[test]
    fn letter_case_is_nothing_to_a_caseless_rule(text in "[a-zA-Z0-9@.가-힣éÉü]{1,30}") {
        let caseless = rule(Compare::Caseless);
        prop_assert_eq!(caseless.canonical(&text.to_uppercase().to_lowercase()), caseless.canonical(&text.to_lowercase()));
    }

    /// Two names that are one under any rule share their budget.
    #[test]
    fn one_name_has_one_budget(a in "\\PC{0,12}", b in "\\PC{0,12}") {
        for compare in [Compare::Exact, Compare::Caseless] {
            if rule(compare).canonical(&a) == rule(compare).canonical(&b) {
                prop_assert_eq!(budget_key(&a), budget_key(&b));
            }
        }
    }
}

#[test]
fn spellings_of_one_person_share_a_budget() {
    let spellings = ["john", "John", "JOHN", " john ", "ｊｏｈｎ"];
    for spelling in spellings {
        assert_eq!(budget_key(spelling), "john", "{spelling}");
    }
}

#[test]
fn exact_names_differ_by_case_and_agree_by_composition() {
    let exact = rule(Compare::Exact);
    assert_ne!(exact.canonical("Kim"), exact.canonical("kim"));
    assert_eq!(exact.canonical("e\u{301}"), exact.canonical("\u{e9}"));
}

#[test]
fn what_cannot_be_an_address_is_refused() {
    let email = IdentifierRule { kind: IdentifierKind::Email, compare: Compare::Caseless };
    let bad = [
        "",
        "a",
        "@b",
        "a@",
        "a@b@c",
        "a@b,c@d",
        "a b@c",
        "a@b\r\nBcc: x",
        "<a@b>",
        "a@.b",
        "a@b.",
        "a@b\u{200b}c",
    ];
    for text in bad {
        assert!(!email.acceptable(text), "{text:?}");
    }
    assert!(!email.acceptable("a\u{200d}b@c.de"));
    assert!(rule(Compare::Exact).acceptable("👩\u{200d}🍳"), "joined emoji are names");
    assert!(!rule(Compare::Exact).acceptable("ann\u{202e}"), "text that turns around is not");
    assert!(email.acceptable("someone@abcd.com"));
    assert!(email.acceptable("사람@예시.한국"));
}
