import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connect } from '../../../src/grid/arc/connection.ts';
import { readCredentials } from '../../../src/grid/arc/credentials.ts';
import { arcRest } from '../../../src/grid/arc/rest.ts';
import { type ArcCe, startArcCe } from '../../kit/arc-ce.ts';
import { adlContent, arcAdl } from '../../kit/arc-parser.ts';
import { temporaryDirectory } from '../../kit/temporary.ts';

const BIN = join(import.meta.dirname, '../../../bin/apppot.js');
const directory = temporaryDirectory();
let ce: ArcCe;
beforeAll(async () => {
  ce = await startArcCe();
  writeFileSync(join(directory.path, 'an input'), 'x\n');
});
afterAll(() => ce?.stop());

function apppot(...words: readonly string[]): string {
  return execFileSync(process.execPath, [BIN, ...words], {
    encoding: 'utf8',
    cwd: directory.path,
    env: {
      PATH: process.env.PATH,
      HOME: directory.path,
      X509_USER_CERT: ce.certificate,
      X509_USER_KEY: ce.key,
      X509_CERT_DIR: ce.authorities,
    },
  });
}

const JOB = [
  ...['--image', '/no.img', '--input', 'an input', '--output', 'results/', '--name', 'the "job"'],
  ...['--wall-time', '10m', '--mem', '128M', '--env', 'A=$HOME (*', '--', 'sh', '-c', 'echo "$A"'],
];
const sent = (): readonly string[] => readdirSync(join(ce.directory, 'session'));
const printed = (what: string): string =>
  apppot('submit', '--to', ce.url, '--dry-run', '--print', what, ...JOB);

it('prints exactly what a service gets, and sends nothing', async () => {
  const xrsl = printed('xrsl');
  expect(sent()).toEqual([]);
  expect(apppot('submit', '--to', ce.url, '--dry-run', ...JOB)).toBe(xrsl);
  expect(apppot('jobs')).toBe('no jobs\n');

  const { directory: record, attempts } = JSON.parse(
    apppot('submit', '--to', ce.url, '--json', ...JOB),
  );
  const { mark, handle } = attempts[0];
  const description = await described(handle);
  expect(description.replaceAll(mark, 'apppot-dry-run').trimEnd()).toBe(xrsl.trimEnd());

  const files = printed('files').trimEnd().split('\n');
  expect(files.map((line) => line.split('\t')[0]).toSorted()).toEqual(
    readdirSync(join(record, 'sandbox')).toSorted(),
  );
  expect(files).toContain(`an input\t${join(directory.path, 'an input')}`);
  expect(printed('script')).toBe(readFileSync(join(record, 'sandbox/apppot-job.sh'), 'utf8'));
  expect(printed('command')).toBe('["sh","-c","echo \\"$A\\""]\n');
  const [converted] = arcAdl([['GRIDMANAGER', xrsl]]);
  expect(adlContent(printed('adl'))).toEqual(adlContent(converted ?? ''));
});

it('prints what each other target gets', () => {
  for (const to of ['local', 'slurm', 'gridengine']) {
    const script = apppot('submit', '--to', to, '--dry-run', ...JOB);
    expect(script).toMatch(/^#!\/bin\/sh\n/);
    execFileSync('sh', ['-n'], { input: script });
  }
  const xrsl = apppot('submit', '--to', `arc-cli:${ce.url}`, '--dry-run', ...JOB);
  expect(arcAdl([['', xrsl]])[0]).toContain('the "job"');
});

it('prints each job of a sweep', () => {
  const words = ['submit', '--to', ce.url, '--dry-run', '--image', '/no.img', '--array', '3'];
  const before = sent();
  const all = apppot(...words, '--print', 'command', 'echo', '{}');
  expect(all.trim().split(/\n+/)).toEqual(['["echo","1"]', '["echo","2"]', '["echo","3"]']);
  expect(sent()).toEqual(before);
});

/** What the service keeps of a job's description. */
async function described(id: string): Promise<string> {
  const { certificate, key, authorities } = ce;
  const credentials = readCredentials({ certificate, key, authorities }, Date.now() / 1_000);
  const rest = arcRest(connect(new URL(ce.url), credentials, 20, undefined), ce.url);
  try {
    return (await rest.diagnose(id, 'description')) ?? '';
  } finally {
    rest.close();
  }
}
