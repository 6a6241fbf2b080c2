# Processes and directories of guests, for those who start them and those who clean up.
# shellcheck shell=sh

# Start time of a process, field 22 of its stat file; empty when there is none, or one that only its parent still sees.
started() { # PID
  read -r stat_line 2>/dev/null <"/proc/$1/stat" || return 0
  # shellcheck disable=SC2086
  set -- ${stat_line##*) }
  [ "$1" = Z ] || printf '%s' "${20}"
}

# The PID namespace of a process, such as pid:[4026531836]; empty when it cannot be seen.
pid_space() { # PID
  readlink "/proc/$1/ns/pid" || :
}

# Whether numbers of processes in an instance are those of another PID namespace.
is_foreign() { # DIRECTORY
  { read -r _ && read -r foreign_space; } 2>/dev/null <"$1/owner" || return 1
  [ -n "$foreign_space" ] && [ "$foreign_space" != "${own_space:=$(pid_space self)}" ]
}

# Whether a foreign instance is one that nobody can need. From the initial namespace (its number is PROC_PID_INIT_INO of
# the kernel's proc_ns.h) all processes can be seen.
is_foreign_dead() { # DIRECTORY, after is_foreign
  [ "$own_space" = 'pid:[4026531836]' ] || return 1
  for process in /proc/[0-9]*; do
    [ "$(pid_space "${process#/proc/}" 2>/dev/null)" != "$foreign_space" ] || return 1
  done
}

end_process() { # PID
  kill -s KILL -- "-$1" 2>/dev/null || kill -s KILL "$1" 2>/dev/null || :
}

clear_instance() { # DIRECTORY
  if [ -f "$1/processes" ] && ! is_foreign "$1"; then
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
