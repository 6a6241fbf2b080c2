/**
 * Jobs per second that are submitted and asked for: ours by REST against ARC's own commands, on the same
 * service, in turn, in one run. The service is started here, and ended.
 *
 * Usage: npx tsx bench/submit.ts [JOBS] [ROUNDS]
 *
 * @module
 */

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ArcCe, startArcCe } from '../test/kit/arc-ce.ts';

const [jobs = '20', rounds = '3'] = process.argv.slice(2);
const JOBS = Number(jobs);
const BIN = join(import.meta.dirname, '../bin/apppot.js');

/** Per second. */
interface Rates {
  readonly submitted: number;
  /** One question about all of them. */
  readonly asked: number;
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

/** The sandbox of a job of ours: three files. Both sides send the same ones. */
function ours(run: Run, service: string): Rates {
  const words = ['submit', '--to', service, '--image', '/no.img'];
  const submitting = seconds(() => {
    run([process.execPath, BIN, ...words, '--array', jobs, 'true']);
  });
  const asking = seconds(() => {
    run([process.execPath, BIN, 'jobs', '--json']);
  });
  return { submitted: JOBS / submitting, asked: JOBS / asking };
}

/** One job for each call: several in one are refused by ARC 6.17. */
function theirs(run: Run, service: string, ids: string): Rates {
  const own = ['-C', service, '-T', 'arcrest', '-Q', 'NONE', '-o', ids];
  const submitting = seconds(() => {
    for (let job = 0; job < JOBS; job += 1) run(['arcsub', ...own, 'job.xrsl']);
  });
  const asking = seconds(() => {
    run(['arcstat', '-i', ids]);
  });
  return { submitted: JOBS / submitting, asked: JOBS / asking };
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

function report(name: string, rates: readonly Rates[]): Rates {
  const found = {
    submitted: median(rates.map(({ submitted }) => submitted)),
    asked: median(rates.map(({ asked }) => asked)),
  };
  const { submitted, asked } = found;
  print(`${name.padEnd(18)} ${submitted.toFixed(2).padStart(8)} ${asked.toFixed(1).padStart(8)}`);
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
      our.push(ours(run, ce.url));
      their.push(theirs(run, ce.url, join(home, `ids-${round}`)));
      rmSync(join(home, 'state'), { recursive: true });
      rmSync(join(home, '.arc'), { recursive: true, force: true });
    }
    print(`${jobs} jobs, median of ${rounds} rounds, per second`);
    print(`${''.padEnd(18)} ${'submit'.padStart(8)} ${'ask'.padStart(8)}`);
    const one = report('apppot', our);
    const other = report('arcsub, arcstat', their);
    const [submit, ask] = [one.submitted / other.submitted, one.asked / other.asked];
    print(`${'ratio'.padEnd(18)} ${submit.toFixed(1).padStart(8)} ${ask.toFixed(1).padStart(8)}`);
  } finally {
    await ce.stop();
    rmSync(home, { recursive: true, force: true });
  }
}

await main();
