#!/bin/bash
# A cluster that grows and shrinks, on one machine: a real Grid Engine without a slot of its own, a dozen jobs, nodes that
# join it over a VPN. One of them is lost on the way. Needs root, for namespaces. Usage: demo-burst.sh [--yes]
# What is kept is the image of nodes, demo/node.img: the next time takes it as it is.
set -eu
cd "$(dirname "$0")/.."
PATH=$PWD/.node/bin:$PWD/bin:$PATH

[ "$(id -u)" = 0 ] || exec sudo "$0" "$@"

demo=$PWD/demo
run=$demo/burst
file=$run/burst.yaml
jobs=12
orchestrator=''
summary=''
began=''

# Ends the step before, and notes its seconds.
step() {
  local now
  now=$(date +%s)
  [ -z "$began" ] || summary="$summary$(printf '%6d s  %s' $((now - began)) "$title")
"
  began=$now title=$*
  printf '\n== %s\n' "$*"
}

on_head() { bash scripts/fixtures/gridengine.sh on "$run/cluster" master "$@"; }
as_ada() { bash scripts/fixtures/gridengine.sh as "$run/cluster" ada "$@"; }
# The head node sees this directory, too.
apppot() { on_head env PATH="$PATH" HOME=/root apppot.js "$@"; }

# Waits until something is so; says so when it never is.
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

# The processes of the cluster, nodes included, end with its process 1. Nodes that were cut off leave a directory each.
clean_up() {
  trap '' INT TERM
  bash scripts/fixtures/gridengine.sh stop "$run/cluster" 2>/dev/null || :
  wait
  for place in "$run"/state/nodes/local/*; do rm -rf "/tmp/apppot-2001/${place##*-}"; done
  rmdir /tmp/apppot-2001 2>/dev/null || :
  rm -rf "$run"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

runs() { [ "$(as_ada qstat -s r | grep -c 'node00')" -ge "$1" ]; }
jobs_ended() { [ -z "$(as_ada qstat)" ]; }
nodes_ended() { apppot nodes -c "$file" | grep -qx 'no nodes'; }

step 'set up'
scripts/setup.sh "$@" gridengine-master gridengine-exec gridengine-client openvpn openssl tini iproute2 procps \
  util-linux kmod

step 'build the image of nodes'
mkdir -p "$demo"
[ -e "$demo/node.img" ] || apppot.js image build node -o "$demo/node.img"

step 'start a cluster: a queue master, and no slot'
clean_up
trap 'exit 130' INT
trap 'exit 143' TERM
mkdir -p "$run"
SLOTS=0 bash scripts/fixtures/gridengine.sh start "$run/cluster"
on_head qhost

step "queue $jobs jobs of ten seconds"
# shellcheck disable=SC2016
for _ in $(seq "$jobs"); do
  as_ada qsub -cwd -j y -o 'out.$JOB_ID' -r y -b y sh -c '"sleep 10; hostname"' >/dev/null
done
as_ada qstat | head -n 5

step 'start the orchestrator: docs/examples/burst.yaml'
cp docs/examples/burst.yaml "$file"
ln -s "$demo/node.img" "$run/node.img"
ln -s "$run/cluster/home" "$run/home"
cat "$file"
apppot orchestrate check "$file"
# shellcheck disable=SC2016
on_head env PATH="$PATH" HOME=/root sh -c 'echo $$ >"$1/pid"; exec apppot.js orchestrate -c "$2"' orchestrator "$run" "$file" &
orchestrator=$!
until_so 300 'four jobs run' runs 4
on_head qhost

step 'lose a node: nobody is told'
name=$(apppot nodes -c "$file" --json | node -pe 'JSON.parse(require("fs").readFileSync(0)).nodes[0].name')
echo "$name"
# shellcheck disable=SC2016
on_head sh -c 'cut -d" " -f1 "$1/claim" "$2/processes" | while read -r pid; do kill -s KILL -- "-$pid"; done' lose \
  "$run/state/nodes/local/$name" "/tmp/apppot-2001/${name##*-}"

step 'all jobs are done, those of the lost node on another one'
until_so 600 'all jobs are done' jobs_ended
cat "$run"/cluster/home/ada/out.* | sort | uniq -c

step 'nodes that are idle are drained and ended'
until_so 300 'all nodes have ended' nodes_ended
on_head qhost
apppot nodes audit -c "$file"

step 'why was the lost node started, and why did it end?'
apppot explain node "$name" -c "$file"

step 'end the orchestrator'
on_head kill -TERM "$(cat "$run/pid")"
status=0
wait "$orchestrator" || status=$?
echo "status $status"

step 'done'
printf '%s' "$summary"
