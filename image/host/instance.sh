# Processes and directories of guests, for those who start them and those who clean up.
# shellcheck shell=sh

# Start time of a process, field 22 of its stat file; empty when there is none.
started() { # PID
  read -r stat_line 2>/dev/null <"/proc/$1/stat" || return 0
  # shellcheck disable=SC2086
  set -- ${stat_line##*) }
  printf '%s' "${20}"
}

end_process() { # PID
  kill -s KILL -- "-$1" 2>/dev/null || kill -s KILL "$1" 2>/dev/null || :
}

clear_instance() { # DIRECTORY
  if [ -f "$1/processes" ]; then
    while read -r pid start; do
      now=$(started "$pid")
      if [ -z "$now" ] || [ "$now" = "$start" ]; then end_process "$pid"; fi
    done <"$1/processes"
  fi
  case $(readlink "$1/memory") in
  /dev/shm/apppot.*) rm -rf "$(readlink "$1/memory")" ;;
  esac
  rm -rf "$1"
}
