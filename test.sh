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
trap 'rm -f "$log"' EXIT
dotnet build Portico.slnx -c Release -v q -nologo || { echo "0 passed, 1 failed"; exit 1; }
passed=0 failed=0 skipped=0 code=0

# On a shared CI machine a suite that fails gets one second try, and what failed at first is printed all the same. By hand there is none.
again() {
  [ "${CI:-}" = true ] || return 1
  echo "!! $1 failed; what failed, and then a second and last try:"
  # A suite that crashed has no such line: then its end says why.
  grep -E -A12 '^failed |^ *not ok ' "$log" || tail -20 "$log"
}

for project in tests/*.Tests; do
  name=${project#tests/}
  [ -f "$project/$name.csproj" ] || continue
  [ -z "$filter" ] || [ "$filter" = "$name" ] || continue
  echo "== $name"
  dotnet "artifacts/bin/$name/release/Portico.$name.dll" >"$log" 2>&1
  result=$?
  if [ $result -ne 0 ] && [ $result -ne 8 ] && again "$name"; then
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
  fi
done
# The client library and the pages, under Node's own runner.
if { [ -z "$filter" ] || [ "$filter" = Browser.Tests ]; } && [ -f tests/Browser.Tests/package.json ]; then
  echo "== Browser.Tests"
  if command -v node >/dev/null; then
    pages() { (cd tests/Browser.Tests && node --experimental-websocket --test --test-concurrency=1 --test-reporter=tap node/*.test.mjs) >"$log" 2>&1; }
    pages || { again Browser.Tests && pages; } || { code=1; cat "$log"; }
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
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ] && exit $code
exit 1
