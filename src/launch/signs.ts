/**
 * What kernels say when they die, and what that means.
 *
 * @module
 */

import type { ErrorKind } from '../base/errors.ts';
import { GUEST_INIT, type LaunchCode } from './launch.ts';

/** One cause of death, as the kernel or the guest's console tells it. */
export interface Sign {
  /** An extended regular expression, also for sed(1), with one group: what was found. */
  readonly pattern: string;
  readonly code: LaunchCode;
  readonly kind: ErrorKind;
  /** `%s` stands for what was found. */
  readonly message: string;
  readonly hint: string;
  /** It ends the job, too: counts where that failed, and `%s` stands for the job's status. */
  readonly isOfJob?: true;
}

const COW_HINT = 'Name the base image that the COW file was made on, or start with a new COW file.';
const HOST_FULL = '(Bus error - the host [^ ]+ or [^ ]+ mount likely just ran out of space)';
const ROOM_HINT = 'Give the guest less with --mem, or set TMPDIR to a directory with more room.';
const PANIC = 'Kernel panic - not syncing: ';

/** First match wins: the causes stand before the panics that they end in. */
export const SIGNS: readonly Sign[] = [
  {
    pattern: 'mtime mismatch \\(([^)]*)\\)',
    code: 'COW_MISMATCH',
    kind: 'conflict',
    message: 'Cannot use the COW file: its base image was changed after it was made (times %s)',
    hint: COW_HINT,
  },
  {
    pattern: '(size mismatch)',
    code: 'COW_MISMATCH',
    kind: 'conflict',
    message: 'Cannot use the COW file: its base image has another size than when it was made',
    hint: COW_HINT,
  },
  {
    pattern: '(F_SETLK failed, file already locked)',
    code: 'COW_LOCKED',
    kind: 'conflict',
    message: 'Cannot write to the image or COW file: another guest is writing to it',
    hint: 'Give each guest a COW file of its own, or make the base image read-only.',
  },
  {
    pattern: HOST_FULL,
    code: 'HOST_MEMORY_FULL',
    kind: 'remote',
    message: 'Cannot run the guest: the host has no room left for its memory',
    hint: ROOM_HINT,
  },
  {
    pattern: HOST_FULL,
    isOfJob: true,
    code: 'HOST_MEMORY_FULL',
    kind: 'remote',
    message: "Cannot finish the job (status %s): the host has no room left for the guest's memory",
    hint: ROOM_HINT,
  },
  {
    pattern: '(I/O error, dev ubd[a-z], sector [0-9]+ op 0x0:)',
    isOfJob: true,
    code: 'DISK_UNREADABLE',
    kind: 'remote',
    message:
      "Cannot finish the job (status %s): the guest could not read its disk; the image's file does not answer, or the host has no room left for the guest's memory",
    hint: 'Read the image as a whole (sha256sum IMAGE), and look at the room (df /dev/shm "$TMPDIR").',
  },
  {
    pattern: '(setup_physmem - mapping .* failed)',
    code: 'LIMIT_TOO_LOW',
    kind: 'conflict',
    message: 'Cannot run the guest: a process may not have as many addresses here (ulimit -v)',
    hint: 'Raise the limit, or give the guest less with --mem.',
  },
  {
    pattern: '(UML ran out of memory on the host side)',
    isOfJob: true,
    code: 'HOST_MAPPINGS',
    kind: 'remote',
    message:
      'Cannot finish the job (status %s): its memory came in more pieces than the host allows (vm.max_map_count)',
    hint: 'Ask for a higher vm.max_map_count on the host, or use less memory in one process.',
  },
  {
    pattern: '(ptrace: [A-Z][a-z ]+)',
    code: 'TRACING_FORBIDDEN',
    kind: 'conflict',
    message: 'Cannot run the guest: this host lets no program trace another (%s)',
    hint: 'Have it allowed: by kernel.yama.ptrace_scope, or by the container (seccomp, SYS_PTRACE).',
  },
  {
    pattern: '(must be not mounted noexec)',
    code: 'TEMP_UNUSABLE',
    kind: 'conflict',
    message: 'Cannot run the guest: the directory for its memory is mounted noexec',
    hint: 'Set TMPDIR to a directory where programs may be executed.',
  },
  {
    pattern: 'apppot-confine: (.*)',
    code: 'SANDBOX_FAILED',
    kind: 'remote',
    message: '%s',
    hint: 'Start it again with another sandbox, --confine bwrap or --confine none.',
  },
  {
    pattern: `${PANIC}(VFS: Unable to mount root fs)`,
    code: 'IMAGE_FOREIGN',
    kind: 'conflict',
    message: 'Cannot run the guest: its kernel cannot mount the filesystem of the image',
    hint: 'Check the image with "e2fsck -fn", or build it anew.',
  },
  {
    pattern: `${PANIC}(Requested init [^ ]+ failed|No working init)`,
    code: 'IMAGE_FOREIGN',
    kind: 'conflict',
    message: `Cannot run the guest: the image has no ${GUEST_INIT} that can be executed`,
    hint: 'Use an image made by "apppot image build".',
  },
  {
    pattern: `${PANIC}(.*)`,
    code: 'KERNEL_PANIC',
    kind: 'remote',
    message: 'Cannot run the guest: its kernel panicked: %s',
    hint: 'Run it again with --console-log FILE, and look at what comes before the panic.',
  },
  {
    pattern: 'apppot-init: (.*)',
    code: 'GUEST_FAILED',
    kind: 'remote',
    message: '%s',
    hint: 'Run it again with --console-log FILE to keep all that it said.',
  },
];
