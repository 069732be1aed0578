#!/usr/bin/env bash
# The whole life of the units, by the systemd of this machine: start, kill -9, a watchdog that hears
# nothing, reload, a stop in the middle of a turn, and a restart during which nobody is refused.
# For machines of CI and virtual machines: it wants root, and systemd as process 1.
set -euo pipefail

skip() { echo "skipped: $1"; exit 0; }
[ "$(cat /proc/1/comm)" = systemd ] || skip "systemd is not process 1"
[ "$(id -u)" = 0 ] || skip "this is not root"
for tool in systemctl perl curl git; do
  command -v "$tool" >/dev/null || skip "there is no $tool"
done

checkout=$(cd "$(dirname "$0")/../.." && pwd)
program=/opt/cicd-runner-life
units=/run/systemd/system
runner=cicd-runner@life.service
edge=cicd-edge.service
port=8787
work=$(mktemp -d)
scene=

# What is there already is somebody's.
for taken in "$program" /etc/cicd-runner /var/lib/cicd-edge /var/lib/cicd-runner/life \
  /etc/systemd/system/cicd-edge.service "$units/cicd-edge.service"; do
  if [ -e "$taken" ]; then
    echo "failed: $taken is there already; this needs a machine without cicd-runner" >&2
    exit 1
  fi
done

clean_up() {
  status=$?
  set +e
  if [ "$status" != 0 ]; then
    echo "failed: step \"${step:-preparation}\"" >&2
    journalctl --no-pager --lines=60 --unit="$runner" --unit="$edge" >&2
  fi
  systemctl stop cicd-edge.socket "$edge" "$runner" 2>/dev/null
  systemctl clean --what=state "$edge" "$runner" 2>/dev/null
  systemctl reset-failed "$edge" "$runner" 2>/dev/null
  rm -rf "$units/cicd-edge.service" "$units/cicd-edge.socket" "$units/cicd-runner@.service" \
    "$units/cicd-edge.service.d" "$units/cicd-runner@.service.d" "$program" "$work"
  rmdir /var/lib/private/cicd-runner /var/lib/cicd-runner 2>/dev/null
  systemctl daemon-reload
  [ -z "$scene" ] || kill "$scene"
}

step=
begin() { step=$1; echo "- $step"; }
wrong() { echo "wrong: $1" >&2; exit 1; }
property() { systemctl show --property="$2" --value "$1"; }
tell() { curl --silent --show-error --fail-with-body --max-time 90 "$(cat "$work/control")/$1"; }
ended() {
  local ending
  ending=$(tell ending)
  [ "$ending" = "$1" ] || wrong "the last review ended so: $ending"
}

# Waits at most a minute for a command to succeed.
wait_for() {
  for _ in $(seq 600); do
    if "$@"; then return; fi
    sleep 0.1
  done
  wrong "waited in vain for: $*"
}
is_active() { [ "$(property "$1" ActiveState)" = active ]; }
is_stopping() { [ "$(property "$1" ActiveState)" = deactivating ]; }
is_inactive() { [ "$(property "$1" ActiveState)" = inactive ]; }
is_another() { is_active "$1" && [ "$(property "$1" MainPID)" != "$2" ]; }

trap clean_up EXIT

begin "prepare"
# A copy: users that exist while a unit runs may read nobody's home.
cp -a "$checkout" "$program"
chmod -R a+rX "$program"
node=$checkout/node_modules/node/bin/node
"$node" "$checkout/test/systemd/life-scene.ts" "$work" "http://127.0.0.1:$port" "$(head -c 16 /dev/urandom | od -An -tx1 | tr -d ' \n')" &
scene=$!
wait_for test -s "$work/control"
{
  cat "$work/settings.env"
  echo "RUNNER_SECRET=$(head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n')"
  echo "CICD_RUNNER_HOME=$program"
  echo "CICD_RUNNER_NODE=$program/node_modules/node/bin/node"
  echo "CLAUDE_CLI_PATH=$program/node_modules/.bin/claude"
} >"$work/service.env"
chmod 600 "$work/service.env"
for service in "cicd-runner@" cicd-edge; do
  cp "$checkout/deploy/systemd/$service.service" "$units/"
  mkdir -p "$units/$service.service.d"
  # Where the program lies and what it is set to comes from this file alone.
  printf '[Service]\nEnvironmentFile=\nEnvironmentFile=%s\nWatchdogSec=3\nTimeoutAbortSec=3\nRestartSec=1\n' \
    "$work/service.env" >"$units/$service.service.d/life.conf"
done
cp "$checkout/deploy/systemd/cicd-edge.socket" "$units/"
systemctl daemon-reload

begin "start: both are up when they say so"
systemctl start cicd-edge.socket "$edge" "$runner"
for unit in "$edge" "$runner"; do
  is_active "$unit" || wrong "$unit is not up"
  case $(property "$unit" StatusText) in
    Serving*) ;;
    *) wrong "$unit says: $(property "$unit" StatusText)" ;;
  esac
done
tell push >/dev/null
tell answer >/dev/null
ended "task.succeeded, started 1 times"

begin "kill -9: another takes its place, and ends what the first began"
tell push >/dev/null
killed=$(property "$runner" MainPID)
systemctl kill --kill-who=main --signal=KILL "$runner"
wait_for is_another "$runner" "$killed"
tell answer >/dev/null
ended "task.succeeded, started 2 times"

begin "watchdog: one that does not move is replaced"
stopped=$(property "$runner" MainPID)
systemctl kill --kill-who=main --signal=STOP "$runner"
wait_for is_another "$runner" "$stopped"
restarts=$(property "$runner" NRestarts)
[ "$restarts" = 2 ] || wrong "it was started anew $restarts times"

begin "reload: the same process goes on"
reloaded=$(property "$runner" MainPID)
systemctl reload "$runner"
tell push >/dev/null
tell answer >/dev/null
ended "task.succeeded, started 1 times"
[ "$(property "$runner" MainPID)" = "$reloaded" ] || wrong "it was started anew"

begin "stop in the middle of a turn: the turn ends first"
tell push >/dev/null
systemctl stop --no-block "$runner"
wait_for is_stopping "$runner"
tell answer >/dev/null
wait_for is_inactive "$runner"
[ "$(property "$runner" ExecMainStatus)" = 0 ] || wrong "it exited $(property "$runner" ExecMainStatus)"
[ "$(property "$runner" Result)" = success ] || wrong "its end was: $(property "$runner" Result)"
systemctl start "$runner"
ended "task.succeeded, started 1 times"

begin "restart of the edge: nobody is refused"
tell ask >/dev/null
systemctl restart "$edge"
systemctl restart "$edge"
tell asked

echo "passed"
