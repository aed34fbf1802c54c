//! The command line: what can be asked, and who does it.

use crate::command::{
    account, audit, backup, config, contract, doctor, generated, keys, mail, serve, session,
};
use crate::config::{Beside, Config, Environment};
use crate::output::Output;
use crate::start_error::StartError;
use clap::error::ErrorKind;
use clap::{CommandFactory, Parser, Subcommand};
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

/// One hardened auth server that speaks your API.
#[derive(Parser)]
#[command(
    name = "doorward",
    version,
    about = "One hardened auth server that speaks your API",
    propagate_version = true
)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

/// What every command takes.
#[derive(clap::Args, Clone)]
pub struct Global {
    /// The data folder; with a configuration, in place of its `store.data` [default: ./doorward-data]
    #[arg(long = "data", global = true, value_name = "FOLDER")]
    given_data: Option<PathBuf>,
    /// The data folder that holds.
    #[arg(skip)]
    pub data: PathBuf,
    /// The address that `serve` listens on; with a configuration, in place of its `server.listen`
    /// [default: 127.0.0.1:8080]
    #[arg(long = "listen", global = true, value_name = "ADDRESS")]
    given_listen: Option<String>,
    /// The address that holds without a configuration.
    #[arg(skip)]
    pub listen: String,
    /// The configuration file (see `doorward config`)
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Say everything as JSON
    #[arg(long, global = true)]
    pub json: bool,
}

impl Global {
    /// Fills in what was not said.
    fn settle(&mut self) {
        self.data = self.given_data.clone().unwrap_or_else(|| PathBuf::from("./doorward-data"));
        self.listen = self.given_listen.clone().unwrap_or_else(|| "127.0.0.1:8080".to_owned());
    }

    /// What lies over a configuration: the environment, and the arguments that were given.
    #[must_use]
    pub fn beside(&self) -> Beside {
        let data =
            self.given_data.as_ref().map(|data| ("--data", ["store", "data"], data.display().to_string()));
        let listen = self.given_listen.clone().map(|listen| ("--listen", ["server", "listen"], listen));
        let arguments = data.into_iter().chain(listen).collect();
        Beside { environment: Environment::of_process(), arguments }
    }

    /// The configuration of the deployment, if there is one; from then on `data` is its data folder.
    ///
    /// # Errors
    /// It cannot be read, or is wrong.
    pub fn deployment(&mut self) -> Result<Option<Config>, StartError> {
        let Some(file) = &self.config else { return Ok(None) };
        let config = Config::read(file, &self.beside())?;
        if config.realms.is_empty() {
            return Ok(None);
        }
        self.data = config.data();
        Ok(Some(config))
    }
}

#[derive(Subcommand)]
enum Command {
    /// Serve contracts: all built-in ones, or those that are named
    Serve(serve::Serve),
    /// Look at contracts
    #[command(subcommand)]
    Contract(contract::Contract),
    /// Look at the configuration
    #[command(subcommand)]
    Config(config::ConfigCommand),
    /// Look after accounts, while a server runs or without one
    #[command(subcommand)]
    Account(account::Account),
    /// Look at the audit trail, and prove that nobody has changed it
    #[command(subcommand)]
    Audit(audit::Audit),
    /// Look after the keys that tokens are signed with
    #[command(subcommand)]
    Keys(keys::Keys),
    Backup(backup::Backup),
    Doctor(doctor::Doctor),
    Completions(generated::Completions),
    Man(generated::Man),
    /// Look after the sessions of an account, while a server runs or without one
    #[command(subcommand)]
    Session(session::Sessions),
    Restore(backup::Restore),
    /// Look after the messages that wait to be delivered, while a server runs or without one
    #[command(subcommand)]
    Mail(mail::Mail),
}

/// Done.
pub const DONE: u8 = 0;
/// The answer is no: an unknown account, a contract with errors.
pub const NO: u8 = 1;
/// It could not be tried: bad flags, a taken port, an unwritable folder.
pub const UNUSABLE: u8 = 2;

/// Reads the arguments and does what they ask.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let json = arguments.iter().any(|argument| argument == "--json");
    let cli = match Cli::try_parse_from(&arguments) {
        Ok(cli) => cli,
        Err(error) => return ExitCode::from(refuse(&error, Output::new(json))),
    };
    let (mut global, output) = (cli.global, Output::new(json));
    global.settle();
    let done = match cli.command {
        Command::Serve(command) => command.run(&global, output),
        Command::Contract(command) => command.run(&global, output),
        Command::Config(command) => command.run(&global, output),
        Command::Audit(command) => {
            global.deployment().and_then(|deployed| command.run((&global, deployed.as_ref()), output))
        }
        Command::Doctor(command) => {
            global.deployment().and_then(|deployed| command.run((&global, deployed.as_ref()), output))
        }
        Command::Completions(command) => Ok(command.run(Cli::command(), output)),
        Command::Man(command) => command.run(Cli::command(), output),
        Command::Session(command) => {
            global.deployment().and_then(|deployed| command.run((&global, deployed.as_ref()), output))
        }
        Command::Backup(command) => {
            global.deployment().and_then(|deployed| command.run((&global, deployed.as_ref()), output))
        }
        Command::Restore(command) => {
            global.deployment().and_then(|deployed| command.run((&global, deployed.as_ref()), output))
        }
        Command::Keys(command) => {
            global.deployment().and_then(|deployed| command.run((&global, deployed.as_ref()), output))
        }
        Command::Account(command) => {
            global.deployment().and_then(|deployed| command.run((&global, deployed.as_ref()), output))
        }
        Command::Mail(command) => {
            global.deployment().and_then(|deployed| command.run((&global, deployed.as_ref()), output))
        }
    };
    ExitCode::from(match done {
        Ok(code) => code,
        Err(error) => {
            refuse_to_start(&error, output);
            UNUSABLE
        }
    })
}

/// Says why it could not be tried: one line of JSON, or diagnostics and a sentence.
fn refuse_to_start(error: &StartError, output: Output) {
    if output.json() {
        return output.aside(&format!("{}\n", error.json()));
    }
    if let Some(diagnostics) = error.diagnostics() {
        output.aside(&format!("{diagnostics}\n\n"));
    }
    output.error(&error.to_string());
}

/// What the argument parser says: help on standard output, or one sentence on standard error.
fn refuse(error: &clap::Error, output: Output) -> u8 {
    let text = error.render().to_string();
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            output.text(&text);
            DONE
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            output.aside(&text);
            UNUSABLE
        }
        _ => {
            output.error(&sentence(&text));
            UNUSABLE
        }
    }
}

/// The parser's words without usage, on one line.
fn sentence(text: &str) -> String {
    let mut paragraphs = text.split("\n\n").map(str::trim);
    let mistake = paragraphs.next().unwrap_or(text);
    let mistake = mistake.strip_prefix("error: ").unwrap_or(mistake);
    let alike = paragraphs.find_map(|paragraph| paragraph.strip_prefix("tip: a similar "));
    let alike = alike.map(|alike| format!("; a similar {alike}")).unwrap_or_default();
    let said = format!("{mistake}{alike}");
    let words: Vec<&str> = said.split_whitespace().collect();
    format!("{} (see doorward --help)", words.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_commands_are_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_mistake_is_one_sentence() {
        for (arguments, said) in [
            (vec!["doorward", "serve", "--lisen", "x"], "--lisen"),
            (vec!["doorward", "account", "show"], "--realm"),
            (vec!["doorward", "nosuch"], "nosuch"),
            (vec!["doorward", "serve", "--lisen", "x"], "found; a similar argument exists: '--listen' (see"),
            (vec!["doorward", "serve", "--nope"], "unexpected argument '--nope' found (see"),
        ] {
            let error = Cli::try_parse_from(&arguments).err().unwrap();
            let sentence = sentence(&error.render().to_string());
            assert!(sentence.contains(said), "{sentence}");
            assert!(!sentence.contains('\n') && !sentence.contains("Usage"), "{sentence}");
        }
    }
}
