import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { type ArcCe, startArcCe } from '../kit/arc-ce.ts';
import { type Head, head } from '../kit/burst.ts';
import { type GridEngine, startGridEngine } from '../kit/gridengine.ts';
import { buildNodeImage } from '../kit/node-image.ts';
import { until } from '../kit/until.ts';

// The same burst with nodes that are grid jobs: a real A-REX runs their guests, as a user without any rights.

const JOBS = 6;
const LIMIT_MS = 600_000;
/** Where the VPN server listens, as workers of the grid reach it. */
const SERVER = '192.0.2.1';
const PORT = 7000;

let work = '';
let engine: GridEngine;
let ce: ArcCe;
let desk: Head;
let listener: ChildProcess | undefined;
let said = '';

beforeAll(async () => {
  work = mkdtempSync('/var/tmp/apppot-burst-arc-');
  chmodSync(work, 0o755);
  const image = buildNodeImage(work);
  engine = await startGridEngine({ slots: 0 });
  await asRoot('ip', 'addr', 'add', `${SERVER}/32`, 'dev', 'lo');
  const words = ['nsenter', '-t', String(engine.pid), '-n', '-u', '-m', '-p', '--wdns=/', '--'];
  ce = await startArcCe(undefined, { front: words });
  const file = join(work, 'orchestrator.yaml');
  writeFileSync(file, renderFile(image));
  const { bin } = inject('installed');
  desk = head({ words, host: engine.enter, bin, file, directory: work });
});

afterAll(async () => {
  listener?.kill('SIGKILL');
  await desk?.crash();
  await ce?.stop();
  await engine?.stop();
  rmSync(work, { recursive: true, force: true });
});

function renderFile(image: string): string {
  return `
state: ${work}/state
batch: { kind: gridengine, queue: main.q, hostgroup: "@allhosts", qmaster: master }
machines: { master: 10.8.0.1 }
seats: { hosts: "node[001-004]", from: 10.8.0.101, network: 10.8.0.0/24 }
vpn: { kind: openvpn, server: ${SERVER}, listen: ${SERVER} }
pools:
  - name: grid
    slots: 2
    memory: 192M
    max-nodes: 2
    provider:
      kind: arc
      to: ${ce.url}
      image: ${image}
      cert: ${ce.certificate}
      key: ${ce.key}
      ca-dir: ${ce.authorities}
policies: [bin-pack, { idle: { time: 2s } }]
limits: { interval: 1s, cool-down: 1s, cordon-share: 1, missing-listings: 2, orphan-grace: 5s, lease: 120s }
`;
}

interface Nodes {
  readonly nodes: readonly {
    readonly name: string;
    readonly phase: string;
    /** The grid job. */
    readonly instance: string;
    readonly seat: { readonly host: string };
  }[];
}

const nodes = async (): Promise<Nodes['nodes']> => (await desk.ask<Nodes>('nodes')).nodes;

const asRoot = async (...argv: readonly string[]): Promise<string> =>
  (await engine.enter.run(argv)).stdout;

const gridLog = (): string =>
  readFileSync(join(ce.directory, 'log/arex.log'), 'utf8').split('\n').slice(-40).join('\n');

const logs = (): string => [desk.log(), engine.log(), gridLog()].join('\n');

/** Host and job number of each running job. */
async function running(): Promise<ReadonlyMap<string, string>> {
  const listing = await asRoot('qstat', '-u', '*', '-s', 'r');
  return new Map(
    [...listing.matchAll(/^ *(\d+) .* main\.q@(\S+)/gm)].map(([, job = '', host = '']) => [
      job,
      host,
    ]),
  );
}

/** A job waits until somebody on `master` takes what it says. Its guest sees no home of the cluster. */
const JOB = `#!/bin/bash
until echo "$(hostname) $JOB_ID $RESTARTED" >/dev/tcp/master/${PORT}; do sleep 0.5; done 2>/dev/null
`;

/** Takes what jobs say from now on. */
function listen(): ChildProcess {
  const serve = `require('net').createServer((jobs) => jobs.pipe(process.stdout, { end: false }))
    .listen(${PORT}, '10.8.0.1')`;
  const words = ['-t', String(engine.pid), '-n', '--', process.execPath, '-e', serve];
  const child = spawn('nsenter', words, { stdio: ['ignore', 'pipe', 'inherit'] });
  child.stdout?.on('data', (text) => {
    said += text;
  });
  return child;
}

const lines = (): readonly string[] => said.split('\n').filter(Boolean);

const vpnMembers = (): readonly string[] =>
  readFileSync(join(work, 'state/vpn/status'), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('CLIENT_LIST'));

/** What A-REX answers about jobs. */
const gridJobs = (): Promise<string> =>
  asRoot(
    ...['curl', '-sS', '--fail', '--cacert', join(ce.directory, 'ca.pem')],
    ...['--cert', ce.certificate, '--key', ce.key, '-H', 'Accept: application/json'],
    `${ce.url}/rest/1.0/jobs`,
  );

/** Kills all processes of a grid job, where they still run, but the watcher, which clears up after it: nobody is told. */
async function lose(job: string): Promise<void> {
  const each = `for place in /proc/[0-9]*; do
    case $(readlink "$place/cwd") in "$1"*) ;; *) continue ;; esac
    tr '\\0' ' ' <"$place/cmdline" | grep -q ' apppot-watch ' || kill -s KILL "\${place#/proc/}"
  done 2>/dev/null; true`;
  await asRoot('sh', '-c', each, 'lose', join(ce.directory, 'session', job));
}

it(
  'starts nodes as grid jobs, survives the loss of one and its own, and leaves nothing',
  async () => {
    const script = join(engine.directory, 'home/ada/wait.sh');
    writeFileSync(script, JOB, { mode: 0o755 });
    for (let i = 0; i < JOBS; i += 1) {
      await engine.user.run([
        'qsub',
        '-wd',
        '/tmp',
        '-r',
        'y',
        '-o',
        '/dev/null',
        '-j',
        'y',
        script,
      ]);
    }
    await desk.start();
    await until('four jobs run on two nodes', async () => (await running()).size === 4, logs);
    const before = await running();
    expect(new Set(before.values()).size).toBe(2);

    await until('the VPN has both', () => vpnMembers().length === 2, logs);

    const [first] = await nodes();
    expect(await gridJobs()).toContain(first?.instance);
    const lost = first?.seat.host ?? '';
    await lose(first?.instance ?? '');
    await until(
      'its jobs are put back, and another node is ready',
      async () => {
        const now = await nodes();
        const isGone = !now.some(({ name }) => name === first?.name);
        return isGone && now.filter(({ phase }) => phase === 'ready').length === 2;
      },
      logs,
    );

    await desk.crash();
    await desk.start();
    await until('four jobs run again', async () => (await running()).size === 4, logs);
    const undisturbed = [...before].filter(([, host]) => host !== lost);
    expect([...(await running())].filter(([job]) => before.has(job))).toEqual(
      expect.arrayContaining(undisturbed),
    );

    listener = listen();
    await until('all jobs have ended', async () => (await asRoot('qstat', '-u', '*')) === '', logs);
    await until('all have said where they ran', () => lines().length === JOBS, logs);
    const [hosts, jobs, restarts] = [0, 1, 2].map((at) =>
      lines().map((line) => line.split(' ')[at]),
    );
    expect(new Set(hosts).size).toBeGreaterThanOrEqual(2);
    expect(hosts?.filter((host) => !/^node00[1-4]$/.test(host ?? ''))).toEqual([]);
    expect(new Set(jobs).size).toBe(JOBS);
    expect(restarts?.filter((count) => count === '1')).toHaveLength(
      before.size - undisturbed.length,
    );

    await until('all nodes have ended', async () => (await nodes()).length === 0, logs);
    expect((await asRoot('qconf', '-sel')).trim()).toBe('master');
    expect((await asRoot('qconf', '-sh')).trim()).toBe('master');
    await until('the VPN has lost all', () => vpnMembers().length === 0, logs);
    await until('A-REX has forgotten all', async () => (await gridJobs()) === '', gridLog);
    expect(readdirSync(join(ce.directory, 'session'))).toEqual([]);
    expect(await asRoot('ps', '-eo', 'args')).not.toMatch(/linux\.uml|slirp|apppot-job/);
    expect(await desk.ask('nodes', 'audit')).toMatchObject({ leaks: [], troubles: [] });
    expect(await desk.interrupt()).toBe(130);
    expect(await asRoot('ps', '-eo', 'args')).not.toMatch(/openvpn/);
  },
  LIMIT_MS,
);
