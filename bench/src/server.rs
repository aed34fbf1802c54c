//! The program under test: built as the README builds it, run as a child process.

use crate::Broken;
use crate::client::{Connection, get};
use crate::clock::now;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;

const WORKSPACE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml");
/// All built-in contracts, as the demo has them, and the one that is measured with.
const CONTRACTS: [&str; 6] = [
    "cakes",
    "formmate",
    "haenaem",
    "biji",
    "cbs",
    concat!(env!("CARGO_MANIFEST_DIR"), "/contracts/rotating.yaml"),
];
/// A program that does not answer for so long will not.
const PATIENCE: Duration = Duration::from_secs(20);
const HEALTH: &str = "/_doorward/health";

/// Builds the release binary, with the features of `cargo run --release`, and says where it is.
pub(crate) fn build() -> Result<PathBuf, Broken> {
    let arguments = ["build", "--release", "--bin", "doorward", "--manifest-path", WORKSPACE];
    let done = Command::new(env!("CARGO")).args(arguments).status()?;
    if !done.success() {
        return Err("the release binary could not be built".into());
    }
    built()
}

/// The release binary as it was built last, wherever that was.
pub(crate) fn built() -> Result<PathBuf, Broken> {
    let own = std::env::current_exe()?;
    let target = own.parent().and_then(Path::parent).ok_or("the bench does not lie in a target folder")?;
    Ok(target.join("release").join("doorward"))
}

/// A folder for data that goes when the bench ends. It lies beside the program, on a real disk: folders for
/// temporary files may be memory.
pub(crate) fn folder(program: &Path) -> Result<TempDir, Broken> {
    let beside = program.parent().ok_or("the program lies nowhere")?;
    Ok(tempfile::Builder::new().prefix("bench-data-").tempdir_in(beside)?)
}

/// A running child process. Dropping it kills it.
pub(crate) struct Server {
    child: Child,
    /// Where it listens.
    pub(crate) address: SocketAddr,
    /// From the start of the process to its first answer.
    pub(crate) first_answer: Duration,
}

impl Server {
    /// Starts Doorward on this data folder. The access log goes where it costs nothing but being written; what
    /// else it says lies beside the folder.
    pub(crate) fn start(program: &Path, data: &Path) -> Result<Server, Broken> {
        let address = free_address()?;
        let mut command = Command::new(program);
        command.arg("--data").arg(data).args(["--listen", &address.to_string(), "serve"]).args(CONTRACTS);
        let said = data.with_extension("said");
        command.stderr(std::fs::File::create(&said)?);
        Server::spawn(command, address).map_err(|broken| {
            format!("{broken}\n{}", std::fs::read_to_string(said).unwrap_or_default()).into()
        })
    }

    /// Starts the bare handler.
    pub(crate) fn start_bare() -> Result<Server, Broken> {
        let address = free_address()?;
        let mut command = Command::new(std::env::current_exe()?);
        command.args([crate::BARE_HANDLER, &address.to_string()]);
        Server::spawn(command, address)
    }

    fn spawn(mut command: Command, address: SocketAddr) -> Result<Server, Broken> {
        command.stdin(Stdio::null()).stdout(Stdio::null());
        let started = now();
        let mut server = Server { child: command.spawn()?, address, first_answer: Duration::ZERO };
        while ask(address).is_err() {
            if let Some(status) = server.child.try_wait()? {
                return Err(format!("the server ended at once: {status}").into());
            }
            if started.elapsed() > PATIENCE {
                return Err("the server does not answer".into());
            }
            std::thread::sleep(Duration::from_micros(200));
        }
        server.first_answer = started.elapsed();
        Ok(server)
    }

    /// Its process.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Ends it the way a service manager does, and waits for that.
    pub(crate) fn stop(mut self) -> Result<(), Broken> {
        if let Some(pid) = i32::try_from(self.pid()).ok().and_then(rustix::process::Pid::from_raw) {
            rustix::process::kill_process(pid, rustix::process::Signal::TERM)?;
        }
        let status = self.child.wait()?;
        if status.success() { Ok(()) } else { Err(format!("the server ended with {status}").into()) }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // One that has ended already cannot be killed, and need not be.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Nothing listens there now; that nobody takes it in the next moment is likely enough.
fn free_address() -> Result<SocketAddr, Broken> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?)
}

/// Any answer will do: the bare handler has no health to tell.
fn ask(address: SocketAddr) -> Result<(), Broken> {
    use std::io::{Read, Write};
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.write_all(&get(HEALTH, "none"))?;
    let mut first = [0u8; 12];
    stream.read_exact(&mut first)?;
    Ok(())
}

/// Whether the server still answers a health check.
pub(crate) async fn healthy(address: SocketAddr) -> Result<(), Broken> {
    let mut connection = Connection::open(address).await?;
    connection.exchange(&get(HEALTH, "none")).await?.expect(200)
}
