import { join } from 'node:path';
import { look, type Seen } from '../grid/look.ts';
import { openTarget } from '../grid/open.ts';
import type { JobRecord, TargetSpec } from '../grid/records/record.ts';
import { type JobStore, jobStore, lastAttempt } from '../grid/records/store.ts';
import { broker, submitToSites } from '../grid/sites.ts';
import type { Target } from '../grid/target.ts';
import { isAbandoned, isOwn } from '../host/temporary-name.ts';
import { ownCredentials } from './credentials.ts';
import type { Deps } from './deps.ts';
import { helperEnvironment } from './environment.ts';
import { homeOf } from './home.ts';
import { callerOf } from './ssh-caller.ts';

export type Submit = (record: JobRecord) => Promise<JobRecord>;

/** What commands for jobs share: the records, and the targets that are open. */
export interface GridDesk {
  readonly store: JobStore;
  open(spec: TargetSpec): Target;
  look(records: readonly JobRecord[]): Promise<readonly Seen[]>;
  /**
   * Chooses among sites.
   *
   * @param slots Cores that each of the jobs needs.
   * @returns a function that hands over one of them, and gives back its record with the new attempt.
   */
  submitter(specs: readonly TargetSpec[], slots: number): Promise<Submit>;
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
        now,
        credentials: ownCredentials(deps.env),
        base: state,
        host: deps.host,
        environment: jobEnvironment(deps.env),
        caller: callerOf(deps.env),
        agent: deps.env.SSH_AUTH_SOCK,
      });
    targets.set(key, target);
    return target;
  };
  const givenUp = new Set<string>();
  const isGivenUp = (by: string): boolean => givenUp.has(by) || isAbandoned(by);
  const submitter: GridDesk['submitter'] = async (specs, slots) => {
    const onPassedOver = (line: string): void => deps.output().warn(line);
    const options = { open, slots, onPassedOver, patience: PATIENCE };
    // Of a single site it is known at once that it cannot be asked.
    for (const spec of specs.length === 1 ? specs : []) open(spec);
    const sites = await broker(specs, options);
    return (record) =>
      submitToSites(store, record, sites, options).catch(async (error: unknown) => {
        for (const by of await ownAttempts(store, record)) givenUp.add(by);
        throw error;
      });
  };
  try {
    const lookAt = (records: readonly JobRecord[]) =>
      look(store, records, { open, now, isGivenUp });
    await work({ store, open, look: lookAt, submitter });
  } finally {
    await Promise.all([...targets.values()].map((target) => target.close()));
  }
}

/** Until a site says how busy it is. */
const PATIENCE = 20;

/** Where jobs may go; those of one sweep have the same. */
export function recordedTargets([record]: readonly JobRecord[]): readonly TargetSpec[] {
  const last = record && lastAttempt(record)?.target;
  return record?.targets ?? [last ?? { kind: 'local' }];
}

/** What this process tried, and failed. */
async function ownAttempts(store: JobStore, record: JobRecord): Promise<readonly string[]> {
  const { attempts } = await store.again(record).catch(() => record);
  return attempts.map(({ by }) => by).filter(isOwn);
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
