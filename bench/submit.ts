/**
 * Jobs per second that are submitted and asked for: ours by REST against ARC's own commands, on the same
 * service, in turn, in one run. The service is started here, and ended.
 *
 * Usage: npx tsx bench/submit.ts [JOBS] [ROUNDS]
 *
 * @module
 */

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readCredentials } from '../src/grid/arc/credentials.ts';
import { arcTarget } from '../src/grid/arc/target.ts';
import type { Target } from '../src/grid/target.ts';
import { type ArcCe, startArcCe } from '../test/kit/arc-ce.ts';

const [jobs = '20', rounds = '3'] = process.argv.slice(2);
const JOBS = Number(jobs);
const BIN = join(import.meta.dirname, '../bin/apppot.js');

/** Jobs per second. All are over when they are asked for: before, the service is busy with them. */
interface Rates {
  readonly submitted: number;
  /** One command that asks for all of them. */
  readonly asked: number;
  /** Each time after that, while one waits: ours asks again from the same process. */
  readonly polled: number;
}

const POLLS = 5;
const PAUSE_MS = 500;

/** As `apppot job wait` does it. */
async function poll(target: Target, ids: readonly string[]): Promise<number> {
  await target.status(ids);
  const before = process.hrtime.bigint();
  for (let count = 0; count < POLLS; count += 1) await target.status(ids);
  return (POLLS * ids.length) / (Number(process.hrtime.bigint() - before) / 1e9);
}

/** For both sides alike: until the service itself has said of each job how it ended. */
async function allOver(target: Target, ids: readonly string[]): Promise<void> {
  for (;;) {
    const found = [...(await target.status(ids)).values()];
    if (found.every(({ ended }) => ended !== undefined)) return;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

function openService({ url, certificate, key, authorities }: ArcCe): Target {
  const credentials = readCredentials({ certificate, key, authorities }, Date.now() / 1_000);
  return arcTarget({ endpoint: new URL(url), credentials, deadline: 60 });
}

function jobsAt(ce: ArcCe): readonly string[] {
  const entries = readdirSync(join(ce.directory, 'session'), { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

/** ARC's programs want them to be the caller's own. */
function environmentOf(ce: ArcCe, home: string): NodeJS.ProcessEnv {
  const [certificate, key] = [join(home, 'cert.pem'), join(home, 'key.pem')];
  writeFileSync(certificate, readFileSync(ce.certificate), { mode: 0o600 });
  writeFileSync(key, readFileSync(ce.key), { mode: 0o600 });
  return {
    PATH: process.env.PATH,
    HOME: home,
    XDG_STATE_HOME: join(home, 'state'),
    X509_USER_CERT: certificate,
    X509_USER_KEY: key,
    X509_CERT_DIR: ce.authorities,
    X509_USER_PROXY: join(home, 'proxy.pem'),
  };
}

function seconds(work: () => void): number {
  const before = process.hrtime.bigint();
  work();
  return Number(process.hrtime.bigint() - before) / 1e9;
}

type Run = (words: readonly string[]) => string;

function runner(cwd: string, env: NodeJS.ProcessEnv): Run {
  return ([program = '', ...words]) =>
    execFileSync(program, words, { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

/** One of the two, and how it works. */
interface Side {
  submit(): void;
  ask(): void;
  /** Whether a process of it goes on asking; else it is started each time. */
  readonly isLasting: boolean;
}

/** The sandbox of a job of ours: three files. Both sides send the same ones. */
function ourSide(run: Run, { url }: ArcCe): Side {
  const words = ['submit', '--to', url, '--image', '/no.img', '--array', jobs, 'true'];
  return {
    submit: () => void run([process.execPath, BIN, ...words]),
    ask: () => void run([process.execPath, BIN, 'jobs', '--json']),
    isLasting: true,
  };
}

/** One job for each call: several in one are refused by ARC 6.17. */
function theirSide(run: Run, { url }: ArcCe, ids: string): Side {
  const own = ['-C', url, '-T', 'arcrest', '-Q', 'NONE', '-o', ids];
  return {
    submit: () => {
      for (let job = 0; job < JOBS; job += 1) run(['arcsub', ...own, 'job.xrsl']);
    },
    ask: () => void run(['arcstat', '-i', ids]),
    isLasting: false,
  };
}

async function measure(side: Side, ce: ArcCe): Promise<Rates> {
  const before = new Set(jobsAt(ce));
  const submitted = JOBS / seconds(side.submit);
  const ids = jobsAt(ce).filter((id) => !before.has(id));
  const target = openService(ce);
  try {
    await allOver(target, ids);
    const asked = JOBS / seconds(side.ask);
    return { submitted, asked, polled: side.isLasting ? await poll(target, ids) : asked };
  } finally {
    await target.close();
  }
}

/** What `apppot submit --dry-run` says of it, for ARC's command line. */
function writeJob(run: Run, directory: string): void {
  const job = ['submit', '--image', '/no.img', '--dry-run', '--print'];
  const script = run([process.execPath, BIN, ...job, 'script', 'true']);
  writeFileSync(join(directory, 'apppot-job.sh'), script, { mode: 0o755 });
  writeFileSync(join(directory, 'apppot-job.command'), 'true\0');
  writeFileSync(join(directory, 'apppot-job.environment'), '');
  const xrsl = run([process.execPath, BIN, ...job, 'xrsl', 'true']);
  writeFileSync(join(directory, 'job.xrsl'), xrsl);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

const COLUMNS = ['submitted', 'asked', 'polled'] as const;

function row(name: string, cells: readonly string[]): void {
  print([name.padEnd(18), ...cells.map((cell) => cell.padStart(10))].join(' '));
}

function report(name: string, rates: readonly Rates[]): readonly number[] {
  const found = COLUMNS.map((column) => median(rates.map((one) => one[column])));
  row(
    name,
    found.map((value) => value.toFixed(2)),
  );
  return found;
}

async function main(): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), 'apppot-bench-'));
  const ce = await startArcCe();
  try {
    const run = runner(home, environmentOf(ce, home));
    mkdirSync(join(home, 'state'));
    run(['arcproxy', '-c', 'validityPeriod=12H']);
    writeJob(run, home);
    const [our, their]: [Rates[], Rates[]] = [[], []];
    for (let round = 0; round < Number(rounds); round += 1) {
      our.push(await measure(ourSide(run, ce), ce));
      their.push(await measure(theirSide(run, ce, join(home, `ids-${round}`)), ce));
      rmSync(join(home, 'state'), { recursive: true });
      rmSync(join(home, '.arc'), { recursive: true, force: true });
    }
    print(`${jobs} jobs, median of ${rounds} rounds, per second`);
    row('', COLUMNS);
    const one = report('apppot', our);
    const other = report('arcsub, arcstat', their);
    row(
      'ratio',
      one.map((value, index) => (value / (other[index] ?? Number.NaN)).toFixed(1)),
    );
  } finally {
    await ce.stop();
    rmSync(home, { recursive: true, force: true });
  }
}

await main();
