import { type Bytes, formatSize } from '../../base/units.ts';
import { chooseMemoryDirectory } from '../../launch/choose.ts';
import { cgroupLimit } from '../cgroup.ts';
import { type Check, type Finding, fail, ok, warn } from '../check.ts';
import { tryDirectory } from '../directory.ts';
import type { Place } from '../place.ts';

const SHARED = '/dev/shm';

export const MEMORY: readonly Check[] = [
  { id: 'memory-available', group: 'memory', title: 'available', look: lookAtAvailable },
  { id: 'memory-cgroup', group: 'memory', title: 'cgroup', look: lookAtCgroup },
  { id: 'memory-shared', group: 'memory', title: SHARED, look: lookAtShared },
  { id: 'memory-file', group: 'memory', title: "guest's memory file", look: lookAtFile },
  { id: 'memory-maps', group: 'memory', title: 'vm.max_map_count', look: lookAtMapCount },
  { id: 'memory-overcommit', group: 'memory', title: 'overcommit', look: lookAtOvercommit },
];

function lookAtAvailable(place: Place): Finding {
  const free = meminfo(place, 'MemAvailable');
  if (free === undefined) return ok('unknown');
  const found = `${formatSize(free)} for a guest of ${formatSize(place.wanted.memory)}`;
  return free >= place.wanted.memory ? ok(found) : warn(found, 'Give the guest less with --mem.');
}

async function lookAtCgroup(place: Place): Promise<Finding> {
  const limit = cgroupLimit(place, 'memory');
  if (limit === undefined) return ok('no limit');
  const found = `at most ${formatSize(limit)}, for a guest of ${formatSize(place.wanted.memory)}`;
  if (limit > place.wanted.memory) return ok(found);
  return warn(found, 'Ask the batch system for more memory, or give the guest less with --mem.');
}

async function lookAtShared(place: Place): Promise<Finding> {
  const { free, execute, create, reason } = await tryDirectory(place, SHARED);
  const remedy = 'Guests use TMPDIR instead, which is slower; set it to a directory with room.';
  if (reason !== undefined) return warn(`cannot be used: ${reason}`, remedy);
  if (create !== 'ok') return warn(`not writable: ${create}`, remedy);
  if (execute !== 'ok') return warn('mounted noexec', remedy);
  const found = `${formatSize(free)} free`;
  return free > place.wanted.memory ? ok(found) : warn(found, remedy);
}

/** Where a start would put it. */
async function lookAtFile(place: Place): Promise<Finding> {
  const { memory } = place.wanted;
  const directory = chooseMemoryDirectory(memory, place.temporary) ?? SHARED;
  const remedy =
    'Set TMPDIR to a directory of your own that has room and where programs may be executed.';
  const { free, execute, write, reason } = await tryDirectory(place, directory);
  if (reason !== undefined) return fail(`${directory} cannot be used: ${reason}`, remedy);
  if (write !== 'ok') return fail(`${directory} is not writable: ${write}`, remedy);
  if (execute !== 'ok') return fail(`${directory} is mounted noexec`, remedy);
  if (free <= memory) {
    return fail(
      `${directory} has ${formatSize(free)} for ${formatSize(memory)}`,
      `${remedy.slice(0, -1)}; or use less --mem.`,
    );
  }
  return ok(`in ${directory}, ${formatSize(free)} free`);
}

/** The kernel's own default. */
const USUAL_MAPS = 65_530;

function lookAtMapCount(place: Place): Finding {
  const count = Number(place.read('/proc/sys/vm/max_map_count') ?? Number.NaN);
  if (Number.isNaN(count)) return ok('unknown');
  if (count >= USUAL_MAPS) return ok(String(count));
  return warn(
    `${count}: programs that use much memory may be killed in a guest`,
    `Ask the administrator for: sysctl vm.max_map_count=${4 * USUAL_MAPS}`,
  );
}

/** Source: the kernel's `mm/overcommit-accounting.rst`. */
function lookAtOvercommit(place: Place): Finding {
  const mode = place.read('/proc/sys/vm/overcommit_memory')?.trim();
  if (mode !== '2') return ok(mode === undefined ? 'unknown' : 'memory is not promised in advance');
  const limit = meminfo(place, 'CommitLimit') ?? 0;
  const left = limit - (meminfo(place, 'Committed_AS') ?? 0);
  const found = `strict: ${formatSize(Math.max(0, left))} may still be promised`;
  if (left > place.wanted.memory) return ok(found);
  return warn(found, 'Give the guest less with --mem, or ask for vm.overcommit_memory=0.');
}

function meminfo(place: Place, name: string): Bytes | undefined {
  const text = place.read('/proc/meminfo') ?? '';
  const found = new RegExp(`^${name}:\\s*(\\d+) kB`, 'm').exec(text)?.[1];
  return found === undefined ? undefined : Number(found) * 1_024;
}
