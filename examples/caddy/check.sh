#!/usr/bin/env bash
# Runs the Caddyfile in front of the release binary and asks what a browser would ask.
set -euo pipefail
cd "$(dirname "$0")/../.."
source examples/story.sh

needs caddy caddy
export XDG_DATA_HOME=$scratch XDG_CONFIG_HOME=$scratch
start_proxy() {
  exec caddy run --adapter caddyfile --config "$scratch/proxy.conf" 2>"$scratch/caddy.log"
}

behind_proxy Caddy examples/caddy/Caddyfile cakes cakes_story
behind_proxy Caddy examples/caddy/Caddyfile formmate formmate_story
