//! What wire names usually mean.

/// A name as one word: `newPassword`, `new_password` and `new-password` are the same.
pub(super) fn plain(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

fn one_of(name: &str, words: &[&str]) -> bool {
    words.contains(&plain(name).as_str())
}

/// The kind of identifier that a name says.
pub(super) fn identifier(name: &str) -> Option<&'static str> {
    if one_of(name, &["email", "mail", "emailaddress", "useremail"]) {
        Some("email")
    } else if one_of(name, &["phone", "phonenumber", "mobile", "mobilenumber", "msisdn", "tel", "telephone"])
    {
        Some("phone")
    } else if one_of(
        name,
        &["username", "user", "login", "loginid", "userid", "authid", "account", "accountname"],
    ) {
        Some("username")
    } else {
        None
    }
}

pub(super) fn is_password(name: &str) -> bool {
    one_of(name, &["password", "pass", "passwd", "pwd", "userpassword"])
}

pub(super) fn is_new_password(name: &str) -> bool {
    one_of(name, &["newpassword", "passwordnew", "newpass", "newpwd", "newpasswd"])
}

pub(super) fn is_old_password(name: &str) -> bool {
    one_of(name, &["oldpassword", "currentpassword", "oldpass", "oldpwd", "currentpwd", "prevpassword"])
}

pub(super) fn is_repeated_password(name: &str) -> bool {
    let name = plain(name);
    name.contains("pass")
        && ["confirm", "repeat", "again", "check", "password2", "verify"]
            .iter()
            .any(|word| name.contains(word))
}

pub(super) fn is_access_token(name: &str) -> bool {
    one_of(name, &["token", "accesstoken", "jwt", "authtoken", "jwttoken", "bearertoken", "sessiontoken"])
}

pub(super) fn is_refresh_token(name: &str) -> bool {
    one_of(name, &["refreshtoken", "refresh", "refreshjwt"])
}

pub(super) fn is_code(name: &str) -> bool {
    one_of(
        name,
        &[
            "code",
            "otp",
            "pin",
            "authkey",
            "authcode",
            "authnumber",
            "verificationcode",
            "resetcode",
            "token",
            "resettoken",
            "key",
        ],
    )
}

pub(super) fn is_id(name: &str) -> bool {
    one_of(name, &["id", "userid", "accountid", "uid", "uuid"])
}

/// Members whose value is the API's own word, not something about the account.
pub(super) fn is_wording(name: &str) -> bool {
    one_of(
        name,
        &[
            "message",
            "msg",
            "status",
            "success",
            "code",
            "statuscode",
            "result",
            "ok",
            "tokentype",
            "granttype",
            "type",
            "error",
            "detail",
            "title",
        ],
    )
}

/// The member that says whether all is well.
pub(super) fn is_success(name: &str) -> bool {
    one_of(name, &["success", "ok", "issuccess", "succeeded"])
}

/// The member of an envelope that only a failure fills.
pub(super) fn is_error(name: &str) -> bool {
    one_of(name, &["error", "errors", "errormessage", "errorcode"])
}

/// The member of a failure that says in words what went wrong.
pub(super) fn is_message(name: &str) -> bool {
    one_of(name, &["message", "msg", "detail", "error", "errormessage", "description", "title", "reason"])
}
