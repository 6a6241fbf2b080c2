# Says what a worker has for guests, as lines CHECK.verdict= CHECK.found= CHECK.remedy=: the very checks of
# a job, and then a job that does nothing.
# shellcheck shell=sh disable=SC2154,SC2034,SC2015

one_line() { # TEXT
  printf '%s' "$1" | tr '\n\t' '  '
}

say() { # CHECK VERDICT FOUND [REMEDY]
  printf '%s.verdict=%s\n%s.found=%s\n' "$1" "$2" "$1" "$(one_line "$3")"
  [ -z "${4-}" ] || printf '%s.remedy=%s\n' "$1" "$(one_line "$4")"
}

# What a check refuses is what a job would be told.
try() { # CHECK SHOW FUNCTION...
  check=$1 show=$2
  shift 2
  if said=$( ("$@" && "$show") 2>&1); then
    say "$check" ok "$said"
    "$@"
  else
    message=$(printf '%s\n' "$said" | sed -n '1s/^apppot: //p')
    remedy=$(printf '%s\n' "$said" | sed -n '2s/^  //p')
    say "$check" fail "${message:-$said}" "${remedy:-Ask the site, or choose another one.}"
    return 1
  fi
}

show_worker() {
  printf '%s, Linux %s' "$(id -un 2>/dev/null || id -u)" "$(cat /proc/sys/kernel/osrelease)"
}

show_scope() {
  printf 'ptrace_scope is %s' "$scope"
}

show_limit() {
  printf '%s' "$limit"
}

show_image() {
  printf '%s' "$image"
}

show_kernel() {
  printf '%s, version %s' "$kernel" "$said"
}

show_room() {
  printf '%s, %s MiB free' "$temporary" "$((room / 1024))"
}

show_memory() {
  case $memory in
  '') printf '/dev/shm' ;;
  *) printf 'in %s' "$temporary" ;;
  esac
}

choose_safety() {
  choose_confinement
  if [ "$confinement" = bwrap ]; then
    say confinement ok "$sandbox"
  else
    say confinement warn "none ($reason): root in a guest can do what you can" \
      'Ask the site for bubblewrap and user namespaces, and run only images that you trust.'
  fi
}

say_network() {
  choose_network
  case $network_kind in
  slirp4netns) say network ok "$network" ;;
  slirp) say network warn "$network, which is slow" 'Ask the site for slirp4netns.' ;;
  none) say network warn 'none: guests reach nothing' 'Ask the site for slirp4netns, or let one travel with the job.' ;;
  esac
}

boot() {
  started_at=$(date +%s)
  said=$( (run_job) 2>&1 >/dev/null) || {
    printf '%s\n' "$said"
    return 1
  }
}

show_boot() {
  printf 'started and ended in %s s' "$(($(date +%s) - started_at))"
}

boots() {
  if said=$(boot && show_boot); then
    say image-boot ok "$said"
  else
    message=$(printf '%s\n' "$said" | sed -n '1s/^apppot: //p')
    say image-boot fail "${message:-the guest ended otherwise}" \
      "$(printf '%s\n' "$said" | sed -n '2s/^  //p' | grep . || printf 'Send the job log to the site.')"
  fi
}

# The kernel program tells, before it boots, what it found of the host; it has no disk, and so ends soon.
ask_kernel() {
  asked_in=$(mktemp -d "$temporary/apppot-probe.XXXXXX") || return 1
  : >"$asked_in/said"
  setsid env -u TMPDIR -u TMP -u TEMP "$kernel" mem=64M con=null con0=null,fd:1 "uml_dir=$asked_in" panic=1 \
    </dev/null >"$asked_in/said" 2>&1 &
  waited=0
  while kill -0 "$!" 2>/dev/null && [ "$waited" -lt 15 ] && ! grep -q '^Linux version' "$asked_in/said"; do
    sleep 1
    waited=$((waited + 1))
  done
  # Its helpers are of its group, and would go on.
  { kill -s KILL -- "-$!" && wait "$!"; } 2>/dev/null
  said=$(head -c 4096 "$asked_in/said" | tr -d '\r')
  rm -rf "$asked_in"
}

# What it answered to one of its own questions.
answer() { # QUESTION
  printf '%s\n' "$said" | sed -n "s|^$1\.\.\.||p" | head -n 1
}

say_answers() {
  ask_kernel || return 0
  case $(answer 'Checking that ptrace can change system call numbers') in
  OK*) say ptrace ok 'a process may trace its children' ;;
  *) say ptrace fail "denied: $(printf '%s\n' "$said" | grep -i -m 1 'ptrace\|check' || printf 'the kernel program says nothing of it')" \
    'Ask the site for kernel.yama.ptrace_scope=1 at most, and no rules of a sandbox against ptrace.' ;;
  esac
  case $(answer 'Checking if /dev/shm is on tmpfs') in
  OK*) say memory-shared ok "tmpfs, $(($(room_in /dev/shm) / 1024)) MiB free" ;;
  *) say memory-shared warn 'not a tmpfs' 'Ask the site for a /dev/shm of type tmpfs; guests use TMPDIR instead, which is slower.' ;;
  esac
  case $(answer 'Checking PROT_EXEC mmap in [^ .]*') in
  OK*) say exec ok 'memory of guests may be executed' ;;
  *) say exec warn 'where the kernel would put memory of guests nothing may be executed' \
    'Ask the site for /dev/shm, or a TMPDIR, without noexec.' ;;
  esac
}

# A quota may leave less than the filesystem has.
say_quota() {
  written=$(mktemp "$temporary/apppot-probe.XXXXXX") || return 0
  if said=$(dd if=/dev/zero of="$written" bs=1048576 count=16 2>&1 && sync 2>&1); then
    say quota ok "16 MiB could be written to $temporary"
  else
    say quota fail "16 MiB could not be written to $temporary: $(printf '%s\n' "$said" | head -n 1)" \
      'Ask the site for more quota, or for another TMPDIR.'
  fi
  rm -f "$written"
}

# Only bash can open a connection without further programs.
say_ports() {
  ports=$(tr '\t' '-' </proc/sys/net/ipv4/ip_local_port_range 2>/dev/null)
  found="outgoing from ports ${ports:-unknown}"
  if [ -z "$probe_host" ]; then
    say ports ok "$found"
  elif ! has_command bash; then
    say ports ok "$found; connections are not tried, for there is no bash"
  elif bash -c 'exec 3<>"/dev/tcp/$1/$2"' bash "$probe_host" "$probe_port" 2>/dev/null; then
    say ports ok "$found; $probe_host:$probe_port can be reached"
  else
    say ports warn "$found; $probe_host:$probe_port cannot be reached" \
      'Guests there have no way out: let inputs travel with the job, or ask the site for outgoing connections.'
  fi
}

run_probe() {
  enter_job
  printf 'probe=1\nhost=%s\n' "$(one_line "$(cat /proc/sys/kernel/hostname)")"
  ready=yes
  try user show_worker check_programs || ready=''
  try yama show_scope check_tracing || ready=''
  try limit-file-size show_limit check_file_size || ready=''
  if try kernel show_kernel find_kernel; then
    say_answers
  else
    ready=''
  fi
  say_quota
  say_ports
  try temporary show_room check_room || ready=''
  if (choose_confinement) 2>/dev/null; then
    choose_safety
    try memory-file show_memory choose_memory || ready=''
  else
    try confinement : choose_confinement
    ready=''
  fi
  try image show_image find_image || ready=''
  [ -z "$ready" ] || say_network
  [ -z "$ready" ] || boots
  exit 0
}
