# usage: bash complete.bash SCRIPT WORD... ; the last word is being completed. Prints what Tab would offer.
# shellcheck shell=bash disable=SC1090
source "$1"
shift
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
handler=$(complete -p "$1" | sed 's/.*-F \([^ ]*\) .*/\1/')
"$handler"
printf '%s\n' "${COMPREPLY[@]}" | sort -u
