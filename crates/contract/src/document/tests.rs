use super::*;
use crate::plan::{Allowed, CookieAttribute, SchemePlace};
use crate::source::{Sources, parse};
use doorward_core::account::{Account, AccountId};
use doorward_core::channel::Channel;
use doorward_core::code::Purpose;
use doorward_core::identifier::{Identifier, IdentifierKind};
use doorward_core::mail::{CodeMail, MailTexts};
use doorward_core::policy::TokenFormat;
use doorward_core::public_id::{PublicId, PublicIdKind};
use doorward_core::standing::Standing;
use doorward_core::time::Timestamp;
use doorward_core::violation::Violation;
use serde_json::{Map, json};
use std::time::Duration;
use uuid::Uuid;

fn node(text: &str) -> Node {
    parse(&mut Sources::new(), "c.yaml", text).unwrap_or_else(|found| panic!("{found:?}"))
}

fn built_in(name: &str) -> Document {
    let text = match name {
        "biji" => include_str!("../../../../contracts/biji/contract.yaml"),
        "cakes" => include_str!("../../../../contracts/cakes/contract.yaml"),
        "cbs" => include_str!("../../../../contracts/cbs/contract.yaml"),
        "formmate" => include_str!("../../../../contracts/formmate/contract.yaml"),
        _ => include_str!("../../../../contracts/haenaem/contract.yaml"),
    };
    let (document, found) = read(&node(text));
    assert!(found.is_empty(), "{name}: {found:#?}");
    document
}

/// A small contract with one more part.
fn with(part: &str) -> (Document, Vec<Diagnostic>) {
    let indented = part.replace('\n', "\n  ");
    read(&node(&format!(
        "openapi: 3.1.0
info: {{title: T, version: '1'}}
components: {{securitySchemes: {{bearer: {{type: http, scheme: bearer}}}}}}
x-doorward:
  account: {{identifiers: [username, email], profile: {{name: text}}}}
  tokens: {{access: {{opaque: {{}}, lifetime: 1h}}}}
  {indented}
"
    )))
}

/// The codes of what is wrong with a part.
fn refused(part: &str) -> Vec<u16> {
    let (_, found) = with(part);
    assert!(found.iter().all(|found| !found.message.is_empty()), "{found:?}");
    found.into_iter().map(|found| found.code.0).collect()
}

fn account() -> Account {
    let identifier = |kind, written: &str| Identifier {
        kind,
        written: written.to_owned(),
        canonical: written.to_owned(),
        verified: false,
    };
    Account {
        id: AccountId(Uuid::nil()),
        realm: "r".to_owned(),
        version: 1,
        identifiers: vec![
            identifier(IdentifierKind::Username, "mina"),
            identifier(IdentifierKind::Email, "mina@example.com"),
        ],
        public_ids: vec![PublicId { kind: "sequence".to_owned(), value: "7".to_owned() }],
        password: None,
        profile: Map::from_iter([("name".to_owned(), json!("Mina"))]),
        roles: Vec::new(),
        must_change_password: false,
        standing: Standing::default(),
        created_at: Timestamp(1_000),
        updated_at: Timestamp(2_000),
        last_login: None,
    }
}

fn mail_of(document: &Document, purpose: Purpose, language: &str) -> doorward_core::mail::Mail {
    message_of(document, (Channel::Email, "mina@example.com"), purpose, language)
}

fn message_of(
    document: &Document,
    (channel, to): (Channel, &str),
    purpose: Purpose,
    language: &str,
) -> doorward_core::mail::Mail {
    let account = account();
    let mail = CodeMail {
        purpose,
        account: &account,
        channel,
        to,
        code: "a1b2c3",
        expires_in: Duration::from_secs(600),
        language,
    };
    document.mails.code(&mail)
}

#[test]
fn biji_reads() {
    let document = built_in("biji");
    assert_eq!((document.title.as_str(), document.base.as_str()), ("Biji", "/auth"));
    assert_eq!(document.account.id, PublicIdKind::Sequence);
    assert!(document.request.empty_is_absent);
    assert_eq!(document.request.types.len(), 2);
    assert_eq!(document.tokens[0].policy.lifetime, Duration::from_secs(86_400));
    assert_eq!(document.tokens[0].policy.longest, Some(Duration::from_secs(5_184_000)));
    let cors = document.cors.expect("cors");
    assert!(cors.any_origin && cors.methods == Allowed::Requested);
    assert_eq!(document.schemes[0].place, SchemePlace::Bearer);
}

#[test]
fn cakes_reads() {
    let document = built_in("cakes");
    let cookie = &document.cookies[0];
    assert_eq!((cookie.wire.as_str(), cookie.token.as_deref()), ("access_token", Some("access")));
    let attributes = [
        CookieAttribute::MaxAge("Max-Age".to_owned()),
        CookieAttribute::Fixed("Path=/".to_owned()),
        CookieAttribute::Expires("Expires".to_owned()),
        CookieAttribute::Fixed("HttpOnly".to_owned()),
        CookieAttribute::SecureOverHttps("Secure".to_owned()),
    ];
    assert_eq!(cookie.attributes, attributes);
    let renew = document.renew.expect("renew");
    assert_eq!((renew.when_left_percent, renew.from, renew.set_cookies), (50, None, vec![0]));
    assert_eq!(document.schemes[0].token, "access");
    let preflight = document.cors.expect("cors").preflight;
    assert_eq!((preflight.status, preflight.body.as_deref(), preflight.always), (200, Some("{}"), true));
    assert_eq!(document.password.min, 1);
}

#[test]
fn cbs_reads() {
    let document = built_in("cbs");
    assert!(document.response.strict_accept);
    assert_eq!(document.request.assume.as_deref(), Some("application/json"));
    let place = SchemePlace::Header { name: "athorization".to_owned(), prefix: "Bearer ".to_owned() };
    assert_eq!(document.schemes[1].place, place);
    assert!(document.schemes.iter().all(|scheme| scheme.accept_expired && scheme.token == "access"));
    let header = document.tokens[1].recipe.as_ref().expect("recipe").header.constant().cloned();
    assert_eq!(header.map(|header| header.to_string()).as_deref(), Some(r#"{"typ":"JWT","alg":"HS256"}"#));
}

#[test]
fn formmate_reads() {
    let document = built_in("formmate");
    let tokens: Vec<&str> = document.schemes.iter().map(|scheme| scheme.token.as_str()).collect();
    assert_eq!(tokens, ["access", "refresh"]);
    assert_eq!(document.renew.expect("renew").from.as_deref(), Some("refresh"));
    assert_eq!(document.cookies[1].attributes[1], CookieAttribute::Expires("expires".to_owned()));
    assert_eq!(document.response.content_type, "application/json; charset=utf-8");
    let types = crate::account_view::account_type(&document.account);
    let of = |name: &str| types.iter().find(|(known, _)| known == name).map(|(_, ty)| ty.to_string());
    assert_eq!(of("sex").as_deref(), Some("one of '1', '2', '3', '4'"));
    assert_eq!((of("purpose").as_deref(), of("id").as_deref()), (Some("text"), Some("text")));
}

#[test]
fn haenaem_reads() {
    let document = built_in("haenaem");
    assert_eq!(document.codes[&Purpose::SignUp].resend_after, Duration::ZERO);
    assert_eq!(document.codes[&Purpose::ResetPassword].alphabet.len(), 16);
    let mail = mail_of(&document, Purpose::SignUp, "ko");
    assert_eq!(mail.subject.as_deref(), Some("해냄 인증 요청"));
    assert_eq!(mail.text, "mina 님 안녕하세요.\n해냄 확인 코드 : a1b2c3");
    assert_eq!(document.wording.language(None), "ko");
    assert_eq!(document.wording.language(Some("en-US,en;q=0.9")), "en");
    let message = |rule: &str, language: &str| {
        document.wording.violation(&Violation::new("email", rule), language)["message"].clone()
    };
    assert_eq!(message("pattern", "ko"), "공백일 수 없습니다");
    assert_eq!(message("format", "en"), "must be a well-formed email address");
    assert_eq!(message("digit", "en"), "must have a digit");
    assert_eq!(document.response.headers[0].1.constant(), Some(&json!("no-store")));
}

#[test]
fn the_account_reads_as_it_is_typed() {
    use crate::account_view::{account_type, account_value};
    let document = built_in("haenaem");
    let account = account();
    let value = |field: &str| account_value(&account, (&document.account, Timestamp(0)), field);
    assert_eq!((value("id"), value("name"), value("phone")), (json!(7), json!("Mina"), json!(null)));
    for (name, ty) in account_type(&document.account) {
        let value = value(&name);
        assert!(ty.nullable || !value.is_null(), "{name} is null");
    }
    let text = AccountPlan { id_as_text: true, ..document.account.clone() };
    assert_eq!(account_value(&account, (&text, Timestamp(0)), "id"), json!("7"));
}

#[test]
fn everything_wrong_is_told_at_once() {
    let (_, found) = read(&node(
        "openapi: 3.0.0
info: {version: '1'}
x-doorward:
  acount: {identifiers: [email]}
  tokens: {access: {jwt: {algorithm: HS255}, lifetime: 30min}}
",
    ));
    let codes: Vec<u16> = found.iter().map(|found| found.code.0).collect();
    assert_eq!(codes, [1, 2, 3, 1, 3], "{found:#?}");
    assert!(found[1].help.iter().any(|help| help.contains("`account`")), "{:?}", found[1]);
}

#[test]
fn tokens_are_checked() {
    let token = |body: &str| {
        let text = format!(
            "openapi: 3.1.0\ninfo: {{title: T, version: '1'}}\nx-doorward:\n  account: {{identifiers: [email]}}\n  tokens: {{access: {{{body}}}}}\n"
        );
        read(&node(&text)).1.into_iter().map(|found| found.code.0).collect::<Vec<_>>()
    };
    let none: [u16; 0] = [];
    assert_eq!(token("jwt: {algorithm: HS256}, lifetime: 1h"), none);
    assert_eq!(token("jwt: {algorithm: HS256, claims: {sub: $account.id}}, lifetime: 1h"), [50]);
    assert_eq!(token("jwt: {algorithm: HS256, claims: {exp: 5}}, lifetime: 1h"), [50]);
    assert_eq!(token("jwt: {algorithm: HS256, claims: {jti: x, exp: $expires_at}}, lifetime: 1h"), [50]);
    assert_eq!(
        token("jwt: {algorithm: HS256, claims: {a: $account.nme, exp: $expires_at}}, lifetime: 1h"),
        [31]
    );
    assert_eq!(token("jwt: {algorithm: HS256, header: {alg: HS512}}, lifetime: 1h"), [50]);
    assert_eq!(token("jwt: {algorithm: HS256, header: {alg: HS256, crit: [x]}}, lifetime: 1h"), [50]);
    assert_eq!(token("opaque: {}, jwt: {algorithm: HS256}, lifetime: 1h"), [50]);
    assert_eq!(token("opaque: {}, lifetime: 0s"), [50]);
    assert_eq!(token("opaque: {}, lifetime: 2h, longest: 1h"), [50]);
    assert_eq!(token("opaque: {length: 40, alphabet: hex}, lifetime: 2h, session: digest"), none);
    for (broken, code) in [
        ("opaque: {length: 40, alphabet: hex}, lifetime: 2h", 50),
        ("opaque: {bytes: 15}, lifetime: 2h, session: digest", 50),
        ("opaque: {length: 41, alphabet: hex}, lifetime: 2h, session: digest", 50),
        ("opaque: {length: 256, bytes: 128, alphabet: hex}, lifetime: 2h", 50),
        ("opaque: {alphabet: AABCDEFGHIJKLM}, lifetime: 2h", 50),
        ("opaque: {alphabet: base32}, lifetime: 2h", 50),
        ("opaque: {}, lifetime: 2h, session: counted", 3),
        ("opaque: {}, lifetime: 2h}, refresh: {opaque: {bytes: 35}, lifetime: 7d", 50),
        ("opaque: {}, lifetime: 2h}, refresh: {opaque: {}, lifetime: 7d, session: digest", 50),
        ("opaque: {}, lifetime: 2h}, refresh: {opaque: {}, lifetime: 7d, after_refresh: 1h", 50),
        ("opaque: {}, lifetime: 2h}, csrf: {opaque: {}, lifetime: 7d", 50),
        ("jwt: {algorithm: HS256, claims: {r: $tokens.refresh.id, exp: $expires_at}}, lifetime: 1h", 31),
    ] {
        assert_eq!(token(broken), [code], "{broken}");
    }
    for good in [
        "opaque: {length: 256, alphabet: hex}, lifetime: 2h, after_refresh: 30m",
        "opaque: {bytes: 64, alphabet: base64}, lifetime: 2h}, refresh: {opaque: {bytes: 36}, lifetime: 7d",
        "opaque: {}, lifetime: 2h}, csrf: {opaque: {length: 32, alphabet: hex}",
        "opaque: {}, lifetime: 2h}, xsrf: {purpose: csrf",
        "jwt: {algorithm: HS256, header: {alg: HS256, kid: $key_id}, claims: {r: $tokens.refresh.id, exp: $expires_at}}, lifetime: 1h}, refresh: {opaque: {}, lifetime: 7d",
        "jwt: {algorithm: HS256, claims: {jti: a, exp: $expires_at}}, lifetime: 1h, session: digest",
    ] {
        assert_eq!(token(good), none, "{good}");
    }
    assert_eq!(token("opaque: {}, lifetime: 2h, purpose: reset_password"), [50]);
    let beside = |other: &str| token(&format!("opaque: {{}}, lifetime: 2h}}, {other}, lifetime: 5m"));
    assert_eq!(beside("reset_password: {opaque: {}"), none);
    assert_eq!(beside("stage: {opaque: {}, purpose: complete_register"), none);
    assert_eq!(beside("stage: {opaque: {}"), [50], "for what?");
    assert_eq!(beside("stage: {opaque: {}, purpose: reset"), [50]);
    assert_eq!(beside("stage: {opaque: {}, purpose: login_by_mfa"), [4]);
    assert_eq!(beside("stage: {opaque: {bytes: 31}, purpose: reset_password"), [50]);
    assert_eq!(beside("stage: {opaque: {bytes: 32, alphabet: hex}, purpose: reset_password"), none);
    assert_eq!(beside("reset_password: {opaque: {}, longest: 1h"), [50]);
    let jwt = |purpose: &str, claim: &str| {
        beside(&format!(
            "stage: {{jwt: {{algorithm: HS256, claims: {{x: {claim}, exp: $expires_at}}}}, purpose: {purpose}"
        ))
    };
    assert_eq!(jwt("reset_password", "$account.id"), none);
    assert_eq!(jwt("complete_register", "$account.id"), [31], "there is no account yet");
    assert_eq!(jwt("reset_password", "$session.id"), [31]);
    assert_eq!(
        beside("a: {opaque: {}, purpose: reset_password, lifetime: 5m}, reset_password: {opaque: {}"),
        [50]
    );
}

#[test]
fn default_claims_are_sub_iat_exp() {
    let (document, found) = read(&node(
        "openapi: 3.1.0\ninfo: {title: T, version: '1'}\nx-doorward:\n  account: {identifiers: [email]}\n  tokens: {access: {jwt: {algorithm: HS256}, lifetime: 1h}}\n",
    ));
    assert!(found.is_empty(), "{found:?}");
    let recipe = document.tokens[0].recipe.as_ref().expect("recipe");
    assert_eq!(recipe.header.constant(), Some(&json!({"typ": "JWT", "alg": "HS256"})));
    let crate::expression::Kind::Object(claims) = &recipe.claims.ty().kind else { panic!("claims") };
    assert_eq!(claims.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["sub", "iat", "exp"]);
    assert!(matches!(document.tokens[0].policy.format, TokenFormat::Jwt(_)));
}

#[test]
fn cookie_lines_are_checked() {
    let cookie = |line: &str| refused(&format!("cookies: {{sid: \"{line}\"}}"));
    let none: [u16; 0] = [];
    assert_eq!(cookie("sid=${tokens.access}; Max-Age; Path=/; SameSite=Lax; Secure?; Partitioned"), none);
    assert_eq!(cookie("sid=${tokens.access}; Partitioned"), [51]);
    assert_eq!(cookie("sid=${tokens.access == ';' ? 'a' : 'b'}; Max-Age"), none);
    assert_eq!(cookie("sid"), [51]);
    assert_eq!(cookie("s id=x"), [51]);
    assert_eq!(cookie("sid=x; Max-Age"), [51]);
    assert_eq!(cookie("sid=x; HtpOnly"), [51]);
    assert_eq!(cookie("sid=x; HttpOnly=1"), [51]);
    assert_eq!(cookie("sid=x; Secure; Secure?"), [51]);
    assert_eq!(cookie("sid=x; SameSite=Sometimes"), [51]);
    assert_eq!(cookie("sid=${tokens.acess}"), [31]);
    // Two lines for one cookie, of which a reply chooses: a session's, and one that lasts.
    let two = "cookies: {a: 'sid=${tokens.access}; Path=/', b: 'sid=${tokens.access}; path=/'}";
    assert_eq!(refused(two), none);
    let both = format!("{two}\nrenew: {{token: access, set_cookies: [a, b]}}");
    assert_eq!(refused(&both), [52]);
    assert_eq!(refused(&both.replace("path=/'", "path=/b'")), none);
}

#[test]
fn renewal_reaches_somebody_over_known_cookies() {
    let cookies = "cookies: {a: 'sid=${tokens.access}'}";
    let none: [u16; 0] = [];
    assert_eq!(
        refused(&format!("{cookies}\nrenew: {{token: access, when_left: 50%, set_cookies: [a]}}")),
        none
    );
    assert_eq!(
        refused(&format!("{cookies}\nrenew: {{token: access, when_left: 50%, set_cookies: [b]}}")),
        [25, 3]
    );
    assert_eq!(refused(&format!("{cookies}\nrenew: {{token: refresh, set_cookies: [a]}}")), [18]);
    assert_eq!(
        refused(&format!("{cookies}\nrenew: {{token: access, when_left: 0.5, set_cookies: [a]}}")),
        [3]
    );
}

#[test]
fn texts_are_there_in_every_language() {
    let languages = "languages: {offered: [en, ko]}";
    let none: [u16; 0] = [];
    let whole =
        "texts: {hi: {en: Hi, ko: 안녕}}\nviolations: {texts: {minLength: '${label}: ${limit} or more'}}";
    let (document, found) = with(&format!("{languages}\n{whole}"));
    assert!(found.is_empty(), "{found:?}");
    struct Nothing;
    impl crate::expression::Scope for Nothing {
        fn read(&self, _: &crate::expression::Path) -> std::borrow::Cow<'_, serde_json::Value> {
            std::borrow::Cow::Owned(serde_json::Value::Null)
        }
        fn text(&self, _: &str) -> Option<String> {
            None
        }
    }
    assert_eq!(document.wording.text("hi", "ko", &Nothing).as_deref(), Some("안녕"));
    assert_eq!(document.wording.text("ho", "ko", &Nothing), None);
    let short = Violation::new("newPassword", "minLength").with_limit(8);
    assert_eq!(document.wording.violation(&short, "en")["message"], "new password: 8 or more");
    assert_eq!(refused(&format!("{languages}\ntexts: {{hi: {{en: Hi}}}}")), [53]);
    assert_eq!(refused(&format!("{languages}\ntexts: {{hi: {{en: Hi, ko: 안녕, de: Hallo}}}}")), [53]);
    assert_eq!(refused("violations: {texts: {required: '${limit}'}}"), [35]);
    assert_eq!(refused("violations: {texts: {required: 'at ${limit}'}}"), [37]);
    assert_eq!(refused("languages: {offered: [en], default: ko}"), [3]);
    assert_eq!(refused("languages: {offered: [en, ko], from: $header.Language}"), none);
}

#[test]
fn the_most_specific_words_win() {
    let (document, found) = with(
        "violations:\n  codes: {pattern: 17}\n  texts: {pattern: rule, name: field, name.pattern: both}",
    );
    assert!(found.is_empty(), "{found:?}");
    let seen = |field: &str, rule: &str| document.wording.violation(&Violation::new(field, rule), "en");
    assert_eq!(seen("name", "pattern")["message"], "both");
    assert_eq!(seen("name", "minLength")["message"], "field");
    assert_eq!(seen("other", "pattern")["message"], "rule");
    assert_eq!(seen("other", "pattern")["code"], 17);
    assert_eq!(seen("pattern", "type")["message"], "must be ", "the rule's text is not that of a member");
    assert_eq!(seen("pattern", "pattern")["message"], "rule");
}

#[test]
fn mails_use_texts_and_have_defaults() {
    let part = "languages: {offered: [en, ko]}
texts: {subject: {en: Your code, ko: 코드}, body: {en: '${code} for ${account.name}', ko: '${account.name} ${code}'}}
mails: {reset_password: {subject: subject, text: body, html: '<b>${account.name}</b>'}}";
    let (document, found) = with(part);
    assert!(found.is_empty(), "{found:?}");
    let mail = mail_of(&document, Purpose::ResetPassword, "ko");
    assert_eq!((mail.subject.as_deref(), mail.text.as_str()), (Some("코드"), "Mina a1b2c3"));
    assert_eq!(mail.html.as_deref(), Some("<b>Mina</b>"));
    let mail = mail_of(&document, Purpose::Verify, "ko");
    assert!(mail.text.contains("a1b2c3") && mail.text.contains("10 minutes"), "{}", mail.text);
    assert_eq!(refused("mails: {code: {subject: x}}"), [3]);
    assert_eq!(refused("mails: {code: {subject: x, text: '${link}'}}"), [31]);
    assert_eq!(refused("mails: {kode: {subject: x, text: y}}"), [2]);
}

#[test]
fn telephones_get_a_text_of_their_own_or_the_text() {
    let identifiers = |kinds: &str, mails: &str| {
        read(&node(&format!(
            "openapi: 3.1.0
info: {{title: T, version: '1'}}
x-doorward: {{account: {{identifiers: [{kinds}]}}, tokens: {{}}, mails: {{{mails}}}}}
"
        )))
    };
    let refused = |kinds: &str, mails: &str| -> Vec<String> {
        identifiers(kinds, mails).1.into_iter().map(|found| found.message.to_string()).collect()
    };
    let (document, found) = identifiers(
        "email, phone",
        "code: {subject: Hi, text: 'long ${code}', html: '<b>${code}</b>'}, login: {subject: Hi, text: '${code}', sms: 'short ${code}'}",
    );
    assert!(found.is_empty(), "{found:?}");
    let sms = |purpose| message_of(&document, (Channel::Sms, "+1555"), purpose, "en");
    let message = sms(Purpose::Login);
    assert_eq!((message.to.as_str(), message.text.as_str()), ("+1555", "short a1b2c3"));
    assert!(message.channel == Channel::Sms && message.subject.is_none() && message.html.is_none());
    let message = sms(Purpose::Verify);
    assert_eq!((message.text.as_str(), message.html), ("long a1b2c3", None));
    let (document, found) = identifiers("phone", "login: {sms: '${code}'}, verify: {text: '= ${code}'}");
    assert!(found.is_empty(), "{found:?}");
    assert_eq!(message_of(&document, (Channel::Sms, "+1555"), Purpose::Login, "en").text, "a1b2c3");
    assert_eq!(message_of(&document, (Channel::Sms, "+1555"), Purpose::Verify, "en").text, "= a1b2c3");
    let built_in = message_of(&document, (Channel::Sms, "+1555"), Purpose::ResetPassword, "en");
    assert_eq!(built_in.text, "Enter a1b2c3 to set a new password. It is good for 10 minutes.");
    assert_eq!(refused("phone", "code: {subject: x}"), ["the message has no text"]);
    let missing = ["the mail has no `subject`", "the mail has no `text`"];
    assert_eq!(refused("email, phone", "code: {sms: '${code}'}"), missing);
    let nobody = ["no account has a telephone to send this text to"];
    assert_eq!(refused("email", "code: {subject: x, text: y, sms: z}"), nobody);
}

#[test]
fn small_objects_are_checked() {
    let none: [u16; 0] = [];
    assert_eq!(refused("codes: {alphabet: 123456}"), [3]);
    assert_eq!(refused("codes: {length: 2}"), [38]);
    assert_eq!(refused("codes: {login: {length: 8}, sign_up: {lifetime: 1h}}"), none);
    assert_eq!(refused("password: {min: 9, max: 8}"), [3]);
    assert_eq!(refused("password: {clases: [upper]}"), [2]);
    assert_eq!(refused("cors: {origin: any, credentials: true}"), [3]);
    assert_eq!(refused("cors: {preflight: {body: {}}}"), [27]);
    assert_eq!(refused("request: {assume: text/plain}"), [3]);
    assert_eq!(refused("request: {routes: {case: any, trailing_slash: any}}"), none);
    assert_eq!(refused("response: {time: isoo}"), [3]);
    assert_eq!(refused("response: {headers: {\"X Y\": z}}"), [3]);
    assert_eq!(refused("links: {reset_password: 'https://a/?t=${token}', allowed: ['https://a/']}"), none);
    assert_eq!(refused("links: {reset: 'https://a/', allowed: [a]}"), [2, 3]);
}

#[test]
fn accounts_are_checked() {
    let account = |body: &str| {
        let text =
            format!("openapi: 3.1.0\ninfo: {{title: T, version: '1'}}\nx-doorward:\n  account: {{{body}}}\n");
        read(&node(&text)).1.into_iter().map(|found| found.code.0).collect::<Vec<_>>()
    };
    let none: [u16; 0] = [];
    assert_eq!(account("identifiers: {username: {compare: caseless}}, id: username"), none);
    assert_eq!(account("identifiers: [email], id: {prefix: user_}, roles: {default: []}"), none);
    assert_eq!(account("identifiers: [email], id: username"), [3]);
    assert_eq!(account("identifiers: [emial]"), [3]);
    assert_eq!(account("id: uuid"), [3]);
    assert_eq!(account("identifiers: [email], profile: {email: text}"), [52]);
    assert_eq!(account("identifiers: [email], profile: {age: {type: integer, default: old}}"), [3]);
    assert_eq!(account("identifiers: [email], profile: {kind: {enum: [a, b], default: c}}"), [3]);
    assert_eq!(account("identifiers: {username: {change_every: 30d, set: once}}"), [0_u16; 0]);
    assert_eq!(account("identifiers: {username: {change_every: often}}"), [3]);
    let field = |field: &str| account(&format!("identifiers: [email], profile: {{x: {{{field}}}}}"));
    let none: [u16; 0] = [];
    for good in [
        "minLength: 2, maxLength: 3, pattern: '^[a-z]+$', format: email",
        "type: number, minimum: 0, maximum: 1.5, multipleOf: 0.5, default: 1.5",
        "type: date, min_age: 14, default: 2000-01-01",
        "type: list, items: {type: string}, maxItems: 3, uniqueItems: true",
        "type: object, properties: {a: {type: integer}}, required: [a], additionalProperties: false",
        "generate: {}",
        "unique: true, set: once",
        "type: date, wire: '%d/%m/%Y', default: 2000-02-29",
        "type: datetime, wire: epoch_ms",
        "unique: caseless, change_every: 30d",
        "generate: {prefix: key_, alphabet: abc, length: 28}, pattern: '^key_[abc]{28}$'",
    ] {
        assert_eq!(field(good), none, "{good}");
    }
    for (bad, codes) in [
        ("pattern: '(?=x)'", vec![45]),
        ("type: integer, minLength: 2", vec![3]),
        ("minimum: 2", vec![3]),
        ("minLength: two", vec![1]),
        ("minLenght: 2", vec![2]),
        ("minLength: 2, default: a", vec![3]),
        ("type: date, default: 2000-02-30", vec![3]),
        ("min_age: 14", vec![3]),
        ("unique: sometimes", vec![3]),
        ("wire: '%d/%m/%Y'", vec![3]),
        ("type: date, wire: '%d/%m'", vec![3]),
        ("type: datetime, wire: '%d/%m/%Y'", vec![3]),
        ("type: date, wire: dmy", vec![3]),
        ("set: twice", vec![3]),
        ("type: date, min_age: 0", vec![38]),
        ("type: integer, generate: {}", vec![3]),
        ("generate: {alphabet: aa}", vec![3]),
        ("generate: {length: 3}", vec![38]),
        ("generate: {prefix: k-}, pattern: '^[a-z]+$'", vec![3]),
        ("generate: {lenght: 3}", vec![2]),
    ] {
        assert_eq!(field(bad), codes, "{bad}");
    }
    assert_eq!(refused("password: {alphabet: [lower, digit, '!']}"), none);
    assert_eq!(refused("password: {alphabet: abc}"), [3]);
}

#[test]
fn schemes_carry_tokens() {
    let schemes = |body: &str| {
        let text = format!(
            "openapi: 3.1.0\ninfo: {{title: T, version: '1'}}\ncomponents: {{securitySchemes: {{s: {{{body}}}}}}}\nx-doorward:\n  account: {{identifiers: [email]}}\n  tokens: {{access: {{opaque: {{}}, lifetime: 1h}}}}\n"
        );
        read(&node(&text)).1.into_iter().map(|found| found.code.0).collect::<Vec<_>>()
    };
    let none: [u16; 0] = [];
    assert_eq!(schemes("type: apiKey, in: header, name: X-Token"), none);
    assert_eq!(schemes("type: apiKey, in: heder, name: X-Token"), [3]);
    assert_eq!(schemes("type: http, scheme: digest"), [18]);
    assert_eq!(schemes("type: http, scheme: bearer, x-doorward: {token: acess}"), [18]);
    assert_eq!(schemes("type: apiKey, in: cookie, name: sid, x-doorward: {prefix: 'Token '}"), [3]);
    let header =
        |own: &str| schemes(&format!("type: apiKey, in: header, name: X-Own, x-doorward: {{{own}}}"));
    assert_eq!(header("must_equal: $account.email"), none);
    assert_eq!(header("must_equal: $cookie.csrf"), none);
    assert_eq!(header("must_equal: $account.emial"), [31]);
    assert_eq!(header("must_equal: $tokens.access"), [3], "it is a new one each time");
    assert_eq!(header("client_key: true"), none);
    assert_eq!(header("client_key: true, must_equal: $account.email"), [3]);
    assert_eq!(header("token: access, client_key: true"), [3]);
    assert_eq!(schemes("type: http, scheme: Basic"), none);
    assert_eq!(schemes("type: http, scheme: basic, x-doorward: {token: access}"), [3]);
}

#[test]
fn a_server_gives_the_base_path() {
    let base = |url: &str| {
        let text = format!(
            "openapi: 3.1.0\ninfo: {{title: T, version: '1'}}\nservers: [{{url: '{url}'}}]\nx-doorward: {{account: {{identifiers: [email]}}}}\n"
        );
        let (document, found) = read(&node(&text));
        (document.base, found.len())
    };
    assert_eq!(base("/api/v1/"), ("/api/v1".to_owned(), 0));
    assert_eq!(base("https://a.example/x"), ("/x".to_owned(), 0));
    assert_eq!(base("https://a.example"), (String::new(), 0));
    assert_eq!(base("/{tenant}"), (String::new(), 1));
}
