//! Doing what an operator asks: the same actions as everybody's, in the operator's name.

use super::keys;
use super::profile;
use super::request::{Reply, Request, Work};
use super::view::account_json;
use crate::import;
use crate::realm::{OpenRealm, operator_client};
use doorward_core::action::operator::{By, Order, Whom};
use doorward_core::action::{
    Command, Context, DeleteAccount, ListAccounts, Named, Registration, Services, SetExpiry, SetLocked,
    SetMustChange, SetPassword, SetRoles, SetStatus, ShowAccount, Wish, perform,
};
use doorward_core::fault::Fault;
use doorward_core::identifier::IdentifierKind;
use doorward_core::outcome::{Answer, Outcome};
use doorward_core::password::Password;
use doorward_core::port::uuid_v7;
use doorward_core::profile::Setter;
use doorward_core::standing::{Lock, Status};
use doorward_core::time::Timestamp;
use doorward_core::violation::Violation;
use zeroize::Zeroizing;

const PAGE: u32 = 500;

/// Does what is asked, in whichever of the realms it names.
pub async fn operate(request: &Request, realms: &[OpenRealm], services: &Services) -> Reply {
    let Some(realm) = realms.iter().find(|realm| realm.name == request.realm) else {
        let known: Vec<&str> = realms.iter().map(|realm| realm.name.as_str()).collect();
        return Reply::refused(
            "usage",
            format!("there is no realm {}, only {}", request.realm, known.join(", ")),
        );
    };
    if let Some(done) = in_bulk(request, realms, services).await {
        return done.unwrap_or_else(|fault| Reply::refused("fault", fault.to_string()));
    }
    let id = uuid_v7(services.clock.now(), services.dice.as_ref());
    let client = operator_client(id.to_string());
    let cx = realm.as_operator(&client, services);
    match in_realm(request, realm, &cx).await {
        Ok(reply) => reply,
        Err(fault) => Reply::refused("fault", fault.to_string()),
    }
}

/// What is about many accounts at once; nothing for the rest.
async fn in_bulk(
    request: &Request,
    realms: &[OpenRealm],
    services: &Services,
) -> Option<Result<Reply, Fault>> {
    let realm: Vec<&OpenRealm> = realms.iter().filter(|realm| realm.name == request.realm).collect();
    Some(match &request.work {
        Work::DescribeImport => Ok(import::describe(&realm)),
        Work::Import(batch) => import::add(batch, &realm, services).await,
        Work::Export(page) => import::export(page, realm.first()?, services).await,
        Work::VerifySample(sample) => import::verify(sample, &realm, services).await,
        Work::ListKeys => keys::list(realm.first()?, services).await,
        Work::ImportKey(key) => {
            let id = uuid_v7(services.clock.now(), services.dice.as_ref());
            let client = operator_client(id.to_string());
            keys::import(key, &realm, &realm.first()?.as_operator(&client, services)).await
        }
        _ => return None,
    })
}

async fn in_realm(request: &Request, realm: &OpenRealm, cx: &Context<'_>) -> Result<Reply, Fault> {
    if let Work::List = request.work {
        return list(realm, cx).await;
    }
    let names = match names(request, realm) {
        Ok(names) => names,
        Err(message) => return Ok(Reply::refused("usage", message)),
    };
    let answer = match &request.work {
        Work::Create { profile, password, must_change } => {
            let profile = match profile::read(profile, &cx.setting.policy.profile) {
                Ok(profile) => profile,
                Err(message) => return Ok(Reply::refused("usage", message)),
            };
            let registration = Registration {
                identifiers: names,
                proved: None,
                password: password.as_ref().map(clear),
                profile,
                setter: Setter::Operator,
                sign_in: false,
                needs_approval: false,
                wish: Wish::default(),
                must_change: *must_change,
                address: doorward_core::action::register::Address::default(),
                wire: Vec::new(),
            };
            perform(&registration, cx).await?
        }
        work => {
            let [name] = names.as_slice() else {
                return Ok(Reply::refused("usage", "name the account by exactly one identifier"));
            };
            on_one(work, name.clone(), cx).await?
        }
    };
    Ok(reply(&answer, request, realm))
}

async fn on_one(work: &Work, name: Named, cx: &Context<'_>) -> Result<Answer, Fault> {
    let order: Box<dyn Order> = match work {
        Work::SetPassword { password, must_change } => Box::new(SetPassword {
            password: clear(password),
            field: "password".to_owned(),
            must_change: *must_change,
        }),
        Work::Lock { until, reason } => Box::new(SetLocked(Some(Lock {
            until: until.map(Timestamp::from_seconds),
            reason: reason.clone(),
        }))),
        Work::Unlock => Box::new(SetLocked(None)),
        Work::Enable => Box::new(SetStatus { status: Status::Active, reason: None }),
        Work::Disable { reason } => Box::new(SetStatus { status: Status::Disabled, reason: reason.clone() }),
        Work::Expire { at } => Box::new(SetExpiry(at.map(Timestamp::from_seconds))),
        Work::SetRoles(roles) => Box::new(SetRoles(roles.clone())),
        Work::MustChange(must_change) => Box::new(SetMustChange(*must_change)),
        Work::Delete => Box::new(DeleteAccount),
        // The others are not about one account.
        _ => Box::new(ShowAccount),
    };
    perform(&Command { whom: Whom::Named(name), by: By::Operator, order }, cx).await
}

fn clear(password: &Zeroizing<String>) -> Password {
    Password::new(String::clone(password))
}

async fn list(realm: &OpenRealm, cx: &Context<'_>) -> Result<Reply, Fault> {
    let mut accounts = Vec::new();
    let mut after = None;
    loop {
        let page = ListAccounts { after, limit: PAGE }.run(cx).await?;
        after = page.last().map(|account| account.id);
        let full = page.len() >= PAGE as usize;
        accounts.extend(page.iter().map(|account| account_json(account, &realm.plan)));
        if !full {
            return Ok(Reply::Done { outcome: Outcome::Listed.name().to_owned(), accounts });
        }
    }
}

/// The identifiers of a request, under the realm's comparison rules.
pub(crate) fn names(request: &Request, realm: &OpenRealm) -> Result<Vec<Named>, String> {
    let policy = &realm.operator_policy;
    let kinds: Vec<&str> = policy.identifiers.iter().map(|rule| rule.kind.name()).collect();
    let mut names = Vec::new();
    for (kind, text) in &request.identifiers {
        let known = IdentifierKind::from_name(kind);
        let name = known.and_then(|kind| Named::one(&(kind, text.clone()), policy));
        names.push(name.ok_or_else(|| {
            format!("accounts of realm {} have no {kind}; they have {}", realm.name, kinds.join(", "))
        })?);
    }
    if names.is_empty() {
        let flags: Vec<String> = kinds.iter().map(|kind| format!("--{kind}")).collect();
        return Err(format!("name the account with {}", flags.join(" or ")));
    }
    Ok(names)
}

fn reply(answer: &Answer, request: &Request, realm: &OpenRealm) -> Reply {
    let outcome = answer.outcome.name();
    let whom: Vec<&str> = request.identifiers.iter().map(|(_, text)| text.as_str()).collect();
    let broken = || answer.violations.iter().map(sentence).collect::<Vec<_>>().join("; ");
    let message = match answer.outcome {
        Outcome::Registered | Outcome::Updated | Outcome::Deleted | Outcome::Shown => {
            let accounts = answer.account.iter().map(|account| account_json(account, &realm.plan)).collect();
            return Reply::Done { outcome: outcome.to_owned(), accounts };
        }
        Outcome::UnknownAccount => format!("there is no account {} in realm {}", whom.join(" "), realm.name),
        Outcome::Taken => {
            let field = answer.datum("field").and_then(serde_json::Value::as_str).unwrap_or("identifier");
            format!("this {field} already has an account in realm {}", realm.name)
        }
        Outcome::WeakPassword => format!("the password may not be set: {}", broken()),
        Outcome::InvalidInput => format!("the account breaks its contract's rules: {}", broken()),
        _ => format!("it was not done: {outcome}"),
    };
    Reply::refused(outcome, message)
}

/// A broken rule in words. It quotes no value.
fn sentence(violation: &Violation) -> String {
    let field = if violation.field.is_empty() { "it" } else { violation.field.as_str() };
    match violation.rule.as_str() {
        "required" => format!("{field} is missing"),
        "minLength" if violation.limit == 1 => format!("{field} must not be empty"),
        "minLength" => format!("{field} must have at least {} characters", violation.limit),
        "maxLength" => format!("{field} must have at most {} characters", violation.limit),
        "enum" => format!("{field} is not one of the allowed values"),
        "type" => format!("{field} is of the wrong type"),
        "format" => format!("{field} is not well formed"),
        rule => format!("{field} breaks the rule {rule}"),
    }
}
