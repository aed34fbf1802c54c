//! Whether passwords that are known belong to their accounts: proof that hashes were brought rightly. Nobody is signed
//! in, nothing is counted, and nothing is upgraded.

use crate::account::Reply;
use crate::realm::OpenRealm;
use doorward_core::action::Services;
use doorward_core::fault::Fault;
use doorward_core::password::{Password, Upgrade, Verdict};
use serde::{Deserialize, Serialize};
use serde_json::json;
use zeroize::Zeroizing;

/// Identifiers with passwords. It cannot be printed.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct Sample {
    /// The pairs.
    pub pairs: Vec<(String, Zeroizing<String>)>,
}

/// Compares them: of each pair `verified`, `wrong_password`, `unknown_account` or `no_password`.
///
/// # Errors
/// Infrastructure failed.
pub async fn verify(sample: &Sample, realm: &[&OpenRealm], services: &Services) -> Result<Reply, Fault> {
    let mut told = Vec::new();
    for (name, password) in &sample.pairs {
        told.push(json!(compare((name, password), realm, services).await?));
    }
    Ok(Reply::Done { outcome: "compared".to_owned(), accounts: told })
}

async fn compare(
    (name, password): (&str, &Zeroizing<String>),
    realm: &[&OpenRealm],
    services: &Services,
) -> Result<&'static str, Fault> {
    let mut account = None;
    for contract in realm {
        for rule in &contract.policy.identifiers {
            if account.is_none() {
                let canonical = rule.canonical(name);
                account = services.store.account_by_identifier(&contract.name, rule.kind, &canonical).await?;
            }
        }
    }
    let Some(account) = account else { return Ok("unknown_account") };
    let Some(hash) = &account.password else { return Ok("no_password") };
    let password = Password::new(String::clone(password));
    Ok(match services.hasher.verify(&password, Some(hash), Upgrade::Unwanted).await? {
        Verdict::Right { .. } => "verified",
        Verdict::Wrong => "wrong_password",
    })
}
