//! What actions that mail links need of `links`: a link for each purpose they may mail one for, and a list of
//! addresses where callers say where it leads.

use super::binding::BindingSource;
use super::reading::Findings;
use crate::diagnostic::codes;
use crate::document::Document;
use doorward_core::code::Purpose;

/// Every link that a binding mails is there.
pub(super) fn linked(binding: &BindingSource, document: &Document, found: &mut Findings) {
    let (spec, options) = (binding.action.spec(), &binding.options);
    if spec.name == "register" && binding.binds("code") && options.word("verify") != "none" {
        let message = "`code` brings the proof that `verify` mails";
        found.error(codes::BAD_OPTION, binding.span, message, "write one of them");
    }
    if ![options.word("by"), options.word("verify")].contains(&"link") {
        if binding.binds("return_url") {
            let message = "callers say where the link leads, and none is mailed";
            found.error(codes::BAD_OPTION, binding.span, message, "write `options: {by: link}`");
        }
        return;
    }
    let words: Vec<&str> = match spec.name {
        "forgot_password" => vec!["reset_password"],
        "register" => vec!["verify"],
        "send_login_code" => vec!["login"],
        _ if binding.binds("purpose") => {
            Purpose::ALL.iter().filter(|one| code(**one)).map(|one| one.name()).collect()
        }
        _ => vec![options.word("purpose")],
    };
    for word in words {
        let there =
            Purpose::from_name(word).is_some_and(|purpose| document.mails.links.contains_key(&purpose));
        if !there {
            let message = format!("`{}` mails a link for `{word}`, and the contract has none", spec.name);
            let help = format!("write `links: {{{word}: \"https://…?token=${{token}}\"}}` at the top");
            found.error(codes::BAD_OPTION, binding.span, message, &help);
        }
    }
    if binding.binds("return_url") && document.return_urls.is_empty() {
        let message = "callers say where the link leads, and no address is allowed";
        let help = "list what such an address begins with: `links: {allowed: [https://app.example.com/]}`";
        found.error(codes::BAD_OPTION, binding.span, message, help);
    }
}

fn code(purpose: Purpose) -> bool {
    !matches!(purpose, Purpose::Stage(_) | Purpose::SecondStep)
}
