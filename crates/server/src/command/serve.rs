//! `doorward serve`: serves until it is told to stop.

use crate::banner::Banner;
use crate::cli::{DONE, Global};
use crate::clock::SystemClock;
use crate::config::{Beside, Config, Environment, LogSection};
use crate::contracts::{Contract, is_realm_name};
use crate::folder::{DataFolder, plain};
use crate::open_files::room_for_connections;
use crate::options::Options;
use crate::output::Output;
use crate::pages::PageRealm;
use crate::reload::{Again, Reloaded};
use crate::start_error::StartError;
use crate::telemetry::{AccessFile, FaultLog, log_faults};
use crate::wiring::{Running, assemble};
use clap::Args;
use doorward_http::ClientKey;
use ipnet::IpNet;
use std::net::{SocketAddr, ToSocketAddrs};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// Whatever is still being answered after this long is cut off.
const PATIENCE: Duration = Duration::from_secs(7);

/// Serve contracts.
#[derive(Args)]
pub(crate) struct Serve {
    /// Built-in contracts by name, or contract files; one alone is served at `/`, several at `/NAME`
    #[arg(value_name = "CONTRACT|FILE")]
    contracts: Vec<String>,
    /// Contracts that share one realm's accounts, served at `/CONTRACT` each; may be given several times
    #[arg(long, value_name = "NAME=CONTRACT,CONTRACT")]
    realm: Vec<String>,
    /// A proxy whose X-Forwarded-For and X-Forwarded-Proto are believed; may be given several times
    #[arg(long, value_name = "ADDRESS|CIDR", value_parser = network)]
    trusted_proxy: Vec<IpNet>,
    /// A key that clients show by a security scheme with `client_key`, in a file; may be given several times
    #[arg(long, value_name = "SCHEME=FILE")]
    client_key: Vec<String>,
}

impl Serve {
    /// Serves until SIGTERM or SIGINT.
    ///
    /// # Errors
    /// It cannot start.
    pub(crate) fn run(self, global: &Global, output: Output) -> Result<u8, StartError> {
        let beside = global.beside();
        let config = global.config.as_ref().map(|file| Config::read(file, &beside)).transpose()?;
        if let Some(config) = config.filter(|config| !config.realms.is_empty()) {
            self.refuse_arguments()?;
            let secrets = config.secrets(Environment::of_process());
            let mut options = config.options(&secrets)?;
            options.again = global.config.clone().map(|file| {
                let again: Again = Arc::new(move || {
                    let mut options = Config::read(&file, &beside)?.options(&secrets)?;
                    options.bounds.connections = options.bounds.connections.min(room_for_connections());
                    Ok(options)
                });
                again
            });
            return until_told((options, config.log), output);
        }
        let (options, log) = demo(global)?;
        until_told((self.over(options)?, log), output)
    }

    /// What the configuration says is not said again.
    fn refuse_arguments(&self) -> Result<(), StartError> {
        for (given, name, instead) in [
            (!self.contracts.is_empty(), "a contract", "`contracts` of [realms.NAME]"),
            (!self.realm.is_empty(), "--realm", "[realms.NAME]"),
            (!self.trusted_proxy.is_empty(), "--trusted-proxy", "`trusted_proxies` of [server]"),
            (!self.client_key.is_empty(), "--client-key", "`client_keys` of [realms.NAME]"),
        ] {
            if given {
                return Err(StartError::new(format!(
                    "{name} is said twice: with a configuration, write {instead}"
                )));
            }
        }
        Ok(())
    }

    /// The arguments over the demo's options.
    fn over(self, mut options: Options) -> Result<Options, StartError> {
        if !self.contracts.is_empty() || !self.realm.is_empty() {
            let found: Result<Vec<Contract>, StartError> =
                self.contracts.iter().map(|argument| Contract::find(argument)).collect();
            let mut contracts = found?;
            for given in &self.realm {
                contracts.extend(realm(given)?);
            }
            options = options.serving(contracts);
        }
        options.trusted_proxies = self.trusted_proxy;
        options.client_keys =
            self.client_key.iter().map(|given| client_key(given)).collect::<Result<_, _>>()?;
        Ok(options)
    }
}

/// The demo's options: on a loopback address, with the limits of a configuration that has no realms.
///
/// # Errors
/// The address can be reached from other machines, or a variable would be passed over.
pub(super) fn demo(global: &Global) -> Result<(Options, LogSection), StartError> {
    let mut options = Options::demo(&global.data);
    options.listen = vec![address(&global.listen)?];
    let environment = Environment::of_process();
    match &global.config {
        Some(file) => {
            let config = Config::read(file, &Beside { environment, ..Beside::default() })?;
            config.limits.apply(&mut options);
            Ok((options, config.log))
        }
        None => match environment.first_override() {
            Some(name) => Err(StartError::new(format!(
                "{name} is set, and there is no configuration that it could lie over: add --config FILE, or unset it"
            ))),
            None => Ok((options, LogSection::default())),
        },
    }
}

/// What is said on standard error.
fn fault_log(log: &LogSection, output: Output) -> FaultLog {
    let text = match log.format.as_str() {
        "text" => true,
        "json" => false,
        _ => output.coloured(),
    };
    FaultLog { level: log.level.clone(), text }
}

/// Serves until SIGTERM or SIGINT; how the program was called is filled in here.
///
/// # Errors
/// It cannot start.
pub(super) fn until_told(
    (mut options, log): (Options, LogSection),
    output: Output,
) -> Result<u8, StartError> {
    options.bounds.connections = options.bounds.connections.min(room_for_connections());
    options.program = std::env::args().next().unwrap_or(options.program);
    let started = |error: &std::io::Error| StartError::new(format!("cannot start: {}", plain(error)));
    let said = fault_log(&log, output);
    let faults = log_faults(&said);
    let (log, writer) = AccessFile::start(Box::new(std::io::stdout()), Arc::new(SystemClock))
        .map_err(|error| started(&error))?;
    options.access_log = Arc::new(log);
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(|error| started(&error))?;
    let served = runtime.block_on(serve(options, said.text, output));
    runtime.shutdown_timeout(Duration::from_millis(500));
    writer.finish();
    drop(faults);
    served.map(|()| DONE)
}

async fn serve(options: Options, log_is_text: bool, output: Output) -> Result<(), StartError> {
    let refused =
        |error: std::io::Error| StartError::new(format!("cannot wait for signals: {}", plain(&error)));
    let mut terminate = signal(SignalKind::terminate()).map_err(refused)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(refused)?;
    // Without a configuration a hang-up ends the program, as it does any other.
    let hang_up =
        options.again.is_some().then(|| signal(SignalKind::hangup()).map_err(refused)).transpose()?;
    let (program, data, is_demo) = (options.program.clone(), options.data.clone(), options.master.is_none());
    let running = assemble(options).await?;
    greet(&running, (&data, &program), is_demo, output)?;
    match hang_up {
        None => told_to_stop(&mut terminate, &mut interrupt).await,
        Some(mut hang_up) => loop {
            tokio::select! {
                () = told_to_stop(&mut terminate, &mut interrupt) => break,
                _ = hang_up.recv() => tell(running.reload().await.as_ref(), log_is_text.then_some(output)),
            }
        },
    }
    // What did not end in time is cut off: the program ends now.
    let _ = tokio::time::timeout(PATIENCE, running.shutdown()).await;
    Ok(())
}

/// Says what became of reading everything again. Where people read the log, mistakes are shown as a compiler would; for
/// programs they are in the log's line.
fn tell(reloaded: Option<&Reloaded>, shown: Option<Output>) {
    match reloaded {
        None => {}
        Some(Reloaded::Good(later)) => {
            tracing::info!("the configuration was read again, and answers from now on");
            for member in later {
                tracing::warn!(member, "this has changed, and waits for a restart");
            }
        }
        Some(Reloaded::Kept(error)) => {
            let why = "the configuration is broken; the last good one goes on answering";
            match (error.diagnostics(), shown) {
                (Some(diagnostics), Some(output)) => {
                    output.aside(&format!("{diagnostics}\n\n"));
                    tracing::error!(%error, "{why}");
                }
                _ => tracing::error!(%error, found = error.json()["diagnostics"].to_string(), "{why}"),
            }
        }
    }
}

async fn told_to_stop(terminate: &mut Signal, interrupt: &mut Signal) {
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}

/// Says where everything is. It goes to standard error: standard output is the access log.
fn greet(running: &Running, around: (&Path, &str), is_demo: bool, output: Output) -> Result<(), StartError> {
    let folder = DataFolder::open(around.0)?;
    let realms: Vec<PageRealm> = running
        .realms
        .iter()
        .map(|realm| PageRealm::new(realm, &realm.place.url(&running.url()), around))
        // What to try is for trying: a deployment's accounts are real ones.
        .map(|realm| if is_demo { realm } else { realm.without_examples() })
        .collect();
    let (url, key) = (running.url(), folder.key_file());
    let ops = running.ops.map_or_else(|| url.clone(), |ops| format!("http://{ops}"));
    let key = is_demo.then_some(key.as_path());
    let banner = Banner { url: &url, ops: &ops, realms: &realms, data: folder.path(), key };
    if output.json() {
        output.aside(&format!("{}\n", banner.json()));
    } else {
        output.aside(&format!("{}\n", banner.text()));
    }
    Ok(())
}

/// The address to listen on: of this machine only, as long as there is no configuration.
pub(super) fn address(text: &str) -> Result<SocketAddr, StartError> {
    let mut found = text.to_socket_addrs().map_err(|_| {
        StartError::new(format!(
            "{text} is no address to listen on: HOST:PORT is expected, such as 127.0.0.1:8080"
        ))
    })?;
    let address =
        found.next().ok_or_else(|| StartError::new(format!("{text} is no address of this machine")))?;
    if !address.ip().is_loopback() {
        return Err(StartError::new(format!(
            "{text} can be reached from other machines: without a configuration only loopback addresses such as 127.0.0.1:8080 are served"
        )));
    }
    Ok(address)
}

/// The contracts of one realm.
fn realm(given: &str) -> Result<Vec<Contract>, StartError> {
    let Some((name, contracts)) = given.split_once('=').filter(|(name, _)| is_realm_name(name)) else {
        return Err(StartError::new(format!(
            "NAME=CONTRACT,CONTRACT is expected for a realm, its name of letters, digits, - and _, not {given}"
        )));
    };
    contracts.split(',').map(|contract| Ok(Contract::find(contract.trim())?.within(name))).collect()
}

/// A client key from its file, without the line's end.
pub(super) fn client_key(given: &str) -> Result<ClientKey, StartError> {
    let Some((scheme, file)) = given.split_once('=').filter(|(scheme, _)| !scheme.is_empty()) else {
        return Err(StartError::new(format!("SCHEME=FILE is expected for a client key, not {given}")));
    };
    let text = std::fs::read_to_string(file)
        .map_err(|error| StartError::new(format!("cannot read the client key {file}: {}", plain(&error))))?;
    let key = text.trim();
    if key.is_empty() || key.chars().any(char::is_control) {
        return Err(StartError::new(format!("{file} holds no client key: one line of text is expected")));
    }
    Ok(ClientKey { scheme: scheme.to_owned(), key: key.to_owned() })
}

fn network(text: &str) -> Result<IpNet, String> {
    crate::config::network(text)
        .ok_or_else(|| "an address or a CIDR such as 10.0.0.0/8 is expected".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_addresses_without_a_configuration() {
        assert_eq!(address("127.0.0.1:8080").unwrap().port(), 8080);
        assert!(address("[::1]:8080").is_ok());
        for text in ["0.0.0.0:8080", "[::]:8080", "192.0.2.1:80"] {
            assert!(address(text).unwrap_err().to_string().contains("other machines"), "{text}");
        }
        for text in ["8080", "127.0.0.1", "127.0.0.1:99999", ""] {
            assert!(address(text).unwrap_err().to_string().contains("is no address"), "{text}");
        }
    }

    #[test]
    fn a_client_key_is_one_line_of_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("app.key");
        let given = format!("app={}", file.display());
        let said = |given: &str| client_key(given).err().unwrap().to_string();
        assert!(said(&given).starts_with("cannot read the client key "));
        std::fs::write(&file, "s3cret-of-the-app\n").unwrap();
        let key = client_key(&given).ok().unwrap();
        assert_eq!((key.scheme.as_str(), key.key.as_str()), ("app", "s3cret-of-the-app"));
        for text in ["", "\n", "a\nb"] {
            std::fs::write(&file, text).unwrap();
            assert!(said(&given).ends_with("one line of text is expected"), "{text:?}");
        }
        assert!(said("app").starts_with("SCHEME=FILE"));
    }

    #[test]
    fn a_proxy_is_an_address_or_a_network() {
        assert_eq!(network("127.0.0.1").unwrap(), "127.0.0.1/32".parse().unwrap());
        assert_eq!(network("2001:db8::/32").unwrap().to_string(), "2001:db8::/32");
        for text in ["", "localhost", "10.0.0.0/33", "*"] {
            assert!(network(text).is_err(), "{text}");
        }
    }
}
