import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { look } from '../../../src/grid/look.ts';
import { openTarget } from '../../../src/grid/open.ts';
import type { JobRecord, TargetSpec } from '../../../src/grid/records/record.ts';
import { type JobStore, jobStore } from '../../../src/grid/records/store.ts';
import { submitRecorded } from '../../../src/grid/submit.ts';
import { handOver } from '../../../src/grid/sweep/hand-over.ts';
import { localHost } from '../../../src/host/local.ts';
import { type ArcCe, startArcCe } from '../../kit/arc-ce.ts';
import { killing } from '../../kit/killing.ts';
import { temporaryDirectory } from '../../kit/temporary.ts';

const BIN = join(import.meta.dirname, '../../../bin/apppot.js');
const SEED = Number(process.env.APPPOT_SEED ?? Date.now() % 1_000_000);
const RUNS = Number(process.env.APPPOT_KILLS ?? 24);
const LIMIT_MS = Math.max(1_200_000, RUNS * 36_000);
const LATER = 120;

const directory = temporaryDirectory();
let ce: ArcCe;
beforeAll(async () => {
  ce = await startArcCe();
});
afterAll(() => ce?.stop());

const SPECS: Readonly<Record<string, () => TargetSpec>> = {
  local: () => ({ kind: 'local' }),
  arc: () => ({ kind: 'arc', url: ce.url, credentials: {} }),
};

/** A job by itself, and a sweep, which is gone on with after each kill. */
const WORDS: Readonly<Record<string, readonly string[]>> = {
  job: [],
  sweep: ['--array', '3', '--at-once', '50'],
};

const CASES = Object.keys(SPECS).flatMap((kind) =>
  Object.keys(WORDS).map((what) => [what, kind] as const),
);

describe.each(CASES)('the submission of a %s to %s', (what, kind) => {
  it(
    `that is killed at any point is neither lost nor doubled (seed ${SEED})`,
    async () => {
      const spec = SPECS[kind]?.() ?? { kind: 'local' };
      const { certificate, key, authorities } = ce;
      const env = {
        PATH: process.env.PATH ?? '',
        HOME: directory.path,
        X509_USER_CERT: certificate,
        X509_USER_KEY: key,
        X509_CERT_DIR: authorities,
      };
      const to = spec.kind === 'arc' ? spec.url : spec.kind;
      const states: string[] = [];
      const before = await jobsAt(spec, []);
      const killed = await killing(RUNS, SEED, (lane) => {
        const state = join(directory.path, `${what}-${kind}-${lane}`);
        mkdirSync(state);
        states.push(state);
        return {
          start: () =>
            spawn(
              process.execPath,
              [BIN, 'submit', '--to', to, '--image', '/no.img', ...(WORDS[what] ?? []), 'true'],
              { detached: true, stdio: 'ignore', env: { ...env, XDG_STATE_HOME: state } },
            ),
          prepare: () => undefined,
          check: async () => {
            execFileSync(process.execPath, [BIN, 'jobs'], {
              stdio: 'pipe',
              env: { ...env, XDG_STATE_HOME: state },
            });
          },
        };
      });
      expect(killed).toBeGreaterThan(RUNS / 4);
      const handles = (await Promise.all(states.map((state) => settle(state, spec, env)))).flat();
      if (what === 'sweep') await allOnce(states);
      expect(new Set(handles).size).toBe(handles.length);
      expect(handles).toHaveLength((await jobsAt(spec, states)) - before);
    },
    LIMIT_MS,
  );
});

/** Each job of each sweep is at the target, and was never there before. */
async function allOnce(states: readonly string[]): Promise<void> {
  for (const state of states) {
    const records = await jobStore(join(state, 'apppot/jobs'), () => 0).all();
    for (const { id, attempts } of records) {
      const handles = attempts.flatMap(({ handle }) => handle ?? []);
      expect({ id, handles: handles.length }).toEqual({ id, handles: 1 });
    }
  }
}

/** All that a target has: each of them is in the records. */
async function jobsAt(spec: TargetSpec, states: readonly string[]): Promise<number> {
  if (spec.kind === 'local') {
    const names = states.flatMap((state) => readdirSync(join(state, 'apppot/local')));
    return names.filter((name) => !name.startsWith('.')).length;
  }
  const entries = readdirSync(join(ce.directory, 'session'), { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).length;
}

async function sweeps(store: JobStore): Promise<readonly (readonly JobRecord[])[]> {
  const ids = new Set((await store.all()).flatMap(({ sweep }) => sweep?.id ?? []));
  return Promise.all([...ids].map((id) => store.find(id)));
}

/** Looks at all records, and goes on with all sweeps, when every submission was long ago. @returns what the target calls its jobs. */
async function settle(
  state: string,
  spec: TargetSpec,
  environment: Readonly<Record<string, string>>,
): Promise<readonly string[]> {
  const { certificate, key, authorities } = ce;
  const base = join(state, 'apppot');
  const credentials = { certificate, key, authorities };
  const target = openTarget(spec, {
    ...{ now: () => Date.now() / 1_000, credentials, base, host: localHost, environment },
    caller: { user: '', home: state },
  });
  const now = (): number => Date.now() / 1_000 + LATER;
  const store = jobStore(join(base, 'jobs'), now);
  const lookAt = (records: readonly JobRecord[]) =>
    look(store, records, { open: () => target, now });
  await lookAt(await store.all());
  for (const records of await sweeps(store)) {
    await handOver(records, {
      look: lookAt,
      submit: (record) => submitRecorded(store, record, spec, target),
      again: (some) => Promise.all(some.map((record) => store.again(record))),
      signal: new AbortController().signal,
      sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
    });
  }
  const attempts = (await store.all()).flatMap((record) => record.attempts);
  for (const { mark, handle, end } of attempts) {
    expect(await target.find(mark)).toEqual(handle === undefined ? [] : [handle]);
    expect(handle ?? end?.state).toBeDefined();
  }
  await target.close();
  return attempts.flatMap(({ handle }) => handle ?? []);
}
