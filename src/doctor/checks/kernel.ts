import { accessSync, constants, existsSync } from 'node:fs';
import type { Seconds } from '../../base/clock.ts';
import { chooseKernel } from '../../launch/choose.ts';
import { type Check, type Finding, fail, failureOf, ok } from '../check.ts';
import type { Place } from '../place.ts';

const LIMIT: Seconds = 5;

/** Without one of these no start works: `docs/decisions` says what each is for. */
const NEEDED = ['HOSTFS', 'BLK_DEV_UBD', 'EXT4_FS', 'SSL', 'PROC_FS', 'DEVTMPFS', 'TMPFS'];

export const KERNEL: readonly Check[] = [
  { id: 'kernel', group: 'kernel', title: 'program', look: lookAtProgram },
  { id: 'kernel-features', group: 'kernel', title: 'features', look: lookAtFeatures },
];

async function lookAtProgram(place: Place): Promise<Finding> {
  const kernel = find(place);
  return typeof kernel === 'string' ? judge(kernel, place) : kernel;
}

async function judge(kernel: string, place: Place): Promise<Finding> {
  const { status, stdout, overdue, error, signal } = await place.attempt(
    [kernel, '--version'],
    LIMIT,
  );
  if (overdue) return fail(`${kernel} does not answer`, 'Is its file server alive? Copy it here.');
  if (error !== undefined || signal !== undefined) {
    const remedy =
      'Its directory may be mounted noexec, or it is for other processors: copy, replace it.';
    return fail(`${kernel} cannot be run: ${error ?? signal}`, remedy);
  }
  const version = stdout.trim();
  if (status === 0 && /^\d+\.\d+/.test(version)) return ok(`${kernel}, version ${version}`);
  return fail(`${kernel} is no User-Mode Linux kernel`, 'Name one with --kernel.');
}

async function lookAtFeatures(place: Place): Promise<Finding | undefined> {
  const kernel = await kernelOf(place);
  if (kernel === undefined) return undefined;
  const { stdout } = await place.attempt([kernel, '--showconfig'], LIMIT);
  if (!stdout.includes('CONFIG_')) return undefined;
  const missing = NEEDED.filter((name) => !stdout.includes(`CONFIG_${name}=y`));
  if (missing.length === 0) return ok('all that guests need is built in');
  return fail(
    `built without ${missing.map((name) => `CONFIG_${name}`).join(', ')}`,
    'Build it with these set to "y", or use the kernel of Debian (user-mode-linux).',
  );
}

/** The kernel that a start would take. */
function find({ wanted, path }: Place): string | Finding {
  const named = wanted.kernel ?? './linux';
  if (named.includes('/') && existsSync(named) && !isExecutable(named)) {
    return fail(`${named} may not be executed`, `chmod +x ${named}`);
  }
  try {
    return chooseKernel(wanted.kernel, path);
  } catch (error) {
    return failureOf(error);
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** For checks that need a kernel that runs: where there is none, its own line tells why. */
export async function kernelOf(place: Place): Promise<string | undefined> {
  const kernel = find(place);
  if (typeof kernel !== 'string') return undefined;
  return (await judge(kernel, place)).verdict === 'ok' ? kernel : undefined;
}
