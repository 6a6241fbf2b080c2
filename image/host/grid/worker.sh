# What this worker has for the guest: image, kernel, room. Whatever is missing ends the job here, with
# one line that says so.
# shellcheck shell=sh disable=SC2154,SC2034,SC2015

has_command() { # NAME
  command -v "$1" >/dev/null 2>&1
}

check_worker() {
  check_programs
  check_tracing
  check_file_size
}

check_programs() {
  [ -r "/proc/$$/stat" ] || fail 126 'Cannot run the guest: this worker has no /proc'
  for tool in awk cat chmod cp dd df head id kill mkdir mkfifo mktemp mv od readlink rm rmdir sed setsid sleep stat tail tr; do
    has_command "$tool" || fail 127 "Cannot run the guest: this worker has no program \"$tool\""
  done
}

# Source: the kernel's admin-guide/LSM/Yama.rst.
check_tracing() {
  scope=0
  [ ! -r /proc/sys/kernel/yama/ptrace_scope ] || read -r scope </proc/sys/kernel/yama/ptrace_scope
  [ "$scope" -lt 2 ] || { [ "$scope" = 2 ] && [ "$(id -u)" = 0 ]; } ||
    fail 126 "Cannot run the guest: this worker lets no program trace its children (kernel.yama.ptrace_scope is $scope)" \
      'Ask the site for: sysctl kernel.yama.ptrace_scope=1'
}

# In blocks of 512 bytes.
check_file_size() {
  limit=$(ulimit -f)
  [ "$limit" = unlimited ] || [ "$((limit / 2))" -gt "$((memory_size / 1024))" ] ||
    fail 126 "Cannot run the guest: its memory of $((memory_size / 1048576)) MiB is a file, and files here may have $((limit / 2048)) MiB (ulimit -f)" \
      'Give the guest less memory, or ask the site for longer files.'
}

absolute() { # PATH
  case $1 in
  /*) printf %s "$1" ;;
  *) printf %s "$jobdir/$1" ;;
  esac
}

# --- image -----------------------------------------------------------------------------------

find_image() {
  case $image_from in
  rte)
    image=${APPPOT_IMAGE-}
    [ -n "$image" ] ||
      fail 127 'Cannot find the image: the run-time environment sets no APPPOT_IMAGE' \
        'Ask for a run-time environment made by "apppot site rte", or name the image.'
    ;;
  ship) image=$jobdir/$image_name ;;
  esac
  image=$(absolute "$image")
  [ -e "$image" ] || fail 127 "Cannot read the image \"$image\": there is no such file on this worker"
  [ -f "$image" ] && [ -r "$image" ] ||
    fail 126 "Cannot read the image \"$image\": it may not be read by $(id -un 2>/dev/null || id -u)"
  look_at_image
}

byte_at() { # FILE OFFSET COUNT
  od -A n -v -t u1 -j "$2" -N "$3" "$1" 2>/dev/null | tr -s ' \n' ' '
}

little_endian() { # BYTE...
  number=0 shift_by=0
  for byte; do
    number=$((number + (byte << shift_by)))
    shift_by=$((shift_by + 8))
  done
  printf %s "$number"
}

# A filesystem, whole, or the first partition of type Linux.
look_at_image() {
  root=/dev/ubda
  # shellcheck disable=SC2046
  if [ "$(byte_at "$image" 1080 2)" = ' 83 239 ' ]; then
    blocks=$(little_endian $(byte_at "$image" 1028 4))
    block=$((1024 << $(little_endian $(byte_at "$image" 1048 4))))
    [ "$(stat -L -c %s "$image")" -ge "$((blocks * block))" ] ||
      fail 126 "Cannot use the image \"$image\": it is truncated"
    return
  fi
  if [ "$(byte_at "$image" 510 2)" = ' 85 170 ' ]; then
    for partition in 1 2 3 4; do
      [ "$(byte_at "$image" $((434 + 16 * partition)) 1)" = ' 131 ' ] || continue
      root=/dev/ubda$partition
      return
    done
  fi
  fail 126 "Cannot use the image \"$image\": it holds no ext2, ext3 or ext4 filesystem"
}

# The record beside an image says what base it is; else the guest itself finds out.
check_base() {
  [ -n "$base" ] || return 0
  found=${APPPOT_BASE-}
  [ -n "$found" ] || found=$(sed -n 's/^ *"base": *"\([^"]*\)".*/\1/p' "$image.json" 2>/dev/null | head -n 1)
  [ -z "$found" ] || [ "$found" = "$base" ] ||
    fail 126 "Cannot merge the changes bundle: it was made on base $base but the image \"$image\" is $found" \
      'Move it to the image of this site with "apppot snap rebase", or choose a site that has its base.'
}

# --- kernel ----------------------------------------------------------------------------------

# What travels with the job comes first; then what the site names; then what is installed.
find_kernel() {
  if [ -n "$kernel_name" ]; then
    chmod u+x "$jobdir/$kernel_name" 2>/dev/null
    kernel=$jobdir/$kernel_name
  elif [ -n "${APPPOT_KERNEL-}" ]; then
    kernel=$(absolute "$APPPOT_KERNEL")
  else
    kernel=$(find_program linux.uml linux) ||
      fail 127 'Cannot find a kernel: there is no program "linux" in the job directory or in PATH' \
        'Let one travel with the job, or ask for a run-time environment that sets APPPOT_KERNEL.'
  fi
  [ -e "$kernel" ] || fail 127 "Cannot find the kernel \"$kernel\": there is no such file on this worker"
  said=$("$kernel" --version 2>&1) ||
    fail 126 "Cannot run the kernel \"$kernel\": $(printf '%s\n' "$said" | tail -n 1)" \
      'Give one that was built for this kind of machine, on a filesystem where programs may be executed.'
}

# A program of the job directory comes before an installed one.
find_program() { # NAME...
  for candidate; do
    if [ -f "$jobdir/$candidate" ]; then
      chmod u+x "$jobdir/$candidate" 2>/dev/null
      [ ! -x "$jobdir/$candidate" ] || { printf %s "$jobdir/$candidate" && return; }
    fi
  done
  for candidate; do
    # shellcheck disable=SC2230
    found=$(command -v "$candidate") && [ -x "$found" ] && { printf %s "$found" && return; }
  done
  return 1
}
