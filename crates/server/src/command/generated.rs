//! `doorward completions` and `doorward man`: what shells and `man` know of the commands, made from the commands
//! themselves.

use crate::cli::DONE;
use crate::folder::plain;
use crate::output::Output;
use crate::start_error::StartError;
use clap::Args;
use std::path::PathBuf;

/// Print what a shell needs to complete commands
#[derive(Args)]
pub(crate) struct Completions {
    /// The shell
    #[arg(value_enum)]
    shell: clap_complete::Shell,
}

/// Write the man pages, one per command
#[derive(Args)]
pub(crate) struct Man {
    /// The folder to write them into; it is made if it is not there
    #[arg(value_name = "FOLDER")]
    folder: PathBuf,
}

impl Completions {
    /// Does it.
    pub(crate) fn run(self, mut command: clap::Command, output: Output) -> u8 {
        let mut text = Vec::new();
        clap_complete::generate(self.shell, &mut command, "doorward", &mut text);
        output.text(&String::from_utf8_lossy(&text));
        DONE
    }
}

impl Man {
    /// Does it.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub(crate) fn run(self, command: clap::Command, output: Output) -> Result<u8, StartError> {
        let folder = self.folder.display();
        let refused =
            |error: std::io::Error| StartError::new(format!("cannot write into {folder}: {}", plain(&error)));
        std::fs::create_dir_all(&self.folder).map_err(refused)?;
        clap_mangen::generate_to(command, &self.folder).map_err(refused)?;
        if !output.json() {
            output.text(&format!("{folder}: see man -l {folder}/doorward.1\n"));
        }
        Ok(DONE)
    }
}
