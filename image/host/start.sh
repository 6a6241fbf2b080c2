# The functions of a start, after those of instance.sh. Whoever calls them has the plan's own values and
# functions:
#   name temporary image disk cow memory timeout grace boot_timeout watchdog
#   keeping                                       seconds for keeping what the guest changed
#   as_root                                       1: the job runs as the guest's root; else empty
#   plan_settings plan_command plan_environment   print files of the control directory
#   plan_record                                   prints what is started, for those who list guests
#   plan_binds                                    likewise, empty when there are none
#   make_links                                    links the disk's files into the instance
#   make_scratch                                  makes the scratch disk, if one is wanted
#   check_networks start_helpers                  look at and start what networks need
#   run_helper_N run_guest run_guest_in_terminal  become the program
#   signs                                         calls `sign` for each known cause of death
# docs/formats/control.md describes the control directory and the control line.
# shellcheck shell=sh disable=SC2154,SC2317,SC2015,SC2119,SC2120

fail() { # STATUS REASON [HINT]
  printf 'apppot: %s\n' "$2" >&2
  [ -z "${3:-}" ] || printf '  %s\n' "$3" >&2
  exit "$1"
}

# --- instances -------------------------------------------------------------------------------

record() { # PID
  printf '%s %s\n' "$1" "$(started "$1")" >>"$instance/processes"
}

sweep() {
  for directory in "$parent"/*; do
    if [ ! -f "$directory/owner" ]; then
      [ -z "$(find "$directory" -maxdepth 0 -type d -mmin +1 2>/dev/null)" ] || rm -rf "$directory"
      continue
    fi
    if is_foreign "$directory"; then
      ! is_foreign_dead "$directory" || clear_instance "$directory"
      continue
    fi
    read -r pid start <"$directory/owner" || continue
    [ "$(started "$pid")" = "$start" ] && continue
    clear_instance "$directory"
  done
}

# Fails, too, when the last of the other guests takes the parent with it.
make_instance() {
  (umask 077 && mkdir -p "$parent") 2>/dev/null && [ -O "$parent" ] && [ ! -L "$parent" ] || return 1
  sweep
  (umask 077 && mkdir "$instance") 2>/dev/null
}

open_instance() {
  uid=$(id -u)
  [ -d "$temporary" ] ||
    fail 127 "Cannot use the temporary directory \"$temporary\": it does not exist" \
      'Set TMPDIR to a directory of your own that has room.'
  [ -w "$temporary" ] ||
    fail 126 "Cannot use the temporary directory \"$temporary\": it may not be written to" \
      'Set TMPDIR to a directory of your own that has room.'
  parent=$temporary/apppot-$uid
  case $parent in
  *[!A-Za-z0-9_./+@%=~-]*) parent=/tmp/apppot-$uid ;;
  esac
  [ "$((${#parent} + 2 * ${#name} + 17))" -le 107 ] || parent=/tmp/apppot-$uid
  instance=$parent/$name tries=0
  until make_instance; do
    [ ! -e "$instance" ] ||
      fail 126 "Cannot start \"$name\": a guest of this name is running" \
        'Choose another name with --id.'
    [ "$tries" -lt 20 ] ||
      fail 126 "Cannot use the directory \"$parent\" for the guest: it is not private to you" \
        'Set TMPDIR to a directory of your own that has room.'
    tries=$((tries + 1))
  done
  printf '%s %s\n%s\n' "$$" "$(started "$$")" "$(pid_space "$$")" >"$instance/owner"
  control=$instance/control
  (umask 077 && mkdir "$control" "$instance/uml")
}

# --- disk ------------------------------------------------------------------------------------

big_endian() { # BYTES NUMBER
  left=$1
  while [ "$left" -gt 0 ]; do
    left=$((left - 1))
    # shellcheck disable=SC2059
    printf "\\$(printf %03o $((($2 >> (8 * left)) & 255)))"
  done
}

# An empty COW file, version 3, over the image; sparse. A shell tells of programs that a signal ends, as
# at the limit of file sizes: here it tells nobody.
create_cow() { # FILE
  size=$(stat -L -c %s "$image")
  data=$(((8192 + ((size + 511) / 512 + 7) / 8 + 4095) / 4096 * 4096))
  (
    umask 077
    set -C
    {
      printf OOOM
      big_endian 4 3
      big_endian 4 "$(stat -L -c %Y "$image")"
      big_endian 8 "$size"
      big_endian 4 512
      big_endian 4 4096
      big_endian 4 0
      printf %s "$image"
    } >"$1" || exit 1
    dd if=/dev/null of="$1" bs=1 seek="$((data + size))" || { rm -f "$1"; exit 1; }
  ) 2>/dev/null ||
    fail 126 "Cannot make the COW file \"$1\"" \
      'Choose a place for it with --cow, where you may write.'
}

prepare_disk() {
  [ -r "$image" ] || fail 127 "Cannot read the image \"$image\""
  case $disk in
  temporary) create_cow "$instance/disk.cow" ;;
  cow) [ -e "$cow" ] || create_cow "$cow" ;;
  esac
  make_links
  (make_scratch || exit 1) >/dev/null 2>&1 || fail 125 'Cannot make the scratch disk' 'Ask for less, or set TMPDIR to a directory with more room.'
}

prepare_memory() {
  case $memory in
  temporary) mkdir "$instance/memory" ;;
  shared) ln -s "$(mktemp -d /dev/shm/apppot.XXXXXX)" "$instance/memory" ;;
  esac || fail 126 "Cannot make a directory for the guest's memory" 'Give the guest more room in TMPDIR.'
}

# --- control directory -----------------------------------------------------------------------

# What is closed would be taken by the next file opened.
choose_streams() {
  [ -e "/proc/$$/fd/0" ] || exec </dev/null
  [ -e "/proc/$$/fd/1" ] || exec >/dev/null
  [ -e "/proc/$$/fd/2" ] || exec 2>/dev/null
  terminal='' feeding='' apart=''
  if [ -t 0 ] && [ -t 1 ]; then
    terminal=1
    [ -t 2 ] || apart=1
  elif [ "$(readlink "/proc/$$/fd/0")" != /dev/null ]; then
    feeding=1
  fi
}

print_user() {
  if [ -n "$as_root" ]; then
    printf 'uid=0\0gid=0\0user=root\0group=root\0umask=22\0'
    return
  fi
  user=$(id -un 2>/dev/null) || user=user
  group=$(id -gn 2>/dev/null) || group=$user
  printf 'uid=%s\0gid=%s\0user=%s\0group=%s\0umask=%s\0' \
    "$uid" "$(id -g)" "$user" "$group" "$(umask)"
}

write_control() {
  {
    plan_settings
    print_user
    [ -z "$feeding" ] || printf 'stdin=1\0'
    [ -z "$apart" ] || printf 'stderr=1\0'
    if [ -n "$terminal" ]; then
      size=$(stty size 2>/dev/null || echo 24 80)
      printf 'terminal=1\0rows=%s\0columns=%s\0' "${size% *}" "${size#* }"
    fi
  } >"$control/settings"
  plan_command >"$control/command"
  [ -s "$control/command" ] || rm "$control/command"
  plan_environment >"$control/environment"
  plan_binds >"$control/binds"
  [ -s "$control/binds" ] || rm "$control/binds"
  printf '%4096s' '' >"$control/report"
  printf '%32s' '' >"$control/alive"
  (umask 077 && plan_record >"$instance/record.new")
  mv "$instance/record.new" "$instance/record.json"
}

# --- streams ---------------------------------------------------------------------------------
# Nobody but this shell holds the control line open: its hang-up is how the guest learns that the
# shell was killed. Others open it by name for each word.

tell() { # LINE
  printf '%s\n' "$1" 1<>"$instance/line"
}

# A reader that has gone is told to the job as to any program, by SIGPIPE.
pass_on() { # FIFO
  exec 3<"$1"
  cat <&3 && return
  tell 'signal 13'
  cat <&3 >/dev/null
}

# Stdin goes in pieces, each told on the control line; an empty one ends it.
feed() {
  trap '' PIPE
  number=0 length=1
  while [ "$length" -gt 0 ] && [ ! -e "$control/stdin.closed" ]; do
    dd bs=1048576 count=1 of="$control/piece" 2>/dev/null || : >"$control/piece"
    length=$(stat -c %s "$control/piece")
    mv "$control/piece" "$control/stdin.$number"
    tell data
    number=$((number + 1))
    while [ -e "$control/stdin.$((number - 32))" ] && [ ! -e "$control/stdin.closed" ]; do
      sleep 0.02
    done
  done
}

# --- network ---------------------------------------------------------------------------------

# What the kernel itself will need.
need_switch() { # PATH
  [ -S "$1" ] || fail 127 "Cannot attach to the switch \"$1\": there is no such socket" \
    "Start it first: apppot switch $1"
}

need_multicast() { # GROUP
  awk 'NR > 1 && ($8 == "00000000" || $2 == "000000E0") { found = 1 } END { exit !found }' \
    /proc/net/route ||
    fail 127 "Cannot use multicast $1: this host has no route for it" \
      'Have the administrator make one: ip route add 224.0.0.0/4 dev eth0, or use --net switch:.'
}

need_tap() { # DEVICE
  [ -e "/sys/class/net/$1/tun_flags" ] ||
    fail 127 "Cannot use the tap device \"$1\": this host has no such device" \
      "Have the administrator make it: ip tuntap add $1 mode tap user \"\$USER\"."
  owner=$(cat "/sys/class/net/$1/owner")
  case $uid in 0 | "$owner") ;; *)
    [ "$owner" = -1 ] || fail 127 "Cannot use the tap device \"$1\": it is another user's" \
      "Have the administrator make it: ip tuntap add $1 mode tap user \"\$USER\"."
    ;;
  esac
  [ -r /dev/net/tun ] && [ -w /dev/net/tun ] ||
    fail 127 "Cannot use the tap device \"$1\": you may not use /dev/net/tun"
}

# Helpers end when the descriptor 3 that they get is closed.
open_networks() {
  check_networks
  mkfifo "$instance/net.end"
  exec 8<>"$instance/net.end"
  start_helpers
}

no_helper() { # TARGET
  said=$(sed -n '/^Cannot /q; /./p' "$instance/helper.log" | tail -n 1)
  reason=$(sed -n '/^Cannot /{p;q;}' "$instance/helper.log")
  hint=$(sed -n '/^Cannot /{n;s/^  //p;q;}' "$instance/helper.log")
  [ -z "$said" ] && [ -n "$reason" ] || reason="Cannot reach $1: ${said:-it does not listen}" hint=''
  fail 125 "$reason" \
    "${hint:-Start with another network, such as --net slirp, or without one: --net none.}"
}

start_helper() { # FUNCTION SOCKET TARGET
  "$1" 3<"$instance/net.end" 8>&- </dev/null >/dev/null 2>"$instance/helper.log" &
  record $!
  waits=0
  until [ -S "$2" ]; do
    [ "$waits" -lt 2000 ] && kill -0 $! 2>/dev/null ||
      no_helper "$3"
    waits=$((waits + 1))
    sleep 0.01
  done
}

# --- the guest -------------------------------------------------------------------------------

start_guest() {
  mkfifo "$instance/line" "$instance/out" "$instance/err"
  pass_on "$instance/out" 6>&- 8>&- &
  outs=$!
  record $!
  pass_on "$instance/err" >&2 6>&- 8>&- &
  outs="$outs $!"
  record $!
  exec 7<&0
  [ -z "$terminal" ] || open_terminal
  run_in_session 3>"$instance/out" 4>"$instance/err" 5<"$instance/line" 7<&- 8>&- &
  guest=$!
  record "$guest"
  exec 6>"$instance/line"
  if [ -n "$feeding" ]; then
    feed <&7 >/dev/null 2>&1 6>&- 8>&- &
    record $!
  fi
  exec 7<&-
  [ -z "$timeout" ] || kill_after "$((timeout + grace + keeping + 4))"
  [ -z "$boot_timeout" ] || watch boot "$boot_timeout"
  [ -z "$watchdog" ] || watch silence "$watchdog"
}

# What is typed goes through a pipe: the kernel loses output that it writes to a terminal itself.
open_terminal() {
  modes=$(stty -g)
  stty raw -echo
  mkfifo "$instance/typed" "$instance/shown"
  cat <&7 >"$instance/typed" 6>&- 8>&- &
  record $!
  pass_on "$instance/shown" 6>&- 8>&- &
  outs="$outs $!"
  record $!
}

# The kernel's own words, and what its console says, go to the log.
run_in_session() {
  if [ -n "$terminal" ]; then
    run_guest_in_terminal 6<"$instance/typed" 7>"$instance/shown" </dev/null \
      >"$instance/console.log" 2>&1
  else
    run_guest </dev/null >"$instance/console.log" 2>&1
  fi
}

kill_after() { # SECONDS
  # shellcheck disable=SC2016
  setsid sh -c 'sleep "$1"; kill -s KILL -- "-$2"' killer "$1" "$guest" \
    </dev/null >/dev/null 2>&1 6>&- 8>&- &
  record $!
}

# Kills a guest that hangs: it has not come to its job, or four questions in a row were not answered.
watch() { # HOW SECONDS
  # shellcheck disable=SC2016
  setsid sh -c '
    boot() {
      sleep "$1"
      [ ! -e control/started ]
    }
    silence() {
      asked=0 missed=0
      while [ "$missed" -lt 4 ]; do
        [ -p line ] || return 1
        sleep "$(($1 / 4)).$(($1 % 4 * 25))"
        [ -e control/started ] || continue
        read -r answer <control/alive || :
        if ls held.* >/dev/null 2>&1 || [ "${answer:-0}" = "$asked" ]; then
          missed=0 asked=$((asked + 1))
        else
          missed=$((missed + 1))
        fi
        echo "alive $asked" 1<>line
      done
    }
    cd "$1" && "$2" "$3" && echo "$2" >hung && kill -s KILL -- "-$4"
  ' watch "$instance" "$1" "$2" "$guest" </dev/null >/dev/null 2>&1 6>&- 8>&- &
  record $!
}

stop() { # SIGNAL
  if [ -n "$asked" ]; then end_process "$guest"; fi
  asked=$1
  : >"$instance/stopping"
  tell "signal $1"
  kill_after "$((grace + keeping + 4))"
}

await_guest() {
  while :; do
    wait "$guest" 2>/dev/null
    kernel_status=$?
    kill -0 "$guest" 2>/dev/null || break
  done
  end_process "$guest"
  # shellcheck disable=SC2086
  wait $outs 2>/dev/null
}

# --- the end ---------------------------------------------------------------------------------

sign_of_job() { # STATUS PATTERN MESSAGE HINT
  [ -n "$status" ] && grep -qE "$2" "$instance/console.log" || return 0
  fail "$1" "${3%%%s*}$status${3#*%s}" "$4"
}

sign() { # STATUS PATTERN MESSAGE HINT
  [ -z "$status" ] || return 0
  found=$(sed -nE "s!.*$2.*!\\1!p" "$instance/console.log" | head -n 1 | tr -d '\r')
  [ -n "$found" ] || return 0
  case $3 in
  *%s*) fail "$1" "${3%%%s*}$found${3#*%s}" "$4" ;;
  *) fail "$1" "$3" "$4" ;;
  esac
}

hung() { # HOW
  if [ "$1" = silence ]; then
    fail 124 "Cannot finish the job: the guest hangs, silent for $watchdog s" \
      'Run it again with --console-log FILE to see what it said before.'
  fi
  last=$(tr '\r' '\n' <"$instance/console.log" | grep -vE '^ *$|^epollctl add err' | tail -n 3 |
    tr '\000-\011\013-\037\177' '?' | sed 's/^/  | /')
  fail 124 "Cannot run the guest: it did not get to its job in $boot_timeout s; \
its console ended with:${last:+
}${last:- nothing}" \
    'Give it more time with --boot-timeout, or see it all: --console-log FILE.'
}

report() {
  {
    read -r status note
    read -r reason
  } <"$control/report"
  [ -z "$reason" ] || fail "$status" "$reason"
  [ "$note" != timed-out ] || printf 'apppot: the job was ended after %s s\n' "$timeout" >&2
  [ "${status:-0}" = 0 ] || signs
  [ -z "$status" ] || exit "$status"
  if [ -e "$instance/killed" ]; then
    fail 137 'Cannot finish the job: the guest was killed by "apppot kill"'
  fi
  [ ! -s "$instance/hung" ] || hung "$(cat "$instance/hung")"
  [ -z "$asked" ] || exit "$((128 + asked))"
  signs
  [ "$kernel_status" != 153 ] ||
    fail 126 'Cannot run the guest: a file of it grew beyond the limit (ulimit -f)' \
      'Raise the limit, or give the guest less with --mem.'
  [ "$kernel_status" != 137 ] ||
    fail 125 'Cannot run the guest: its kernel was killed, by somebody or by the host' \
      'If memory is short here, or the job may have no more, give the guest less with --mem.'
  fail 125 "Cannot run the guest: its kernel ended with status $kernel_status" \
    'Run it again with --console-log FILE to keep all that it said.'
}

leave() {
  status=$?
  trap - EXIT
  [ -z "$modes" ] || stty "$modes" 2>/dev/null
  # Some shells tell of each helper that is killed.
  exec 6>&- 8>&- 2>/dev/null
  clear_instance "$instance"
  rmdir "$parent" 2>/dev/null
  exit "$status"
}

# --- all of it -------------------------------------------------------------------------------

start_and_wait() {
  asked='' modes=''
  choose_streams
  open_instance
  trap leave EXIT
  trap 'stop 1' HUP
  trap 'stop 2' INT
  trap 'stop 15' TERM
  [ -z "$terminal" ] || trap 'tell "size $(stty size)"' WINCH
  write_control
  prepare_disk
  prepare_memory
  open_networks
  start_guest
  await_guest
  report
}
