import { readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect } from '../../../src/grid/arc/connection.ts';
import { readCredentials } from '../../../src/grid/arc/credentials.ts';
import { type ArcRest, arcRest } from '../../../src/grid/arc/rest.ts';
import { arcTarget, arcText } from '../../../src/grid/arc/target.ts';
import type { Target } from '../../../src/grid/target.ts';
import { type ArcCe, startArcCe } from '../../kit/arc-ce.ts';
import { isOver, stagedJob, until as untilJob } from '../../kit/target-job.ts';
import { temporaryDirectory } from '../../kit/temporary.ts';
import { until } from '../../kit/until.ts';

const BIG = 2 ** 28;
const directory = temporaryDirectory();
let ce: ArcCe;
let target: Target;
beforeAll(async () => {
  ce = await startArcCe();
  target = arcTarget(options());
});
afterAll(async () => {
  await target?.close();
  await ce?.stop();
});

function options() {
  const { certificate, key, authorities } = ce;
  const credentials = readCredentials({ certificate, key, authorities }, Date.now() / 1_000);
  return { endpoint: new URL(ce.url), credentials, deadline: 60 };
}

function client(): ArcRest {
  const { endpoint, credentials, deadline } = options();
  return arcRest(connect(endpoint, credentials, deadline, undefined), ce.url);
}

const session = (id: string, ...names: string[]): string =>
  join(ce.directory, 'session', id, ...names);
const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;

async function contentsOf(id: string, name: string): Promise<string> {
  const to = join(directory.path, `fetched-${name}`);
  await target.fetch(id, name, to);
  return readFileSync(to, 'utf8');
}

describe('a submission to ARC that is cut off', () => {
  it('in the middle of a file does not start the job with half of it', async () => {
    const job = stagedJob(directory.path, 'wc -c <big; wc -c <empty', {}, { big: '', empty: '' });
    truncateSync(join(job.sandbox, 'big'), BIG);
    const rest = client();
    const id = await rest.create(arcText(job));
    for (const name of ['empty', 'wrapper.sh']) {
      await rest.upload(id, name, join(job.sandbox, name));
    }
    const cutOff = rest.upload(id, 'big', join(job.sandbox, 'big')).then(
      () => 'whole',
      () => 'cut off',
    );
    await until('the first of it has come', () => sizeOf(session(id, 'big')) > 0);
    rest.close();
    expect(await cutOff).toBe('cut off');
    const other = await target.submit(stagedJob(directory.path, 'true'));
    await untilJob(target, other, isOver);
    expect((await target.status([id])).get(id)).toMatchObject({ own: 'PREPARING' });

    await target.resume(id, job);
    expect(await untilJob(target, id, isOver)).toMatchObject({ state: 'finished' });
    expect(await contentsOf(id, 'out.txt')).toBe(`${BIG}\n0\n`);
  });

  it('after the last file leaves the files of the running job alone', async () => {
    const script = 'touch runs; while [ ! -e go ]; do sleep 0.2; done';
    const job = stagedJob(directory.path, script, {}, { 'in/a file.txt': 'a' });
    const id = await target.submit(job);
    await until('it runs', () => readdirSync(session(id)).includes('runs'));
    const times = () =>
      ['wrapper.sh', 'in/a file.txt'].map((name) => statSync(session(id, name)).mtimeMs);
    const before = times();
    await target.resume(id, job);
    expect(times()).toEqual(before);
    writeFileSync(session(id, 'go'), '');
    expect(await untilJob(target, id, isOver)).toMatchObject({ state: 'finished' });
  });
});
