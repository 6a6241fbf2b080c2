import { dirname } from 'node:path';
import type { Seconds } from '../../base/clock.ts';
import { LaunchError, type StartPlan } from '../../launch/launch.ts';
import { chooseTemporary, planStart } from '../../launch/plan.ts';
import { withBareGuest } from '../bare.ts';
import { type Check, type Finding, fail, ok, warn } from '../check.ts';
import { tryDirectory } from '../directory.ts';
import type { Place } from '../place.ts';
import { tryGuest } from '../trial.ts';
import { kernelOf } from './kernel.ts';

/** For a guest's whole life; usual is a third of a second. */
const LIMIT: Seconds = 15;
const SLOW: Seconds = 5;

export const BOOT: readonly Check[] = [
  { id: 'boot', group: 'kernel', title: 'a tiny guest', look: bootBare },
  { id: 'image-boot', group: 'image', title: 'a guest from it', look: bootImage },
];

/** A whole start with all that is chosen here, but for an image. */
async function bootBare(place: Place): Promise<Finding | undefined> {
  if (!(await isReady(place))) return undefined;
  return withBareGuest(place, async (bare) => judge(await planStart(bare, place), place));
}

/** What has a line of its own where it does not work, and would hang us. */
async function isReady(place: Place): Promise<boolean> {
  if ((await kernelOf(place)) === undefined) return false;
  const temporary = await tryDirectory(place, dirname(chooseTemporary(place, 'doctor')));
  return temporary.reason === undefined;
}

/** Writes to a COW file of its own, whatever is named. */
async function bootImage(place: Place): Promise<Finding | undefined> {
  const { image, memory, kernel, confine } = place.wanted;
  if (image === undefined || !(await isReady(place))) return undefined;
  const name = `doctor.${process.pid}`;
  const plan = await planStart(
    { name, image, memory, confine, command: ['true'], ...(kernel !== undefined && { kernel }) },
    place,
  );
  return judge({ ...plan, disk: { kind: 'temporary' } }, place);
}

/** Without its network a guest is worth less, but lives. */
async function judge(plan: StartPlan, place: Place): Promise<Finding> {
  try {
    return await timed(plan, place);
  } catch (error) {
    if (!(error instanceof LaunchError) || error.code !== 'NETWORK_FAILED') throw error;
    const without = await timed({ ...plan, network: { kind: 'none' } }, place);
    if (without.verdict === 'fail') return without;
    const found = `${without.found}, without a network: ${error.message}`;
    return warn(found, error.hint ?? 'Start guests with --net none.');
  }
}

async function timed(plan: StartPlan, { signal }: Place): Promise<Finding> {
  const { status, took } = await tryGuest(plan, LIMIT, signal);
  if (status === undefined) {
    const remedy = 'See what it says: apppot start --console-log FILE';
    return fail(`it was not done after ${LIMIT} s`, remedy);
  }
  if (status !== 0) {
    const remedy = 'Use an image made by "apppot image build".';
    return fail(`its program ended with status ${status}`, remedy);
  }
  const found = `started, ran a program and ended in ${took.toFixed(2)} s`;
  return took < SLOW ? ok(found) : warn(found, 'The machine is busy, or its disk slow.');
}
