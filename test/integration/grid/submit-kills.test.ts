import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { look } from '../../../src/grid/look.ts';
import { openTarget } from '../../../src/grid/open.ts';
import type { TargetSpec } from '../../../src/grid/records/record.ts';
import { jobStore } from '../../../src/grid/records/store.ts';
import { localHost } from '../../../src/host/local.ts';
import { type ArcCe, startArcCe } from '../../kit/arc-ce.ts';
import { killing } from '../../kit/killing.ts';
import { temporaryDirectory } from '../../kit/temporary.ts';

const BIN = join(import.meta.dirname, '../../../bin/apppot.js');
const SEED = Number(process.env.APPPOT_SEED ?? Date.now() % 1_000_000);
const RUNS = Number(process.env.APPPOT_KILLS ?? 24);
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

describe.each(Object.entries(SPECS))('a submission to %s', (kind, specOf) => {
  it(`that is killed at any point is neither lost nor doubled (seed ${SEED})`, async () => {
    const spec = specOf();
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
    const killed = await killing(RUNS, SEED, (lane) => {
      const state = join(directory.path, `${kind}-${lane}`);
      mkdirSync(state);
      states.push(state);
      return {
        start: () =>
          spawn(process.execPath, [BIN, 'submit', '--to', to, '--image', '/no.img', 'true'], {
            detached: true,
            stdio: 'ignore',
            env: { ...env, XDG_STATE_HOME: state },
          }),
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
    expect(new Set(handles).size).toBe(handles.length);
    expect(handles).toHaveLength(await jobsAt(spec, states));
  }, 240_000);
});

/** All that a target has: each of them is in the records. */
async function jobsAt(spec: TargetSpec, states: readonly string[]): Promise<number> {
  if (spec.kind === 'local') {
    const names = states.flatMap((state) => readdirSync(join(state, 'apppot/local')));
    return names.filter((name) => !name.startsWith('.')).length;
  }
  const entries = readdirSync(join(ce.directory, 'session'), { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).length;
}

/** Looks at all records when every submission was long ago. @returns what the target calls its jobs. */
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
  await look(store, await store.all(), { open: () => target, now });
  const attempts = (await store.all()).flatMap((record) => record.attempts);
  for (const { mark, handle, end } of attempts) {
    expect(await target.find(mark)).toEqual(handle === undefined ? [] : [handle]);
    expect(handle ?? end?.state).toBeDefined();
  }
  await target.close();
  return attempts.flatMap(({ handle }) => handle ?? []);
}
