import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { renderUserData } from '../../../src/provider/user-data.ts';
import { tempDirectory } from '../../kit/temp.ts';
import { until } from '../../kit/until.ts';

// The agent of nodes, without a guest: it finds its system below a directory, and its orchestrator on the loopback.

const LIB = join(import.meta.dirname, '../../../image/guest/node');

let server: Server;
let heard: { path: string; body: unknown }[];
/** Status of each answer by its path; missing: 204. */
let answers: Record<string, number>;
let agents: ChildProcess[];

beforeEach(async () => {
  [heard, answers, agents] = [[], {}, []];
  server = createServer((request, response) => {
    void text(request).then((body) => {
      heard.push({ path: request.url ?? '', body: JSON.parse(body) });
      response.writeHead(answers[request.url ?? ''] ?? 204).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(() => {
  for (const { pid } of agents) if (pid !== undefined) end(pid);
  server.close();
});

function end(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}

interface Agent {
  readonly directory: string;
  readonly own: string;
  readonly root: string;
  readonly ended: Promise<number | null>;
  /** First line of what the host reads. */
  state(): string;
  said(): string;
  /** Lets time go on in its system. */
  goOn(seconds: number): void;
  /** A process of a name is there, or no more. */
  runs(name: string, isThere: boolean): void;
}

function start(
  settings: Readonly<Record<string, string | number>> = {},
  told: 'directory' | 'user-data' = 'directory',
): Agent {
  const base = tempDirectory();
  const [directory, root, own] = ['job/node', 'root', 'own'].map((name) => join(base, name)) as [
    string,
    string,
    string,
  ];
  for (const path of ['proc/sys/kernel', 'etc', 'run/apppot', 'home/user']) {
    mkdirSync(join(root, path), { recursive: true });
  }
  mkdirSync(directory, { recursive: true });
  let now = 100;
  const goOn = (seconds: number): void => {
    now += seconds;
    writeFileSync(join(root, 'proc/uptime'), `${now}.25 50.00\n`);
  };
  goOn(0);
  const { port } = server.address() as AddressInfo;
  const all = { node: 'abc', host: 'node001', report: `127.0.0.1:${port}`, beat: 1, ...settings };
  const lines = Object.entries(all).map(([name, value]) => `${name}=${value}\n`);
  const uid = process.getuid?.() ?? 0;
  const given = {
    settings: lines.join(''),
    hosts: '127.0.0.1\tlocalhost\n10.8.0.1\tmaster\n',
    passwd: `ada:x:${uid}:${uid}::/home/ada:/bin/sh\n`,
    group: `ada:x:${uid}:\n`,
    token: 'one-time\n',
    lease: 'every-time\n',
  };
  const userData = join(base, 'user-data');
  if (told === 'user-data') {
    const files = Object.entries(given).map(
      ([name, contents]) => [name, { contents, secret: true }] as const,
    );
    writeFileSync(userData, renderUserData(new Map(files)));
  } else {
    for (const [name, contents] of Object.entries(given))
      writeFileSync(join(directory, name), contents);
  }
  const words = told === 'user-data' ? ['--user-data', userData] : [directory];
  const agent = spawn(join(LIB, 'apppot-node'), words, {
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {
      PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
      ...{ APPPOT_NODE_LIB: LIB, APPPOT_NODE_ROOT: root, APPPOT_NODE_RUN: own },
    },
  });
  agents.push(agent);
  let said = '';
  agent.stderr?.setEncoding('utf8').on('data', (words: string) => {
    said += words;
  });
  const place = told === 'user-data' ? join(own, 'told/node') : directory;
  return {
    ...{ directory: place, own, root, goOn },
    ended: new Promise((resolve) => agent.once('close', (status) => resolve(status))),
    state: () => readFileSync(join(place, 'state'), 'utf8').trimEnd(),
    said: () => said,
    runs: (name, isThere) => {
      const entry = join(root, 'proc/4711');
      rmSync(entry, { recursive: true, force: true });
      if (!isThere) return;
      mkdirSync(entry);
      writeFileSync(join(entry, 'comm'), `${name}\n`);
    },
  };
}

const ready = (agent: Agent) =>
  until(
    'it is ready',
    () => existsSync(join(agent.directory, 'state')) && agent.state() === 'ready',
    agent.said,
  );

it('is told the same by user data', async () => {
  const agent = start({}, 'user-data');
  await ready(agent);
  expect(heard[0]).toEqual({ path: '/ready', body: { node: 'abc', token: 'one-time' } });
  expect(readFileSync(join(agent.root, 'etc/hosts'), 'utf8')).toContain('10.8.0.1\tmaster\n');
  expect(readFileSync(join(agent.root, 'run/apppot/passwd'), 'utf8')).toMatch(/^ada:x:/);
  expect(readdirSync(agent.own).toSorted()).toEqual(['lease', 'told']);
  expect(readdirSync(agent.directory).toSorted()).toEqual([
    'group',
    'hosts',
    'passwd',
    'settings',
    'state',
  ]);
  expect(statSync(join(agent.own, 'told')).mode & 0o777).toBe(0o700);
});

it('takes name, hosts, accounts and secrets over, and reports ready once', async () => {
  const agent = start();
  await ready(agent);
  expect(heard[0]).toEqual({ path: '/ready', body: { node: 'abc', token: 'one-time' } });
  expect(readFileSync(join(agent.root, 'proc/sys/kernel/hostname'), 'utf8')).toBe('node001\n');
  expect(readFileSync(join(agent.root, 'etc/hosts'), 'utf8')).toContain('10.8.0.1\tmaster\n');
  expect(readFileSync(join(agent.root, 'run/apppot/passwd'), 'utf8')).toMatch(/^ada:x:/);
  expect(statSync(join(agent.root, 'home/ada')).mode & 0o777).toBe(0o700);
  expect(readdirSync(agent.directory).sort()).toEqual([
    'group',
    'hosts',
    'passwd',
    'settings',
    'state',
  ]);
  expect(readdirSync(agent.own)).toEqual(['lease']);
  expect(statSync(agent.own).mode & 0o777).toBe(0o700);
  agent.goOn(1);
  await until('it renews its lease', () => heard.length > 1, agent.said);
  expect(heard[1]).toEqual({ path: '/lease', body: { node: 'abc', lease: 'every-time' } });
});

it('shows no secret among the words of its processes', async () => {
  answers['/ready'] = 500;
  const agent = start();
  for (let looks = 0; looks < 20 || heard.length < 2; looks += 1) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    const words = execFileSync('ps', ['-eo', 'args', 'ww'], { encoding: 'utf8' });
    expect(words).not.toMatch(/one-time|every-time/);
  }
  expect(agent.said()).not.toMatch(/one-time|every-time/);
});

it('takes it for heard when a report was heard before', async () => {
  answers['/ready'] = 409;
  await ready(start());
});

it('gives up when nobody takes its report', async () => {
  answers['/ready'] = 403;
  const agent = start({ patience: 30 });
  await until('it is refused', () => heard.length > 0, agent.said);
  agent.goOn(31);
  expect(await agent.ended).toBe(1);
  expect(agent.state()).toBe('failed nobody took its report in 30 s (403)');
  expect(agent.said()).toMatch(/^apppot-node: \[\d+\.25\] Cannot be a node: nobody took/m);
});

it('ends when it is told to', async () => {
  const agent = start();
  await ready(agent);
  writeFileSync(join(agent.directory, 'stop'), '17\n');
  expect(await agent.ended).toBe(0);
  expect(agent.state()).toBe('ended it was told to stop');
});

it.each(['sge_shepherd', 'slurmstepd'])('does not end while there is a %s', async (name) => {
  const agent = start();
  await ready(agent);
  agent.runs(name, true);
  writeFileSync(join(agent.directory, 'stop'), '17\n');
  await until('it says no', () => agent.state() === 'vetoed 17 it was told to stop', agent.said);
  rmSync(join(agent.directory, 'stop'));
  await ready(agent);
  writeFileSync(join(agent.directory, 'stop'), '18\n');
  await until(
    'it says no again',
    () => agent.state() === 'vetoed 18 it was told to stop',
    agent.said,
  );
  agent.runs(name, false);
  expect(await agent.ended).toBe(0);
});

it('ends when its lease is over, and not before', async () => {
  const agent = start({ 'lease-time': 600 });
  await ready(agent);
  answers['/lease'] = 403;
  agent.goOn(599);
  await until('it misses its lease', () => agent.said().includes('has 1 s left'), agent.said);
  expect(agent.state()).toBe('ready');
  agent.goOn(1);
  expect(await agent.ended).toBe(0);
  expect(agent.state()).toBe('ended its lease is over');
});

it('outlives its lease while a job runs, and goes on when it is renewed', async () => {
  const agent = start({ 'lease-time': 600 });
  await ready(agent);
  answers['/lease'] = 500;
  agent.runs('sge_shepherd', true);
  agent.goOn(700);
  await until('it would end', () => agent.state() === 'vetoed - its lease is over', agent.said);
  delete answers['/lease'];
  agent.goOn(2);
  await ready(agent);
});

it('says what it lacks', async () => {
  const agent = start({ node: '' });
  expect(await agent.ended).toBe(1);
  expect(agent.state()).toBe('failed its settings name no node or no host');
});
