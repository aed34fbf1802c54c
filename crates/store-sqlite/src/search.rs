//! Lists of accounts in any order. Every order is an index's, so a page costs its own rows and a step of the index
//! for each one before it; a filter looks at the identifiers of the realm, and a total at the realm's index.

use crate::accounts;
use crate::error::Failure;
use crate::row::{Cells, number};
use doorward_core::account::Account;
use doorward_core::identifier::IdentifierKind;
use doorward_core::port::{AccountOrder, AccountSearch, FoundAccounts};
use rusqlite::{Connection, ToSql, named_params};
use uuid::Uuid;

/// What an account must have where a text is looked for.
const MATCHES: &str = "EXISTS (SELECT 1 FROM identifiers f WHERE f.account = a.id
    AND (instr(lower(f.written), lower(:text)) > 0 OR instr(f.canonical, lower(:text)) > 0))";

/// The accounts that a search finds, and how many there are.
pub(crate) fn search(
    connection: &Connection,
    realm: &str,
    search: &AccountSearch,
) -> Result<FoundAccounts, Failure> {
    let asked = Asked { connection, realm, text: search.contains.as_deref(), search };
    let (limit, offset) = (search.limit, search.offset);
    let ids = match search.order {
        AccountOrder::Created => asked.ids("a.realm = :realm", "a.id", (limit, offset))?,
        AccountOrder::Updated => asked.ids("a.realm = :realm", "a.updated_at, a.id", (limit, offset))?,
        AccountOrder::Identifier(kind) => asked.by_identifier(kind)?,
    };
    let mut accounts: Vec<Account> = Vec::with_capacity(ids.len());
    for id in ids {
        accounts.extend(accounts::by_id(connection, id)?);
    }
    Ok(FoundAccounts { accounts, total: asked.count("a.realm = :realm")? })
}

struct Asked<'a> {
    connection: &'a Connection,
    realm: &'a str,
    text: Option<&'a str>,
    search: &'a AccountSearch,
}

impl Asked<'_> {
    /// Those that have an identifier of the kind, by it; then the others, by their ids.
    fn by_identifier(&self, kind: IdentifierKind) -> Result<Vec<Uuid>, Failure> {
        let (limit, offset) = (self.search.limit, self.search.offset);
        let word = kind.name();
        // Of several of one kind the first counts.
        let with = format!(
            "i.realm = :realm AND i.kind = '{word}' AND NOT EXISTS (SELECT 1 FROM identifiers e
             WHERE e.account = i.account AND e.kind = i.kind AND e.place < i.place)"
        );
        let way = self.way();
        let sql = format!(
            "SELECT a.id FROM identifiers i CROSS JOIN accounts a ON a.id = i.account WHERE {with} AND {}
             ORDER BY i.canonical{way} LIMIT :limit OFFSET :offset",
            self.filter()
        );
        let mut ids = self.run(&sql, (limit, offset))?;
        let missing = limit.saturating_sub(ids.len() as u64);
        if missing > 0 {
            let kinds = format!("SELECT 1 FROM identifiers k WHERE k.account = a.id AND k.kind = '{word}'");
            let named = self.count(&format!("a.realm = :realm AND EXISTS ({kinds})"))?;
            let without = format!("a.realm = :realm AND NOT EXISTS ({kinds})");
            ids.extend(self.ids(&without, "a.id", (missing, offset.saturating_sub(named)))?);
        }
        Ok(ids)
    }

    fn ids(&self, condition: &str, order: &str, part: (u64, u64)) -> Result<Vec<Uuid>, Failure> {
        let way = self.way();
        let order: Vec<String> = order.split(", ").map(|column| format!("{column}{way}")).collect();
        let sql = format!(
            "SELECT a.id FROM accounts a WHERE {condition} AND {} ORDER BY {} LIMIT :limit OFFSET :offset",
            self.filter(),
            order.join(", ")
        );
        self.run(&sql, part)
    }

    fn run(&self, sql: &str, (limit, offset): (u64, u64)) -> Result<Vec<Uuid>, Failure> {
        let mut statement = self.connection.prepare_cached(sql)?;
        let (limit, offset) = (number(limit), number(offset));
        let mut rows = match &self.text {
            Some(text) => statement.query(
                named_params! {":realm": self.realm, ":limit": limit, ":offset": offset, ":text": text},
            )?,
            None => {
                statement.query(named_params! {":realm": self.realm, ":limit": limit, ":offset": offset})?
            }
        };
        let mut ids = Vec::new();
        while let Some(row) = rows.next()? {
            ids.push(Cells::new(row, &accounts::TABLE, 0).uuid(0)?);
        }
        Ok(ids)
    }

    fn count(&self, condition: &str) -> Result<u64, Failure> {
        let sql = format!("SELECT count(*) FROM accounts a WHERE {condition} AND {}", self.filter());
        let mut statement = self.connection.prepare_cached(&sql)?;
        let mut parameters: Vec<(&str, &dyn ToSql)> = vec![(":realm", &self.realm)];
        if let Some(text) = &self.text {
            parameters.push((":text", text));
        }
        let count: i64 = statement.query_row(parameters.as_slice(), |row| row.get(0))?;
        Ok(u64::try_from(count).unwrap_or(0))
    }

    fn filter(&self) -> &'static str {
        if self.text.is_some() { MATCHES } else { "TRUE" }
    }

    fn way(&self) -> &'static str {
        if self.search.descending { " DESC" } else { "" }
    }
}
