import { readFileSync, realpathSync } from 'node:fs';

/** A mounted filesystem, as the kernel lists it: proc_pid_mounts(5). */
export interface Mount {
  /** Where it is mounted. */
  readonly at: string;
  readonly type: string;
  readonly options: readonly string[];
}

/** The mount that a path lies in. @throws the system's error when there is no such path. */
export function mountOf(path: string, table = readFileSync('/proc/self/mounts', 'utf8')): Mount {
  const real = realpathSync(path);
  const holds = ({ at }: Mount): boolean => at === '/' || real === at || real.startsWith(`${at}/`);
  const [last] = parseMounts(table)
    .filter(holds)
    .sort((one, other) => one.at.length - other.at.length)
    .slice(-1);
  return last ?? { at: '/', type: 'unknown', options: [] };
}

/** In the order of mounting: of two at one place the later one counts. */
function parseMounts(table: string): Mount[] {
  return table
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [, at = '', type = '', options = ''] = line.split(' ');
      return { at: decode(at), type, options: options.split(',') };
    });
}

/** Blanks, tabs, newlines and backslashes stand in octal. */
function decode(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}
