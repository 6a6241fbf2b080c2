import { dirname } from 'node:path';
import { type Bytes, formatSize } from '../../base/units.ts';
import { chooseMemoryPlace } from '../../launch/memory.ts';
import { chooseTemporary } from '../../launch/plan.ts';
import { chooseConfinement } from '../../launch/sandbox.ts';
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

/** In a sandbox of bwrap guests have a `/dev/shm` of their own. */
async function lookAtShared(place: Place): Promise<Finding> {
  const { free, execute, create, reason } = await tryDirectory(place, SHARED);
  const judge = (await isPrivate(place))
    ? (found: string): Finding => ok(`${found}; guests have their own`)
    : (found: string): Finding => warn(found, 'Guests use TMPDIR instead, which is slower.');
  if (reason !== undefined) return judge(`cannot be used: ${reason}`);
  if (create !== 'ok') return judge(`not writable: ${create}`);
  if (execute !== 'ok') return judge('mounted noexec');
  const found = `${formatSize(free)} free`;
  return free > place.wanted.memory ? ok(found) : judge(found);
}

/** Where a start would put it. */
async function lookAtFile(place: Place): Promise<Finding> {
  const { wanted, caller, path } = place;
  const confinement = await chooseConfinement(wanted.confine, caller.uid, path);
  const temporary = dirname(chooseTemporary(place, 'doctor'));
  const remedy = 'Set TMPDIR to a directory with room where programs may be executed.';
  const { write, execute, reason } = await tryDirectory(place, temporary);
  if (reason !== undefined) return fail(`${temporary} cannot be used: ${reason}`, remedy);
  const chosen = chooseMemoryPlace(wanted.memory, confinement, temporary);
  if (chosen === 'shared') {
    return ok(confinement.kind === 'bwrap' ? `in its own ${SHARED}` : `in ${SHARED}`);
  }
  if (write !== 'ok') return fail(`${temporary} is not writable: ${write}`, remedy);
  if (execute !== 'ok') return fail(`${temporary} is mounted noexec`, remedy);
  return warn(`in ${temporary}, which is slower than ${SHARED}`, 'Have more room there.');
}

async function isPrivate({ wanted, caller, path }: Place): Promise<boolean> {
  try {
    return (await chooseConfinement(wanted.confine, caller.uid, path)).kind === 'bwrap';
  } catch {
    return false;
  }
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
