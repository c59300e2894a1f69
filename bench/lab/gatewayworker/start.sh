#!/usr/bin/env bash
# Starts GatewayWorker (one gateway, one worker) as a peer for "bench flows" and prints the argument for --peer.
#   GATEWAYWORKER=<folder made by: composer require workerman/gateway-worker> bench/lab/gatewayworker/start.sh [first port, default 7272]
#   GATEWAYWORKER=<the same> bench/lab/gatewayworker/start.sh stop
# PHP needs the extensions pcntl and posix; with the extension event it is faster, and is what the published figures used.
set -euo pipefail
: "${GATEWAYWORKER:?names a folder with vendor/autoload.php}"
export GATEWAYWORKER PORT=7272 STATE="${TMPDIR:-/tmp}/portico-gatewayworker-$(id -u)"
here=$(cd "$(dirname "$0")" && pwd)
if [ "${1:-}" = stop ]; then exec php "$here/start.php" stop; fi
PORT=${1:-7272}
mkdir -p "$STATE"
rm -f "$STATE"/gateway "$STATE"/worker
# Pinned to the core on which bench puts Portico.
taskset -c "${SERVER_CORE:-0}" php "$here/start.php" start -d >&2
for _ in $(seq 100); do
  if [ -s "$STATE/gateway" ] && [ -s "$STATE/worker" ] && (exec 3<>"/dev/tcp/127.0.0.1/$PORT") 2>/dev/null; then
    echo "GatewayWorker=ws://127.0.0.1:$PORT/,$(cat "$STATE/gateway"),$(cat "$STATE/worker")"
    exit 0
  fi
  sleep 0.1
done
echo "GatewayWorker did not start; see $STATE/log" >&2
exit 1
