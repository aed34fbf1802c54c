//! `[store]`: where accounts, sessions and keys lie.

use super::kind::Kind;
use super::section::{Group, Member, Section};
use super::value::SecretSource;

/// The section.
pub(super) static SECTION: Section = Section {
    name: "store",
    named: None,
    sentence: "Where accounts, sessions and keys lie.",
    members: &[
        Member::new("data", Kind::Path, "The data folder: the database and the control socket; one server at a time.")
            .or("\"doorward-data\""),
        Member::new(
            "master_key",
            Kind::Secret,
            "The key that everything secret in the database is sealed under: 32 random bytes in base64, outside the data folder.",
        )
        .needed()
        .like("{ file = \"/etc/doorward/master.key\" }"),
        Member::new(
            "hash_keys",
            Kind::Secrets,
            "The keys (peppers, signer keys) that stored hashes of another server name, one each.",
        )
        .or("{}")
        .like("{ pepper = { file = \"/etc/doorward/pepper\" } }"),
    ],
};

/// What `[store]` says.
#[derive(Clone, Debug)]
pub struct StoreSection {
    /// The data folder.
    pub data: String,
    /// Where the master key lies.
    pub master_key: Option<SecretSource>,
    /// Where the keys lie that stored hashes name.
    pub hash_keys: Vec<(String, Vec<SecretSource>)>,
}

impl StoreSection {
    pub(super) fn of(group: &Group) -> StoreSection {
        let data = group.text("data").unwrap_or_default();
        StoreSection { data, master_key: group.secret("master_key"), hash_keys: group.secrets("hash_keys") }
    }
}
