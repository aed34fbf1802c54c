//! The command line's end of the control socket.

use super::LONGEST;
use crate::account::{Reply, Request};
use crate::folder::plain;
use crate::start_error::StartError;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;
use zeroize::Zeroizing;

/// An account command waits for one hash and one commit, never for this long.
const PATIENCE: Duration = Duration::from_secs(30);

/// Asks the server that listens here; nothing when none does.
///
/// # Errors
/// It listens and does not answer.
pub fn ask(socket: &Path, request: &Request) -> Result<Option<Reply>, StartError> {
    let Ok(stream) = UnixStream::connect(socket) else { return Ok(None) };
    let broken = |error: &std::io::Error| {
        StartError::new(format!("the running server does not answer: {}", plain(error)))
    };
    let answer = exchange(stream, request).map_err(|error| broken(&error))?;
    serde_json::from_str(&answer)
        .map(Some)
        .map_err(|_| StartError::new("the running server answers in another version's words"))
}

fn exchange(mut stream: UnixStream, request: &Request) -> std::io::Result<String> {
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let mut line = Zeroizing::new(serde_json::to_string(request).map_err(std::io::Error::other)?);
    line.push('\n');
    stream.write_all(line.as_bytes())?;
    let mut answer = String::new();
    BufReader::new(stream.take(LONGEST)).read_line(&mut answer)?;
    Ok(answer)
}
