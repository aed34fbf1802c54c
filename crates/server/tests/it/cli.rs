//! The command line of the built binary.

use crate::operations::alive;
use crate::program::{Said, Serving, run, run_with};
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::path::Path;
use tempfile::TempDir;

fn scratch() -> TempDir {
    tempfile::tempdir().unwrap()
}

/// It was not tried, and says why in one sentence.
fn refused(said: &Said, why: &str) {
    assert_eq!(said.code, 2, "{}{}", said.out, said.err);
    assert_eq!(said.err.lines().count(), 1, "{}", said.err);
    assert!(said.err.starts_with("doorward: ") && said.err.contains(why), "{}", said.err);
    assert!(!said.err.contains("os error") && !said.err.contains("panicked"), "{}", said.err);
}

#[test]
fn lists_the_built_in_contracts() {
    let data = scratch();
    let said = run(data.path(), &["contract", "list"]);
    assert_eq!(said.code, 0);
    let listed = run(data.path(), &["contract", "list", "--json"]).json();
    let names: Vec<&str> =
        listed.as_array().unwrap().iter().map(|contract| contract["name"].as_str().unwrap()).collect();
    let variants = [
        ("cakes-as-shipped", "cakes"),
        ("haenaem-as-shipped", "haenaem"),
        ("biji-as-shipped", "biji"),
        ("cbs-rotating", "cbs"),
    ];
    let (five, rest) = names.split_at(5);
    assert_eq!(five, ["cakes", "formmate", "haenaem", "biji", "cbs"]);
    let (rest, own) = rest.split_at(variants.len());
    assert_eq!(rest, variants.map(|(name, _)| name));
    assert_eq!(own, ["native"]);
    let line = |name: &str| {
        let line = said.out.lines().find(|line| line.split(' ').next() == Some(name));
        line.unwrap_or_else(|| panic!("{name} in {}", said.out))
    };
    for name in five.iter().chain(own) {
        assert!(!line(name).contains("variant"), "{}", said.out);
    }
    for (at, (name, base)) in variants.iter().enumerate() {
        assert!(line(name).ends_with(&format!(", a variant of {base}")), "{}", said.out);
        assert_eq!(listed[5 + at]["variant_of"], *base);
    }
    assert_eq!(listed[0]["variant_of"], Value::Null);
    assert!(std::fs::read_dir(data.path()).unwrap().next().is_none(), "looking at contracts writes nothing");
}

#[test]
fn checks_files_and_says_where_they_are_wrong() {
    let data = scratch();
    let good = run(data.path(), &["contract", "check", "cakes", "formmate", "haenaem", "biji", "cbs"]);
    assert_eq!(good.code, 0, "{}", good.err);
    assert_eq!(good.out.lines().count(), 5);
    let named = ["cakes-as-shipped", "haenaem-as-shipped", "biji-as-shipped", "cbs-rotating", "native"];
    for name in named {
        let checked = run(data.path(), &["contract", "check", name]);
        assert_eq!(checked.code, 0, "{}", checked.err);
        // The same from its file: what it extends is found by name.
        let file = format!("{}/../../contracts/{name}/contract.yaml", env!("CARGO_MANIFEST_DIR"));
        let checked = run(data.path(), &["contract", "check", &file]);
        assert_eq!(checked.code, 0, "{}", checked.err);
    }

    let file = data.path().join("mine.yaml");
    let text = doorward_server::Contract::builtin("cbs").unwrap().text;
    std::fs::write(&file, text.replace("action: login", "action: lgoin")).unwrap();
    let path = file.to_str().unwrap();
    let bad = run(data.path(), &["contract", "check", path]);
    assert_eq!(bad.code, 1);
    let line = text.lines().position(|line| line.contains("action: login")).unwrap() + 1;
    assert!(bad.err.contains(&format!("{path}:{line}:")), "{}", bad.err);
    assert!(bad.err.contains("did you mean `login`?"), "{}", bad.err);
    let found = run(data.path(), &["contract", "check", "--json", path]).json();
    assert_eq!((&found["line"], &found["code"]), (&json!(line), &json!("DW012")));
    assert_eq!(found["suggestions"][0]["replacement"], "login");

    let served = run(data.path(), &["serve", path, "--listen", "127.0.0.1:0"]);
    assert_eq!(served.code, 2);
    assert!(served.err.contains("did you mean `login`?"), "{}", served.err);
    let served = run(data.path(), &["--json", "serve", path, "--listen", "127.0.0.1:0"]);
    let error: Value = serde_json::from_str(&served.err).unwrap();
    assert_eq!(error["diagnostics"][0]["line"], json!(line), "{error}");
}

#[test]
fn an_unreadable_file_does_not_keep_the_others_from_being_checked() {
    let data = scratch();
    let said = run(data.path(), &["contract", "check", "formmate", "./nosuch.yaml", "cbs"]);
    assert_eq!(said.code, 2, "{}", said.err);
    assert_eq!(said.out.lines().count(), 2, "{}", said.out);
    assert!(said.err.contains("cannot read the contract ./nosuch.yaml"), "{}", said.err);
    let said = run(data.path(), &["contract", "check", "--format", "json", "./nosuch.yaml", "formmate"]);
    assert_eq!(said.code, 2, "{}", said.err);
    let findings: Vec<Value> = said.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((&findings[0]["file"], &findings[0]["severity"]), (&json!("./nosuch.yaml"), &json!("error")));
    assert!(findings.len() > 1 && findings[1..].iter().all(|finding| finding["severity"] == "lint"));
}

#[test]
fn lints_count_where_they_are_asked_for() {
    let data = scratch();
    let json = run(data.path(), &["contract", "lint", "--format", "json", "formmate"]);
    assert_eq!(json.code, 1);
    let mut codes: Vec<String> = json
        .out
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["code"].as_str().unwrap().to_owned())
        .collect();
    codes.dedup();
    let all = codes.join(",");
    let allowed = run(data.path(), &["contract", "lint", "--allow", &all, "formmate"]);
    assert_eq!((allowed.code, allowed.out.as_str()), (0, "formmate: good\n"));
    refused(&run(data.path(), &["contract", "lint", "--allow", "DW012", "formmate"]), "DW012 is no lint");
}

#[test]
fn explains_and_completes_contracts() {
    let data = scratch();
    let explained = run(data.path(), &["contract", "explain", "cbs"]);
    assert_eq!(explained.code, 0);
    for word in ["/api/v1/auth/login", "login", "signed_in"] {
        assert!(explained.out.contains(word), "{}", explained.out);
    }
    let variant = run(data.path(), &["contract", "explain", "cakes-as-shipped", "/mypage"]);
    assert!(variant.out.contains("show_account"), "{}{}", variant.out, variant.err);
    let document = run(data.path(), &["contract", "openapi", "biji-as-shipped"]).json();
    assert_eq!(document["info"]["title"], "Biji as shipped");
    assert!(document["paths"]["/"]["get"]["responses"]["200"].is_object(), "{document:#}");
    let document = run(data.path(), &["contract", "openapi", "cbs"]).json();
    assert_eq!(document["openapi"], "3.1.0");
    assert!(document["paths"]["/login"]["post"]["responses"]["200"].is_object(), "{document:#}");
}

#[test]
fn prints_the_schema_of_contracts() {
    let data = scratch();
    let schema = run(data.path(), &["contract", "schema"]).json();
    assert_eq!(schema["title"], "A contract of Doorward");
    assert!(schema["properties"]["x-doorward"].is_object() && schema["$defs"]["action.login"].is_object());
}

#[test]
fn explains_codes() {
    let data = scratch();
    let page = run(data.path(), &["contract", "explain", "dw012"]);
    assert_eq!(page.code, 0, "{}", page.err);
    assert!(
        page.out.starts_with("# DW012: unknown action\n") && page.out.contains("## Right"),
        "{}",
        page.out
    );
    let page = run(data.path(), &["contract", "explain", "DW102", "--json"]).json();
    assert_eq!((&page["code"], &page["severity"]), (&json!("DW102"), &json!("lint")));
    refused(&run(data.path(), &["contract", "explain", "DW999"]), "there is no code DW999");
}

#[test]
fn mistakes_are_one_sentence_and_exit_code_two() {
    let data = scratch();
    let folder = data.path();
    for (arguments, why) in [
        (vec!["serve", "--lisen", "127.0.0.1:1"], "--lisen"),
        (vec!["serve", "nosuch"], "there is no contract nosuch"),
        (vec!["serve", "./nosuch.yaml"], "cannot read the contract ./nosuch.yaml"),
        (vec!["serve", "--listen", "0.0.0.0:8080"], "other machines"),
        (vec!["serve", "--listen", "8080"], "no address to listen on"),
        (vec!["serve", "cakes", "cakes"], "two contracts are called cakes"),
        (vec!["contract", "check"], "FILE"),
        (vec!["contract", "explain", "nosuch"], "nosuch"),
        (vec!["contract", "explain", "cakes", "/nosuch"], "has /nosuch in its path"),
        (vec!["account", "show", "--realm", "cbs"], "--username"),
        (vec!["account", "show", "--realm", "cbs", "--email", "a@b"], "have no email"),
        (vec!["account", "show", "--realm", "nosuch", "--username", "a"], "--contract FILE"),
        (vec!["account", "set-password", "--realm", "cbs", "--username", "a"], "--password-stdin"),
        (vec!["serve", "--trusted-proxy", "localhost"], "CIDR"),
        (vec!["nosuch"], "nosuch"),
    ] {
        refused(&run(folder, &arguments), why);
    }
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    refused(&run(folder, &["serve", "--listen", &address]), "address already in use");

    let file = folder.join("file");
    std::fs::write(&file, "").unwrap();
    refused(&run(&file, &["serve"]), "is a file");
    refused(&run(&file.join("below"), &["serve"]), "below");
    refused(&run(Path::new("/proc/nosuch"), &["serve"]), "/proc/nosuch");
}

#[test]
fn a_master_key_that_is_gone_or_another_one_is_said_and_not_replaced() {
    let data = scratch();
    assert_eq!(run(data.path(), &["account", "create", "--realm", "cbs", "--username", "ann"]).code, 0);
    let key = data.path().join("demo-master.key");
    let right = std::fs::read(&key).unwrap();
    let serve = || run(data.path(), &["serve", "--listen", "127.0.0.1:0"]);

    std::fs::remove_file(&key).unwrap();
    refused(&serve(), "demo-master.key is missing");
    refused(&run(data.path(), &["account", "list", "--realm", "cbs"]), "demo-master.key is missing");
    assert!(!key.exists());

    let other = scratch();
    assert_eq!(run(other.path(), &["account", "create", "--realm", "cbs", "--username", "ann"]).code, 0);
    std::fs::copy(other.path().join("demo-master.key"), &key).unwrap();
    refused(&serve(), "do not open under this data folder's master key");

    std::fs::write(&key, right).unwrap();
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).unwrap();
    refused(&serve(), "chmod 600");
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600)).unwrap();
    assert_eq!(run(data.path(), &["account", "list", "--realm", "cbs"]).code, 0);
}

#[test]
fn a_folder_that_is_not_there_is_made_for_the_first_account_only() {
    let scratch = scratch();
    let data = scratch.path().join("data");
    refused(&run(&data, &["account", "list", "--realm", "cbs"]), "there is no data folder");
    assert!(!data.exists());
    assert_eq!(run(&data, &["account", "create", "--realm", "cbs", "--username", "ann"]).code, 0);
    let long = scratch.path().join("x".repeat(100));
    refused(&run(&long, &["serve", "--listen", "127.0.0.1:0"]), "too long for a socket");
}

#[test]
fn forwarded_addresses_are_believed_from_trusted_proxies_only() {
    for (flags, address) in [(&[][..], "127.0.0.1"), (&["--trusted-proxy", "127.0.0.0/8"][..], "192.0.2.7")] {
        let data = scratch();
        let server = Serving::start(data.path(), &[&["cbs"], flags].concat());
        let mut stream = server.connect();
        write!(
            stream,
            "GET /nosuch HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Forwarded-For: 192.0.2.7\r\n\r\n"
        )
        .unwrap();
        stream.read_to_string(&mut String::new()).unwrap();
        let (_, log) = server.stop();
        let line: Value = serde_json::from_str(log.lines().next().unwrap()).unwrap();
        assert_eq!(line["address"], address, "{log}");
    }
}

#[test]
fn limits_come_from_a_configuration_file() {
    let data = scratch();
    let file = data.path().join("doorward.toml");
    let path = file.to_str().unwrap();
    let wrong = r#"{"user": "nobody", "password": "wrong"}"#;
    let status = |server: &Serving| {
        let reply = server.ask("POST", "/api/v1/auth/login", wrong);
        reply.split(' ').nth(1).unwrap().to_owned()
    };
    std::fs::write(&file, "[limits]\ntries_per_pair = 1\nfirst_delay = \"10m\"\n").unwrap();
    let server = Serving::start(data.path(), &["cbs", "--config", path]);
    // One try is free; the delay begins with the next.
    let statuses = [status(&server), status(&server), status(&server)];
    assert_eq!(statuses[2], "429", "{statuses:?}");
    assert_ne!(statuses[0], "429", "{statuses:?}");
    server.stop();

    std::fs::write(&file, "[limits]\ntries_per_pair = 1\ntries = 1\n").unwrap();
    let serve = ["serve", "--listen", "127.0.0.1:0", "--config", path];
    let said = run(data.path(), &serve);
    assert_eq!(said.code, 2, "{}", said.err);
    assert!(
        said.err.contains("error: [limits] has no member `tries`") && said.err.contains("doorward.toml:3:1")
    );
    std::fs::remove_file(&file).unwrap();
    refused(&run(data.path(), &serve), "cannot read the configuration");
    std::fs::write(&file, "[limits]\n").unwrap();
    let open = ["serve", "--listen", "0.0.0.0:0", "--config", path];
    refused(&run(data.path(), &open), "other machines");
}

#[test]
fn contracts_are_formatted_and_say_what_they_said() {
    let data = scratch();
    let file = data.path().join("mine.yaml");
    let path = file.to_str().unwrap();
    let written = "a:\n    b: { c: 1 ,d: 2 }  \n";
    std::fs::write(&file, written).unwrap();
    let checked = run(data.path(), &["contract", "fmt", "--check", path]);
    assert_eq!(checked.code, 1, "{}", checked.err);
    assert_eq!(checked.out, format!("{path}:2\n-     b: {{ c: 1 ,d: 2 }}  \n+   b: {{c: 1, d: 2}}\n"));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), written, "only looked at");
    let found = run(data.path(), &["--json", "contract", "fmt", path]).json();
    assert_eq!(found[0]["line"], json!(2));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "a:\n  b: {c: 1, d: 2}\n");
    assert_eq!(run(data.path(), &["contract", "fmt", "--check", path]).code, 0);
    std::fs::write(&file, "a: [").unwrap();
    let broken = run(data.path(), &["contract", "fmt", path]);
    assert_eq!(broken.code, 2);
    assert!(broken.err.contains("mine.yaml:1:") && broken.err.contains("never closed"), "{}", broken.err);
}

/// Makes, reads and changes accounts; the same with and without a server.
fn account_story(data: &Path) {
    let account = |arguments: &[&str], stdin: &str| {
        let whole: Vec<&str> = ["--json", "account"].iter().chain(arguments).copied().collect();
        run_with(data, &whole, stdin)
    };
    let ann = ["--realm", "cbs", "--username", "ann"];
    let on_ann = |first: &[&str], stdin: &str| account(&[first, &ann].concat(), stdin);

    let made = on_ann(&["create", "--password-stdin", "--profile", "role=ops"], "secret\n").json();
    assert_eq!(made["username"], "ann");
    assert_eq!(made["profile"], json!({"role": "ops"}));
    assert_eq!((&made["has_password"], &made["locked"]), (&json!(true), &json!(false)));
    assert!(!made.to_string().contains("argon2"), "no hash is shown");

    let again = on_ann(&["create"], "");
    assert_eq!(again.code, 1);
    assert!(again.err.contains("already has an account"), "{}", again.err);
    let wrong = on_ann(&["create", "--profile", "colour=red"], "");
    assert_eq!((wrong.code, wrong.err.contains("role")), (2, true), "{}", wrong.err);

    assert_eq!(on_ann(&["must-change"], "").json()["must_change_password"], json!(true));
    assert_eq!(on_ann(&["must-change", "--off"], "").json()["must_change_password"], json!(false));
    assert_eq!(on_ann(&["lock"], "").json()["locked"], json!(true));
    assert_eq!(on_ann(&["unlock"], "").json()["locked"], json!(false));
    let locked = on_ann(&["lock", "--until", "2999-01-01T00:00:00Z", "--reason", "odd"], "").json();
    assert_eq!(locked["locked_until"], json!("2999-01-01T00:00:00Z"));
    assert_eq!(on_ann(&["unlock"], "").json()["locked_until"], Value::Null);
    let disabled = on_ann(&["disable", "--reason", "left"], "").json();
    assert_eq!((&disabled["status"], &disabled["status_reason"]), (&json!("disabled"), &json!("left")));
    assert_eq!(on_ann(&["enable"], "").json()["status"], json!("active"));
    assert_eq!(on_ann(&["approve"], "").json()["status"], json!("active"));
    let expires = on_ann(&["expire", "--at", "2999-01-01T00:00:00Z"], "").json();
    assert_eq!(expires["expires_at"], json!("2999-01-01T00:00:00Z"));
    assert_eq!(on_ann(&["expire", "--never"], "").json()["expires_at"], Value::Null);
    assert_eq!(on_ann(&["expire"], "").code, 2);
    assert_eq!(on_ann(&["expire", "--at", "soon"], "").code, 2);
    let roles = on_ann(&["set-roles", "--role", "admin", "--role", "editor"], "").json();
    assert_eq!(roles["roles"], json!(["admin", "editor"]));
    assert_eq!(on_ann(&["set-roles"], "").json()["roles"], json!([]));
    let set = on_ann(&["set-password", "--password-stdin", "--must-change-password"], "other");
    assert_eq!(set.json()["must_change_password"], json!(true));
    let weak = on_ann(&["set-password", "--password-stdin"], "\n");
    assert_eq!((weak.code, weak.err.contains("must not be empty")), (1, true), "{}", weak.err);
    assert_eq!(on_ann(&["show"], "").json()["uuid"], made["uuid"]);

    account(&["create", "--realm", "cbs", "--username", "bob"], "");
    let names = || -> Vec<Value> {
        let listed = account(&["list", "--realm", "cbs"], "").json();
        listed.as_array().unwrap().iter().map(|account| account["username"].clone()).collect()
    };
    assert_eq!(names(), ["ann", "bob"]);
    assert_eq!(account(&["delete", "--realm", "cbs", "--username", "bob"], "").code, 0);
    assert_eq!(names(), ["ann"]);
    let gone = account(&["show", "--realm", "cbs", "--username", "bob"], "");
    assert_eq!((gone.code, gone.err.contains("no account bob")), (1, true), "{}", gone.err);
}

#[test]
fn accounts_without_a_server() {
    let data = scratch();
    account_story(data.path());
    let text = run(data.path(), &["account", "list", "--realm", "cbs"]);
    assert!(text.out.starts_with("id") && text.out.contains("ann"), "{}", text.out);
}

#[test]
fn accounts_of_a_running_server() {
    let data = scratch();
    let server = Serving::start(data.path(), &["cbs", "cakes"]);
    account_story(data.path());

    let login = |password: &str| {
        server.ask(
            "POST",
            "/cbs/api/v1/auth/login",
            &json!({"user": "ann", "password": password}).to_string(),
        )
    };
    let must_change = login("other");
    assert!(
        must_change.starts_with("HTTP/1.1 200 ") && must_change.contains("\"pw/reset\""),
        "{must_change}"
    );
    assert!(login("secret").starts_with("HTTP/1.1 401 "));

    // Locking counts at once, also for the session that is there.
    let token: Value = serde_json::from_str(must_change.split("\r\n\r\n").nth(1).unwrap()).unwrap();
    let refresh = token["result"]["refresh_token"].as_str().unwrap();
    let access = token["result"]["access_token"].as_str().unwrap();
    assert!(!refresh.is_empty() && alive(&server, access));
    assert_eq!(run(data.path(), &["account", "lock", "--realm", "cbs", "--username", "ann"]).code, 0);
    assert!(!alive(&server, access));
    assert!(login("other").starts_with("HTTP/1.1 401 "));

    let unknown = run(data.path(), &["account", "list", "--realm", "biji"]);
    refused(&unknown, "there is no realm biji, only cbs, cakes");
    let second = run(data.path(), &["serve", "--listen", "127.0.0.1:0"]);
    refused(&second, "in use by another doorward");
}

#[test]
fn nonsense_on_the_control_socket_is_refused_and_harms_nobody() {
    let data = scratch();
    let server = Serving::start(data.path(), &["cbs"]);
    let socket = data.path().join("control.sock");
    assert_eq!(std::fs::metadata(&socket).unwrap().permissions().mode() & 0o777, 0o600);
    let silent = UnixStream::connect(&socket).unwrap();
    let deep = [vec![b'['; 1 << 20], b"\n".to_vec()].concat();
    for line in [&b"\n"[..], b"junk\n", b"\xff\xfe\n", b"{\"realm\":1}\n", b"no end", &deep] {
        let mut stream = UnixStream::connect(&socket).unwrap();
        stream.write_all(line).unwrap();
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.contains("another version"), "{answer}");
    }
    let account = ["account", "create", "--realm", "cbs", "--username", "ann"];
    assert_eq!(run(data.path(), &account).code, 0, "one that says nothing holds nobody up");
    let (code, _) = server.stop();
    assert_eq!(code, Some(0));
    assert!(!socket.exists());
    drop(silent);
}

#[test]
fn the_banner_says_where_everything_is() {
    let data = scratch();
    let server = Serving::start(data.path(), &[]);
    let banner = server.banner();
    let realms = banner["realms"].as_array().unwrap();
    assert_eq!(realms.len(), 5);
    for realm in realms {
        assert_eq!(realm["try"].as_array().unwrap().len(), 3);
        assert!(realm["url"].as_str().unwrap().starts_with(banner["serving"].as_str().unwrap()));
    }
    assert!(data.path().join("demo-master.key").exists());
    let start = server.ask("GET", "/", "");
    assert!(start.starts_with("HTTP/1.1 200 ") && start.contains("text/html"), "{start}");
    assert!(start.contains("default-src 'none'; style-src 'self';"), "{start}");
    let style = server.ask("GET", "/_doorward/style.css", "");
    assert!(style.starts_with("HTTP/1.1 200 ") && style.contains("text/css"), "{style}");
    assert!(server.ask("POST", "/", "").contains("allow: GET, HEAD\r\n"));
    assert!(realms[4]["try"][2].as_str().unwrap().contains(r#"{"refresh_token":"REFRESH_TOKEN"}"#));
    let mails = server.ask("GET", "/_doorward/mailbox?to=nobody", "");
    assert!(mails.ends_with("\r\n\r\n[]"), "{mails}");
    let document = server.ask("GET", "/_doorward/cakes/openapi.json", "");
    assert!(
        document.starts_with("HTTP/1.1 200 ") && document.contains("\"openapi\":\"3.1.0\""),
        "{document}"
    );
}

#[test]
fn stops_on_sigterm_whatever_is_open() {
    let data = scratch();
    let server = Serving::start(data.path(), &["cakes"]);
    assert!(server.ask("GET", "/nosuch", "").starts_with("HTTP/1.1 404 "));
    let idle = server.connect();
    let mut half = server.connect();
    half.write_all(b"POST /login HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{\"user").unwrap();
    let (code, log) = server.stop();
    assert_eq!(code, Some(0));
    let lines: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(lines.iter().any(|line| line["status"] == 404 && line["method"] == "GET"), "{log}");
    assert!(!log.contains("nosuch"), "the access log carries no paths");
    drop((idle, half));
    assert_eq!(
        run(data.path(), &["account", "list", "--realm", "cakes"]).code,
        0,
        "the folder is free again"
    );
}

/// A deployment's configuration in a folder, on free ports.
fn configuration(folder: &Path, text: &str) -> String {
    crate::deployment::write(folder, text, &[]);
    folder.join("doorward.toml").display().to_string()
}

/// Runs a command on a configuration, its data folder as the file says it.
fn configured(folder: &Path, file: &str, arguments: &[&str]) -> Said {
    let arguments: Vec<&str> = ["--config", file].iter().chain(arguments).copied().collect();
    run(&folder.join("doorward-data"), &arguments)
}

#[test]
fn a_configuration_is_checked_shown_and_explained() {
    let folder = scratch();
    let file =
        configuration(folder.path(), "[realms.shop]\nhosts = [\"shop.example\"]\ncontracts = [\"cbs\"]\n");
    let checked = configured(folder.path(), &file, &["config", "check"]);
    assert_eq!(checked.code, 0, "{}", checked.err);
    assert_eq!(checked.out, format!("{file}: good\n  shop: cbs at shop.example, /\n"));
    let checked = configured(folder.path(), &file, &["config", "check", "--json"]).json();
    assert_eq!(
        (&checked["good"], &checked["realms"][0]["contracts"][0]["path"]),
        (&json!(true), &json!("/"))
    );

    let shown = configured(folder.path(), &file, &["config", "show"]);
    let line =
        |start: &str| shown.out.lines().find(|line| line.starts_with(start)).unwrap_or_default().to_owned();
    assert!(line("hosts = [\"shop.example\"]").ends_with(&format!("# {file}:8")), "{}", shown.out);
    assert!(line("data = ").ends_with("# --data"), "{}", shown.out);
    assert!(line("window = \"1d\"").ends_with("# default"), "{}", shown.out);
    assert!(line("master_key = { file = \"master.key\" }").contains("doorward.toml:6"), "{}", shown.out);
    let shown = configured(folder.path(), &file, &["config", "show", "--json"]).json();
    let hosts = shown.as_array().unwrap().iter().find(|one| one["key"] == "realms.shop.hosts").unwrap();
    assert_eq!((&hosts["value"], &hosts["from"]["line"]), (&json!(["shop.example"]), &json!(8)));

    let explained = run(folder.path(), &["config", "explain", "limits.window"]);
    assert!(
        explained.out.contains("DOORWARD__LIMITS__WINDOW") && explained.out.contains("\"1d\""),
        "{}",
        explained.out
    );
    let explained = run(folder.path(), &["config", "explain", "realms.shop.hosts", "--json"]).json();
    assert_eq!(explained["key"], "realms.NAME.hosts");
    let unknown = run(folder.path(), &["config", "explain", "limits.windw"]);
    assert_eq!(unknown.code, 1);
    assert!(unknown.err.contains("did you mean `window`?"), "{}", unknown.err);
    refused(&run(folder.path(), &["config", "show"]), "add --config FILE");

    let file = configuration(folder.path(), "[realms.shop]\ncontract = [\"cbs\"]\n");
    let checked = configured(folder.path(), &file, &["config", "check"]);
    assert_eq!(checked.code, 1);
    assert!(checked.err.contains("did you mean `contracts`?"), "{}", checked.err);
}

#[test]
fn a_deployment_serves_and_its_accounts_are_looked_after() {
    let folder = scratch();
    let file = configuration(folder.path(), "[realms.shop]\ncontracts = [\"cbs\"]\n");
    let data = folder.path().join("doorward-data");
    for (more, why) in [
        (vec!["cbs"], "a contract is said twice"),
        (vec!["--realm", "a=cbs"], "--realm is said twice"),
        (vec!["--trusted-proxy", "127.0.0.1"], "--trusted-proxy is said twice"),
    ] {
        let arguments: Vec<&str> = std::iter::once("serve").chain(more).collect();
        refused(&configured(folder.path(), &file, &arguments), why);
    }
    assert!(!data.exists(), "nothing is half started");
    let create = ["account", "create", "--realm", "shop", "--username", "ann", "--password-stdin"];
    let create: Vec<&str> = ["--config", &file].iter().chain(&create).copied().collect();
    let made = run_with(&data, &create, "correct horse\n");
    assert_eq!(made.code, 0, "{}", made.err);
    assert!(!data.join("demo-master.key").exists(), "no key is made beside the data");

    let server = Serving::start(&data, &["--config", &file]);
    assert_ne!(server.banner()["operators"], server.banner()["serving"]);
    assert_eq!((&server.banner()["key"], &server.banner()["realms"][0]["try"]), (&Value::Null, &json!([])));
    let login = server.ask("POST", "/api/v1/auth/login", r#"{"user": "ann", "password": "correct horse"}"#);
    assert!(login.starts_with("HTTP/1.1 200"), "{login}");
    let listed = configured(folder.path(), &file, &["account", "list", "--realm", "shop"]);
    assert!(listed.out.contains("ann"), "{}", listed.err);
    server.stop();
    refused(
        &configured(folder.path(), &file, &["account", "list", "--realm", "nosuch"]),
        "has no realm nosuch: there are shop",
    );
}
