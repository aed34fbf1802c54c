//! The command line's end of the control socket.

use super::{Asked, LONGEST};
use crate::account::Reply;
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
pub fn ask(socket: &Path, request: &Asked) -> Result<Option<Reply>, StartError> {
    let Ok(stream) = UnixStream::connect(socket) else { return Ok(None) };
    let broken = |error: &std::io::Error| {
        StartError::new(format!("the running server does not answer: {}", plain(error)))
    };
    let answer = exchange(stream, request).map_err(|error| broken(&error))?;
    if answer.is_empty() {
        return Err(StartError::new(
            "the running server ended before it answered: what was asked may have been done or not",
        ));
    }
    serde_json::from_str(&answer)
        .map(Some)
        .map_err(|_| StartError::new("the running server answers in another version's words"))
}

fn exchange(mut stream: UnixStream, request: &Asked) -> std::io::Result<String> {
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let mut line = Zeroizing::new(serde_json::to_string(request).map_err(std::io::Error::other)?);
    line.push('\n');
    stream.write_all(line.as_bytes())?;
    let mut answer = String::new();
    BufReader::new(stream.take(LONGEST)).read_line(&mut answer)?;
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::{Request, Work};
    use std::os::unix::net::UnixListener;

    /// What a command is told when the server reads its line and does this.
    fn told(server: fn(UnixStream)) -> String {
        let scratch = tempfile::tempdir().unwrap();
        let path = scratch.path().join("control.sock");
        let listener = UnixListener::bind(&path).unwrap();
        let serving = std::thread::spawn(move || {
            let stream = listener.accept().unwrap().0;
            BufReader::new(&stream).read_line(&mut String::new()).unwrap();
            server(stream);
        });
        let request = Request { realm: "r".to_owned(), identifiers: Vec::new(), work: Work::List };
        let request = Asked::Account(request);
        let error = ask(&path, &request).unwrap_err().to_string();
        serving.join().unwrap();
        error
    }

    #[test]
    fn a_server_that_ends_is_told_from_another_version() {
        assert!(told(drop).contains("ended before it answered"));
        let other = told(|mut stream| stream.write_all(b"{\"Other\":1}\n").unwrap());
        assert!(other.contains("another version"), "{other}");
    }
}
