import { setTimeout as sleep } from 'node:timers/promises';
import { isOver, type Seen } from '../grid/look.ts';
import type { JobRecord } from '../grid/records/record.ts';
import type { JobStatus } from '../grid/target.ts';
import type { Deps } from './deps.ts';
import type { GridDesk } from './grid-desk.ts';

const FIRST_MS = 250;
const LAST_MS = 10_000;

/**
 * Waits for a job's end, and takes over the status of its command. A target that does not answer is
 * asked again: that a job is not known of does not mean that it has ended.
 */
export async function waitForJob(record: JobRecord, deps: Deps, desk: GridDesk): Promise<void> {
  let pause = FIRST_MS;
  let told: string | undefined;
  for (;;) {
    const seen = await lookOnce(record, desk);
    if (isOver(seen.status)) return finish(seen, deps);
    const { state, reason } = seen.status;
    if ((state === 'unknown' || state === 'held') && reason !== told && reason !== undefined) {
      deps.output().warn(reason);
      told = reason;
    }
    await sleep(pause);
    pause = Math.min(pause * 1.2, LAST_MS);
  }
}

/** As it is now. */
export async function lookOnce(record: JobRecord, desk: GridDesk): Promise<Seen> {
  const [seen] = await desk.look([await desk.store.again(record)]);
  if (seen === undefined) throw new Error(`no answer about ${record.id}`);
  return seen;
}

function finish({ record, status }: Seen, deps: Deps): void {
  if (status.exitStatus === undefined) {
    deps
      .output()
      .note(`${deps.program}: the job ${record.id} ${WORDS[status.state] ?? ''}${because(status)}`);
  }
  deps.setStatus(guestStatus(status));
}

const WORDS: Readonly<Record<string, string>> = {
  failed: 'failed',
  killed: 'was killed',
  gone: 'is gone: its target does not know it any more',
};

function because({ reason }: JobStatus): string {
  return reason === undefined ? '' : `: ${reason}`;
}

/** See `docs/exit-status.md`. */
function guestStatus({ state, exitStatus }: JobStatus): number {
  if (exitStatus !== undefined) return exitStatus;
  return state === 'killed' ? KILLED : OURS;
}

/** 128 + SIGTERM, by which jobs are asked to end. */
const KILLED = 143;
const OURS = 125;
