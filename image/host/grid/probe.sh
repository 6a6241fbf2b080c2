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

run_probe() {
  enter_job
  printf 'probe=1\nhost=%s\n' "$(one_line "$(cat /proc/sys/kernel/hostname)")"
  ready=yes
  try user show_worker check_programs || ready=''
  try yama show_scope check_tracing || ready=''
  try limit-file-size show_limit check_file_size || ready=''
  try kernel show_kernel find_kernel || ready=''
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
