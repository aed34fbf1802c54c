//! A configuration in a scratch folder, with its master key.

use doorward_server::config::{Beside, Config, Environment};
use doorward_server::options::Options;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

const HEAD: &str = "[server]\nlisten = \"127.0.0.1:0\"\n[ops]\nlisten = \"127.0.0.1:0\"\n[store]\nmaster_key = { file = \"master.key\" }\n";

/// Writes a configuration on free ports, its realms as they are given, and files that only their owner may read.
pub(crate) fn write(folder: &Path, realms: &str, files: &[(&str, &str)]) {
    std::fs::write(folder.join("doorward.toml"), format!("{HEAD}{realms}")).expect("room");
    let key = ("master.key", "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=");
    for (name, text) in files.iter().chain([&key]) {
        let path = folder.join(name);
        std::fs::write(&path, text).expect("room");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).expect("ours");
    }
}

/// What a server of that configuration is assembled from.
pub(crate) fn options(folder: &Path) -> Options {
    let config = Config::read(&folder.join("doorward.toml"), &Beside::default());
    let options = config.and_then(|config| config.options(&config.secrets(Environment::default())));
    options.unwrap_or_else(|error| panic!("{error}\n{}", error.diagnostics().unwrap_or_default()))
}

/// Why there can be no server of that configuration.
pub(crate) fn refusal(folder: &Path) -> String {
    let config = Config::read(&folder.join("doorward.toml"), &Beside::default());
    let error = config.and_then(|config| config.options(&config.secrets(Environment::default()))).err();
    let error = error.expect("a mistake");
    error.diagnostics().unwrap_or_default().replace(&format!("{}/", folder.display()), "")
}
