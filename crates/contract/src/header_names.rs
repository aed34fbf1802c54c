//! Headers that the server writes itself: one in a contract would stand there twice, or break the connection.

/// Each in lower case, with what to do instead.
const OWN: [(&str, &str); 12] = [
    ("content-length", "leave it out: it is counted"),
    ("transfer-encoding", "leave it out: the connection decides"),
    ("connection", "leave it out: the connection decides"),
    ("keep-alive", "leave it out: the connection decides"),
    ("upgrade", "leave it out: the connection decides"),
    ("te", "leave it out: the connection decides"),
    ("trailer", "leave it out: the connection decides"),
    ("proxy-connection", "leave it out: the connection decides"),
    ("host", "leave it out: it is of requests"),
    ("date", "leave it out: it is written"),
    ("content-type", "write `type` beside `headers`"),
    ("set-cookie", "declare it under `cookies`, and name it in `set_cookies`"),
];

/// What to do instead of writing this header; nothing for one that a contract may write.
pub(crate) fn written_by_the_server(name: &str) -> Option<&'static str> {
    OWN.iter().find(|(own, _)| name.eq_ignore_ascii_case(own)).map(|(_, help)| *help)
}
