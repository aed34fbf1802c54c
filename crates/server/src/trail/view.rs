//! Events and verdicts as text and as JSON.

use doorward_core::audit::{Finding, NumberedEvent, Verdict};
use doorward_core::time::Timestamp;
use serde_json::{Value, json};

fn at(time: Timestamp) -> String {
    jiff::Timestamp::from_millisecond(time.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH).to_string()
}

/// One event for programs.
#[must_use]
pub fn event_json(numbered: &NumberedEvent) -> Value {
    let event = &numbered.event;
    json!({
        "number": numbered.number,
        "at": at(event.at),
        "realm": event.realm,
        "contract": event.contract,
        "action": event.action,
        "outcome": event.outcome,
        "account": event.account.map(|account| account.0.to_string()),
        "caller": event.caller.map(|caller| caller.0.to_string()),
        "session": event.session.map(|session| session.0.to_string()),
        "address": event.address,
        "user_agent": event.user_agent,
        "request_id": event.request_id,
        "note": event.note,
        "id": event.id.to_string(),
    })
}

/// One event on one line. What a client wrote cannot break out of it.
#[must_use]
pub fn event_line(numbered: &NumberedEvent) -> String {
    let event = &numbered.event;
    let account = event.account.map_or_else(|| "-".to_owned(), |account| account.0.to_string());
    let note = event.note.as_ref().map(|note| format!("  {note:?}")).unwrap_or_default();
    let realm = if event.realm.is_empty() { "-" } else { &event.realm };
    let line = format!(
        "{:>8}  {:<24}  {:<12} {:<22} {:<20} {account:<36}  {}{note}",
        numbered.number,
        at(event.at),
        realm,
        event.action,
        event.outcome,
        event.address
    );
    line.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).chain(['\n']).collect()
}

/// A finding for programs.
#[must_use]
pub fn finding_json(finding: &Finding) -> Value {
    let (kind, event, segment) = match *finding {
        Finding::Altered(row) => ("altered", Some(row), None),
        Finding::Deleted(row) => ("deleted", Some(row), None),
        Finding::Inserted(row) => ("inserted", Some(row), None),
        Finding::Forged(number) => ("forged", None, Some(number)),
        Finding::Broken(number) => ("broken", None, Some(number)),
        Finding::Missing(number) => ("missing", None, Some(number)),
        Finding::Cut(number) => ("cut", None, Some(number)),
    };
    json!({"kind": kind, "event": event, "segment": segment, "sentence": finding.to_string()})
}

fn head(verdict: &Verdict) -> Option<String> {
    let chain = |chain: [u8; 32]| chain.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    verdict.head.map(|head| format!("{}:{}", head.segment, chain(head.chain)))
}

/// A verdict for programs.
#[must_use]
pub fn verdict_json(verdict: &Verdict) -> Value {
    let unsealed =
        verdict.unsealed.map(|(first, last, count)| json!({"first": first, "last": last, "count": count}));
    json!({
        "good": verdict.findings.is_empty(),
        "segments": verdict.segments,
        "sealed": verdict.sealed,
        "unsealed": unsealed,
        "pruned_through": verdict.pruned,
        "head": head(verdict),
        "findings": verdict.findings.iter().map(finding_json).collect::<Vec<_>>(),
    })
}

/// A verdict for people.
#[must_use]
pub fn verdict_text(verdict: &Verdict) -> String {
    let mut text = String::new();
    for finding in &verdict.findings {
        text.push_str(&format!("{finding}\n"));
    }
    if verdict.findings.is_empty() {
        text.push_str("good: nothing was altered, deleted or inserted\n");
    }
    text.push_str(&format!("sealed      {} events in {} segments\n", verdict.sealed, verdict.segments));
    match verdict.unsealed {
        None => text.push_str("not sealed  none\n"),
        Some((first, last, count)) => {
            text.push_str(&format!(
                "not sealed  {count} events, {first} to {last}: nothing proves these yet\n"
            ));
        }
    }
    if let Some(last) = verdict.pruned {
        text.push_str(&format!("pruned      events up to {last}\n"));
    }
    if let Some(head) = head(verdict) {
        text.push_str(&format!("head        {head}\n"));
    }
    text
}
