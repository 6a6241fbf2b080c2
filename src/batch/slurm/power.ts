/**
 * Slurm that starts and ends nodes by its own power saving: `slurm.conf` names them with `State=CLOUD`, so that none is
 * made known or forgotten here. Measured with 22.05.8; what is told in comments was seen there.
 *
 * @module
 */

import type { Instant, Seconds } from '../../base/clock.ts';
import type { Host } from '../../host/host.ts';
import type { HostName, JobId } from '../../model/job.ts';
import { BATCH_DEADLINE, BatchError, type BatchSystem, CORDON_PREFIX } from '../batch.ts';
import { checkHostName } from '../host-name.ts';
import { type Ask, asking } from './asking.ts';
import { attempt, jobsOn, refused, see, startAgain, update } from './nodes.ts';
import { parseSinfo } from './sinfo.ts';
import { look, SETTINGS, settingOf, slurmName } from './slurm.ts';

export interface PowerOptions {
  /** Where its programs run, by an operator of the cluster. */
  readonly host: Host;
  /** Default {@link BATCH_DEADLINE}. */
  readonly deadline?: Seconds;
  readonly now: () => Instant;
}

export function slurmPower({ host, deadline = BATCH_DEADLINE, now }: PowerOptions): BatchSystem {
  const name = slurmName(host);
  const ask = asking(host, name, deadline);
  return {
    kind: 'slurm',
    name,
    snapshot: (signal) => look(ask, now(), powered, signal),
    add: async (newHost) => void checkHostName(newHost.name),
    cordon: async (node, reason, signal) => powerDown(ask, checkHostName(node), reason, signal),
    uncordon: async (node) => {
      const reason = 'Slurm powers it down';
      throw refused(`take back the cordon of the node "${checkHostName(node)}"`, reason);
    },
    remove: async (node) => void checkHostName(node),
    forceRemove: async (node, signal) => giveUp(ask, checkHostName(node), signal),
    check: (signal) => troubles(ask, signal),
    close: async () => undefined,
  };
}

/** What is powered down, or is about to be and takes no jobs, is not there. */
function powered(pieces: AsyncIterable<Uint8Array>) {
  return parseSinfo(pieces, (words) =>
    words.some((word) => word === 'POWERED_DOWN' || word === 'POWERING_DOWN'),
  );
}

/** Slurm lets it end its jobs, and then asks for its end. */
async function powerDown(
  ask: Ask,
  name: HostName,
  reason: string,
  signal?: AbortSignal,
): Promise<void> {
  const what = `power down the node "${name}"`;
  const seen = await see(ask, name, signal);
  // Those that are powered down may be hidden.
  if (seen === undefined || isPowering(seen)) return;
  const words = reason.startsWith(CORDON_PREFIX) ? reason : `${CORDON_PREFIX}${reason}`;
  const why = `reason=${words.replaceAll(/["\n]/g, ' ')}`;
  await ask.run(what, [...update(name), 'state=power_down_asap', why], signal);
}

/**
 * Its jobs go back into the queue once it is down, and by force it becomes one that can be resumed again. One that did not come
 * in time is down for good, unless that is taken back.
 */
async function giveUp(ask: Ask, name: HostName, signal?: AbortSignal): Promise<readonly JobId[]> {
  const what = `give up the lost node "${name}"`;
  const set = (...words: readonly string[]) => ask.run(what, [...update(name), ...words], signal);
  const seen = await see(ask, name, signal);
  if (seen === undefined || isDown(seen)) await set('state=resume').catch(ifRefused);
  if (seen === undefined || isPowering(seen)) return [];
  const jobs = await jobsOn(ask, name, signal);
  for (const job of jobs) await attempt(ask, what, job, 'Requeue=1', signal);
  await set('state=down', `reason=${CORDON_PREFIX}lost`);
  const back = await startAgain(ask, what, jobs, signal);
  await set('state=power_down_force');
  return back;
}

type Seen = Pick<NonNullable<Awaited<ReturnType<typeof see>>>, 'words'>;

/** Slurm is at it, up or down. `POWER_UP` may stay on one that is up. */
function isPowering({ words }: Seen): boolean {
  return words.some((word) => POWERING.has(word));
}

function isDown(seen: Seen): boolean {
  return seen.words.includes('DOWN') && isPowering(seen) && !seen.words.includes('POWERING_UP');
}

const POWERING: ReadonlySet<string> = new Set([
  ...['POWERING_UP', 'POWER_DOWN', 'POWERING_DOWN', 'POWERED_DOWN'],
]);

/** One that nobody gave up need not be taken back; those that are powered down may be hidden. */
function ifRefused(error: unknown): void {
  if (!(error instanceof BatchError && error.code === 'BATCH_REFUSED')) throw error;
}

/** Ending a node takes a few cycles, and so long no other can come in its place. */
const LEAST_SUSPEND: Seconds = 60;

async function troubles(ask: Ask, signal?: AbortSignal): Promise<readonly string[]> {
  const text = await ask.run('look at Slurm', SETTINGS, signal);
  const unset = ['ResumeProgram', 'SuspendProgram'].filter((name) =>
    /^(?:\(null\))?$/.test(settingOf(text, name)),
  );
  const suspend = Number.parseInt(settingOf(text, 'SuspendTimeout'), 10);
  return [
    ...unset.map((name) => `Slurm has no power saving: ${name} is not set`),
    ...(suspend < LEAST_SUSPEND
      ? [`SuspendTimeout is ${suspend} s: ending a node may take ${LEAST_SUSPEND} s`]
      : []),
  ];
}
