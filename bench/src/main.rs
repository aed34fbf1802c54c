//! Prints Doorward's figures from one run: the real release binary as a child process on the loopback, beside
//! the bare parts that bound it, measured in turn with the same client. `README.md` says how to read them.

mod bare;
mod client;
mod clock;
mod load;
mod measure;
mod plan;
mod process;
mod report;
mod scripts;
mod server;

use plan::Plan;
use report::Report;
use std::path::Path;
use std::process::ExitCode;

/// Something that the bench stumbled over: it ends with the text.
type Broken = Box<dyn std::error::Error + Send + Sync>;

/// How the bench calls itself to be the bare handler.
const BARE_HANDLER: &str = "--bare-handler";

const USAGE: &str = "usage: doorward-bench [--short] [--as-built] [--only PART]";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match arguments.as_slice() {
        [BARE_HANDLER, listen] => bare::handler::serve(listen),
        arguments => asked(arguments),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(broken) => {
            report::complain(&broken.to_string());
            ExitCode::from(2)
        }
    }
}

fn asked(arguments: &[&str]) -> Result<(), Broken> {
    let (mut plan, mut find, mut only) = (Plan::full(), server::build as fn() -> _, None);
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        match *argument {
            "--short" => plan = Plan::short(),
            "--as-built" => find = server::built,
            "--only" => only = Some(*arguments.next().ok_or(USAGE)?),
            _ => return Err(USAGE.into()),
        }
    }
    run(&plan, &find()?, only)
}

fn run(plan: &Plan, program: &Path, only: Option<&str>) -> Result<(), Broken> {
    let folder = server::folder(program)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut report = Report::default();
    let bench = measure::Bench { plan, program, folder: folder.path(), runtime: &runtime };
    measure::all(&bench, only, &mut report)?;
    report.end();
    Ok(())
}
