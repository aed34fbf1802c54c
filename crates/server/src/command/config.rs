//! `doorward config …`: looks at a configuration without starting anything.

use crate::cli::{DONE, Global, NO};
use crate::config::reference::explained;
use crate::config::{Beside, Config, Environment, Group, Setting};
use crate::output::Output;
use crate::start_error::StartError;
use clap::Subcommand;
use serde_json::{Value, json};
use std::fmt::Write;

/// Look at the configuration.
#[derive(Subcommand)]
pub(crate) enum ConfigCommand {
    /// Check it whole, with its contracts, secrets and certificates; nothing is started
    Check,
    /// Show what holds, and where each value comes from; secrets are never read
    Show,
    /// Say what a key means: a section (limits) or a member (limits.window)
    Explain {
        /// The key
        #[arg(value_name = "KEY")]
        key: String,
    },
}

impl ConfigCommand {
    /// Does it.
    ///
    /// # Errors
    /// There is no configuration, or it cannot be read.
    pub(crate) fn run(self, global: &Global, output: Output) -> Result<u8, StartError> {
        match self {
            ConfigCommand::Check => check(global, output),
            ConfigCommand::Show => show(global, output),
            ConfigCommand::Explain { key } => Ok(explain(&key, output)),
        }
    }
}

fn read(global: &Global, beside: &Beside) -> Result<Config, StartError> {
    let file = global
        .config
        .as_ref()
        .ok_or_else(|| StartError::new("no configuration is named: add --config FILE"))?;
    Config::read(file, beside)
}

fn check(global: &Global, output: Output) -> Result<u8, StartError> {
    let beside = global.beside();
    let checked = read(global, &beside).and_then(|config| {
        let options = config.options(&config.secrets(Environment::of_process()))?;
        Ok((config, options.realms))
    });
    let (config, realms) = match checked {
        Ok(good) => good,
        // What is wrong with the file is what was asked for; that there is none is not.
        Err(error) if error.diagnostics().is_some() => {
            if output.json() {
                output.value(&error.json());
            } else {
                output.aside(&format!("{}\n\n", error.diagnostics().unwrap_or_default()));
                output.error(&error.to_string());
            }
            return Ok(NO);
        }
        Err(error) => return Err(error),
    };
    let listen: Vec<String> = config.server.listen.iter().map(ToString::to_string).collect();
    if output.json() {
        let realms = realms.iter().map(|realm| {
            let contracts = realm.contracts.iter();
            let contracts: Vec<Value> = contracts
                .map(|placed| json!({"contract": placed.contract.name, "hosts": placed.hosts, "path": format!("{}/", placed.prefix)}))
                .collect();
            json!({"realm": realm.name, "contracts": contracts})
        });
        let realms: Vec<Value> = realms.collect();
        output.value(&json!({"file": config.source.name, "good": true, "listen": listen, "realms": realms}));
        return Ok(DONE);
    }
    let mut text = format!("{}: good\n", config.source.name);
    for realm in &realms {
        for placed in &realm.contracts {
            let hosts =
                if placed.hosts.is_empty() { "every other host".to_owned() } else { placed.hosts.join(", ") };
            let _ =
                writeln!(text, "  {}: {} at {hosts}, {}/", realm.name, placed.contract.name, placed.prefix);
        }
    }
    output.text(&text);
    Ok(DONE)
}

fn show(global: &Global, output: Output) -> Result<u8, StartError> {
    let config = read(global, &global.beside())?;
    if output.json() {
        let setting = |group: &Group, setting: &Setting| {
            json!({
                "key": group.key(setting.member.name),
                "value": setting.value.json(),
                "from": config.source.json(&setting.at),
            })
        };
        let all =
            config.groups.iter().flat_map(|group| group.settings.iter().map(move |one| setting(group, one)));
        output.value(&all.collect());
        return Ok(DONE);
    }
    let mut text = String::new();
    for group in config.groups.iter().filter(|group| !group.settings.is_empty()) {
        let _ = writeln!(text, "{}{}", if text.is_empty() { "" } else { "\n" }, group.header());
        let lines: Vec<(String, String)> = group
            .settings
            .iter()
            .map(|one| (format!("{} = {}", one.member.name, one.value.toml()), config.source.words(&one.at)))
            .collect();
        let width = lines.iter().map(|(line, _)| line.chars().count()).filter(|width| *width <= 60).max();
        for (line, from) in lines {
            let _ = writeln!(text, "{line:<width$}  # {from}", width = width.unwrap_or(0));
        }
    }
    output.text(&text);
    Ok(DONE)
}

fn explain(key: &str, output: Output) -> u8 {
    match explained(key) {
        Ok(found) if output.json() => output.value(&found.json()),
        Ok(found) => output.text(&found.text()),
        Err(sentence) => {
            output.error(&sentence);
            return NO;
        }
    }
    DONE
}
