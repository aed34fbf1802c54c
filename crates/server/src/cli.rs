//! The command line: what can be asked, and who does it.

use crate::command::{account, contract, serve};
use crate::output::Output;
use crate::start_error::StartError;
use clap::error::ErrorKind;
use clap::{Parser, Subcommand};
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
    /// The data folder
    #[arg(long, global = true, value_name = "FOLDER", default_value = "./doorward-data")]
    pub data: PathBuf,
    /// The address that `serve` listens on
    #[arg(long, global = true, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    pub listen: String,
    /// The configuration file of `serve`; this version reads its `[limits]`
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Say everything as JSON
    #[arg(long, global = true)]
    pub json: bool,
}

#[derive(Subcommand)]
enum Command {
    /// Serve contracts: all built-in ones, or those that are named
    Serve(serve::Serve),
    /// Look at contracts
    #[command(subcommand)]
    Contract(contract::Contract),
    /// Look after accounts, while a server runs or without one
    #[command(subcommand)]
    Account(account::Account),
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
    let output = Output::new(cli.global.json);
    let done = match cli.command {
        Command::Serve(command) => command.run(&cli.global, output),
        Command::Contract(command) => command.run(&cli.global, output),
        Command::Account(command) => command.run(&cli.global, output),
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
    use clap::CommandFactory;

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
