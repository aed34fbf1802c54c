//! What is said of contracts that give something away, one mechanism at a time.

use doorward_contract::load;

const HEAD: &str = r#"openapi: 3.1.0
info: {title: Lints, version: "1"}
servers: [{url: /}]
components: {securitySchemes: {bearer: {type: http, scheme: bearer}}}
x-doorward:
  account: {identifiers: [email], profile: {nickname: {nullable: true}}}
  password: {min: 4}
  tokens: {access: {opaque: {}, lifetime: 1h}}
  codes: {length: 4}
  shapes: {failure: {body: {error: $outcome.name}}}
  replies: {failure: {}, unknown_account: {}, wrong_password: {}}
paths:
  /it:
    post:
      security: [{bearer: []}]
      x-doorward:
"#;

/// The codes of what is said of one operation.
fn said(operation: &str) -> Vec<String> {
    let lines = operation.lines().map(|line| format!("        {line}\n"));
    let text = HEAD.to_owned() + &lines.collect::<String>();
    let loaded = load("lints", "lints.yaml", &text, &|_| Err("no other file".to_owned()));
    let plan = loaded.plan.unwrap_or_else(|| panic!("{operation}: {:?}", loaded.diagnostics));
    let code = |line: &String| line.split(' ').next().map(str::to_owned);
    let mut codes: Vec<String> = plan.lints.iter().filter_map(code).collect();
    codes.dedup();
    // That no request is declared is said of all of these.
    codes.retain(|code| code != "DW152");
    codes
}

#[test]
fn whoever_sets_a_password_wants_a_rule_worth_its_name() {
    let change = "action: change_password\ninput: {password: $body.old, new_password: $body.new}\n";
    let change = change.to_owned() + "replies: {password_changed: {status: 204}}";
    assert_eq!(said(&change), ["DW130"], "somebody signed in is told nothing of anybody else");
    let replies = "options: {needs: session}\nreplies: {updated: {status: 204}}";
    let update = format!("action: update_account\ninput: {{new_password: $body.new}}\n{replies}");
    assert_eq!(said(&update), ["DW130", "DW114"], "and the old one is asked for");
    let profile = format!("action: update_account\ninput: {{profile: $body}}\n{replies}");
    assert!(said(&profile).is_empty());
    let email = format!("action: update_account\ninput: {{email: $body.email}}\n{replies}");
    assert_eq!(said(&email), ["DW104"]);
}

#[test]
fn asking_for_a_code_may_tell_who_has_an_account() {
    let forgot = |tell: &str| {
        let head = "action: forgot_password\ninput: {email: $body.email}\n";
        said(&format!("{head}options: {{tell: {tell}}}\nreplies: {{sent: {{status: 204}}}}"))
    };
    let silent = forgot("always_sent");
    assert_eq!(silent.len(), 1, "{silent:?}");
    let truth = forgot("truth");
    assert!(truth.contains(&"DW103".to_owned()) && truth.contains(&silent[0]), "{truth:?}");
}

#[test]
fn a_constant_keeps_other_sites_away_only_where_they_cannot_send_it_or_do_without() {
    let said = |scheme: &str, security: &str, action: &str| {
        let head = r#"openapi: 3.1.0
info: {title: Constants, version: "1"}
components:
  securitySchemes:
    bearer: {type: http, scheme: bearer}
    sid: {type: apiKey, in: cookie, name: sid, x-doorward: {token: access}}
    script: {type: apiKey, SCHEME, x-doorward: {const: "1"}}
x-doorward:
  account: {identifiers: [email]}
  tokens: {access: {opaque: {}, lifetime: 1h}}
  shapes: {failure: {body: {error: $outcome.name}}}
  replies: {failure: {}}
paths:
  /it:
    post:
      security: [SECURITY]
      x-doorward: {ACTION}
"#;
        let text = head.replace("SCHEME", scheme).replace("SECURITY", security).replace("ACTION", action);
        let loaded = load("lints", "lints.yaml", &text, &|_| Err("no other file".to_owned()));
        let plan = loaded.plan.unwrap_or_else(|| panic!("{text}: {:?}", loaded.diagnostics));
        plan.lints.iter().filter(|line| line.starts_with("DW123")).count()
    };
    let header = "in: header, name: X-Requested-With";
    let logout = "action: logout, replies: {signed_out: {status: 204}}";
    let show = "action: show_account, replies: {shown: {body: {email: $account.email}}}";
    let both = "{sid: [], script: []}";
    assert_eq!(said(header, both, logout), 0);
    assert_eq!(said(header, &format!("{both}, {{bearer: []}}"), logout), 0, "nobody else sends a bearer");
    assert_eq!(said(header, &format!("{both}, {{sid: []}}"), logout), 1, "the cookie alone is enough");
    assert_eq!(said(header, &format!("{both}, {{sid: []}}"), show), 0, "reading changes nothing");
    assert_eq!(said("in: header, name: Accept", both, logout), 1);
    assert_eq!(said("in: query, name: ajax", both, logout), 1);
    assert_eq!(said("in: cookie, name: ajax", both, logout), 1);
}

#[test]
fn a_request_that_only_chooses_is_not_echoed() {
    let login = |error: &str| {
        let head = "action: login\ninput: {email: $body.email, password: $body.password}\n";
        let replies = format!("replies: {{signed_in: {{body: {{t: $tokens.access, e: {error}}}}}}}");
        said(&format!("{head}{replies}")).contains(&"DW105".to_owned())
    };
    assert!(login("$header.Via"));
    assert!(login("\"${header.Via == null ? '' : header.Via}\""));
    assert!(!login("{$map: $header.Via, one: 1, $else: 2}"));
    assert!(!login("\"${header.Via == 'one' ? 1 : 2}\""));
}

#[test]
fn a_token_in_a_fragment_is_no_token_in_a_query() {
    let login = |url: &str| {
        let head = "action: login\ninput: {email: $body.email, password: $body.password}\n";
        let replies = format!("replies: {{signed_in: {{status: 302, headers: {{Location: \"{url}\"}}}}}}");
        said(&format!("{head}{replies}")).contains(&"DW116".to_owned())
    };
    assert!(login("https://a.example/?t=${tokens.access}"));
    assert!(login("https://a.example/?t=${tokens.access}#x"));
    assert!(!login("https://a.example/#t=${tokens.access}"));
}

/// What is said of a contract that mails a link or a code, as one line each.
fn of_mails(by: &str, top: &str) -> Vec<String> {
    let operation = format!(
        "        action: forgot_password\n        input: {{email: $body.email}}\n        options: {{by: {by}}}\n        replies: {{sent: {{status: 204}}}}\n"
    );
    let text = HEAD.replace("  codes: {length: 4}\n", top).replace("      security: [{bearer: []}]\n", "");
    let loaded = load("lints", "lints.yaml", &(text + &operation), &|_| Err("no other file".to_owned()));
    let plan = loaded.plan.unwrap_or_else(|| panic!("{:?}", loaded.diagnostics));
    plan.lints.into_iter().filter(|line| line.starts_with("DW131") || line.starts_with("DW150")).collect()
}

#[test]
fn only_codes_are_guessed_and_it_is_said_why() {
    let link = "  links: {reset_password: \"https://a.example/?t=${token}\"}\n";
    assert!(of_mails("link", &format!("  codes: {{length: 4, lifetime: 1d}}\n{link}")).is_empty());
    let why = |codes: &str| of_mails("code", &format!("  codes: {{{codes}}}\n")).concat();
    let short = why("length: 4");
    assert!(short.contains("are short") && !short.contains("slow"), "{short}");
    let slow = why("length: 8, lifetime: 1d");
    assert!(slow.contains("slow to expire") && !slow.contains("short"), "{slow}");
    assert!(slow.contains("`reset_password`") && !slow.contains("`verify`"), "{slow}");
    assert!(why("length: 64, lifetime: 1d").is_empty());
}

#[test]
fn a_link_that_nobody_mails_is_named() {
    let link = "  links: {verify: \"https://a.example/?t=${token}\"}\n";
    let mail = "  mails: {verify: {subject: Confirm, text: \"See ${link}\"}}\n";
    let said = of_mails("code", &format!("{link}{mail}"));
    assert_eq!(said.len(), 2, "{said:?}");
    assert!(said.concat().contains("no operation mails a link for `verify`"), "{said:?}");
}

#[test]
fn a_path_that_decides_nothing_about_a_change_is_named() {
    let said = |path: &str, rest: &str| {
        let head = HEAD.replace("  /it:\n    post:\n      security: [{bearer: []}]\n      x-doorward:\n", "");
        let parameters = "parameters: [{name: id, in: path, required: true, schema: {type: string}}]";
        let text = format!("{head}  {path}:\n    delete:\n      {parameters}\n      {rest}\n");
        let loaded = load("lints", "lints.yaml", &text, &|_| Err("no other file".to_owned()));
        let plan = loaded.plan.unwrap_or_else(|| panic!("{text}: {:?}", loaded.diagnostics));
        let lines = plan.lints.iter().filter(|line| line.starts_with("DW118") || line.starts_with("DW151"));
        lines.filter_map(|line| line.split(' ').next().map(str::to_owned)).collect::<Vec<_>>()
    };
    let secured = |doing: &str| {
        said("/users/{id}", &format!("security: [{{bearer: []}}]\n      x-doorward: {{{doing}}}"))
    };
    let close = "action: close_account, options: {needs: session}";
    assert_eq!(secured(&format!("{close}, replies: {{closed: {{status: 204}}}}")), ["DW118"]);
    let echoed = format!("{close}, replies: {{closed: {{body: {{gone: $path.id}}}}}}");
    assert_eq!(secured(&echoed), ["DW118"], "what is only repeated decides nothing");
    let own = format!("{close}, input: {{account_id: $path.id}}, replies: {{closed: {{status: 204}}}}");
    assert!(secured(&own).is_empty());
    let checked = format!("{close}, checks: [\"path.id == 'me'\"], replies: {{closed: {{status: 204}}}}");
    assert!(secured(&checked).is_empty());
    let show = "action: show_account, replies: {shown: {body: {email: $account.email}}}";
    assert_eq!(secured(show), ["DW151"], "reading harms nobody");
    let no_inputs = "x-doorward: {action: refused, why: by hand, replies: {refused: {status: 403}}}";
    assert!(said("/users/{id}", no_inputs).is_empty());
}
