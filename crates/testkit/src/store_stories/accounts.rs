//! Stories of accounts, identifiers and public ids.

use super::{done, refused};
use crate::samples::{account, account_id, create, later};
use doorward_core::account::{Account, LastLogin};
use doorward_core::change::{AccountUpdate, Change};
use doorward_core::identifier::{Identifier, IdentifierKind};
use doorward_core::password::PasswordHash;
use doorward_core::port::{AccountOrder, AccountPage, AccountSearch, Store};
use doorward_core::public_id::PublicId;
use doorward_core::standing::{Lock, Standing};

async fn load(store: &dyn Store, n: u64) -> Option<Account> {
    store.account("r", account_id(n)).await.expect("the store works")
}

pub(super) async fn comes_back_whole(store: &dyn Store) {
    let mut bare = account("r", 2);
    (bare.identifiers, bare.public_ids, bare.roles) = (Vec::new(), Vec::new(), Vec::new());
    (bare.password, bare.last_login) = (None, None);
    bare.standing.lock = Some(Lock { until: Some(later(9)), reason: Some("too many".to_owned()) });
    bare.profile.clear();
    let full = account("r", 4);
    done(store, vec![create(full.clone()), create(bare.clone())]).await;
    assert_eq!(load(store, 4).await, Some(full.clone()));
    assert_eq!(load(store, 2).await, Some(bare));
    let names: Vec<String> = load(store, 4).await.expect("it is there").profile.keys().cloned().collect();
    assert_eq!(names, ["z", "nickname", "age", "tags"], "members keep their order");

    let by_email = store.account_by_identifier("r", IdentifierKind::Email, "user4@example.org").await;
    assert_eq!(by_email.expect("works"), Some(full.clone()));
    let by_name = store.account_by_identifier("r", IdentifierKind::Username, "user4").await;
    assert_eq!(by_name.expect("works"), Some(full.clone()));
    let by_hex = store.account_by_public_id("r", "hex24", &format!("{:024x}", 4)).await;
    assert_eq!(by_hex.expect("works"), Some(full.clone()));
    let own = full.id.0.to_string();
    assert_eq!(store.account_by_public_id("r", "uuid", &own).await.expect("works"), Some(full));

    // What is not there, in another realm, of another kind or written otherwise, is not found.
    assert_eq!(load(store, 5).await, None);
    assert_eq!(store.account("s", account_id(4)).await.expect("works"), None);
    for (realm, kind, canonical) in [
        ("s", IdentifierKind::Username, "user4"),
        ("r", IdentifierKind::Email, "user4"),
        ("r", IdentifierKind::Username, "User4"),
    ] {
        assert_eq!(store.account_by_identifier(realm, kind, canonical).await.expect("works"), None);
    }
    for (realm, kind, value) in
        [("s", "uuid", own.as_str()), ("r", "uuid", &own.to_uppercase()), ("r", "sequence", "1")]
    {
        assert_eq!(store.account_by_public_id(realm, kind, value).await.expect("works"), None);
    }
}

pub(super) async fn are_unique(store: &dyn Store) {
    done(store, vec![create(account("r", 1))]).await;
    refused(store, vec![create(account("r", 1))]).await;

    let mut same_name = account("r", 2);
    same_name.identifiers[0] = account("r", 1).identifiers[0].clone();
    refused(store, vec![create(same_name.clone())]).await;
    assert_eq!(load(store, 2).await, None);

    let mut same_id = account("r", 3);
    same_id.public_ids = account("r", 1).public_ids;
    refused(store, vec![create(same_id)]).await;

    let mut twice_itself = account("r", 4);
    let again = twice_itself.identifiers[0].clone();
    twice_itself.identifiers.push(again);
    refused(store, vec![create(twice_itself)]).await;

    // The same name as another kind, or in another realm, is somebody else's.
    same_name.identifiers[0].kind = IdentifierKind::Phone;
    done(store, vec![create(same_name)]).await;
    let mut elsewhere = account("s", 5);
    elsewhere.identifiers = account("r", 1).identifiers;
    elsewhere.public_ids = account("r", 1).public_ids;
    done(store, vec![create(elsewhere.clone())]).await;
    let found = store.account_by_identifier("s", IdentifierKind::Username, "user1").await.expect("works");
    assert_eq!(found, Some(elsewhere));
}

fn numbered(realm: &str, n: u64) -> Change {
    Change::CreateAccount { account: Box::new(account(realm, n)), sequence: true }
}

fn number(value: &str) -> PublicId {
    PublicId { kind: "sequence".to_owned(), value: value.to_owned() }
}

pub(super) async fn numbers_are_never_reused(store: &dyn Store) {
    let both = done(store, vec![numbered("r", 1), numbered("r", 2)]).await;
    assert_eq!(both.assigned, [(account_id(1), number("1")), (account_id(2), number("2"))]);
    let stored = load(store, 2).await.expect("it is there");
    assert_eq!(stored.public_ids.last(), Some(&number("2")));
    assert_eq!(store.account_by_public_id("r", "sequence", "2").await.expect("works"), Some(stored));

    done(store, vec![Change::DeleteAccount { account: account_id(2), version: 1 }]).await;
    assert_eq!(done(store, vec![numbered("r", 3)]).await.assigned, [(account_id(3), number("3"))]);
    assert_eq!(done(store, vec![numbered("s", 4)]).await.assigned, [(account_id(4), number("1"))]);

    // A number that an account brings along is passed over, even after that account is gone.
    let mut brings = account("r", 5);
    brings.public_ids.push(number("10"));
    done(store, vec![create(brings)]).await;
    done(store, vec![Change::DeleteAccount { account: account_id(5), version: 1 }]).await;
    assert_eq!(done(store, vec![numbered("r", 6)]).await.assigned, [(account_id(6), number("11"))]);

    // A refused apply draws no number.
    refused(store, vec![numbered("r", 7), numbered("r", 1)]).await;
    assert_eq!(done(store, vec![numbered("r", 7)]).await.assigned, [(account_id(7), number("12"))]);
}

pub(super) async fn closed_ones_are_found(store: &dyn Store) {
    let closing = |realm, n, seconds| {
        let account = account(realm, n);
        Account { standing: account.standing.closing(later(seconds)), ..account }
    };
    let all = [closing("r", 1, 60), closing("s", 2, 30), closing("r", 3, 60), closing("r", 4, 61)];
    for closing in [&all[2], &all[3], &all[0], &all[1]] {
        done(store, vec![create(closing.clone())]).await;
    }
    done(store, vec![create(account("r", 5))]).await;
    let closed = async |at, limit| store.closed_accounts(later(at), limit).await.expect("works");
    assert_eq!(closed(29, 9).await, []);
    assert_eq!(closed(60, 9).await, [all[1].clone(), all[0].clone(), all[2].clone()]);
    assert_eq!(closed(99, 2).await, [all[1].clone(), all[0].clone()]);

    let standing = all[0].standing.reopened().expect("it was closing");
    let update = AccountUpdate::Standing(standing);
    done(store, vec![Change::UpdateAccount { account: account_id(1), version: 1, update, at: later(9) }])
        .await;
    let update = AccountUpdate::Standing(all[3].standing.closing(later(10)));
    done(store, vec![Change::UpdateAccount { account: account_id(4), version: 1, update, at: later(9) }])
        .await;
    done(store, vec![Change::DeleteAccount { account: account_id(2), version: 1 }]).await;
    let ids: Vec<_> = closed(99, 9).await.iter().map(|account| account.id).collect();
    assert_eq!(ids, [account_id(4), account_id(3)]);
}

pub(super) async fn are_listed_in_pages(store: &dyn Store) {
    for n in [5, 1, 4, 2] {
        done(store, vec![create(account("r", n))]).await;
    }
    done(store, vec![create(account("s", 3))]).await;
    let list = async |after: Option<u64>, limit| {
        let page = AccountPage { after: after.map(account_id), limit };
        store.accounts("r", &page).await.expect("works")
    };
    let all: Vec<Account> = [1, 2, 4, 5].into_iter().map(|n| account("r", n)).collect();
    assert_eq!(list(None, 100).await, all);
    assert_eq!(list(None, 2).await, all[..2]);
    assert_eq!(list(Some(2), 2).await, all[2..]);
    assert_eq!(list(Some(3), 1).await, all[2..3]);
    assert_eq!(list(Some(5), 1).await, []);
    assert_eq!(list(None, 0).await, []);
}

pub(super) async fn are_searched(store: &dyn Store) {
    for n in [5, 1, 4, 12] {
        done(store, vec![create(account("r", n))]).await;
    }
    let mut nameless = account("r", 2);
    nameless.identifiers.remove(0);
    done(store, vec![create(nameless), create(account("s", 3))]).await;
    let update = AccountUpdate::MustChange(true);
    let touch = Change::UpdateAccount { account: account_id(4), version: 1, update, at: later(50) };
    done(store, vec![touch]).await;
    let search = async |text: Option<&str>, order, descending, (offset, limit)| {
        let contains = text.map(str::to_owned);
        let search = AccountSearch { contains, order, descending, offset, limit };
        let found = store.search_accounts("r", &search).await.expect("works");
        let ids: Vec<u64> = [1, 2, 3, 4, 5, 12].into();
        let number = |one: &Account| ids.iter().copied().find(|n| account_id(*n) == one.id).expect("known");
        (found.accounts.iter().map(number).collect::<Vec<_>>(), found.total)
    };
    let by_name = AccountOrder::Identifier(IdentifierKind::Username);
    let (created, changed) = (AccountOrder::Created, AccountOrder::Updated);
    assert_eq!(search(None, created, false, (0, 9)).await, (vec![1, 2, 4, 5, 12], 5));
    assert_eq!(search(None, created, true, (1, 2)).await, (vec![5, 4], 5));
    assert_eq!(search(None, changed, false, (0, 9)).await, (vec![1, 2, 5, 12, 4], 5));
    assert_eq!(search(None, changed, true, (0, 2)).await, (vec![4, 12], 5));
    assert_eq!(search(None, by_name, false, (0, 9)).await, (vec![1, 12, 4, 5, 2], 5), "the nameless last");
    assert_eq!(search(None, by_name, true, (3, 9)).await, (vec![1, 2], 5));
    assert_eq!(search(None, by_name, false, (4, 9)).await, (vec![2], 5));
    assert_eq!(search(None, by_name, false, (5, 9)).await, (vec![], 5));
    assert_eq!(search(Some("UsER1"), created, false, (0, 9)).await, (vec![1, 12], 2));
    assert_eq!(search(Some("example"), by_name, true, (4, 9)).await, (vec![2], 5));
    assert_eq!(search(Some("%"), created, false, (0, 9)).await, (vec![], 0), "no pattern");
    assert_eq!(search(None, created, false, (0, 0)).await, (vec![], 5));
}

pub(super) async fn updates_are_guarded(store: &dyn Store) {
    done(store, vec![create(account("r", 1))]).await;
    let update = |version, update| {
        vec![Change::UpdateAccount { account: account_id(1), version, update, at: later(50) }]
    };
    let mut expected = account("r", 1);
    let locked = Standing { lock: Some(Lock::default()), ..expected.standing.clone() };
    (expected.version, expected.updated_at, expected.standing) = (2, later(50), locked.clone());
    refused(store, update(2, AccountUpdate::Standing(locked.clone()))).await;
    assert_eq!(load(store, 1).await, Some(account("r", 1)));
    done(store, update(1, AccountUpdate::Standing(locked.clone()))).await;
    assert_eq!(load(store, 1).await, Some(expected.clone()));
    refused(store, update(1, AccountUpdate::Standing(Standing::default()))).await;
    refused(store, vec![Change::HasVersion { account: account_id(1), version: 1 }]).await;
    refused(store, vec![Change::HasVersion { account: account_id(9), version: 1 }]).await;
    done(store, vec![Change::HasVersion { account: account_id(1), version: 2 }]).await;
    assert_eq!(load(store, 1).await, Some(expected.clone()), "a guard writes nothing");

    done(store, update(2, AccountUpdate::MustChange(false))).await;
    (expected.version, expected.must_change_password) = (3, false);
    assert_eq!(load(store, 1).await, Some(expected.clone()));

    let hash = PasswordHash::new("$new$".to_owned());
    done(store, update(3, AccountUpdate::Password { hash: hash.clone(), must_change: true })).await;
    (expected.version, expected.must_change_password, expected.password) = (4, true, Some(hash));
    assert_eq!(load(store, 1).await, Some(expected.clone()));

    let roles = vec!["editor".to_owned(), "a \"b\"".to_owned()];
    done(store, update(4, AccountUpdate::Roles(roles.clone()))).await;
    done(store, update(5, AccountUpdate::Standing(Standing::default()))).await;
    (expected.version, expected.roles, expected.standing) = (6, roles, Standing::default());
    assert_eq!(load(store, 1).await, Some(expected));

    let nobody = Change::UpdateAccount {
        account: account_id(9),
        version: 1,
        update: AccountUpdate::Standing(locked),
        at: later(50),
    };
    refused(store, vec![nobody]).await;
}

pub(super) async fn identifiers_and_profile_are_replaced(store: &dyn Store) {
    done(store, vec![create(account("r", 1)), create(account("r", 2)), create(account("s", 3))]).await;
    let update = |version, update| {
        vec![Change::UpdateAccount { account: account_id(1), version, update, at: later(50) }]
    };
    let mut expected = account("r", 1);
    expected.profile = account("r", 7).profile;
    refused(store, update(2, AccountUpdate::Profile(expected.profile.clone()))).await;
    done(store, update(1, AccountUpdate::Profile(expected.profile.clone()))).await;
    (expected.version, expected.updated_at) = (2, later(50));
    assert_eq!(load(store, 1).await, Some(expected.clone()));

    // Its own name may stay, and another order is another order; somebody else's name is refused as a whole.
    let [own_name, own_email] = [0, 1].map(|place| account("r", 1).identifiers[place].clone());
    let other = account("r", 2).identifiers[0].clone();
    let free = account("r", 8).identifiers[0].clone();
    for refusal in [vec![free.clone(), other.clone()], vec![free.clone(), free.clone()]] {
        refused(store, update(2, AccountUpdate::Identifiers(refusal))).await;
        assert_eq!(load(store, 1).await, Some(expected.clone()));
    }
    refused(store, update(1, AccountUpdate::Identifiers(vec![free.clone()]))).await;
    let proved = Identifier { verified: !own_email.verified, ..own_email };
    done(store, update(2, AccountUpdate::Identifiers(vec![proved.clone(), own_name.clone()]))).await;
    (expected.version, expected.identifiers) = (3, vec![proved, own_name]);
    assert_eq!(load(store, 1).await, Some(expected.clone()));

    // What it gives up is free again, in the same apply too; in another realm nothing is taken.
    let mut heir = account("r", 4);
    heir.identifiers = expected.identifiers.clone();
    let mut changes = update(3, AccountUpdate::Identifiers(vec![free.clone()]));
    changes.push(create(heir.clone()));
    done(store, changes).await;
    (expected.version, expected.identifiers) = (4, vec![free.clone()]);
    assert_eq!(load(store, 1).await, Some(expected));
    let found = store.account_by_identifier("r", IdentifierKind::Username, "user1").await.expect("works");
    assert_eq!(found, Some(heir));
    let elsewhere = Change::UpdateAccount {
        account: account_id(3),
        version: 1,
        update: AccountUpdate::Identifiers(vec![free]),
        at: later(50),
    };
    done(store, vec![elsewhere]).await;
    done(store, update(4, AccountUpdate::Identifiers(Vec::new()))).await;
    let found = store.account_by_identifier("r", IdentifierKind::Username, "user8").await.expect("works");
    assert_eq!(found, None);
}

pub(super) async fn unique_values_are_held_by_one(store: &dyn Store) {
    done(store, vec![create(account("r", 1)), create(account("r", 2))]).await;
    let hold = |n, field: &str, value: Option<&str>| Change::HoldValue {
        realm: "r".to_owned(),
        account: account_id(n),
        field: field.to_owned(),
        value: value.map(str::to_owned),
    };
    let holder = async |realm: &str, field: &str, value: &str| {
        store.value_holder(realm, field, value).await.expect("the store works")
    };
    done(store, vec![hold(1, "nick", Some("zoë")), hold(1, "key", Some("k"))]).await;
    refused(store, vec![hold(2, "nick", Some("zoë"))]).await;
    refused(store, vec![hold(1, "nick", Some("x")), hold(2, "nick", Some("x"))]).await;
    assert_eq!(holder("r", "nick", "zoë").await, Some(account_id(1)));
    for (realm, field, value) in [("s", "nick", "zoë"), ("r", "key", "zoë"), ("r", "nick", "Zoë")] {
        assert_eq!(holder(realm, field, value).await, None);
    }
    // Its own may be held again; another in its place frees the old one, in the same apply too.
    done(store, vec![hold(1, "nick", Some("zoë"))]).await;
    done(store, vec![hold(1, "nick", Some("ann")), hold(2, "nick", Some("zoë"))]).await;
    assert_eq!(holder("r", "nick", "ann").await, Some(account_id(1)));
    assert_eq!(holder("r", "nick", "zoë").await, Some(account_id(2)));
    assert_eq!(holder("r", "key", "k").await, Some(account_id(1)), "other fields stay");
    done(store, vec![hold(2, "nick", None)]).await;
    assert_eq!(holder("r", "nick", "zoë").await, None);
    done(store, vec![Change::DeleteAccount { account: account_id(1), version: 1 }]).await;
    assert_eq!((holder("r", "nick", "ann").await, holder("r", "key", "k").await), (None, None));
}

pub(super) async fn changes_are_noted(store: &dyn Store) {
    done(store, vec![create(account("r", 1))]).await;
    let note =
        |n, field: &str, at| Change::NoteChange { account: account_id(n), field: field.to_owned(), at };
    let noted = async |n| store.changed_fields(account_id(n)).await.expect("the store works");
    assert_eq!(noted(1).await, []);
    done(store, vec![note(1, "nick", later(5)), note(1, "age", later(6))]).await;
    done(store, vec![note(1, "nick", later(9)), note(2, "nick", later(1))]).await;
    let expected = [("age".to_owned(), later(6)), ("nick".to_owned(), later(9))];
    assert_eq!(noted(1).await, expected, "the last time, by name");
    done(store, vec![Change::DeleteAccount { account: account_id(1), version: 1 }]).await;
    assert_eq!(noted(1).await, []);
}

pub(super) async fn deleting_frees(store: &dyn Store) {
    done(store, vec![create(account("r", 1)), create(account("r", 2))]).await;
    let delete = |version| vec![Change::DeleteAccount { account: account_id(1), version }];
    refused(store, delete(2)).await;
    assert_eq!(load(store, 1).await, Some(account("r", 1)));
    done(store, delete(1)).await;
    assert_eq!(load(store, 1).await, None);
    let by_name = store.account_by_identifier("r", IdentifierKind::Username, "user1").await;
    assert_eq!(by_name.expect("works"), None);
    let by_hex = store.account_by_public_id("r", "hex24", &format!("{:024x}", 1)).await;
    assert_eq!(by_hex.expect("works"), None);
    refused(store, delete(1)).await;
    assert_eq!(load(store, 2).await, Some(account("r", 2)));

    let mut heir = account("r", 3);
    (heir.identifiers, heir.public_ids) = (account("r", 1).identifiers, account("r", 1).public_ids);
    done(store, vec![create(heir.clone())]).await;
    assert_eq!(load(store, 3).await, Some(heir));
}

pub(super) async fn upgrade_never_conflicts(store: &dyn Store) {
    done(store, vec![create(account("r", 1))]).await;
    let hash = |text: &str| PasswordHash::new(text.to_owned());
    let upgrade =
        |n, from: PasswordHash, to| vec![Change::UpgradeHash { account: account_id(n), from, to: hash(to) }];
    done(store, upgrade(1, hash("$another$"), "$never$")).await;
    assert_eq!(load(store, 1).await, Some(account("r", 1)));
    done(store, upgrade(9, hash("$another$"), "$never$")).await;

    let verified = account("r", 1).password.expect("samples have one");
    done(store, upgrade(1, verified, "$stronger$")).await;
    let mut expected = account("r", 1);
    expected.password = Some(hash("$stronger$"));
    assert_eq!(load(store, 1).await, Some(expected), "the version stays");
}

pub(super) async fn login_is_noted(store: &dyn Store) {
    done(store, vec![create(account("r", 1))]).await;
    let login = LastLogin { at: later(77), address: "192.0.2.1".to_owned() };
    let note = |n| vec![Change::NoteLogin { account: account_id(n), login: login.clone() }];
    done(store, note(1)).await;
    done(store, note(9)).await;
    let mut expected = account("r", 1);
    expected.last_login = Some(login.clone());
    assert_eq!(load(store, 1).await, Some(expected), "the version stays");
}

pub(super) async fn ids_are_given_later(store: &dyn Store) {
    let bare = |n| Account { public_ids: Vec::new(), ..account("r", n) };
    let made = (1..=2).map(|n| Change::CreateAccount { account: Box::new(bare(n)), sequence: n == 1 });
    done(store, made.collect()).await;
    let id = |value: &str| PublicId { kind: "hex24".to_owned(), value: value.to_owned() };
    let give = |n, ids: Vec<PublicId>, sequence| {
        vec![Change::GivePublicIds { account: account_id(n), ids, sequence }]
    };
    done(store, give(1, vec![id("a1")], false)).await;
    let applied = done(store, give(2, vec![id("a2")], true)).await;
    let number = |value: &str| PublicId { kind: "sequence".to_owned(), value: value.to_owned() };
    assert_eq!(applied.assigned, [(account_id(2), number("2"))]);
    for (n, ids) in [(1, [number("1"), id("a1")]), (2, [id("a2"), number("2")])] {
        let found = store.account("r", account_id(n)).await.expect("works").expect("it is there");
        assert_eq!(found.public_ids, ids);
        assert_eq!(
            store.account_by_public_id("r", "hex24", &format!("a{n}")).await.expect("works"),
            Some(found)
        );
    }
    refused(store, give(1, vec![id("a3")], false)).await;
    refused(store, give(1, Vec::new(), true)).await;
    refused(store, give(9, vec![id("a4")], false)).await;
    done(store, vec![Change::CreateAccount { account: Box::new(bare(3)), sequence: false }]).await;
    refused(store, give(3, vec![id("a1")], false)).await;
}
