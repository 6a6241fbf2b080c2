#!/bin/sh
# The main job, on the real thing: build a base image, work in a guest, keep the changes, run a job
# with them on the unchanged base. With --burst, instead: a cluster that grows and shrinks.
# Usage: demo.sh [--burst] [--yes]
set -eu
cd "$(dirname "$0")/.."
if [ "${1:-}" = --burst ]; then
  shift
  exec scripts/demo-burst.sh "$@"
fi
PATH=$PWD/.node/bin:$PWD/bin:$PATH

demo=$PWD/demo
image=$demo/develop.img
bundle=$demo/job/counter.changes.tar.gz
summary=''

# Runs a step and notes its seconds.
step() { # NAME COMMAND...
  name=$1
  shift
  printf '\n== %s\n' "$name"
  from=$(date +%s.%N)
  "$@"
  took=$(printf '%s %s' "$from" "$(date +%s.%N)" | awk '{ printf "%.1f", $2 - $1 }')
  summary="$summary$(printf '%8s s  %s' "$took" "$name")
"
}

build_image() {
  [ -e "$image" ] || apppot.js image build develop -o "$image"
}

# As a user on a laptop: write a program, compile it, try it. The guest's disk goes to a COW file.
develop() {
  rm -f "$demo/work.cow"
  cat >"$demo/job/counter.c" <<'C'
/* Counts the words of a list, named as first argument, in the text on stdin.
   The exit status is how many of them never occur. */
#include <stdio.h>
#include <string.h>

int main(int argc, char **argv) {
  char words[64][64], word[64];
  int seen[64] = {0}, count = 0, missing = 0;
  FILE *list = argc > 1 ? fopen(argv[1], "r") : NULL;
  if (!list) return perror(argc > 1 ? argv[1] : "usage: counter LIST"), 125;
  while (count < 64 && fscanf(list, "%63s", words[count]) == 1) count++;
  while (scanf("%63s", word) == 1)
    for (int i = 0; i < count; i++) seen[i] += strcmp(word, words[i]) == 0;
  for (int i = 0; i < count; i++) printf("%6d %s\n", seen[i], words[i]), missing += !seen[i];
  return missing;
}
C
  # shellcheck disable=SC2016
  apppot-start.js --image "$image" --cow "$demo/work.cow" --jobdir "$demo/job" sh -ec '
    cp counter.c ~
    cd ~
    gcc -O2 -Wall -o counter counter.c
    sudo install counter /usr/local/bin/counter
    echo compiled by "$(gcc --version | head -n 1)"'
}

keep_changes() {
  apppot-start.js --image "$image" --cow "$demo/work.cow" --jobdir "$demo/job" \
    sudo apppot-snap changes counter.changes.tar.gz
}

# As a batch job: the base image is at the site, the bundle and the input travel.
run_job() {
  printf '%s\n' License Work permission virtualization >"$demo/job/words"
  status=0
  apppot-start.js --image "$image" --changes "$bundle" --jobdir "$demo/job" \
    counter words <LICENSE >"$demo/output" || status=$?
  cat "$demo/output"
}

mkdir -p "$demo/job"
rm -f "$bundle"
step 'set up' scripts/setup.sh "$@"
step 'build the base image' build_image
step 'start it, write and compile a program' develop
step 'keep the changes' keep_changes
step 'run a job on the base image with the changes' run_job

cat <<END

base image       $(du -h "$image" | cut -f 1) on disk
changes bundle   $(stat -c %s "$bundle") bytes
exit status      $status (words of the list that the text lacks)

$summary
END
[ "$status" = 1 ] || exit 1
