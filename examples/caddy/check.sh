#!/usr/bin/env bash
# Runs the Caddyfile in front of the release binary and asks what a browser would ask. Ports are moved to free ones.
set -euo pipefail
cd "$(dirname "$0")/../.."
source examples/story.sh

command -v caddy >/dev/null || fail "caddy is not installed (Debian: apt-get install caddy)"
command -v curl >/dev/null || fail "curl is not installed"
program=${DOORWARD_BIN:-$PWD/target/release/doorward}
[ -x "$program" ] || fail "$program is not there: cargo build --release"

scratch=$(mktemp -d)
export XDG_DATA_HOME=$scratch XDG_CONFIG_HOME=$scratch
children=()
finish() {
  for child in "${children[@]}"; do
    kill "$child" 2>/dev/null || true
  done
  wait
  rm -rf "$scratch"
}
trap finish EXIT

# Runs the example with one contract in the place of cakes, and a story against it.
behind_caddy() {
  local contract=$1 story=$2 doorward_port front_port app_port
  doorward_port=$(free_port) front_port=$(free_port) app_port=$(free_port)
  front="http://127.0.0.1:$front_port"
  sed -e "s/127\.0\.0\.1:8080/127.0.0.1:$doorward_port/; s/127\.0\.0\.1:8000/127.0.0.1:$front_port/" \
    -e "s/127\.0\.0\.1:9001/127.0.0.1:$app_port/; s#/cakes/#/$contract/#" examples/caddy/Caddyfile >"$scratch/Caddyfile"
  "$program" --data "$scratch/data-$contract" --listen "127.0.0.1:$doorward_port" serve --trusted-proxy 127.0.0.1 >"$scratch/doorward.log" 2>&1 &
  children+=($!)
  wait_for "$doorward_port"
  caddy run --adapter caddyfile --config "$scratch/Caddyfile" 2>"$scratch/caddy.log" &
  children+=($!)
  wait_for "$front_port"
  "$story"
  echo "ok: $contract behind Caddy"
  for child in "${children[@]}"; do
    kill "$child"
  done
  wait
  children=()
}

behind_caddy cakes cakes_story
behind_caddy formmate formmate_story
