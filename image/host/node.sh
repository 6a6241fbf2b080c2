# Nodes that are guests of one machine: each has a directory below "$base", which says all about it. After the
# functions of instance.sh; whoever calls these sets base and temporary.
#   NAME/tags      whose it is, one line
#   NAME/start     the script that starts the guest
#   NAME/job       the job directory, with node/ for the agent
#   NAME/claim     PID STARTED of the process that runs start; whoever makes it is the only one
#   .ended/NAME    what a node said that has ended; names are not used again
# shellcheck shell=sh disable=SC2154

# Guests' instances are where their own user's are.
find_instance() { # NAME; sets instance
  for_each_place "$1" is_there || instance=''
}

is_there() {
  [ -d "$instance" ]
}

# Calls a function with each place that its instance may be at, until it succeeds. A wrapper of jobs calls its guest after
# its process, whose number may be another's by now.
for_each_place() { # NAME FUNCTION; sets instance
  owner=$(stat -c %u "$base/$1/start" 2>/dev/null) || owner=$(id -u)
  claimed='' process=''
  if [ -s "$base/$1/claim" ]; then
    read -r claimed <"$base/$1/claim"
    process=${claimed%% *}
  fi
  for parent in "$temporary/apppot-$owner" "/tmp/apppot-$owner"; do
    instance=$parent/$(guest_name "$1")
    ! "$2" || return 0
    instance=$parent/apppot.$process
    [ -n "$process" ] && [ "$(head -n 1 "$instance/owner" 2>/dev/null)" = "$claimed" ] && "$2" && return 0
  done
  return 1
}

# Short, because the kernel's sockets are named after it.
guest_name() { # NAME
  printf '%s' "${1##*-}"
}

is_process() { # FILE of "PID STARTED"
  [ -s "$1" ] && read -r pid start <"$1" && [ -n "$pid" ] && [ "$(started "$pid")" = "$start" ]
}

# Without the process that started it a guest powers off: it is a leftover.
is_alive() { # NAME
  is_process "$base/$1/claim"
}

# Made, and its process is not there yet: another's create is at work, or was cut off.
is_new() { # NAME
  [ ! -e "$base/$1/claim" ] && [ -z "$(find "$base/$1" -maxdepth 0 -mmin +1)" ]
}

# The helper of a guest's network that its starter had no time to write down: it serves this guest's socket.
end_network() { # NAME
  for_each_place "$1" end_servers || :
}

# Fails, so that every place is looked at.
end_servers() {
  # The pattern is no word of grep's: it would find itself.
  # shellcheck disable=SC2062
  printf '%s\n' "$instance/net.sock" | grep -lsaF -f - /proc/[0-9]*/cmdline | while read -r served; do
    served=${served%/cmdline}
    kill -s KILL "${served##*/}" 2>/dev/null
  done
  return 1
}

# Ends process groups, and waits until they have ended. A group lives on when its leader is dead.
end_groups() { # FILE of lines "PID STARTED"
  [ -f "$1" ] || return 0
  while read -r pid start; do
    waits=0
    while is_group "$pid" "$start" && [ "$waits" -lt 100 ]; do
      end_process "$pid"
      waits=$((waits + 1))
      sleep 0.05
    done
  done <"$1"
}

is_group() { # PID STARTED
  now=$(started "$1")
  [ "$now" = "$2" ] || { [ -z "$now" ] && kill -0 -- "-$1" 2>/dev/null; }
}

# Takes away what is left of it, but its last words.
bury() { # NAME
  end_network "$1"
  find_instance "$1"
  if [ -n "$instance" ]; then
    is_foreign "$instance" || end_groups "$instance/processes"
    clear_instance "$instance"
    rmdir "${instance%/*}" 2>/dev/null
  fi
  mkdir -p "$base/.ended"
  {
    head -c 200 "$base/$1/job/node/state" 2>/dev/null
    tail -c 20000 "$base/$1/log" 2>/dev/null
  } >"$base/.ended/$1"
  grave=$(mktemp -d "$base/.grave.XXXXXX")
  mv "$base/$1" "$grave/" 2>/dev/null
  rm -rf "$grave"
}

# Prints "full REASON" when the machine takes no more.
create_node() { # NAME UID:GID MOST MEBIBYTES
  if [ -z "$2" ]; then
    mkdir -p "$base"
  else
    # Another user's guests pass through.
    (umask 066 && mkdir -p "$base") && chmod 711 "$base"
  fi
  if [ -e "$base/.ended/$1" ]; then return 0; fi
  if [ ! -d "$base/$1" ]; then
    has_room "$3" "$4" || return 0
    fresh=$(mktemp -d "$base/.new.XXXXXX")
    (cd "$fresh" && fill_node)
    [ -z "$2" ] || chown -R "$2" "$fresh"
    mv -T "$fresh" "$base/$1" 2>/dev/null || rm -rf "$fresh"
  fi
  [ -e "$base/$1/claim" ] || start_node "$1" "$2"
}

has_room() { # MOST MEBIBYTES
  count=0
  for place in "$base"/*/; do
    [ ! -d "$place" ] || count=$((count + 1))
  done
  if [ "$1" != 0 ] && [ "$count" -ge "$1" ]; then
    echo "full it runs $count nodes, and may run $1"
    return 1
  fi
  room=$(awk '$1 == "MemAvailable:" { print int($2 / 1024) }' /proc/meminfo)
  if [ "${room:-$2}" -lt "$2" ]; then
    echo "full it has $room MiB of memory free, and a node needs $2 MiB"
    return 1
  fi
}

# It outlives whoever asked for it, and is in a session of its own.
start_node() { # NAME UID:GID
  set -- "$1" "$2" "$(guest_name "$1")"
  as=''
  [ -z "$2" ] || as="setpriv --reuid=${2%:*} --regid=${2#*:} --clear-groups"
  # shellcheck disable=SC2086,SC2016
  TMPDIR=$temporary APPPOT_DETACHED=1 setsid $as sh -c '
    cd "$1" || exit 1
    read -r line <"/proc/$$/stat"
    set -- "$@" ${line##*) }
    shift 1
    (set -C && echo "$$ ${20}" >claim) 2>/dev/null || exit 0
    cd job && exec sh ../start
  ' node "$base/$1" </dev/null >>"$base/$1/log" 2>&1 &
  waits=0
  until [ -e "$base/$1/claim" ] || [ ! -d "$base/$1" ]; do
    if [ "$waits" -ge 200 ]; then
      tail -n 1 "$base/$1/log" >&2
      return 1
    fi
    waits=$((waits + 1))
    sleep 0.05
  done
}

# NAME, state and tags of each, a line each, split by tabs.
list_nodes() {
  for place in "$base"/*/; do
    [ -d "$place" ] || continue
    name=${place%/} name=${name##*/}
    if is_alive "$name" || is_new "$name"; then
      printf '%s\t%s\t%s\n' "$name" "$(state_of "$name")" "$(head -n 1 "$place/tags" 2>/dev/null)"
    else
      bury "$name"
    fi
  done
  find "$base/.ended" -type f -mtime +30 -exec rm -f {} + 2>/dev/null
  find "$base" -maxdepth 1 -name '.new.*' -mmin +60 -exec rm -rf {} + 2>/dev/null
  echo end
}

state_of() { # NAME
  find_instance "$1"
  if [ -e "$base/$1/job/node/stop" ] || [ -e "${instance:-/nowhere}/stopping" ]; then
    echo ending
  elif [ -e "${instance:-/nowhere}/control/started" ]; then
    echo running
  else
    echo starting
  fi
}

# Prints "vetoed" where the guest goes on, for it runs a job.
end_node() { # NAME SECONDS FORCE
  if [ ! -d "$base/$1" ]; then return 0; fi
  if [ -e "$base/$1/claim" ] && [ -z "$3" ]; then
    mark=$(date +%s%N)
    printf '%s\n' "$mark" >"$base/$1/job/node/stop.new"
    chmod 644 "$base/$1/job/node/stop.new"
    mv "$base/$1/job/node/stop.new" "$base/$1/job/node/stop"
    waits=0
    while is_alive "$1" && [ "$waits" -lt "$(($2 * 4))" ]; do
      case $(head -c 100 "$base/$1/job/node/state" 2>/dev/null) in
      "vetoed $mark "*)
        rm -f "$base/$1/job/node/stop"
        echo vetoed
        return 0
        ;;
      failed*) break ;;
      esac
      waits=$((waits + 1))
      sleep 0.25
    done
  fi
  kill_node "$1"
  bury "$1"
}

# Who starts it dies first: it would clean up beside us.
kill_node() { # NAME
  waits=0
  while is_process "$base/$1/claim" && [ "$waits" -lt 100 ]; do
    end_process "$pid"
    waits=$((waits + 1))
    sleep 0.1
  done
}
