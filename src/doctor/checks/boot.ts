import { Writable } from 'node:stream';
import type { Seconds } from '../../base/clock.ts';
import { LaunchError, type StartPlan } from '../../launch/launch.ts';
import { planStart } from '../../launch/plan.ts';
import { runStart } from '../../launch/run.ts';
import { withBareGuest } from '../bare.ts';
import { type Check, type Finding, fail, ok, warn } from '../check.ts';
import type { Place } from '../place.ts';

/** For a guest's whole life; usual is a third of a second. */
const LIMIT: Seconds = 15;
const SLOW: Seconds = 5;
const SIGKILL_OURS = 128 + 15;

export const BOOT: readonly Check[] = [
  { id: 'boot', group: 'kernel', title: 'a tiny guest', look: bootBare },
  { id: 'image-boot', group: 'image', title: 'a guest from it', look: bootImage },
];

/** A whole start with all that is chosen here, but for an image. */
function bootBare(place: Place): Promise<Finding> {
  return withBareGuest(place, async (bare) => judge(await planStart(bare, place)));
}

async function bootImage(place: Place): Promise<Finding | undefined> {
  const { image, memory, kernel, confine } = place.wanted;
  if (image === undefined) return undefined;
  const name = `doctor.${process.pid}`;
  const plan = await planStart(
    { name, image, memory, confine, command: ['true'], ...(kernel !== undefined && { kernel }) },
    place,
  );
  return judge({ ...plan, disk: plan.disk.kind === 'image' ? { kind: 'temporary' } : plan.disk });
}

/** Without its network a guest is worth less, but lives. */
async function judge(plan: StartPlan): Promise<Finding> {
  try {
    return await timed(plan);
  } catch (error) {
    if (!(error instanceof LaunchError) || error.code !== 'NETWORK_FAILED') throw error;
    const without = await timed({ ...plan, network: { kind: 'none' } });
    if (without.verdict === 'fail') return without;
    return warn(`${without.found}, without a network: ${error.message}`, error.hint ?? '');
  }
}

async function timed(plan: StartPlan): Promise<Finding> {
  const before = performance.now();
  const status = await run(plan);
  const took = (performance.now() - before) / 1_000;
  if (status === SIGKILL_OURS) {
    return fail(
      `it was not done after ${LIMIT} s`,
      'See what it says: apppot start --console-log FILE',
    );
  }
  if (status !== 0) {
    return fail(
      `its program ended with status ${status}`,
      'Use an image made by "apppot image build".',
    );
  }
  const found = `started, ran a program and ended in ${took.toFixed(2)} s`;
  return took < SLOW ? ok(found) : warn(found, 'The machine is busy, or its disk slow.');
}

async function run(plan: StartPlan): Promise<number> {
  let timer: NodeJS.Timeout | undefined;
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  try {
    const { status } = await runStart(
      plan,
      { stdout: nowhere, stderr: nowhere },
      {
        onStop: (stop) => {
          timer = setTimeout(() => {
            stop(15);
            stop(15);
          }, LIMIT * 1_000);
        },
      },
    );
    return status;
  } finally {
    clearTimeout(timer);
  }
}
