//! The program `doorward`. Everything it does is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    doorward_server::cli::run(std::env::args_os())
}
