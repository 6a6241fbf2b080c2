import { dirname, join, resolve } from 'node:path';
import { type Bytes, formatSize } from '../../base/units.ts';
import { chooseTemporary } from '../../launch/plan.ts';
import { type Check, type Finding, fail, ok, warn } from '../check.ts';
import { tryAccess, tryDirectory } from '../directory.ts';
import type { Place } from '../place.ts';

export const FILES: readonly Check[] = [
  { id: 'temporary', group: 'files', title: 'TMPDIR', look: lookAtTemporary },
  { id: 'sockets', group: 'files', title: 'names of sockets', look: lookAtSockets },
  { id: 'jobdir', group: 'files', title: 'working directory', look: lookAtWorkingDirectory },
  { id: 'home', group: 'files', title: 'HOME', look: lookAtHome },
  { id: 'cache', group: 'files', title: 'cache', look: lookAtCache },
];

/** What a job in a guest easily writes. */
const ROOM: Bytes = 2 ** 30;
const FEW_FILES = 1_000;

/** A guest's name as it is without `--id`. */
const USUAL_NAME = 'apppot.1234567';

async function lookAtTemporary(place: Place): Promise<Finding> {
  const directory = dirname(chooseTemporary(place, USUAL_NAME));
  const trial = await tryDirectory(place, directory);
  const { reason, create, write, lock, socket } = trial;
  const remedy = 'Set TMPDIR to a directory of your own, on a local disk with room.';
  if (reason !== undefined) return fail(`${directory} cannot be used: ${reason}`, remedy);
  if (create !== 'ok') return fail(`${directory} is not writable: ${create}`, remedy);
  if (write !== 'ok') return fail(`${directory} takes no megabyte: ${write}`, remedy);
  if (lock !== 'ok') return fail(`${directory} locks no files: ${lock}`, remedy);
  if (socket !== 'ok') return fail(`${directory} takes no sockets: ${socket}`, remedy);
  const found = `${directory}, ${formatSize(trial.free)} free`;
  if (trial.files >= 0 && trial.files < FEW_FILES) {
    return warn(`${found}, but only for ${trial.files} files`, remedy);
  }
  return trial.free >= ROOM ? ok(found) : warn(found, `${remedy} What guests write goes there.`);
}

function lookAtSockets(place: Place): Finding {
  const wanted = join(resolve(place.temporary), `apppot-${place.caller.uid}`);
  const used = chooseTemporary(place, USUAL_NAME);
  if (used === wanted) return ok(`fit below ${place.temporary}`);
  return warn(
    `do not fit below ${place.temporary}: guests use ${used}`,
    'Set TMPDIR to a short path of letters and digits, if /tmp is not where guests shall write.',
  );
}

async function lookAtWorkingDirectory(place: Place): Promise<Finding> {
  const { directory } = place;
  const { read, write } = await tryAccess(place, directory);
  if (!read) {
    const remedy = 'Go to another directory, or name one with --jobdir.';
    return fail(`${directory} may not be read`, remedy);
  }
  if (write) return ok(directory);
  return warn(
    `${directory} is not writable`,
    'Go to a directory of your own, or name one with --jobdir, where jobs can leave results.',
  );
}

async function lookAtHome(place: Place): Promise<Finding> {
  const { HOME: home } = place.env;
  const remedy = 'Set HOME to a directory of your own.';
  if (!home) return warn('not set', remedy);
  return (await tryAccess(place, home)).write ? ok(home) : warn(`${home} is not writable`, remedy);
}

/** For building images only. Where it does not exist yet, what it will be made in. */
async function lookAtCache(place: Place): Promise<Finding> {
  const { cache } = place;
  let directory = cache;
  while (directory !== '/' && !(await tryAccess(place, directory)).exists) {
    directory = dirname(directory);
  }
  const { free, reason, create, write } = await tryDirectory(place, directory);
  const remedy =
    'Set XDG_CACHE_HOME to a directory with room: results of image builds are kept there.';
  const fault = reason ?? [create, write].find((result) => result !== 'ok');
  if (fault !== undefined) return warn(`${cache} is not writable: ${fault}`, remedy);
  const found = `${cache}, ${formatSize(free)} free`;
  return free >= ROOM ? ok(found) : warn(found, remedy);
}
