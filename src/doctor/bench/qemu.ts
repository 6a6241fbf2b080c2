/**
 * The same figures of guests under QEMU: a kernel with nothing but the gauge, so no disk and no network.
 *
 * @module
 */

import { accessSync, constants, readdirSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Seconds } from '../../base/clock.ts';
import { findProgram } from '../../host/programs.ts';
import { chooseTemporary } from '../../launch/plan.ts';
import { gauge, type Place } from '../place.ts';
import { parseSamples, type Sample } from './compare.ts';
import { BenchError } from './errors.ts';
import { initrd } from './initrd.ts';

/** A guest to be compared with. */
export interface Emulator {
  readonly title: string;
  /** Measures once; the time of a start is among the samples. */
  measure(): Promise<readonly Sample[]>;
}

const PROGRAMS: Readonly<Record<string, string>> = {
  x64: 'qemu-system-x86_64',
  arm64: 'qemu-system-aarch64',
};
const LIMIT: Seconds = 60;

/**
 * Runs the work with QEMU's two ways to run code, where QEMU and a kernel that it can boot are here;
 * KVM only where it is proven to work.
 *
 * @param kernel Default: the newest readable one of `/boot`.
 */
export async function withEmulators<T>(
  place: Place,
  kernel: string | undefined,
  work: (emulators: readonly Emulator[]) => Promise<T>,
): Promise<T> {
  const program = findProgram([PROGRAMS[process.arch] ?? 'qemu'], place.path);
  const image = kernel ?? newestKernel();
  if (program === undefined || image === undefined) return work([]);
  const directory = await mkdtemp(join(dirname(chooseTemporary(place, 'bench')), 'apppot-qemu-'));
  try {
    const archive = join(directory, 'initrd');
    await writeFile(archive, initrd(await readFile(`${place.kit}/native/apppot-gauge`)));
    const kvm = (await gauge(place, ['kvm'])).status === 0;
    const boot = ['-kernel', image, '-initrd', archive];
    const ways = kvm ? ['tcg', 'kvm'] : ['tcg'];
    return await work(
      ways.map((way) =>
        emulator(place, [program, ...machine(way), ...boot], `QEMU ${way}, ${basename(image)}`),
      ),
    );
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function newestKernel(): string | undefined {
  return readdirSync('/boot')
    .filter((name) => name.startsWith('vmlinuz'))
    .map((name) => `/boot/${name}`)
    .filter(isReadable)
    .sort((one, other) => other.localeCompare(one, 'en', { numeric: true }))[0];
}

function isReadable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}

function machine(way: string): string[] {
  const arm = process.arch === 'arm64' ? ['-machine', 'virt'] : [];
  return [
    ...['-nodefaults', '-no-user-config', '-display', 'none', '-monitor', 'none', ...arm],
    ...['-serial', 'stdio', '-no-reboot', '-m', '512', '-accel', way],
    ...['-cpu', way === 'kvm' ? 'host' : 'max'],
  ];
}

function emulator(place: Place, argv: readonly string[], title: string): Emulator {
  const run = async (...words: readonly string[]): Promise<string> => {
    const console = process.arch === 'arm64' ? 'ttyAMA0' : 'ttyS0';
    const line = `console=${console} quiet panic=-1 -- ${words.join(' ')}`;
    const { stdout, stderr } = await place.attempt([...argv, '-append', line], LIMIT);
    place.signal?.throwIfAborted();
    if (stdout.includes(ENDED)) return stdout;
    throw failed(title, (stderr || stdout).trim().split('\n').at(-1) ?? '');
  };
  return {
    title,
    async measure() {
      const before = performance.now();
      await run('true');
      const value = (performance.now() - before) / 1_000;
      return [
        { id: 'start', unit: 's', value },
        ...parseSamples(await run('measure', 'cpu', 'system')),
      ];
    },
  };
}

/** What the gauge says last as process 1. */
const ENDED = 'ended with status 0';

function failed(title: string, reason: string): BenchError {
  return new BenchError(`Cannot measure ${title}: ${reason || 'it did not come to its end'}`, {
    kind: 'remote',
    code: 'MEASURE_FAILED',
  });
}
