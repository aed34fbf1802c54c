//! `mask(x)`: an address or number that only its owner recognises.

use super::{Function, Run, map_text, text_to_text};

fn masked(text: &str) -> String {
    if let Some((name, domain)) = text.rsplit_once('@') {
        let first: String = name.chars().take(1).collect();
        return format!("{first}***@{domain}");
    }
    let characters: Vec<char> = text.chars().collect();
    // A hint of four out of fewer than eight would be most of the secret.
    let hint: String = if characters.len() < 8 {
        String::new()
    } else {
        characters[characters.len() - 4..].iter().collect()
    };
    format!("***{hint}")
}

/// `mask`
pub(super) static MASK: Function = Function {
    name: "mask",
    signature: "mask(text) -> text",
    meaning: "An address as `a***@example.org`, anything else as `***` and its last four characters; short ones vanish.",
    types: text_to_text,
    run: Run::Plain(|arguments, _| map_text(arguments, masked)),
};

#[cfg(test)]
mod tests {
    use crate::function::testing::call;
    use serde_json::json;

    #[test]
    fn hides_all_but_a_hint() {
        assert_eq!(call("mask", &[json!("anna@example.org")]), json!("a***@example.org"));
        assert_eq!(call("mask", &[json!("@x")]), json!("***@x"));
        assert_eq!(call("mask", &[json!("+491701234567")]), json!("***4567"));
        assert_eq!(call("mask", &[json!("1234567")]), json!("***"));
    }
}
