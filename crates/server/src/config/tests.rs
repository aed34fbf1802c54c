//! The sections as they are read, what is said of mistakes, and the documents made from the tables.

use super::*;
use crate::limits::LimitPolicy;
use crate::options::Options;
use std::time::Duration;

fn parse(text: &str) -> Result<Config, StartError> {
    with(text, &[])
}

fn with(text: &str, variables: &[(&str, &str)]) -> Result<Config, StartError> {
    let beside = Beside { environment: Environment::of(variables), arguments: Vec::new() };
    Config::parse(Source { name: "d.toml".to_owned(), text: text.to_owned() }, &beside)
}

fn said(text: &str) -> String {
    told(parse(text))
}

fn told(parsed: Result<Config, StartError>) -> String {
    parsed.unwrap_err().diagnostics().unwrap().to_owned()
}

const REALM: &str = "[store]\nmaster_key = { file = \"/k\" }\n[realms.shop]\ncontracts = [\"native\"]\n";

#[test]
fn limits_are_read() {
    let text = "# budgets\n[limits]\ntries_per_pair = 1_000\nlongest_delay = \"15m\"\nbody_bytes = 1024\n";
    let limits = parse(text).unwrap().limits;
    assert_eq!(limits.policy.per_pair, 1000);
    assert_eq!(limits.policy.longest_delay, Duration::from_secs(900));
    assert_eq!(limits.body_bytes, Some(1024));
}

#[test]
fn the_defaults_of_the_tables_are_those_of_the_program() {
    let nothing = parse("").unwrap();
    assert_eq!(nothing.limits.policy, LimitPolicy::default());
    let (mut options, defaults) = (Options::demo("/nowhere"), Options::demo("/nowhere").bounds);
    nothing.limits.apply(&mut options);
    let of = |bounds: &doorward_http::Bounds| {
        let times = (bounds.body_time, bounds.head_time);
        (bounds.body_bytes, bounds.head_bytes, bounds.connections, times)
    };
    assert_eq!(of(&options.bounds), of(&defaults));
    assert_eq!(nothing.server.listen, ["127.0.0.1:8080".parse().unwrap()]);
    assert_eq!(nothing.ops.listen, Some("127.0.0.1:8081".parse().unwrap()));
    for section in SECTIONS {
        for member in section.members {
            for text in member.default.iter().chain([&member.example]).filter(|text| !text.is_empty()) {
                let given = given::written(text, &Place::Default);
                let read = given.map(|given| member.kind.read(member.name, &given));
                assert!(matches!(read, Some(Ok(_))), "{}.{} = {text}: {read:?}", section.name, member.name);
            }
            assert!(member.sentence.ends_with('.'), "{}: a sentence ends", member.name);
            assert!(
                member.default.is_some() || !member.example.is_empty(),
                "{}: something to show",
                member.name
            );
        }
    }
}

#[test]
fn what_is_not_known_is_said_with_its_place() {
    for (text, at, words) in [
        ("[limits]\ntries_per_par = 5", "d.toml:2:1", "did you mean `tries_per_pair`?"),
        ("[limits]\nα = 5", "d.toml:2:1", "not TOML"),
        ("[limit]\n", "d.toml:1:2", "there is no section [limit]"),
        ("[limit]\n", "d.toml:1:2", "did you mean `limits`?"),
        ("listen = 'x'", "d.toml:1:1", "it is a member of [server]"),
        ("limits = 5", "d.toml:1:1", "write [limits], and its members below"),
        ("[limits]\n  window = 5", "d.toml:2:12", "`limits.window`: a duration such as \"15m\""),
        ("[limits]\nwindow = \"5x\"", "d.toml:2:10", "a duration"),
        ("[limits]\nbody_bytes = \"1k\"", "d.toml:2:14", "a whole number from 1, in bytes is expected"),
        ("[limits]\ntries_per_pair = 0", "d.toml:2:18", "a whole number from 1"),
        ("[limits]\ntries_per_pair = -3", "d.toml:2:18", "a whole number from 1"),
        ("[limits]\ntries_per_pair = 99999999999", "d.toml:2:18", "more than this program can count"),
        ("[limits]\ntries_per_pair = 5\ntries_per_pair = 6", "d.toml:3:1", "not TOML: duplicate key"),
        ("[limits\n", "d.toml:1:8", "not TOML"),
        ("[server]\nlisten = []", "d.toml:2:10", "an address with a port"),
        ("[limits]\nlisten = 'x'", "d.toml:2:1", "it is a member of [server]"),
        ("[server]\nlisten = '127.0.0.1:1'", "d.toml:1:2", "[server] without a realm"),
        ("[log]\nlevel = 'debug'", "d.toml:2:9", "one of \"error\", \"warn\", \"info\" is expected"),
        ("[realms]\nhosts = ['a']", "d.toml:2:1", "write [realms.NAME]"),
        ("[realms.a]\ncontracts = ['native']", "", "`store.master_key` is missing"),
        ("[store]\n[realms.a]\n", "d.toml:2:9", "`realms.a.contracts` is missing"),
        ("[realms.a]\nhosts = ['https://a.example']", "d.toml:2:9", "without scheme"),
        ("[realms.a]\nhosts = ['a.example:80']", "d.toml:2:9", "without its port"),
        ("[realms.a]\nhosts = ['*.example']", "d.toml:2:9", "no wildcards"),
        ("[realms.a]\norigins = ['*']", "d.toml:2:11", "a line of the contract's `cors`"),
        ("[realms.a]\norigins = ['https://a.example/']", "d.toml:2:11", "no slash at the end"),
        ("[realms.a]\npath = 'shop'", "d.toml:2:8", "a path such as"),
        ("[realms.a]\npath = '/_doorward/x'", "d.toml:2:8", "operators' paths"),
        ("[realms.a]\ncontracts = []", "d.toml:2:13", "a contract at least"),
        ("[realms.a]\ncontracts = [{ usee = 'native' }]", "d.toml:2:16", "did you mean `use`?"),
        ("[realms.'a b']\ncontracts = ['native']", "d.toml:1:9", "no name for a realm"),
    ] {
        let said = said(text);
        assert!(said.contains(at) && said.contains(words), "{text:?}:\n{said}");
    }
}

/// Every refusal word for word: `refusals.txt` beside this file.
#[test]
fn refusals_are_said_in_these_words() {
    let of_files = [
        "[limits]\ntries_per_par = 5\n",
        "[limit]\n",
        "listen = 'x'\n",
        "[limits]\nwindow = \"5x\"\n",
        "[limits\n",
        "[store]\nmaster_key = \"hunter2\"\n[realms.a]\ncontracts = ['native']\n",
        "[realms.a.client_keys]\napp = \"hunter2\"\n",
        "[store]\nmaster_key = { fiel = 'x' }\n[realms.a]\ncontracts = ['native']\n",
        "[realms.a]\ncontracts = ['native']\n",
        "[server]\nlisten = '127.0.0.1:1'\n",
        "[realms]\nhosts = ['a']\n",
        "[realms.a]\nhosts = ['https://a.example']\n[realms.b]\nhosts = ['a.example:80']\n",
        "[realms.a]\norigins = ['*']\n[realms.b]\norigins = ['https://a.example/']\n",
        "[realms.a]\npath = 'shop'\ncontracts = [{ usee = 'native' }]\n",
        &format!("[server]\nlisten = '0.0.0.0:80'\n{REALM}"),
        &format!("[server]\ntrusted_proxies = ['0.0.0.0/0']\n[ops]\nlisten = '127.0.0.1:8080'\n{REALM}"),
        &format!("[server]\ntls_key = {{ env = 'KEY' }}\n{REALM}"),
        &format!(
            "[server]\nlisten = '0.0.0.0:80'\ntrusted_proxies = ['10.0.0.1']\n{REALM}origins = ['http://app.example']\n"
        ),
        "[store]\ndata = '/d'\nmaster_key = { file = '/d/master.key' }\n[realms.a]\ncontracts = ['native']\n",
    ];
    let of_variables = [
        ("DOORWARD__LIMITS__WINDOW", "soon"),
        ("DOORWARD__LIMITS__WINDOWS", "1d"),
        ("DOORWARD__LIMIT__WINDOW", "1d"),
        ("DOORWARD__LIMITS", "1d"),
        ("DOORWARD__STORE__MASTER_KEY", "hunter2"),
    ];
    let files = of_files.iter().map(|text| format!("{text}\n{}\n", said(text)));
    let variables = of_variables
        .iter()
        .map(|(name, value)| format!("{name}={value}\n\n{}\n", told(with(REALM, &[(name, value)]))));
    let all: Vec<String> = files.chain(variables).collect();
    let all = all.join("\n----\n");
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/config/refusals.txt");
    if Environment::of_process().get("DOORWARD_BLESS").is_some() {
        std::fs::write(&file, &all).unwrap();
    }
    assert_eq!(all, std::fs::read_to_string(&file).unwrap_or_default(), "DOORWARD_BLESS=1 writes it anew");
}

#[test]
fn everything_wrong_is_said_at_once() {
    let error = parse("[limits]\nwindow = 5\nbody_bytes = 'x'\n[lgo]\n").unwrap_err();
    assert_eq!(error.to_string(), "the configuration d.toml has 3 errors");
    let lines: Vec<u64> = error.json()["diagnostics"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["line"].as_u64().unwrap())
        .collect();
    assert_eq!(lines, [2, 3, 4]);
}

#[test]
fn a_mistake_looks_like_one_of_a_contract() {
    let expected = "\
error: [limits] has no member `tries_per_par`
 --> d.toml:2:1
  |
2 | tries_per_par = 5
  | ^^^^^^^^^^^^^
  |
  = help: did you mean `tries_per_pair`?";
    assert_eq!(said("[limits]\ntries_per_par = 5"), expected);
}

#[test]
fn a_secret_is_never_written_down_and_never_shown() {
    for text in [
        "[store]\nmaster_key = \"hunter2\"\n[realms.a]\ncontracts = ['native']",
        "[realms.a]\ncontracts = ['native']\nclient_keys = { app = 'hunter2' }",
        "[realms.a]\ncontracts = ['native']\nintrospection_secret = 'hunter2'",
        "[store]\nmaster_key = \"hunter2\n",
        "[store]\nmaster_key = hunter2\n",
        "[store]\nmaster_key = { file = hunter2 }\n",
        "[realms.a.client_keys]\napp = \"hunter2\"\n",
        "[realms.a.client_keys]\napp = \"hunter2\n",
        "[realms.a]\nclient_keys = { app = [\n  \"hunter2\",\n] }\n",
        "[realms.a]\nclient_keys = { app = [\n  \"hunter2\" \"x\",\n] }\n",
        "[store]\nmaster_key = { file = 'hunter2', fiel = 'x' }",
    ] {
        let error = parse(text).unwrap_err();
        let all = format!("{} {} {}", error.diagnostics().unwrap(), error, error.json());
        assert!(!all.contains("hunter2"), "{all}");
        assert!(all.contains("d.toml:"), "{all}");
    }
    let inline = said("[store]\nmaster_key = \"hunter2\"\n[realms.a]\ncontracts = ['native']");
    assert!(
        inline.contains("the secret itself stands here") && inline.contains("{ env = \"NAME\" }"),
        "{inline}"
    );
    let variable = told(with(REALM, &[("DOORWARD__STORE__MASTER_KEY", "hunter2")]));
    assert!(
        variable.contains("DOORWARD__STORE__MASTER_KEY__FILE=PATH") && !variable.contains("hunter2"),
        "{variable}"
    );
}

#[test]
fn the_environment_lies_over_the_file() {
    let variables = [
        ("DOORWARD__SERVER__LISTEN", "127.0.0.1:1,[::1]:2"),
        ("DOORWARD__STORE__MASTER_KEY__ENV", "KEY"),
        ("DOORWARD__REALMS__SHOP__HOSTS", "[\"a.example\", \"b.example\"]"),
        ("DOORWARD__REALMS__SHOP__LIFETIMES__ACCESS", "5m"),
        ("DOORWARD__REALMS__SHOP__PASSWORD_MIN_LENGTH", "14"),
        ("DOORWARD__LIMITS__WINDOW", "2h"),
        ("DOORWARD_OTHER", "not ours"),
    ];
    let config = with(REALM, &variables).unwrap_or_else(|error| panic!("{:?}", error.diagnostics()));
    assert_eq!(config.server.listen.len(), 2);
    assert_eq!(
        config.store.master_key,
        Some(SecretSource::Env("KEY".to_owned())),
        "one source, the last named"
    );
    let shop = &config.realms[0];
    assert_eq!(shop.hosts, ["a.example", "b.example"]);
    assert_eq!(shop.lifetimes, [("access".to_owned(), Duration::from_secs(300))]);
    assert_eq!(shop.password_min_length, Some(14));
    assert_eq!(config.limits.policy.window, Duration::from_secs(7200));
    assert_eq!(config.source.words(&config.at("limits", "window")), "DOORWARD__LIMITS__WINDOW");
}

#[test]
fn what_a_variable_says_wrong_names_the_variable() {
    for (name, value, words) in [
        ("DOORWARD__LIMITS__WINDOW", "soon", "error: DOORWARD__LIMITS__WINDOW: `limits.window`: a duration"),
        (
            "DOORWARD__LIMITS__WINDOWS",
            "1d",
            "error: DOORWARD__LIMITS__WINDOWS: [limits] has no member `windows`",
        ),
        ("DOORWARD__LIMITS__WINDOWS", "1d", "did you mean `window`?"),
        ("DOORWARD__LIMIT__WINDOW", "1d", "did you mean `limits`?"),
        ("DOORWARD__LIMITS", "1d", "DOORWARD__LIMITS names no member of a section"),
        ("DOORWARD__REALMS__SHOP__HOSTS", "https://a", "DOORWARD__REALMS__SHOP__HOSTS: `realms.shop.hosts`"),
    ] {
        let said = told(with(REALM, &[(name, value)]));
        assert!(said.contains(words), "{said}");
    }
}

#[test]
fn what_strangers_could_use_is_refused() {
    for (text, words) in [
        ("[server]\nlisten = '0.0.0.0:80'", "passwords would travel in the clear"),
        ("[server]\ntrusted_proxies = ['0.0.0.0/0']", "is everybody"),
        ("[ops]\nlisten = '127.0.0.1:8080'", "is where clients are answered"),
        ("[server]\ntls_certificate = 'a.crt'", "`server.tls_certificate` stands without `server.tls_key`"),
    ] {
        let said = said(&format!("{text}\n{REALM}"));
        assert!(said.contains(words), "{said}");
    }
    let open = "[server]\nlisten = '0.0.0.0:80'\ntrusted_proxies = ['10.0.0.1']\n";
    let said = said(&format!("{open}{REALM}origins = ['http://localhost:3000', 'http://app.example']"));
    assert!(said.contains("http://app.example is not https") && !said.contains("2 errors"), "{said}");
    assert!(
        parse(&format!("{REALM}origins = ['http://app.example']")).is_ok(),
        "on loopback it is for trying"
    );
    let inside =
        "[store]\ndata = '/d'\nmaster_key = { file = '/d/master.key' }\n[realms.a]\ncontracts = ['native']";
    assert!(self::said(inside).contains("lies inside the data folder"));
}

#[test]
fn the_example_and_the_reference_are_those_of_the_tables() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let page = root.join("docs/configuration.md");
    let (file, text) = (root.join("examples/doorward.toml"), std::fs::read_to_string(&page).unwrap());
    let (before, rest) = text.split_once("<!-- reference -->\n").unwrap();
    let (_, after) = rest.split_once("<!-- end -->").unwrap();
    let wanted = format!("{before}<!-- reference -->\n{}<!-- end -->{after}", reference::markdown());
    if Environment::of_process().get("DOORWARD_BLESS").is_some() {
        std::fs::write(&page, &wanted).unwrap();
        std::fs::write(&file, reference::example()).unwrap();
    }
    assert_eq!(std::fs::read_to_string(&page).unwrap(), wanted, "DOORWARD_BLESS=1 writes it anew");
    let example = std::fs::read_to_string(&file).unwrap();
    assert_eq!(example, reference::example(), "DOORWARD_BLESS=1 writes it anew");
    let parsed =
        parse(&example).unwrap_or_else(|error| panic!("{}", error.diagnostics().unwrap_or_default()));
    assert_eq!(parsed.realms[0].name, "shop");
    assert_eq!(parsed.limits, parse("").unwrap().limits);
    // What is commented out is good too.
    let all: String = example
        .lines()
        .map(|line| {
            let member = line.strip_prefix("# ").filter(|rest| rest.split(' ').nth(1) == Some("="));
            format!(
                "{}\n",
                member
                    .filter(|member| !example.contains(&format!("\n{} =", member.split(' ').next().unwrap())))
                    .unwrap_or(line)
            )
        })
        .collect();
    let all = all.replace("127.0.0.1:8080", "127.0.0.1:8443");
    let parsed = parse(&all).unwrap_or_else(|error| panic!("{}", error.diagnostics().unwrap_or_default()));
    assert!(parsed.server.tls.is_some() && parsed.realms[0].introspection_secret.is_some());
}

#[test]
fn mail_needs_what_its_transport_needs() {
    let secret = "password = { file = \"/p\" }\n";
    for (text, words) in [
        ("transport = \"smtp\"\nhost = \"h\"\n".to_owned(), "`mail.from` is missing: a transport is `smtp`"),
        ("transport = \"smtp\"\nfrom = \"a@b.c\"\n".to_owned(), "such as host = \"smtp.example.org\""),
        ("sms = \"webhook\"\n".to_owned(), "`mail.webhook_secret` is missing"),
        ("sms = \"smtp\"\n".to_owned(), "one of \"webhook\", \"mailbox\", \"none\" is expected"),
        (
            format!("transport = \"smtp\"\nhost = \"h\"\nfrom = \"a@b.c\"\n{secret}"),
            "`mail.username` is missing",
        ),
        (
            format!(
                "transport = \"smtp\"\nhost = \"h\"\nfrom = \"a@b.c\"\nusername = \"u\"\nsecurity = \"none\"\n{secret}"
            ),
            "the password would travel in the clear",
        ),
        ("transport = \"post\"\n".to_owned(), "one of \"smtp\", \"webhook\""),
        ("passwort = 1\n".to_owned(), "did you mean `password`?"),
    ] {
        let told = said(&format!("{REALM}[mail]\n{text}"));
        assert!(told.contains(words), "{text}: {told}");
    }
    let local = format!(
        "{REALM}[mail]\ntransport = \"smtp\"\nhost = \"localhost\"\nfrom = \"a@b.c\"\nusername = \"u\"\nsecurity = \"none\"\n{secret}"
    );
    let mail = parse(&local).unwrap().mail;
    assert_eq!((mail.port, mail.email, mail.sms), (25, Way::Smtp, Way::Nowhere));
}

#[test]
fn senders_and_gateways_are_checked_before_anything_starts() {
    let folder = tempfile::tempdir().unwrap();
    let secret = folder.path().join("secret");
    std::fs::write(&secret, "short").unwrap();
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    std::fs::set_permissions(&secret, mode).unwrap();
    let text = format!(
        "{REALM}mail_from = \"nobody\"\n[mail]\ntransport = \"smtp\"\nhost = \"h\"\nfrom = \"a@b.c\"\nsms = \"webhook\"\n\
         webhook_url = \"http://gateway.example/x\"\nwebhook_secret = {{ file = {:?} }}\n",
        secret.display().to_string()
    );
    let config = parse(&text).unwrap();
    let error = config.options(&config.secrets(Environment::default())).err().unwrap();
    let told = error.diagnostics().unwrap();
    for words in [
        "`realms.shop.mail_from`: `nobody` is no sender",
        "`mail.webhook_url`: codes would travel in the clear",
        "`mail.webhook_secret`: it is too short",
    ] {
        assert!(told.contains(words), "{words}: {told}");
    }
}
