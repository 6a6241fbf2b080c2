import { join } from 'node:path';
import { look, type Seen } from '../grid/look.ts';
import { openTarget } from '../grid/open.ts';
import type { JobRecord, TargetSpec } from '../grid/records/record.ts';
import { type JobStore, jobStore } from '../grid/records/store.ts';
import type { Target } from '../grid/target.ts';
import { ownCredentials } from './credentials.ts';
import type { Deps } from './deps.ts';
import { helperEnvironment } from './environment.ts';
import { homeOf } from './home.ts';
import { callerOf } from './ssh-caller.ts';

/** What commands for jobs share: the records, and the targets that are open. */
export interface GridDesk {
  readonly store: JobStore;
  open(spec: TargetSpec): Target;
  look(records: readonly JobRecord[]): Promise<readonly Seen[]>;
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
  try {
    await work({ store, open, look: (records) => look(store, records, { open, now }) });
  } finally {
    await Promise.all([...targets.values()].map((target) => target.close()));
  }
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
