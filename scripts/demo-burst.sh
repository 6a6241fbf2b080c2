#!/bin/bash
# A cluster that grows and shrinks, on one machine: a real Grid Engine without a slot of its own, a dozen jobs, nodes that
# join it over a VPN. One of them is lost on the way. Needs root, for namespaces. Usage: demo-burst.sh [--yes]
set -eu
cd "$(dirname "$0")/.."
PATH=$PWD/.node/bin:$PWD/bin:$PATH

[ "$(id -u)" = 0 ] || exec sudo "$0" "$@"

demo=$PWD/demo
jobs=12
run=$demo/burst

step() { printf '\n== %s\n' "$*"; }

on_head() { bash scripts/fixtures/gridengine.sh on "$run/cluster" master "$@"; }
as_ada() { bash scripts/fixtures/gridengine.sh as "$run/cluster" ada "$@"; }
# The head node sees this directory, too.
apppot() { on_head env PATH="$PATH" HOME=/root apppot.js "$@"; }

# Waits for a line of output that is so; says which when it never comes.
until_so() { # SECONDS WHAT COMMAND...
  local left=$1 what=$2
  shift 2
  until "$@" >/dev/null 2>&1; do
    if [ "$left" = 0 ] || ! kill -0 "$orchestrator" 2>/dev/null; then
      printf 'in vain waited until %s\n' "$what" >&2
      return 1
    fi
    left=$((left - 1))
    sleep 1
  done
}

clean_up() {
  bash scripts/fixtures/gridengine.sh stop "$run/cluster" 2>/dev/null || :
  rm -rf "$run"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

runs() { [ "$(as_ada qstat -s r | grep -c 'node00')" -ge "$1" ]; }
jobs_ended() { [ -z "$(as_ada qstat)" ]; }
nodes_ended() { apppot nodes -c "$run/orchestrator.yaml" | grep -qx 'no nodes'; }

step 'set up'
scripts/setup.sh "$@" gridengine-master gridengine-exec gridengine-client openvpn openssl tini iproute2 procps \
  util-linux kmod

step 'build the image of nodes'
mkdir -p "$demo"
[ -e "$demo/node.img" ] || apppot.js image build node -o "$demo/node.img"

step 'start a cluster: a queue master, and no slot'
clean_up
mkdir -p "$run"
SLOTS=0 bash scripts/fixtures/gridengine.sh start "$run/cluster"
on_head qhost

step "queue $jobs jobs of ten seconds"
# shellcheck disable=SC2016
for _ in $(seq "$jobs"); do
  as_ada qsub -cwd -j y -o 'out.$JOB_ID' -r y -b y sh -c '"sleep 10; hostname"' >/dev/null
done
as_ada qstat | head -n 5

step 'start the orchestrator'
cat >"$run/orchestrator.yaml" <<YAML
state: $run/state
batch: { kind: gridengine, queue: main.q, hostgroup: "@allhosts", qmaster: master }
machines: { master: 10.8.0.1 }
seats: { hosts: "node[001-006]", from: 10.8.0.101, network: 10.8.0.0/24 }
vpn: { kind: openvpn, server: 10.0.2.2, listen: 127.0.0.1 }
pools:
  - name: local
    slots: 2
    memory: 192M
    max-nodes: 3
    provider:
      kind: uml
      image: $demo/node.img
      user: ada
      host-loopback: true
      binds: ["$run/cluster/home:/home"]
policies: [bin-pack, { idle: { time: 5s } }]
limits: { interval: 1s, cool-down: 1s, cordon-share: 1, missing-listings: 2, orphan-grace: 5s }
YAML
cat "$run/orchestrator.yaml"
apppot orchestrate -c "$run/orchestrator.yaml" &
orchestrator=$!
until_so 120 'four jobs run' runs 4
on_head qhost

step 'lose a node: nobody is told'
name=$(apppot nodes -c "$run/orchestrator.yaml" --json | node -pe 'JSON.parse(require("fs").readFileSync(0)).nodes[0].name')
echo "$name"
# shellcheck disable=SC2016
on_head sh -c 'cut -d" " -f1 "$1/claim" "$2/processes" | while read -r pid; do kill -s KILL -- "-$pid"; done' lose \
  "$run/state/nodes/local/$name" "/tmp/apppot-2001/${name##*-}"

step 'all jobs are done'
until_so 300 'all jobs are done' jobs_ended
cat "$run"/cluster/home/ada/out.* | sort | uniq -c

step 'nodes that are idle are drained and ended'
until_so 120 'all nodes have ended' nodes_ended
on_head qhost
apppot nodes audit -c "$run/orchestrator.yaml"

step 'why was the last node started, and why did it end?'
apppot explain node "$name" -c "$run/orchestrator.yaml"
