# Chooses by what this worker has, as a start with Node.js does: src/launch/memory.ts, sandbox.ts and
# net/outer.ts say why.
# shellcheck shell=sh disable=SC2154,SC2034,SC2015

choose_confinement() {
  sandbox='' confinement=none reason='as asked'
  case ${APPPOT_CONFINE:-auto} in
  none) return ;;
  esac
  if ! sandbox=$(command -v bwrap); then
    reason='bwrap is not installed'
  elif "$sandbox" --unshare-user --unshare-pid --unshare-net --ro-bind / / --proc /proc --dev /dev \
    true >/dev/null 2>&1; then
    confinement=bwrap
    return
  else
    reason='bwrap gets no user namespace here'
  fi
  [ "$(id -u)" != 0 ] ||
    fail 126 "Cannot start a guest as root: $reason, and its root could reach every file of this machine" \
      'Have jobs run as an ordinary user, or set APPPOT_CONFINE=none in the run-time environment.'
}

# --- memory ----------------------------------------------------------------------------------

choose_memory() {
  memory=''
  if [ "$confinement" = bwrap ]; then
    total=$(awk '$1 == "MemTotal:" { print $2; exit }' /proc/meminfo)
    [ "$((${total:-0} / 2))" -le "$((memory_size / 1024))" ] || return 0
    fault="has $((total / 2048)) MiB"
  else
    ! fault=$(memory_fault /dev/shm) || return 0
  fi
  shared=$fault
  fault=$(memory_fault "$temporary") ||
    fail 126 "Cannot place the guest's memory of $((memory_size / 1048576)) MiB: /dev/shm $shared, and \"$temporary\" $fault" \
      'Give the guest less memory, or ask for a worker where TMPDIR can take it.'
  memory=temporary
}

# Prints why a directory cannot hold the memory, which is executed, and fails; else is silent.
memory_fault() { # DIRECTORY
  if [ ! -d "$1" ]; then
    printf 'does not exist'
  elif [ ! -w "$1" ]; then
    printf 'may not be written to'
  elif ! may_execute "$1"; then
    printf 'is mounted noexec'
  elif room=$(room_in "$1") && [ "${room:-0}" -le "$((memory_size / 1024))" ]; then
    printf 'has %s MiB free' "$((room / 1024))"
  else
    return 0
  fi
  return 1
}

may_execute() { # DIRECTORY
  tried=$(mktemp "$1/apppot.XXXXXX") || return 1
  printf '#!/bin/sh\n' >"$tried" && chmod 700 "$tried" && "$tried" >/dev/null 2>&1
  result=$?
  rm -f "$tried"
  return "$result"
}

room_in() { # DIRECTORY
  df -P -k "$1" 2>/dev/null | awk 'NR == 2 { print $4 }'
}

check_room() {
  [ -d "$temporary" ] && [ -w "$temporary" ] ||
    fail 126 "Cannot use the temporary directory \"$temporary\" of this worker: it is missing or may not be written to" \
      'Ask the site for a TMPDIR that exists.'
  room=$(room_in "$temporary")
  [ "${room:-0}" -ge "$disk_size" ] ||
    fail 126 "Cannot run the guest: \"$temporary\" has $((${room:-0} / 1024)) MiB free, and what it writes may need $((disk_size / 1024)) MiB" \
      'Ask for a worker with more room in TMPDIR.'
}

# --- network ---------------------------------------------------------------------------------

choose_network() {
  config=$("$kernel" --showconfig 2>/dev/null)
  case ${APPPOT_SLIRP-} in
  '') ;;
  *slirp4netns*) has_transport VECTOR && network=$(absolute "$APPPOT_SLIRP") && use_network slirp4netns && return ;;
  *) has_transport SLIRP && network=$(absolute "$APPPOT_SLIRP") && use_network slirp && return ;;
  esac
  if has_transport VECTOR && network=$(find_program slirp4netns); then
    use_network slirp4netns
  elif has_transport SLIRP && network=$(find_program slirp-fullbolt slirp); then
    use_network slirp
  else
    network_kind=none network=''
  fi
}

use_network() { # KIND
  [ -x "$network" ] || return 1
  network_kind=$1
}

has_transport() { # NAME
  case $config in
  *CONFIG_UML=y*) ;;
  *) return 0 ;;
  esac
  case $config in
  *"CONFIG_UML_NET_$1=y"*) return 0 ;;
  esac
  return 1
}

# The kernel's command line carries plain names only.
plain_network() {
  case $network in
  *[!A-Za-z0-9_./+@%=~-]*)
    cp "$network" "$instance/network" && chmod 700 "$instance/network" && network=$instance/network
    ;;
  esac
}
