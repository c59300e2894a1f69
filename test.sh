#!/usr/bin/env bash
# Everything the tests need, then all of them. Ends with the line "N passed, N failed, N skipped".
#   ./test.sh                 all
#   ./test.sh Gateway.Tests   one project
set -uo pipefail
cd "$(dirname "$0")"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

# Real servers and clients from Debian. Where they cannot be installed, the tests that need them are skipped by name.
declare -A needs=(
  [/usr/sbin/mariadbd]=mariadb-server [/usr/bin/redis-server]=redis-server [/usr/bin/php8.2]=php8.2-cli
  [/usr/lib/python3/dist-packages/grpc]=python3-grpcio [/usr/bin/protoc]=protobuf-compiler
  [/usr/lib/python3/dist-packages/google/protobuf]=python3-protobuf [/usr/bin/chromium]=chromium
  [/usr/bin/taskset]=util-linux
)
missing=()
for file in "${!needs[@]}"; do [ -e "$file" ] || missing+=("${needs[$file]}"); done
if [ ${#missing[@]} -gt 0 ]; then
  if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
    echo "installing for the tests: ${missing[*]}"
    apt-get update -qq >/dev/null 2>&1
    # One by one, so that one that cannot be had does not keep the others away. Nothing of it may start by itself.
    mkdir -p /usr/sbin && [ -e /usr/sbin/policy-rc.d ] || { printf '#!/bin/sh\nexit 101\n' > /usr/sbin/policy-rc.d; chmod +x /usr/sbin/policy-rc.d; made_policy=1; }
    for package in "${missing[@]}"; do
      DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$package" >/dev/null 2>&1 || echo "cannot install $package: the tests that need it are skipped"
    done
    [ -z "${made_policy:-}" ] || rm -f /usr/sbin/policy-rc.d
  else
    echo "not installed, and not allowed to: ${missing[*]} (the tests that need them are skipped by name)"
  fi
fi
if [ -f tests/Browser.Tests/package.json ] && command -v npm >/dev/null; then
  (cd tests/Browser.Tests && npm install --no-package-lock --no-audit --no-fund --loglevel=error) || echo "npm could not bring the browser tests' packages"
fi

filter=${1:-}
log=$(mktemp)
trap 'rm -f "$log" "${report:-}"' EXIT
dotnet build Portico.slnx -c Release -v q -nologo || { echo "0 passed, 1 failed"; exit 1; }
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
note() { # suite, its kind, when
  echo "-- $1$3"
  local found
  found=$("of_$2")
  if [ -n "$found" ]; then
    awk '/^  failed /{ n++ } n <= 10 { print; next } /^  failed / && n <= 30' <<<"$found"
  else
    tail -15 "$log" | cut -c1-300
  fi
}

# On a shared CI machine a suite that fails gets one second try, and what failed at first is told all the same. By hand there is none.
again() {
  [ "${CI:-}" = true ] || return 1
  echo "!! $1 failed; a second and last try follows"
  note "$1" "$2" " (first try)" | tee -a "$report"
}

for project in tests/*.Tests; do
  name=${project#tests/}
  [ -f "$project/$name.csproj" ] || continue
  [ -z "$filter" ] || [ "$filter" = "$name" ] || continue
  echo "== $name"
  dotnet "artifacts/bin/$name/release/Portico.$name.dll" >"$log" 2>&1
  result=$?
  if [ $result -ne 0 ] && [ $result -ne 8 ] && again "$name" dotnet; then
    dotnet "artifacts/bin/$name/release/Portico.$name.dll" >"$log" 2>&1
    result=$?
  fi
  grep -E '^(failed|skipped) |^  total:|^  (failed|succeeded|skipped):|^  duration:' "$log"
  count() { sed -n "s/^  $1: \([0-9]*\).*/\1/p" "$log" | tail -1; }
  passed=$((passed + $(count succeeded || echo 0) + 0)); failed=$((failed + $(count failed || echo 0) + 0)); skipped=$((skipped + $(count skipped || echo 0) + 0))
  if [ $result -ne 0 ] && [ $result -ne 8 ]; then # 8: the project has no test
    code=1
    [ "$(count failed)" != 0 ] && [ -n "$(count failed)" ] || failed=$((failed + 1))
    cat "$log"
    note "$name" dotnet "" >>"$report"
  fi
done
# The client library and the pages, under Node's own runner.
if { [ -z "$filter" ] || [ "$filter" = Browser.Tests ]; } && [ -f tests/Browser.Tests/package.json ]; then
  echo "== Browser.Tests"
  if command -v node >/dev/null; then
    pages() { (cd tests/Browser.Tests && node --experimental-websocket --test --test-concurrency=1 --test-reporter=tap node/*.test.mjs) >"$log" 2>&1; }
    pages || { again Browser.Tests node && pages; } || { code=1; cat "$log"; note Browser.Tests node "" >>"$report"; }
    grep -E '^ *(not ok |ok .* # SKIP)' "$log"
    tally() { sed -n "s/^# $1 \([0-9]*\)$/\1/p" "$log" | tail -1; }
    ran=$(tally pass)
    passed=$((passed + ${ran:-0})); skipped=$((skipped + $(tally skipped || echo 0) + 0))
    if [ -z "$ran" ]; then failed=$((failed + 1)); else failed=$((failed + $(tally fail) + $(tally cancelled))); fi
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
