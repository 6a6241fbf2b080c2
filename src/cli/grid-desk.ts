import { join } from 'node:path';
import { look, type Seen } from '../grid/look.ts';
import { openTarget } from '../grid/open.ts';
import type { JobRecord, TargetSpec } from '../grid/records/record.ts';
import { type JobStore, jobStore, lastAttempt } from '../grid/records/store.ts';
import { isTaken, submitRecorded } from '../grid/submit.ts';
import type { Target } from '../grid/target.ts';
import { isAbandoned } from '../host/temporary-name.ts';
import { ownCredentials } from './credentials.ts';
import type { Deps } from './deps.ts';
import { helperEnvironment } from './environment.ts';
import { homeOf } from './home.ts';

/** What commands for jobs share: the records, and the targets that are open. */
export interface GridDesk {
  readonly store: JobStore;
  open(spec: TargetSpec): Target;
  look(records: readonly JobRecord[]): Promise<readonly Seen[]>;
  /** Hands over a job to the first choice of its record, or to where it was before. */
  submit(record: JobRecord): Promise<JobRecord>;
}

/** Does work at a desk, and closes what it opened. */
export async function atDesk(deps: Deps, work: (desk: GridDesk) => Promise<void>): Promise<void> {
  const state = stateDirectory(deps.env);
  const store = jobStore(join(state, 'jobs'), now);
  const targets = new Map<string, Target>();
  const open = (spec: TargetSpec): Target => {
    const key = JSON.stringify(spec);
    const target =
      targets.get(key) ??
      openTarget(spec, {
        now: now(),
        credentials: ownCredentials(deps.env),
        base: state,
        host: deps.host,
        environment: jobEnvironment(deps.env),
      });
    targets.set(key, target);
    return target;
  };
  const givenUp = new Set<string>();
  const isGivenUp = (by: string): boolean => givenUp.has(by) || isAbandoned(by);
  const submit = async (record: JobRecord): Promise<JobRecord> => {
    const spec = targetOf(record);
    try {
      return await submitRecorded(store, record, spec, open(spec));
    } catch (error) {
      if (!isTaken(error)) givenUp.add(await attemptAfter(store, record));
      throw error;
    }
  };
  try {
    const lookAt = (records: readonly JobRecord[]) =>
      look(store, records, { open, now, isGivenUp });
    await work({ store, open, look: lookAt, submit });
  } finally {
    await Promise.all([...targets.values()].map((target) => target.close()));
  }
}

function targetOf(record: JobRecord): TargetSpec {
  return lastAttempt(record)?.target ?? record.targets?.[0] ?? { kind: 'local' };
}

/** Who made the attempt that just failed. */
async function attemptAfter(store: JobStore, record: JobRecord): Promise<string> {
  const { attempts } = await store.again(record).catch(() => record);
  return attempts[record.attempts.length]?.by ?? '';
}

/** What outlives a command (XDG Base Directory Specification). */
function stateDirectory(env: Deps['env']): string {
  const { XDG_STATE_HOME: state = '' } = env;
  return join(state.startsWith('/') ? state : join(homeOf(env), '.local/state'), 'apppot');
}

/** Of jobs on this machine: what a run-time environment would set comes from the caller's. */
function jobEnvironment(env: Deps['env']): Record<string, string> {
  const names = [
    'TMPDIR',
    'APPPOT_IMAGE',
    'APPPOT_KERNEL',
    'APPPOT_SLIRP',
    'APPPOT_BASE',
    'APPPOT_CONFINE',
  ];
  return {
    ...helperEnvironment(env),
    ...Object.fromEntries(names.flatMap((name) => (env[name] ? [[name, env[name]]] : []))),
  };
}

function now(): number {
  return Date.now() / 1_000;
}
