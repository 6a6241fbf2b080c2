# Ends what a dead wrapper leaves behind; in a session of its own, so that what kills the wrapper's
# whole group does not reach it. Arguments: the instance, pid and start time of the wrapper, those of
# its parent, and seconds that an orderly end may take.
# shellcheck shell=sh

instance=$1 wrapper=$2 wrapper_start=$3 parent=$4 parent_start=$5 patience=$6

lives() { # PID START
  [ "$(started "$1")" = "$2" ]
}

await_end() { # SECONDS
  waited=0
  while [ "$waited" -lt "$1" ] && lives "$wrapper" "$wrapper_start"; do
    sleep 1
    waited=$((waited + 1))
  done
}

while lives "$wrapper" "$wrapper_start" && { [ -z "$parent_start" ] || lives "$parent" "$parent_start"; }; do
  sleep 1
done
if lives "$wrapper" "$wrapper_start"; then
  kill -s TERM "$wrapper"
  await_end "$patience"
  ! lives "$wrapper" "$wrapper_start" || kill -s KILL "$wrapper"
fi
[ ! -d "$instance" ] || clear_instance "$instance"
rmdir "${instance%/*}" 2>/dev/null
