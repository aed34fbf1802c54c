# Sourced by the checks beside each proxy's example: the same story must hold behind all of them.
# The caller names the proxy, defines `start_proxy` (which runs it on the configuration in $scratch/proxy.conf in the
# background), and calls `behind_proxy`. `front` is then the proxy's URL, `scratch` a folder.

fail() {
  echo "FAILED: $*" >&2
  exit 1
}

# Prints a port that nothing listens on.
free_port() {
  local port
  while :; do
    port=$((20000 + RANDOM % 20000))
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo "$port"; return; }
  done
}

# Waits until something listens on a port of the loopback address, for half a minute.
wait_for() {
  local tries=0
  until (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; do
    tries=$((tries + 1))
    [ "$tries" -lt 300 ] || fail "nothing listens on port $1"
    sleep 0.1
  done
}

# ask NAME CURL-ARGUMENTS…: leaves the status in $status, the header in $scratch/NAME.head, the body in $body.
ask() {
  local name=$1
  shift
  status=$(curl -sS -o "$scratch/$name.body" -D "$scratch/$name.head" -w '%{http_code}' "$@")
  body=$(cat "$scratch/$name.body")
}

expect() {
  local what=$1 wanted=$2 found=$3
  [ "$wanted" = "$found" ] || fail "$what: expected '$wanted', found '$found'"
}

# The value of a cookie that a reply sets.
cookie_of() {
  sed -n "s/^[Ss]et-[Cc]ookie: $2=\([^;]*\);.*/\1/p" "$scratch/$1.head" | tail -n 1
}

# Signed in the application hears who it is; without a live session nobody gets there.
cakes_story() {
  local words='{"message":"Auth Failed"}' jar="$scratch/jar"
  ask anonymous "$front/"
  expect "status without a cookie" 401 "$status"
  expect "words without a cookie" "$words" "$body"
  ask registered -c "$jar" -H 'Content-Type: application/json' \
    -d '{"username":"kim","password":"p","realname":"Kim","unit":"7","pro":false}' "$front/cakes/register"
  expect "status of the registration" 201 "$status"
  ask login -c "$jar" -H 'Content-Type: application/json' -d '{"username":"kim","password":"p"}' "$front/cakes/login"
  expect "status of the login" 201 "$status"
  local cookie="access_token=$(cookie_of login access_token)"
  ask inside -b "$cookie" "$front/some/page?of=mine"
  expect "status with the cookie" 200 "$status"
  case "$body" in
    "account="[0-9a-f]*" username=kim") ;;
    *) fail "the application was not told who calls: '$body'" ;;
  esac
  local told=$body
  ask forged -b "$cookie" -H 'X-Doorward-Account: 1' -H 'X-Doorward-Username: root' "$front/"
  expect "what the application is told beside forged headers" "$told" "$body"
  ask posted -b "$cookie" -H 'Content-Type: application/json' -d '{"some":"thing"}' "$front/"
  expect "status of a POST with the cookie" 200 "$status"
  ask forged_only -H 'X-Doorward-Username: root' "$front/"
  expect "status with forged headers alone" 401 "$status"
  ask logout -b "$cookie" -X POST "$front/cakes/logout"
  expect "status of the logout" 204 "$status"
  ask after -b "$cookie" "$front/"
  expect "status after the logout" 401 "$status"
  expect "words after the logout" "$words" "$body"
}

# With the refresh cookie alone the request is served, and a new access cookie comes through the proxy.
formmate_story() {
  ask anonymous "$front/"
  expect "status without cookies" 401 "$status"
  expect "words without cookies" "No login data" "$body"
  ask registered -H 'Content-Type: application/json' -d '{"email":"kim@example.com","name":"Kim","password":"p",
    "birth":"990101","sex":"1","contact":"010-1234-5678","address":"Seoul","job":"baker"}' "$front/formmate/auth/register"
  expect "status of the registration" 201 "$status"
  local refresh="refresh_token=$(cookie_of registered refresh_token)"
  ask silent -b "$refresh" "$front/"
  expect "status with the refresh cookie" 200 "$status"
  local access="access_token=$(cookie_of silent access_token)"
  [ "$access" != "access_token=" ] || fail "no new access cookie came through: $(cat "$scratch/silent.head")"
  ask renewed -b "$access" "$front/"
  expect "status with the new access cookie" 200 "$status"
  [ -z "$(cookie_of renewed access_token)" ] || fail "a cookie is set though none is due"
  ask logout -b "$refresh" -X DELETE "$front/formmate/auth/logout"
  expect "status of the logout" 204 "$status"
  ask after -b "$access; $refresh" "$front/"
  expect "status after the logout" 401 "$status"
}

# needs COMMAND PACKAGE: fails loudly where the command is missing.
needs() {
  command -v "$1" >/dev/null || fail "$1 is not installed (Debian: apt-get install $2)"
}

program=${DOORWARD_BIN:-$PWD/target/release/doorward}
[ -x "$program" ] || fail "$program is not there: cargo build --release"
needs curl curl

scratch=$(mktemp -d)
children=()
stop_children() {
  for child in "${children[@]}"; do
    kill "$child" 2>/dev/null || true
  done
  wait
  children=()
}
trap 'stop_children; rm -rf "$scratch"' EXIT

# behind_proxy NAME CONFIGURATION CONTRACT STORY: runs an example with one contract in the place of cakes and its ports
# moved to free ones, and a story against it.
behind_proxy() {
  local name=$1 configuration=$2 contract=$3 story=$4 doorward_port front_port app_port
  doorward_port=$(free_port) front_port=$(free_port) app_port=$(free_port)
  front="http://127.0.0.1:$front_port"
  sed -e "s/127\.0\.0\.1:8080/127.0.0.1:$doorward_port/; s/127\.0\.0\.1:8000/127.0.0.1:$front_port/" \
    -e "s/127\.0\.0\.1:9001/127.0.0.1:$app_port/; s#/cakes/#/$contract/#" \
    -e "s#^pid .*#pid $scratch/proxy.pid;#" "$configuration" >"$scratch/proxy.conf"
  "$program" --data "$scratch/data-$contract" --listen "127.0.0.1:$doorward_port" serve --trusted-proxy 127.0.0.1 \
    >"$scratch/doorward.log" 2>&1 &
  children+=($!)
  wait_for "$doorward_port"
  start_proxy &
  children+=($!)
  wait_for "$front_port"
  "$story"
  echo "ok: $contract behind $name"
  stop_children
}
