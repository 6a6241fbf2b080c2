import { CHECKS } from '../../src/doctor/checks.ts';
import { examine, type Line } from '../../src/doctor/examine.ts';
import type { Place } from '../../src/doctor/place.ts';

/** A machine whose system files say this, and whose programs cannot be run. */
export function placeWith(
  files: Readonly<Record<string, string>>,
  { uid = 1_000, memory = 512 * 2 ** 20 }: { readonly uid?: number; readonly memory?: number } = {},
): Place {
  return {
    env: {},
    path: '/nowhere',
    temporary: '/tmp',
    cache: '/tmp',
    directory: '/tmp',
    hasTerminal: false,
    caller: { uid, gid: uid, user: 'u', group: 'g', umask: 0o022 },
    wanted: { memory, confine: 'none' },
    kit: '/nowhere',
    read: (path) => files[path],
    attempt: async () => ({ error: 'ENOENT', overdue: false, stdout: '', stderr: '' }),
  };
}

/** What one check finds there: verdict, finding and remedy. */
export async function findingAt(id: string, place: Place): Promise<unknown> {
  const { lines } = await examine(
    place,
    CHECKS.filter((check) => check.id === id),
  );
  return lines.map(({ verdict, found, ...rest }: Line) => [
    verdict,
    found,
    ...('remedy' in rest ? [rest.remedy] : []),
  ])[0];
}
