//! A configuration in a scratch folder, with its master key.

use doorward_server::StartError;
use doorward_server::config::{Beside, Config, Environment};
use doorward_server::options::Options;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;

const SERVER: &str = "[server]\nlisten = \"127.0.0.1:0\"\n";
const HEAD: &str = "[ops]\nlisten = \"127.0.0.1:0\"\n[store]\nmaster_key = { file = \"master.key\" }\n";

/// Writes a configuration on free ports, and files that only their owner may read. The text is its realms; before them
/// it may go on with `[server]`.
pub(crate) fn write(folder: &Path, realms: &str, files: &[(&str, &str)]) {
    let more = realms.strip_prefix("[server]\n");
    let text = match more.and_then(|more| more.split_once("[realms")) {
        Some((more, realms)) => format!("{SERVER}{more}{HEAD}[realms{realms}"),
        None => format!("{SERVER}{HEAD}{realms}"),
    };
    std::fs::write(folder.join("doorward.toml"), text).expect("room");
    let key = ("master.key", "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=");
    for (name, text) in files.iter().chain([&key]) {
        let path = folder.join(name);
        std::fs::write(&path, text).expect("room");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).expect("ours");
    }
}

/// What a server of that configuration is assembled from, now and whenever it reads it again.
pub(crate) fn options(folder: &Path) -> Options {
    let mut options =
        read(folder).unwrap_or_else(|error| panic!("{error}\n{}", error.diagnostics().unwrap_or_default()));
    let folder = folder.to_owned();
    options.again = Some(Arc::new(move || read(&folder)));
    options
}

fn read(folder: &Path) -> Result<Options, StartError> {
    let config = Config::read(&folder.join("doorward.toml"), &Beside::default())?;
    config.options(&config.secrets(Environment::default()))
}

/// Why there can be no server of that configuration.
pub(crate) fn refusal(folder: &Path) -> String {
    let error = read(folder).err().expect("a mistake");
    error.diagnostics().unwrap_or_default().replace(&format!("{}/", folder.display()), "")
}
