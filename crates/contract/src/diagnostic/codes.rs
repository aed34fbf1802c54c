//! The one table of diagnostic codes. A code never changes its meaning once released.

use std::fmt;

/// A diagnostic code, shown as `DW012`. Below 100 errors, from 100 lints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(pub u16);

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DW{:03}", self.0)
    }
}

impl Code {
    /// What the code means, in a few words.
    #[must_use]
    pub fn meaning(self) -> &'static str {
        TABLE.iter().find(|(code, ..)| *code == self).map_or("", |(_, meaning, _)| meaning)
    }

    /// Its page: what it means, why, a wrong snippet and the right one. Snippets are laid over [`EXAMPLE`].
    #[must_use]
    pub fn page(self) -> &'static str {
        TABLE.iter().find(|(code, ..)| *code == self).map_or("", |(.., page)| page)
    }

    /// The code of this name, such as `DW012`, in any letter case.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Code> {
        TABLE.iter().map(|(code, ..)| *code).find(|code| code.to_string().eq_ignore_ascii_case(name))
    }

    /// Whether a contract with it loads all the same.
    #[must_use]
    pub fn is_lint(self) -> bool {
        self.0 >= 100
    }
}

/// YAML or OpenAPI invalid.
pub const INVALID_DOCUMENT: Code = Code(1);
/// Unknown section or member of `x-doorward`.
pub const UNKNOWN_SECTION: Code = Code(2);
/// A value of the wrong kind.
pub const WRONG_KIND: Code = Code(3);
/// A version of the language that this program does not know.
pub const UNSUPPORTED_VERSION: Code = Code(4);
/// `extends` names nothing readable, or nests.
pub const BROKEN_EXTENDS: Code = Code(5);
/// An operation that is bound to nothing.
pub const NO_BINDING: Code = Code(10);
/// Unknown member of an operation.
pub const UNKNOWN_MEMBER: Code = Code(11);
/// Unknown action.
pub const UNKNOWN_ACTION: Code = Code(12);
/// An input that the action does not have.
pub const UNKNOWN_INPUT: Code = Code(13);
/// Unknown profile field.
pub const UNKNOWN_PROFILE_FIELD: Code = Code(14);
/// A required input is bound to nothing.
pub const UNBOUND_INPUT: Code = Code(15);
/// An option that the action does not have, or a bad value of it.
pub const BAD_OPTION: Code = Code(16);
/// The action needs a session, the operation has no `security`.
pub const NO_SECURITY: Code = Code(17);
/// Unknown security scheme or token.
pub const UNKNOWN_SCHEME: Code = Code(18);
/// `refused` or `backend` without `why`.
pub const REASON_MISSING: Code = Code(19);
/// Unknown outcome.
pub const UNKNOWN_OUTCOME: Code = Code(20);
/// An outcome that is answered twice in one scope.
pub const ANSWERED_TWICE: Code = Code(21);
/// An outcome that this action never answers.
pub const NEVER_ANSWERED: Code = Code(22);
/// An outcome without a reply.
pub const NO_REPLY: Code = Code(23);
/// A list of replies whose last has a `when`.
pub const NO_LAST_RESORT: Code = Code(24);
/// Unknown cookie.
pub const UNKNOWN_COOKIE: Code = Code(25);
/// A token named where none is issued.
pub const NO_TOKEN_HERE: Code = Code(26);
/// A body on a status that has none.
pub const BODY_ON_EMPTY_STATUS: Code = Code(27);
/// A body together with shape arguments.
pub const BODY_AND_ARGUMENTS: Code = Code(28);
/// A shape parameter unknown or missing.
pub const SHAPE_PARAMETER: Code = Code(29);
/// An expression or text with holes that cannot be read.
pub const SYNTAX: Code = Code(30);
/// Unknown name.
pub const UNKNOWN_NAME: Code = Code(31);
/// Unknown function.
pub const UNKNOWN_FUNCTION: Code = Code(32);
/// A directive (`$each`, `$map`, `$first`) that cannot be read.
pub const BAD_DIRECTIVE: Code = Code(33);
/// A `$map` that does not list every value.
pub const MAP_NOT_TOTAL: Code = Code(34);
/// Types that do not fit.
pub const TYPE_CLASH: Code = Code(35);
/// Something that may fail at run time.
pub const MAY_FAIL: Code = Code(36);
/// A value that may be null inside longer text.
pub const NULL_IN_TEXT: Code = Code(37);
/// Longer or deeper than allowed.
pub const LIMIT: Code = Code(38);
/// A binding that an earlier one always shadows.
pub const UNREACHABLE_BINDING: Code = Code(40);
/// Two routes that match the same request.
pub const AMBIGUOUS_ROUTES: Code = Code(41);
/// A path parameter that is not declared.
pub const UNDECLARED_PARAMETER: Code = Code(42);
/// A request path that the declared schema does not have.
pub const NOT_IN_SCHEMA: Code = Code(43);
/// A reply that does not fit the declared `responses`.
pub const REPLY_DOES_NOT_FIT: Code = Code(44);
/// A pattern that is not linear.
pub const PATTERN_NOT_LINEAR: Code = Code(45);
/// Enumerations of the wire and of the core differ.
pub const ENUMS_DIFFER: Code = Code(46);
/// Something is written that has no effect.
pub const NO_EFFECT: Code = Code(47);
/// A way around the second step.
pub const AROUND_SECOND_STEP: Code = Code(48);
/// A token recipe that cannot work.
pub const TOKEN_RECIPE: Code = Code(50);
/// A malformed cookie line.
pub const COOKIE_LINE: Code = Code(51);
/// The same name twice on the wire.
pub const DUPLICATE_WIRE_NAME: Code = Code(52);
/// A text key, or one of its languages, is missing.
pub const MISSING_TEXT: Code = Code(53);
/// Texts that lead back to themselves.
pub const TEXTS_IN_A_CIRCLE: Code = Code(54);
/// Words for a rule or a member that there is not.
pub const UNKNOWN_RULE: Code = Code(55);
/// Unknown account and wrong password are told apart.
pub const UNKNOWN_TOLD_APART: Code = Code(101);
/// Anyone may ask whether an identifier is taken.
pub const AVAILABILITY_ORACLE: Code = Code(102);
/// The "forgot password" operation tells whether the account exists.
pub const FORGOT_TELLS_TRUTH: Code = Code(103);
/// A registration tells that the identifier is taken.
pub const TAKEN_TOLD: Code = Code(104);
/// A value of the request is echoed in a reply.
pub const REQUEST_ECHOED: Code = Code(105);
/// A secret in a URL.
pub const SECRET_IN_URL: Code = Code(110);
/// The caller chooses a lifetime without a `longest`.
pub const LIFETIME_WITHOUT_LONGEST: Code = Code(111);
/// The caller sets a role.
pub const CALLER_SETS_ROLE: Code = Code(112);
/// A GET changes state.
pub const CHANGING_GET: Code = Code(113);
/// A profile update may set the password without the old one.
pub const PASSWORD_WITHOUT_OLD: Code = Code(114);
/// A token that never expires.
pub const TOKEN_WITHOUT_EXPIRY: Code = Code(115);
/// A token in the query of a redirect.
pub const TOKEN_IN_REDIRECT: Code = Code(116);
/// A return URL that the caller chooses.
pub const CALLER_RETURN_URL: Code = Code(117);
/// A path parameter that decides nothing about a change.
pub const UNREAD_PATH: Code = Code(118);
/// A cookie without HttpOnly, Secure or SameSite.
pub const WEAK_COOKIE: Code = Code(120);
/// A cookie whose path is wider than the API.
pub const WIDE_COOKIE: Code = Code(121);
/// The same token in a cookie and in the body.
pub const TOKEN_IN_COOKIE_AND_BODY: Code = Code(122);
/// A constant that other sites can send, or do without.
pub const USELESS_CONSTANT: Code = Code(123);
/// A weak password rule.
pub const WEAK_PASSWORD_RULE: Code = Code(130);
/// A code that is short, or slow to expire.
pub const WEAK_CODE: Code = Code(131);
/// A symmetric key that others share.
pub const SHARED_KEY: Code = Code(132);
/// A claim that looks misspelt.
pub const MISSPELT_CLAIM: Code = Code(133);
/// A fault that is answered with 2xx or 4xx.
pub const FAULT_STATUS: Code = Code(140);
/// The success shape used by a failure.
pub const SUCCESS_SHAPE_ON_FAILURE: Code = Code(141);
/// Two outcomes with equal replies that are no group.
pub const EQUAL_REPLIES: Code = Code(142);
/// A view, shape, text, cookie or scheme that nothing uses.
pub const UNUSED: Code = Code(150);
/// A request member that is bound to nothing.
pub const UNBOUND_MEMBER: Code = Code(151);
/// A wire name that no schema or example covers.
pub const UNCOVERED_NAME: Code = Code(152);
/// Backwards: an input is computed, so that no request can be built.
pub const UNBUILDABLE_REQUEST: Code = Code(160);
/// Backwards: a success that looks like a failure.
pub const UNSURE_SUCCESS: Code = Code(161);

/// The contract that the snippets of the pages are laid over.
pub const EXAMPLE: &str = include_str!("../../rules/example.yaml");

/// Every code with its meaning and its page, in order.
pub const TABLE: &[(Code, &str, &str)] = &[
    (INVALID_DOCUMENT, "YAML or OpenAPI invalid", include_str!("../../rules/DW001.md")),
    (UNKNOWN_SECTION, "unknown section or member", include_str!("../../rules/DW002.md")),
    (WRONG_KIND, "wrong type", include_str!("../../rules/DW003.md")),
    (UNSUPPORTED_VERSION, "unsupported language version", include_str!("../../rules/DW004.md")),
    (BROKEN_EXTENDS, "broken `extends`", include_str!("../../rules/DW005.md")),
    (NO_BINDING, "operation without binding", include_str!("../../rules/DW010.md")),
    (UNKNOWN_MEMBER, "unknown member", include_str!("../../rules/DW011.md")),
    (UNKNOWN_ACTION, "unknown action", include_str!("../../rules/DW012.md")),
    (UNKNOWN_INPUT, "unknown input", include_str!("../../rules/DW013.md")),
    (UNKNOWN_PROFILE_FIELD, "unknown profile field", include_str!("../../rules/DW014.md")),
    (UNBOUND_INPUT, "unbound required input", include_str!("../../rules/DW015.md")),
    (BAD_OPTION, "bad option", include_str!("../../rules/DW016.md")),
    (NO_SECURITY, "session needed but no `security`", include_str!("../../rules/DW017.md")),
    (UNKNOWN_SCHEME, "unknown scheme or token", include_str!("../../rules/DW018.md")),
    (REASON_MISSING, "`refused` or `backend` without `why`", include_str!("../../rules/DW019.md")),
    (UNKNOWN_OUTCOME, "unknown outcome", include_str!("../../rules/DW020.md")),
    (ANSWERED_TWICE, "answered twice", include_str!("../../rules/DW021.md")),
    (NEVER_ANSWERED, "never answered by this action", include_str!("../../rules/DW022.md")),
    (NO_REPLY, "no reply and no default", include_str!("../../rules/DW023.md")),
    (NO_LAST_RESORT, "guarded list without a last resort", include_str!("../../rules/DW024.md")),
    (UNKNOWN_COOKIE, "unknown cookie", include_str!("../../rules/DW025.md")),
    (NO_TOKEN_HERE, "token placed where none is issued", include_str!("../../rules/DW026.md")),
    (BODY_ON_EMPTY_STATUS, "body on 204 or 304", include_str!("../../rules/DW027.md")),
    (BODY_AND_ARGUMENTS, "body together with arguments", include_str!("../../rules/DW028.md")),
    (SHAPE_PARAMETER, "shape parameter unknown or missing", include_str!("../../rules/DW029.md")),
    (SYNTAX, "expression syntax", include_str!("../../rules/DW030.md")),
    (UNKNOWN_NAME, "unknown name", include_str!("../../rules/DW031.md")),
    (UNKNOWN_FUNCTION, "unknown function", include_str!("../../rules/DW032.md")),
    (BAD_DIRECTIVE, "bad directive", include_str!("../../rules/DW033.md")),
    (MAP_NOT_TOTAL, "`$map` not total", include_str!("../../rules/DW034.md")),
    (TYPE_CLASH, "type clash", include_str!("../../rules/DW035.md")),
    (MAY_FAIL, "may fail at run time", include_str!("../../rules/DW036.md")),
    (NULL_IN_TEXT, "nullable in text", include_str!("../../rules/DW037.md")),
    (LIMIT, "limit exceeded", include_str!("../../rules/DW038.md")),
    (UNREACHABLE_BINDING, "unreachable binding", include_str!("../../rules/DW040.md")),
    (AMBIGUOUS_ROUTES, "ambiguous routes", include_str!("../../rules/DW041.md")),
    (UNDECLARED_PARAMETER, "path parameter not declared", include_str!("../../rules/DW042.md")),
    (NOT_IN_SCHEMA, "request path not in the declared schema", include_str!("../../rules/DW043.md")),
    (REPLY_DOES_NOT_FIT, "reply does not fit the declared `responses`", include_str!("../../rules/DW044.md")),
    (PATTERN_NOT_LINEAR, "pattern not linear", include_str!("../../rules/DW045.md")),
    (ENUMS_DIFFER, "enum of wire and core differ", include_str!("../../rules/DW046.md")),
    (NO_EFFECT, "without effect", include_str!("../../rules/DW047.md")),
    (AROUND_SECOND_STEP, "a way around the second step", include_str!("../../rules/DW048.md")),
    (TOKEN_RECIPE, "token recipe", include_str!("../../rules/DW050.md")),
    (COOKIE_LINE, "cookie line malformed", include_str!("../../rules/DW051.md")),
    (DUPLICATE_WIRE_NAME, "duplicate wire name", include_str!("../../rules/DW052.md")),
    (MISSING_TEXT, "text key or language missing", include_str!("../../rules/DW053.md")),
    (TEXTS_IN_A_CIRCLE, "texts in a circle", include_str!("../../rules/DW054.md")),
    (UNKNOWN_RULE, "words for no rule", include_str!("../../rules/DW055.md")),
    (UNKNOWN_TOLD_APART, "unknown and wrong told apart", include_str!("../../rules/DW101.md")),
    (AVAILABILITY_ORACLE, "availability oracle", include_str!("../../rules/DW102.md")),
    (FORGOT_TELLS_TRUTH, "`forgot` tells the truth", include_str!("../../rules/DW103.md")),
    (TAKEN_TOLD, "taken identifier told", include_str!("../../rules/DW104.md")),
    (REQUEST_ECHOED, "request value echoed in a reply", include_str!("../../rules/DW105.md")),
    (SECRET_IN_URL, "secret in URL", include_str!("../../rules/DW110.md")),
    (
        LIFETIME_WITHOUT_LONGEST,
        "caller-chosen lifetime without `longest`",
        include_str!("../../rules/DW111.md"),
    ),
    (CALLER_SETS_ROLE, "caller-settable role", include_str!("../../rules/DW112.md")),
    (CHANGING_GET, "state-changing GET", include_str!("../../rules/DW113.md")),
    (PASSWORD_WITHOUT_OLD, "password changed without the old one", include_str!("../../rules/DW114.md")),
    (TOKEN_WITHOUT_EXPIRY, "token without expiry", include_str!("../../rules/DW115.md")),
    (TOKEN_IN_REDIRECT, "token in a redirect query", include_str!("../../rules/DW116.md")),
    (CALLER_RETURN_URL, "caller's return URL", include_str!("../../rules/DW117.md")),
    (UNREAD_PATH, "path parameter that decides nothing", include_str!("../../rules/DW118.md")),
    (WEAK_COOKIE, "cookie without HttpOnly, Secure or SameSite", include_str!("../../rules/DW120.md")),
    (WIDE_COOKIE, "cookie path too wide", include_str!("../../rules/DW121.md")),
    (TOKEN_IN_COOKIE_AND_BODY, "token both in cookie and body", include_str!("../../rules/DW122.md")),
    (USELESS_CONSTANT, "constant that other sites can send", include_str!("../../rules/DW123.md")),
    (WEAK_PASSWORD_RULE, "weak password rule", include_str!("../../rules/DW130.md")),
    (WEAK_CODE, "short or slow-to-expire code", include_str!("../../rules/DW131.md")),
    (SHARED_KEY, "symmetric key shared", include_str!("../../rules/DW132.md")),
    (MISSPELT_CLAIM, "misspelt claim", include_str!("../../rules/DW133.md")),
    (FAULT_STATUS, "fault answered with 2xx or 4xx", include_str!("../../rules/DW140.md")),
    (SUCCESS_SHAPE_ON_FAILURE, "success shape used by a failure", include_str!("../../rules/DW141.md")),
    (EQUAL_REPLIES, "equal replies outside one group", include_str!("../../rules/DW142.md")),
    (UNUSED, "unused view, shape, text, cookie or scheme", include_str!("../../rules/DW150.md")),
    (UNBOUND_MEMBER, "request member bound to nothing", include_str!("../../rules/DW151.md")),
    (UNCOVERED_NAME, "wire name not covered by any schema or example", include_str!("../../rules/DW152.md")),
    (UNBUILDABLE_REQUEST, "request that cannot be built backwards", include_str!("../../rules/DW160.md")),
    (UNSURE_SUCCESS, "success that cannot be told from a failure", include_str!("../../rules/DW161.md")),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_ordered_and_unique() {
        assert!(TABLE.windows(2).all(|pair| pair[0].0 < pair[1].0));
        assert_eq!(MAP_NOT_TOTAL.to_string(), "DW034");
        assert_eq!(PASSWORD_WITHOUT_OLD.meaning(), "password changed without the old one");
    }
}
