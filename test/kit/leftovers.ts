import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** What tests may leave on a machine, one line each. */
export interface Traces {
  readonly processes: readonly string[];
  readonly mounts: readonly string[];
  readonly loops: readonly string[];
  readonly files: readonly string[];
}

const PROGRAMS = /^(linux(\.uml)?|slirp.*|bwrap|mmdebstrap|fakeroot|faked.*|nbd.*|qemu.*)$/;
const DIRECTORIES = ['/tmp', '/var/tmp', '/dev/shm'];

/** @param own A directory that the test run itself removes at its end. */
export function traces(own = ''): Traces {
  return {
    processes: lines(execFileSync('ps', ['-eo', 'pid,comm'])).filter((line) =>
      PROGRAMS.test(line.split(' ').at(-1) ?? ''),
    ),
    mounts: lines(readFileSync('/proc/self/mounts')),
    loops: lines(execFileSync('losetup', ['-l', '-n', '-O', 'NAME,BACK-FILE'])),
    files: DIRECTORIES.flatMap((directory) =>
      readdirSync(directory)
        .map((name) => `${directory}/${name}`)
        .filter((path) => path.includes('apppot') && path !== own),
    ),
  };
}

function lines(text: Buffer): string[] {
  return text
    .toString()
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
}
