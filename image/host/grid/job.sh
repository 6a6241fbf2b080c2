# Runs a job on a grid's or cluster's worker. Before it stand the job's own values and functions:
#   image_from image image_name kernel_name changes_name base   what the guest is made of
#   memory_size (bytes) disk_size (KiB) wall_time margin keeping grace keep stdin
#   watch_program                                               prints the program that watches us
# shellcheck shell=sh disable=SC2154,SC2034,SC2119

# A batch system may start us with next to nothing.
enter_job() {
  began=$(date +%s)
  PATH=${PATH:-/usr/local/bin:/usr/bin:/bin} temporary=${TMPDIR:-/tmp}
  export PATH
  jobdir=$(pwd -P)
  for file in apppot-job.command apppot-job.environment $changes_name; do
    [ -r "$jobdir/$file" ] || fail 127 "Cannot run the job: its file \"$file\" is not in \"$jobdir\""
  done
  changes=$jobdir/$changes_name
  if [ -n "$stdin" ]; then
    exec <"$jobdir/$stdin" || fail 127 "Cannot read the job's stdin \"$stdin\""
  else
    exec </dev/null
  fi
  asked='' modes='' watch='' guest='' terminal='' feeding='' apart=''
}

plan_command() {
  cat "$jobdir/apppot-job.command"
}

plan_environment() {
  cat "$jobdir/apppot-job.environment"
}

# None: paths of a worker do not fit into JSON by a shell.
plan_record() {
  :
}

make_scratch() {
  :
}

check_networks() {
  :
}

start_helpers() {
  [ "$network_kind" != slirp4netns ] || start_helper run_helper_0 "$instance/net.sock" slirp4netns
}

plan_settings() {
  "plan_settings_$network_kind"
  [ -z "$timeout" ] || printf 'timeout=%s\0' "$timeout"
  [ -z "$keep" ] || printf 'keep=/home/user/job/%s\0' "$keep"
}

make_links() {
  "make_links_$confinement"
}

run_guest() {
  "run_guest_${confinement}_${network_kind}_${memory:-shared}"
}

# --- time ------------------------------------------------------------------------------------

# The guest is asked to end while there still is time for what comes after.
choose_timeout() {
  timeout=''
  [ -n "$wall_time" ] || return 0
  timeout=$((wall_time - margin - $(date +%s) + began))
  [ "$timeout" -ge 1 ] || timeout=1
}

# --- watch -----------------------------------------------------------------------------------

start_watch() {
  parent_started=''
  [ "$PPID" -le 1 ] || [ -n "${APPPOT_DETACHED-}" ] || parent_started=$(started "$PPID")
  setsid sh -c "$(watch_program)" apppot-watch "$instance" "$$" "$(started "$$")" \
    "$PPID" "$parent_started" "$((grace + keeping + 6))" </dev/null >/dev/null 2>&1 &
  watch=$!
}

leave_job() {
  status=$?
  trap '' HUP INT TERM
  [ -z "$guest" ] || check_kept
  exec 2>/dev/null
  [ -z "$watch" ] || end_process "$watch"
  (exit "$status")
  leave
}

# --- what the guest changed ------------------------------------------------------------------

check_kept() {
  [ -n "$keep" ] && [ ! -s "$jobdir/$keep" ] || return 0
  said=$(tail -n 1 "$control/keep.log" 2>/dev/null)
  printf 'apppot: Cannot keep what the guest changed: %s\n' "${said:-the guest did not get that far}" >&2
  [ "$status" != 0 ] || status=125
}

# --- all of it -------------------------------------------------------------------------------

run_job() {
  enter_job
  check_worker
  find_image
  check_base
  find_kernel
  choose_confinement
  check_room
  choose_memory
  choose_network
  choose_timeout
  [ "$(readlink "/proc/$$/fd/0")" = /dev/null ] || feeding=1
  open_instance
  trap leave_job EXIT
  trap 'stop 1' HUP
  trap 'stop 2' INT
  trap 'stop 15' TERM USR1 USR2 XCPU
  start_watch
  plain_network
  write_control
  rm -f "$instance/record.json"
  prepare_disk
  prepare_memory
  open_networks
  start_guest
  await_guest
  report
}
