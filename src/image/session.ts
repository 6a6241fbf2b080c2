import { quote } from '../launch/shell.ts';
import type { GuestEntry } from './entry.ts';
import { GUEST_GROUP } from './guest.ts';

/** Status of {@link sessionScript} when an entry's directory is a link that leads out of the image. */
export const OUTSIDE_STATUS = 65;

export interface Session {
  /** Archive of the root filesystem. */
  readonly tar: string;
  /** Directory, still empty, to unpack into. */
  readonly root: string;
  /** Directory that holds the contents of file entries, each named by the entry's position. */
  readonly contents: string;
  readonly entries: readonly GuestEntry[];
  /** The command that makes the filesystem out of the root directory. */
  readonly mkfs: readonly string[];
}

/**
 * The shell script that a build runs as root, or under fakeroot: all of it in one session, because
 * fakeroot knows who owns the files only as long as it lives.
 */
export function sessionScript({ tar, root, contents, entries, mkfs }: Session): string {
  return [
    FUNCTIONS,
    `root=${quote(root)}`,
    `tar --extract --file ${quote(tar)} --directory "$root" --numeric-owner --preserve-permissions --xattrs --xattrs-include='*'`,
    ACCOUNTS,
    ...entries.map((entry, i) => renderEntry(entry, `${contents}/${i}`)),
    mkfs.map(quote).join(' '),
    '',
  ].join('\n');
}

const FUNCTIONS = `
set -eu
umask 022
inside() {
  case $(realpath --canonicalize-missing "$root\${1%/*}") in
    "$root" | "$root"/*) mkdir -p "$root\${1%/*}" ;;
    *) echo "$1 leads out of the image through a link" >&2; exit ${OUTSIDE_STATUS} ;;
  esac
}
file() { # PATH MODE OWNER CONTENT
  inside "$1"
  rm -f "$root$1"
  cp --no-target-directory "$4" "$root$1"
  chown "$3" "$root$1"
  chmod "$2" "$root$1"
}
directory() { # PATH MODE OWNER
  inside "$1/"
  chown "$3" "$root$1"
  chmod "$2" "$root$1"
}
symlink() { # PATH TARGET
  inside "$1"
  ln --symbolic --force --no-target-directory "$2" "$root$1"
}`;

/** Lets the system's account lookups find the guest's user, whom init writes at each start. */
const ACCOUNTS = `
sed -i -E 's/^(passwd|group|shadow):[[:space:]]+files/& extrausers/' "$root/etc/nsswitch.conf"
if grep -q '^[^:]*:[^:]*:${GUEST_GROUP.gid}:' "$root/etc/group"; then
  echo 'group ${GUEST_GROUP.gid} is taken by a package' >&2
  exit 1
fi
echo '${GUEST_GROUP.name}:x:${GUEST_GROUP.gid}:' >> "$root/etc/group"
if [ -e "$root/etc/gshadow" ]; then echo '${GUEST_GROUP.name}:!::' >> "$root/etc/gshadow"; fi`;

function renderEntry(entry: GuestEntry, content: string): string {
  const path = quote(entry.path);
  if (entry.type === 'symlink') return `symlink ${path} ${quote(entry.target)}`;
  const attributes = `${entry.mode.toString(8)} ${entry.uid}:${entry.gid}`;
  return entry.type === 'directory'
    ? `directory ${path} ${attributes}`
    : `file ${path} ${attributes} ${quote(content)}`;
}
