//! Accounts from elsewhere: brought by the built binary or its parts, and used through HTTP.

use crate::program::{Said, Serving, run, run_with};
use doorward_core::port::Dice;
use doorward_server::account::{Reply, Request, Work, operate};
use doorward_server::contracts::Contract;
use doorward_server::dice::SystemDice;
use doorward_server::folder::DataFolder;
use doorward_server::import::{Drive, Format, Hashes, Page, Report, drive};
use doorward_server::offline::{Offline, OfflineRealm};
use doorward_server::output::Output;
use doorward_server::start_error::StartError;
use doorward_testkit::SeededDice;
use serde_json::{Map, Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

const CONTRACT: &str = include_str!("imports.yaml");

/// bcrypt of "grüße 1é".
const BCRYPT: &str = "$2b$04$abcdefghijklmnopqrstuuu/9uWgPTY1dXdJ3FYx/AMGjuoHFZoKq";

/// A scratch folder with a contract and a file of accounts.
struct Place {
    folder: TempDir,
}

impl Place {
    fn new(name: &str, text: &str) -> Place {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("face.yaml"), CONTRACT).unwrap();
        fs::write(folder.path().join(name), text).unwrap();
        Place { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        self.path(name).display().to_string()
    }

    /// Runs `account COMMAND` on the realm of the contract.
    fn account(&self, arguments: &[&str]) -> Said {
        self.account_with(arguments, "")
    }

    fn account_with(&self, arguments: &[&str], stdin: &str) -> Said {
        let contract = self.text("face.yaml");
        let realm = ["--realm", "face", "--contract", &contract];
        let all: Vec<&str> = ["account"].iter().chain(arguments).chain(&realm).copied().collect();
        run_with(&self.path("data"), &all, stdin)
    }

    fn exported(&self) -> Vec<Value> {
        lines(&self.account(&["export"]).out)
    }
}

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[track_caller]
fn counts(said: &Said) -> (u64, u64, u64) {
    let told = said.json();
    let count = |name: &str| told[name].as_u64().unwrap();
    (count("added"), count("there"), count("refused"))
}

#[test]
fn an_account_keeps_everything_that_is_known_of_it() {
    let line = json!({
        "id": 17, "username": "Ann", "email": "Ann@Example.com", "email_verified": true, "password_hash": BCRYPT,
        "nickname": "Annie", "profile": {"birthday": "1990-12-31", "pro": 1, "level": "7", "tags": ["a"], "ref_code": "OLD"},
        "roles": ["member", "admin"], "status": "disabled", "status_reason": "left", "locked": true,
        "locked_until": "2030-01-01T00:00:00Z", "lock_reason": "abuse", "must_change_password": true,
        "expires_at": 1_900_000_000, "created_at": "2021-03-04 05:06:07", "updated_at": 1_650_000_000_123_i64,
        "last_login_at": "2022-01-02T03:04:05+02:00", "last_login_address": "192.0.2.7"
    });
    let place = Place::new("users.jsonl", &format!("{line}\n"));
    let said = place.account(&["import", &place.text("users.jsonl"), "--json"]);
    assert_eq!((said.code, counts(&said)), (0, (1, 0, 0)), "{}{}", said.out, said.err);
    let mut kept = place.exported().remove(0);
    assert!(
        kept["uuid"].as_str().unwrap().starts_with("0177fba0-fa18-7"),
        "made when the account was: {kept}"
    );
    kept.as_object_mut().unwrap().shift_remove("uuid");
    assert_eq!(
        kept,
        json!({
            "id": 17, "username": "Ann", "email": "Ann@Example.com", "email_verified": true, "password_hash": BCRYPT,
            "profile": {"nickname": "Annie", "birthday": "1990-12-31", "pro": true, "level": 7, "tags": ["a"], "ref_code": "OLD"},
            "roles": ["member", "admin"], "must_change_password": true, "status": "disabled", "status_reason": "left",
            "locked": true, "locked_until": "2030-01-01T00:00:00Z", "lock_reason": "abuse",
            "expires_at": "2030-03-17T17:46:40Z", "created_at": "2021-03-04T05:06:07Z",
            "updated_at": "2022-04-15T05:20:00.123Z", "last_login_at": "2022-01-02T01:04:05Z",
            "last_login_address": "192.0.2.7"
        })
    );
}

#[test]
fn what_is_not_said_is_as_for_a_new_account() {
    let place = Place::new("users.jsonl", "{\"username\": \"ann\"}\n{\"email\": \"b@example.com\"}\n");
    let said = place.account(&["import", &place.text("users.jsonl"), "--json"]);
    assert_eq!(counts(&said), (2, 0, 0), "{}", said.err);
    let kept = place.exported();
    assert_eq!((&kept[0]["id"], &kept[1]["id"]), (&json!(1), &json!(2)));
    assert_eq!(kept[0]["roles"], json!(["member"]));
    assert_eq!(kept[0]["profile"]["pro"], false);
    assert_eq!(kept[0]["profile"]["ref_code"].as_str().unwrap().len(), 8, "drawn");
    assert!(kept[0].get("password_hash").is_none());
}

/// What is wrong with each line, and where.
const WRONG: &[(&str, &str)] = &[
    (r#"{"id": 2, "username": "ANN"}"#, "11: another account has this username"),
    (r#"{"id": 1, "username": "zoe"}"#, "2: another account has this id"),
    (r#"{"id": 3, "username": "zoe", "nickname": "annIE"}"#, "30: another account has this nickname"),
    (r#"{"id": 3, "email": "nobody"}"#, "11: it is not well formed"),
    (r#"{"id": 3, "pro": true}"#, "1: an account is known by its username or email"),
    (
        r#"{"id": 3, "username": "zoe", "emial": "x"}"#,
        "30: accounts of this realm have no `emial`; did you mean `email`?",
    ),
    (
        r#"{"id": 3, "username": "zoe", "profile": {"colour": "red"}}"#,
        "42: accounts of this realm have no `profile.colour`",
    ),
    (
        r#"{"id": 3, "username": "zoe", "birthday": "31.12.1990"}"#,
        "30: a date such as 1990-12-31 is expected",
    ),
    (r#"{"id": 3, "username": "zoe", "profile": {"level": 7.5}}"#, "42: it is of the wrong type"),
    (r#"{"id": 3, "username": "zoe", "tags": "a"}"#, "30: a value of the type list is expected"),
    (r#"{"id": 3, "username": "zoe", "pro": "perhaps"}"#, "30: true or false is expected"),
    (r#"{"id": "x3", "username": "zoe"}"#, "2: this is no id of this realm: a number from 1 is expected"),
    (r#"{"id": 3, "username": "zoe", "status": "gone"}"#, "30: active, pending, disabled, or closing"),
    (r#"{"id": 3, "username": "zoe", "created_at": "yesterday"}"#, "30: a time is expected"),
    (
        r#"{"id": 3, "username": "zoe", "lock_reason": "x"}"#,
        "1: an account with `locked_until` or `lock_reason` says `locked` too",
    ),
    (r#"{"id": 3, "username": "zoe", "roles": 7}"#, "30: a list of texts is expected"),
    (r#"{"id": 3, "username": "zoe", "uuid": "17"}"#, "30: a UUID is expected"),
    (
        r#"{"id": 3, "username": "zoe", "ids": {"hex24": "0"}}"#,
        "30: accounts of this realm have no id `hex24`",
    ),
    (
        r#"{"id": 3, "username": "zoe", "password_hash": "5f4dcc3b5aa765d61d8327deb882cf99"}"#,
        "30: the hash is not taken: ",
    ),
    (
        r#"{"id": 3, "username": "zoe", "password_hash": "$2b$31$abcdefghijklmnopqrstuuu/9uWgPTY1dXdJ3FYx/AMGjuoHFZoKq"}"#,
        "30: the hash is not taken: bcrypt's cost 31 takes",
    ),
    (r#"{"username": "zoe"}"#, "1: give every account an `id` or none"),
    (r#"{"id": 3, "username": "zoe""#, "27: this is not JSON: EOF while parsing an object"),
];

#[test]
fn what_is_wrong_is_told_by_line_and_column_and_the_rest_is_imported() {
    let first = r#"{"id": 1, "username": "ann", "nickname": "Annie"}"#;
    let last = r#"{"id": 9, "username": "zed"}"#;
    let text: Vec<&str> =
        [first].into_iter().chain(WRONG.iter().map(|(line, _)| *line)).chain([last]).collect();
    let place = Place::new("users.jsonl", &(text.join("\n") + "\n"));
    let file = place.text("users.jsonl");

    let dry = place.account(&["import", &file, "--dry-run"]);
    assert_eq!(dry.code, 1);
    // In the file itself, the line is told that was first.
    let seen = dry.err.lines().next().unwrap();
    assert_eq!(seen, format!("{file}:2:11: line 1 has this username too"));
    assert!(place.exported().is_empty() && !place.path("users.jsonl.refused").exists(), "nothing changed");

    let said = place.account(&["import", &file, "--json"]);
    assert_eq!((said.code, counts(&said)), (1, (2, 0, WRONG.len() as u64)), "{}", said.out);
    let told = said.json();
    for (number, (line, why)) in WRONG.iter().enumerate() {
        let refusal = &told["refusals"][number];
        let said = format!("{}: {}", refusal["column"], refusal["why"].as_str().unwrap());
        assert_eq!(refusal["line"], number + 2);
        assert!(said.starts_with(why), "{line}: {said}");
    }
    // The refused lines can be put right where they are, and imported themselves.
    let refused = fs::read_to_string(place.path("users.jsonl.refused")).unwrap();
    let first = lines(&refused).remove(0);
    assert_eq!(
        first,
        json!({
            "refused": format!("{file}:2:11: another account has this username"), "id": 2, "username": "ANN"
        })
    );
    let mended = refused.lines().next().unwrap().replace("ANN", "anton");
    fs::write(place.path("users.jsonl.refused"), mended).unwrap();
    let said = place.account(&["import", &place.text("users.jsonl.refused"), "--json"]);
    assert_eq!(counts(&said), (1, 0, 0), "{}", said.out);
}

#[test]
fn importing_twice_adds_nothing_and_all_or_nothing_is_that() {
    let good = "{\"id\": 1, \"username\": \"ann\"}\n{\"id\": 2, \"email\": \"b@example.com\"}\n";
    let place = Place::new("users.jsonl", &format!("{good}{{\"id\": 3}}\n"));
    let file = place.text("users.jsonl");
    let said = place.account(&["import", &file, "--all-or-nothing"]);
    assert_eq!(said.code, 1);
    assert!(said.out.ends_with("nothing was imported: every line must be good for that\n"), "{}", said.out);
    assert!(place.exported().is_empty());
    fs::write(place.path("users.jsonl"), good).unwrap();
    let first = place.account(&["import", &file, "--all-or-nothing", "--json"]);
    assert_eq!((first.code, counts(&first)), (0, (2, 0, 0)));
    let before = place.exported();
    let again = place.account(&["import", &file, "--json"]);
    assert_eq!((again.code, counts(&again)), (0, (0, 2, 0)));
    let stdin = place.account_with(&["import", "-", "--json"], good);
    assert_eq!((stdin.code, counts(&stdin)), (0, (0, 2, 0)));
    assert_eq!(place.exported(), before);
}

#[test]
fn a_table_with_columns_of_its_own_and_home_grown_hashes() {
    let text = "user_id,login,mail,pw,salt,joined,born,is_pro,junk\n\
        7,ann,ann@example.com,cb663666d348d6a743f6c71bc7ad005432cbcbd9,NaCl,2020-01-02 03:04:05,1990-12-31,1,x\n\
        9,ben,,,,,,0,\n";
    let place = Place::new("users.csv", text);
    let file = place.text("users.csv");
    let said = place.account(&["import", &file]);
    let wrong = format!("doorward: {file}:1:1: accounts of this realm have no `user_id`");
    assert!(said.code == 2 && said.err.starts_with(&wrong), "{}", said.err);
    let maps = [
        "user_id=id",
        "login=username",
        "mail=email",
        "pw=password_hash",
        "joined=created_at",
        "born=birthday",
        "is_pro=pro",
    ];
    let maps: Vec<&str> = maps.iter().flat_map(|map| ["--map", map]).collect();
    let recipe = ["--ignore", "junk", "--recipe", "hex(sha1(salt + password))", "--wrap", "--json"];
    let arguments: Vec<&str> = ["import", &file].into_iter().chain(maps).chain(recipe).collect();
    let said = place.account(&arguments);
    assert_eq!((said.code, counts(&said)), (0, (2, 0, 0)), "{}{}", said.out, said.err);
    assert_eq!(
        (&said.json()["hashes"], &said.json()["wrapped"]),
        (&json!({"none": 1, "recipe": 1}), &json!(1))
    );
    let kept = place.exported();
    assert!(kept[0]["password_hash"].as_str().unwrap().starts_with("$wrapped$argon2id$"), "{}", kept[0]);
    assert_eq!((&kept[0]["id"], &kept[0]["profile"]["birthday"]), (&json!(7), &json!("1990-12-31")));

    let sample = "ann\tcorrect horse\n{\"identifier\": \"ann@example.com\", \"password\": \"wrong secret\"}\nben\tx\nzed\tx\n";
    let said = place.account_with(&["verify-sample"], sample);
    assert_eq!((said.code, said.out.as_str()), (1, "1 of 4 passwords verify\n"));
    let others = "standard input:2: ann@example.com: the password is not right\n\
        standard input:3: ben: the account has no password\n\
        standard input:4: zed: there is no such account\n";
    assert_eq!(said.err, others, "and no password");
    assert_eq!(place.exported(), kept, "nothing is noted or upgraded");
    let said = place.account_with(&["verify-sample", "--json"], "ann\tcorrect horse\n");
    assert_eq!((said.code, said.json()["verified"].clone()), (0, json!(1)));
}

/// The parts of a realm without a server, as the command line opens them.
struct Own {
    folder: TempDir,
    offline: Offline,
    runtime: tokio::runtime::Runtime,
}

impl Own {
    fn open() -> Own {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("face.yaml");
        fs::write(&file, CONTRACT).unwrap();
        let contract = Contract::read(&file.display().to_string()).unwrap().named("face");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let data = DataFolder::open(&folder.path().join("data")).unwrap();
        let store = Offline::take(&data).unwrap().unwrap();
        let offline = runtime.block_on(Offline::open(&data, store, OfflineRealm::of(contract))).unwrap();
        Own { folder, offline, runtime }
    }

    fn ask(&self, work: Work) -> Reply {
        let request = Request { realm: "face".to_owned(), identifiers: Vec::new(), work };
        self.runtime.block_on(operate(&request, &self.offline.realms, &self.offline.services))
    }

    /// Imports a file; of `batches` the one after the last is cut off.
    fn import(&self, file: &Path, batches: usize) -> Result<Report, StartError> {
        let wanted = Drive {
            realm: "face",
            file: Some(file.to_owned()),
            name: "users.jsonl".to_owned(),
            format: Format::Jsonl,
            data: self.folder.path().to_owned(),
            maps: Vec::new(),
            ignored: Vec::new(),
            hashes: Hashes::default(),
            dry_run: false,
            refused: None,
            dice: &SystemDice,
            output: Output::new(true),
        };
        let mut left = batches;
        drive(&wanted, &mut |work| {
            if let Work::Import(_) = work {
                left = left.checked_sub(1).ok_or_else(|| StartError::new("cut off"))?;
            }
            Ok(self.ask(work))
        })
    }

    fn export(&self) -> String {
        let Reply::Done { accounts, .. } = self.ask(Work::Export(Page { after: None, limit: 10_000 })) else {
            panic!("no export")
        };
        accounts.iter().map(|one| format!("{}\n", one[1])).collect()
    }
}

#[test]
fn an_import_that_was_cut_off_goes_on() {
    let own = Own::open();
    let file = own.folder.path().join("users.jsonl");
    let text: String = (1..=1100).map(|n| format!("{{\"id\": {n}, \"username\": \"user{n}\"}}\n")).collect();
    fs::write(&file, &text).unwrap();
    assert_eq!(own.import(&file, 2).unwrap_err().to_string(), "cut off");
    let kept = own.export().lines().count();
    assert!(kept > 0 && kept < 1100, "{kept}");
    let report = own.import(&file, usize::MAX).unwrap();
    assert_eq!(report.after, Some(kept as u64));
    assert_eq!((report.read, report.added, report.there, report.refused), (1100, 1100, 0, 0));
    assert_eq!(own.export().lines().count(), 1100);
    // It is over, and begins anew; so does another file.
    let again = own.import(&file, usize::MAX).unwrap();
    assert_eq!((again.after, again.added, again.there), (None, 0, 1100));
    let trail = own.runtime.block_on(own.offline.services.store.audit_events("face", 100)).unwrap();
    let told: Vec<_> =
        trail.iter().map(|event| (event.action.as_ref(), event.note.clone().unwrap())).collect();
    assert_eq!(told.last().unwrap(), &("import_accounts", "users.jsonl, lines 1 to 250".to_owned()));
    assert_eq!(told.len(), 5, "one of each batch that added something: {told:?}");
}

/// A line of an account with members that dice choose.
fn random_line(n: usize, dice: &SeededDice) -> String {
    let mut line = Map::new();
    let mut put = |name: &str, value: Value| drop(line.insert(name.to_owned(), value));
    put("id", json!(n * 3 + dice.below(3) + 1));
    if dice.below(2) == 0 {
        let mut bytes = [0u8; 16];
        dice.fill(&mut bytes);
        put("uuid", json!(uuid::Uuid::from_bytes(bytes).to_string()));
    }
    let names = ["Ann", "Zoë \u{1F436}", "양용진", "o'Neil \"x\"", "a\\b"];
    put("username", json!(format!("{} {n}", names[dice.below(names.len())])));
    for (name, value) in [
        ("email", json!(format!("User{n}@Example.org"))),
        ("username_verified", json!(true)),
        ("password_hash", json!(BCRYPT)),
        ("nickname", json!(format!("Nick{n}"))),
        ("birthday", json!("1990-02-28")),
        ("pro", json!(true)),
        ("level", json!(dice.below(100))),
        ("tags", json!(["a", null, {"b": false, "a": 1.5}])),
        ("profile.ref_code", json!(format!("r{n}"))),
        ("roles", json!(["admin", "x"])),
        ("must_change_password", json!(true)),
        ("status", json!("pending")),
        ("status_reason", json!("new\nline")),
        ("locked", json!(true)),
        ("expires_at", json!(4_000_000_000_i64)),
        ("created_at", json!(1_500_000_000_000_i64 + dice.below(1_000_000_000) as i64)),
        ("updated_at", json!(1_700_000_000)),
        ("last_login_at", json!("2024-05-06T07:08:09.010Z")),
        ("last_login_address", json!("2001:db8::1")),
    ] {
        if dice.below(2) == 0 {
            put(name, value);
        }
    }
    Value::Object(line).to_string()
}

#[test]
fn what_was_exported_is_imported_and_exported_again_byte_for_byte() {
    for seed in 0..6 {
        let dice = SeededDice::new(seed);
        let (first, second) = (Own::open(), Own::open());
        let text: String = (0..120).map(|n| random_line(n, &dice) + "\n").collect();
        let file = first.folder.path().join("users.jsonl");
        fs::write(&file, text).unwrap();
        let report = first.import(&file, usize::MAX).unwrap();
        assert_eq!((report.added, report.refused), (120, 0), "{:?}", report.refusals);
        let exported = first.export();
        let file = second.folder.path().join("users.jsonl");
        fs::write(&file, &exported).unwrap();
        let report = second.import(&file, usize::MAX).unwrap();
        assert_eq!((report.added, report.refused), (120, 0), "{:?}", report.refusals);
        assert_eq!(second.export(), exported, "seed {seed}");
    }
}

#[test]
fn accounts_of_two_apis_sign_in_as_before_and_new_ones_come_after_them() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let import = |realm: &str, line: &Value| {
        let said = run_with(&data, &["account", "import", "-", "--realm", realm], &format!("{line}\n"));
        assert_eq!(said.code, 0, "{realm}: {}{}", said.out, said.err);
    };
    let id = "507f1f77bcf86cd799439011";
    let profile = json!({"realname": "Ann", "unit": "7", "pro": true});
    import("cakes", &json!({"id": id, "username": "ann", "password_hash": BCRYPT, "profile": profile}));
    let uuid = "5d1f7c1e-1c9b-4a4e-8a68-0d5b6f3c2a11";
    let profile =
        json!({"name": "Ben", "birth": "040201", "sex": "3", "contact": "010", "address": "a", "job": "b"});
    let django = "pbkdf2_sha256$1000$seasalt0seasalt0$Eg/sdKNx9jSXeOpvqkRLAusivevcEqgZj3PLv0qn/Kg=";
    import(
        "formmate",
        &json!({"id": uuid, "email": "ben@example.com", "password_hash": django, "profile": profile}),
    );
    import("biji", &json!({"id": 41, "username": "cara", "password_hash": BCRYPT}));

    let server = Serving::start(&data, &["cakes", "formmate", "biji"]);
    let wrong = server.ask("POST", "/cakes/login", r#"{"username":"ann","password":"wrong"}"#);
    assert!(wrong.starts_with("HTTP/1.1 4"), "{wrong}");
    let right = server.ask("POST", "/cakes/login", r#"{"username":"ann","password":"grüße 1é"}"#);
    assert!(right.starts_with("HTTP/1.1 201") && right.contains("access_token="), "{right}");
    let right = server.ask(
        "POST",
        "/formmate/auth/login",
        r#"{"email":"ben@example.com","password":"correct horse"}"#,
    );
    assert!(right.starts_with("HTTP/1.1 20") && right.contains("access_token="), "{right}");
    // While it serves, commands go through it: a new account comes after the highest number.
    let said = run_with(
        &data,
        &["account", "create", "--realm", "biji", "--username", "dan", "--password-stdin"],
        "pw",
    );
    assert_eq!(said.code, 0, "{}", said.err);
    let said = run_with(
        &data,
        &["account", "import", "-", "--realm", "biji"],
        "{\"id\": 50, \"username\": \"eva\"}\n",
    );
    assert_eq!(said.code, 0, "{}", said.err);
    let known = lines(&run(&data, &["account", "export", "--realm", "biji"]).out);
    let ids: Vec<&Value> = known.iter().map(|account| &account["id"]).collect();
    assert!([41, 42, 50].iter().all(|id| ids.contains(&&json!(id))), "{ids:?}");
    for (realm, shown) in [("cakes", id), ("formmate", uuid)] {
        let account = lines(&run(&data, &["account", "export", "--realm", realm]).out).remove(0);
        assert_eq!(account["id"], shown);
        let hash = account["password_hash"].as_str().unwrap().to_owned();
        assert!(hash.starts_with("$argon2id$"), "upgraded: {hash}");
    }
    server.stop();
}

#[test]
fn an_export_is_for_its_owner_only_and_replaces_nothing() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::new("users.jsonl", "{\"username\": \"ann\"}\n");
    assert_eq!(place.account(&["import", &place.text("users.jsonl")]).code, 0);
    let file = place.text("out.jsonl");
    let said = place.account(&["export", "--output", &file]);
    assert_eq!((said.code, said.out), (0, format!("{file}: 1 account\n")));
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let said = place.account(&["export", "--output", &file]);
    assert!(said.code == 2 && said.err.contains("file exists"), "{}", said.err);
}

/// The page's files, and its commands with what they say.
#[test]
fn the_page_says_what_the_commands_say() {
    let page = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/import.md")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut commands = 0;
    for block in page.split("\n```").collect::<Vec<_>>().chunks(2) {
        let [before, block] = block else { continue };
        let (language, text) = block.split_once('\n').unwrap();
        let last = before.lines().last().unwrap_or_default();
        if let Some(name) = last.strip_prefix("<!-- file ").and_then(|rest| rest.strip_suffix(" -->")) {
            fs::write(folder.path().join(name), format!("{text}\n")).unwrap();
        } else if language == "console" {
            let (command, expected) = text.split_once('\n').unwrap();
            let said = in_shell(folder.path(), command.strip_prefix("$ ").unwrap());
            assert_eq!(said, format!("{expected}\n"), "{command}");
            commands += 1;
        }
    }
    assert!(commands >= 5, "the page shows commands");
}

/// What a shell shows of a command.
fn in_shell(folder: &Path, command: &str) -> String {
    let path = Path::new(env!("CARGO_BIN_EXE_doorward")).parent().unwrap().display().to_string();
    let path = format!("{path}:{}", std::env::var("PATH").unwrap());
    let shell = ["-c".to_owned(), format!("{command} 2>&1")];
    let said =
        std::process::Command::new("sh").args(shell).current_dir(folder).env("PATH", path).output().unwrap();
    String::from_utf8(said.stdout).unwrap()
}
