#!/usr/bin/env bash
# All tests. Ends with the line "N passed, N failed, N skipped".
#   ./test.sh                           what is not installed is named, and the tests that need it are skipped by name
#   ./test.sh --install                 first installs from Debian what is missing (as root, with apt-get)
#   ./test.sh [--install] Gateway.Tests one project
set -uo pipefail
cd "$(dirname "$0")"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

install=0 filter=
for argument in "$@"; do
  case $argument in --install) install=1 ;; *) filter=$argument ;; esac
done

# Real servers and clients.
declare -A needs=(
  [/usr/sbin/mariadbd]=mariadb-server [/usr/bin/redis-server]=redis-server [/usr/bin/php8.2]=php8.2-cli
  [/usr/lib/python3/dist-packages/grpc]=python3-grpcio [/usr/bin/protoc]=protobuf-compiler
  [/usr/lib/python3/dist-packages/google/protobuf]=python3-protobuf [/usr/bin/chromium]=chromium
  [/usr/bin/taskset]=util-linux [/usr/sbin/nginx]=nginx [/usr/sbin/haproxy]=haproxy [/usr/bin/g++]=g++ [/usr/include/liburing.h]=liburing-dev [/usr/bin/ip]=iproute2
)
missing=()
for file in "${!needs[@]}"; do [ -e "$file" ] || missing+=("${needs[$file]}"); done
if [ ${#missing[@]} -gt 0 ]; then
  if [ $install = 0 ]; then
    echo "not installed: ${missing[*]} (the tests that need them are skipped by name; ./test.sh --install installs them)"
  elif command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
    echo "installing for the tests: ${missing[*]}"
    timeout 300 apt-get update -qq >/dev/null 2>&1
    # One by one, so that one that cannot be had does not keep the others away. Nothing of it may start by itself.
    mkdir -p /usr/sbin && [ -e /usr/sbin/policy-rc.d ] || { printf '#!/bin/sh\nexit 101\n' > /usr/sbin/policy-rc.d; chmod +x /usr/sbin/policy-rc.d; made_policy=1; }
    for package in "${missing[@]}"; do
      DEBIAN_FRONTEND=noninteractive timeout 900 apt-get install -y -qq --no-install-recommends "$package" >/dev/null 2>&1 || echo "cannot install $package: the tests that need it are skipped"
    done
    [ -z "${made_policy:-}" ] || rm -f /usr/sbin/policy-rc.d
  else
    echo "not installed, and --install needs apt-get and root: ${missing[*]} (the tests that need them are skipped by name)"
  fi
fi
if [ -f tests/Browser.Tests/package.json ] && command -v npm >/dev/null; then
  (cd tests/Browser.Tests && timeout 300 npm install --no-package-lock --no-audit --no-fund --loglevel=error) || echo "npm could not bring the browser tests' packages"
fi

log=$(mktemp)
trap 'rm -f "$log" "${report:-}"' EXIT
dotnet build Portico.slnx -c Release -v q -nologo || { echo "0 passed, 1 failed, 0 skipped"; exit 1; }
passed=0 failed=0 skipped=0 code=0

# What failed, briefly: the name, what was wrong, and the place of each. It is printed again at the very end, where a record that keeps only its end has it.
of_dotnet() {
  awk '
    function flush() { if (name != "") print name "\n" said place; name = "" }
    /^failed / { flush(); name = "  " $0; said = place = ""; lines = 0; next }
    /^[^ ]/ { flush() }
    name == "" { next }
    # Of the stack the first line in the tests, or the first of all.
    /^ +at / { if (place == "" || (!found && /\/tests\//)) { found = /\/tests\//; place = "    " substr($0, match($0, /at /), 300) "\n" } next }
    /^ *---/ { next }
    /[^ ]/ && lines < 6 { lines++; found = 0; said = said "    " substr($0, 1, 300) "\n" }
    END { flush() }' "$log"
}
of_node() {
  awk '
    function flush() { if (name != "" && kind != "subtestsFailed") print "  failed " name "\n    " kind " at " (place != "" ? place : location) "\n" said; name = "" }
    /^ *not ok / && !/# (SKIP|TODO)/ { flush(); name = $0; sub(/^ *not ok [0-9]+ - /, "", name); said = place = location = kind = ""; lines = inside = 0; next }
    /^ *ok / { flush() }
    name == "" { next }
    { text = $0; sub(/^ +/, "", text) }
    text ~ /^(code|name|expected|actual|operator|stack|duration_ms|type): ?/ { inside = 0 }
    text ~ /^location: / { location = substr(text, 11) }
    text ~ /^failureType: / { kind = substr(text, 14); gsub("\047", "", kind) }
    text ~ /^error: / { inside = 1; text = substr(text, 8); if (text ~ /^[|>]/) next }
    inside && text != "" && lines < 12 { lines++; said = said "    " substr(text, 1, 300) "\n" }
    place == "" && text ~ /file:.*\.mjs:[0-9]+/ { place = text; sub(/.*file:/, "", place); sub(/\)?$/, "", place) }
    END { flush() }' "$log"
}

# What goes to the end: ten failures of a suite in full, of more the names. A suite that crashed has none: then its end says why.
report=$(mktemp)
note() { # suite, its kind
  echo "-- $1"
  local found
  found=$("of_$2")
  if [ -n "$found" ]; then
    awk '/^  failed /{ n++ } n <= 10 { print; next } /^  failed / && n <= 30' <<<"$found"
  else
    tail -15 "$log" | cut -c1-300
  fi
}

# What a suite counted: succeeded, failed, skipped. Nothing where it did not come to its end.
count_of_dotnet() { sed -n "s/^  $1: \([0-9]*\).*/\1/p" "$log" | tail -1; }
count_of_node() {
  awk -v word="$1" '
    BEGIN { names = word == "succeeded" ? "pass" : word == "failed" ? "fail cancelled" : word }
    $1 == "#" && NF == 3 && index(" " names " ", " " $2 " ") { sum += $3; seen = 1 }
    END { if (seen) print sum }' "$log"
}

# A suite that hangs is ended by a guard of many times what it takes, and what it had printed is told as of one that failed.
running=
trap '[ -z "$running" ] || kill "$running"; exit 130' INT TERM
guarded() { # seconds, command …
  timeout -k 15 "$1" "${@:2}" >"$log" 2>&1 </dev/null &
  running=$!
  wait "$running"
  local result=$?
  running=
  case $result in 124 | 137) printf '\nnot ok 1 - ended by force, still running after %s s\nfailed: ended by force, still running after %s s\n' "$1" "$1" >>"$log" ;; esac
  return $result
}

# One suite: its name, its kind, seconds, command …
suite() {
  local name=$1 kind=$2 result succeeded fell
  guarded "${@:3}"
  result=$?
  grep -E '^(failed|skipped)[ :]|^  total:|^  (failed|succeeded|skipped):|^  duration:|^ *not ok |^ *ok .* # SKIP|^# (pass|duration_ms) ' "$log"
  succeeded=$("count_of_$kind" succeeded) fell=$("count_of_$kind" failed)
  if [ $result -ne 0 ] && [ $result -ne 8 ]; then # 8: the project has no test
    code=1
    [ "${fell:-0}" != 0 ] || fell=1
    cat "$log"
    note "$name" "$kind" >>"$report"
  fi
  passed=$((passed + ${succeeded:-0})) failed=$((failed + ${fell:-0})) skipped=$((skipped + $("count_of_$kind" skipped || echo 0) + 0))
}

for project in tests/*.Tests; do
  name=${project#tests/}
  [ -f "$project/$name.csproj" ] || continue
  [ -z "$filter" ] || [ "$filter" = "$name" ] || continue
  echo "== $name"
  suite "$name" dotnet 1800 dotnet "artifacts/bin/$name/release/Portico.$name.dll"
done
# The client library and the pages, under Node's own runner: a file is a suite of its own.
if { [ -z "$filter" ] || [ "$filter" = Browser.Tests ]; } && [ -f tests/Browser.Tests/package.json ]; then
  if command -v node >/dev/null; then
    for file in tests/Browser.Tests/node/*.test.mjs; do
      name=Browser.Tests/$(basename "$file" .test.mjs)
      echo "== $name"
      suite "$name" node 600 node --experimental-websocket --test-force-exit --test-reporter=tap "$file"
    done
  else
    echo "skipped: node is not installed"
    skipped=$((skipped + 1))
  fi
fi
if [ -s "$report" ]; then
  echo "== What failed"
  # About a hundred lines, so that none of it is lost where only the end is kept.
  awk 'NR <= 100; END { if (NR > 100) print "(and " NR - 100 " lines more, above)" }' "$report"
fi
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ] && exit $code
exit 1
