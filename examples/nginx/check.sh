#!/usr/bin/env bash
# Runs nginx.conf in front of the release binary and asks what a browser would ask.
set -euo pipefail
cd "$(dirname "$0")/../.."
source examples/story.sh

needs nginx nginx-light
start_proxy() {
  exec nginx -p "$scratch" -e stderr -c "$scratch/proxy.conf" -g 'daemon off;'
}

behind_proxy nginx examples/nginx/nginx.conf cakes cakes_story
behind_proxy nginx examples/nginx/nginx.conf formmate formmate_story
