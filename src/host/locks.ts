import { readdirSync, readFileSync, readlinkSync, realpathSync, statSync } from 'node:fs';
import { basename } from 'node:path';

/** Who holds a lock on a file. */
export interface LockHolder {
  readonly pid: number;
  /** The words that it was started with; none when they cannot be read. */
  readonly words: readonly string[];
  /** The name of its program. */
  readonly program: string;
}

/**
 * Finds a process that holds an advisory lock of fcntl(2) on a file.
 *
 * @param kind Only locks that stand in the way of one for reading, or of one for writing.
 * @param table As `/proc/locks` has it: proc(5).
 */
export function lockHolder(
  path: string,
  kind: 'read' | 'write',
  table = readFileSync('/proc/locks', 'utf8'),
): LockHolder | undefined {
  const { ino } = statSync(path);
  const real = realpathSync(path);
  for (const line of table.split('\n')) {
    const [, type, , mode, pid = '', place = ''] = line.split(/\s+/);
    if (type !== 'POSIX' || place.split(':')[2] !== String(ino)) continue;
    if (kind === 'read' && mode === 'READ') continue;
    if (hasOpen(pid, real)) return describe(Number(pid));
  }
  return undefined;
}

/** Files of several filesystems share numbers. Who may not look into the process trusts the number. */
function hasOpen(pid: string, path: string): boolean {
  try {
    const directory = `/proc/${pid}/fd`;
    return readdirSync(directory).some((fd) => targetOf(`${directory}/${fd}`) === path);
  } catch {
    return true;
  }
}

function targetOf(link: string): string | undefined {
  try {
    return readlinkSync(link);
  } catch {
    return undefined;
  }
}

function describe(pid: number): LockHolder {
  const words = read(`/proc/${pid}/cmdline`).split('\0').slice(0, -1);
  return { pid, words, program: basename(words[0] ?? '') || read(`/proc/${pid}/comm`).trim() };
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
