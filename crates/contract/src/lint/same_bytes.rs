//! Whether two replies are the same bytes.

use crate::plan::{BodyReply, Reply, StatusPlan};

/// Whether they are; replies with anything computed are only the same as themselves.
pub(super) fn same_bytes(left: &Reply, right: &Reply) -> bool {
    if std::ptr::eq(left, right) {
        return true;
    }
    let status = |reply: &Reply| match reply.status {
        StatusPlan::Fixed(status) => Some(status),
        StatusPlan::Computed(_) => None,
    };
    let reason = |reply: &Reply| reply.reason.as_ref().map(|reason| reason.constant().cloned());
    let headers = left.headers.is_empty() && right.headers.is_empty();
    let cookies = left.set_cookies == right.set_cookies && left.clear_cookies == right.clear_cookies;
    let body = match (&left.body, &right.body) {
        (BodyReply::None, BodyReply::None) => true,
        (BodyReply::Json { constant: Some(left), .. }, BodyReply::Json { constant: Some(right), .. }) => {
            left == right
        }
        (BodyReply::Text { template: left, .. }, BodyReply::Text { template: right, .. }) => {
            left.constant().is_some() && left.constant() == right.constant()
        }
        _ => false,
    };
    status(left).is_some()
        && status(left) == status(right)
        && reason(left) == reason(right)
        && headers
        && cookies
        && body
}
