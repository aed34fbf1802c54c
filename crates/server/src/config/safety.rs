//! What a configuration must not say, because strangers could make use of it.

use super::mistake::{Mistake, Place};
use super::{Config, SecretSource};
use std::net::IpAddr;

/// What is unsafe about it.
pub(super) fn mistakes(config: &Config) -> Vec<Mistake> {
    if config.realms.is_empty() {
        return without_realms(config);
    }
    let mut found = Vec::new();
    addresses(config, &mut found);
    proxies(config, &mut found);
    origins(config, &mut found);
    master_key(config, &mut found);
    found
}

/// A file without realms only sets limits: for the demo.
fn without_realms(config: &Config) -> Vec<Mistake> {
    let of_a_deployment = |name: &str| matches!(name, "server" | "ops" | "store" | "mail");
    let said = config.groups.iter().filter(|group| of_a_deployment(group.section.name));
    let said = said.filter(|group| matches!(group.at, Place::File(_) | Place::Variable(_)));
    let mistake = |group: &super::Group| {
        Mistake::new(&group.at, format!("{} without a realm", group.header()))
            .help("add [realms.NAME] with `contracts`: without realms a configuration only sets [limits] and [log] of the demo")
    };
    said.map(mistake).collect()
}

/// Whether clients on other machines reach it.
pub(super) fn is_open(config: &Config) -> bool {
    config.server.listen.iter().any(|address| !address.ip().is_loopback())
}

fn addresses(config: &Config, found: &mut Vec<Mistake>) {
    if let Some(ops) = config.ops.listen.filter(|ops| ops.port() != 0) {
        let same = |at: &&std::net::SocketAddr| {
            at.port() == ops.port()
                && (at.ip() == ops.ip() || at.ip().is_unspecified() || ops.ip().is_unspecified())
        };
        if config.server.listen.iter().any(|at| same(&at)) {
            let said = format!("`ops.listen`: {ops} is where clients are answered");
            found.push(
                Mistake::new(&config.at("ops", "listen"), said)
                    .help("give operators another port: clients must not reach it"),
            );
        }
    }
    if is_open(config) && config.server.tls.is_none() && config.server.trusted_proxies.is_empty() {
        let said = "`server.listen` can be reached from other machines without TLS, and passwords would travel in the clear";
        found.push(Mistake::new(&config.at("server", "listen"), said).help(
            "add tls_certificate and tls_key, or name the proxy that speaks TLS in trusted_proxies, or listen on 127.0.0.1",
        ));
    }
}

fn proxies(config: &Config, found: &mut Vec<Mistake>) {
    for network in config.server.trusted_proxies.iter().filter(|network| network.prefix_len() == 0) {
        let said = format!(
            "`server.trusted_proxies`: {network} is everybody, who could then choose the address that limits count by"
        );
        let at = config.at("server", "trusted_proxies");
        found.push(Mistake::new(&at, said).help("name the networks of your own proxies"));
    }
}

fn origins(config: &Config, found: &mut Vec<Mistake>) {
    if !is_open(config) {
        return;
    }
    for realm in &config.realms {
        let clear = |origin: &&String| origin.strip_prefix("http://").is_some_and(|rest| !is_local(rest));
        for origin in realm.origins.iter().filter(clear) {
            let said = format!("`{}`: {origin} is not https", realm.group.key("origins"));
            found.push(
                Mistake::new(&realm.group.at("origins"), said)
                    .help("whoever is on the way could change that page, and act for its users; http is for 127.0.0.1 and localhost"),
            );
        }
    }
}

fn is_local(authority: &str) -> bool {
    let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host);
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

/// Beside the data it would be copied with it: then it protects nothing.
fn master_key(config: &Config, found: &mut Vec<Mistake>) {
    let Some(SecretSource::File(file)) = &config.store.master_key else { return };
    let (file, data) = (config.folder().join(file), config.data());
    let real = |path: &std::path::Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    if real(&file).starts_with(real(&data)) || file.starts_with(&data) {
        let said = format!("`store.master_key`: {} lies inside the data folder", file.display());
        found.push(Mistake::new(&config.at("store", "master_key"), said).help(
            "whoever copies the folder would have both: keep it elsewhere, such as /etc/doorward/master.key",
        ));
    }
}
