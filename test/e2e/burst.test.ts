import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { type Head, head } from '../kit/burst.ts';
import { type GridEngine, startGridEngine } from '../kit/gridengine.ts';
import { buildNodeImage } from '../kit/node-image.ts';
import { until } from '../kit/until.ts';

// A real Grid Engine without a slot of its own, a real OpenVPN, real guests, and the orchestrator as installed.

const JOBS = 12;

let work = '';
let engine: GridEngine;
let desk: Head;

beforeAll(async () => {
  work = mkdtempSync('/var/tmp/apppot-burst-');
  chmodSync(work, 0o755);
  const image = buildNodeImage(work);
  engine = await startGridEngine({ slots: 0 });
  const file = join(work, 'orchestrator.yaml');
  writeFileSync(file, renderFile(image));
  desk = head({
    words: ['nsenter', '-t', String(engine.pid), '-n', '-u', '-m', '-p', '--wdns=/', '--'],
    host: engine.enter,
    bin: inject('installed').bin,
    file,
    directory: work,
  });
});

afterAll(async () => {
  await desk?.crash();
  await engine?.stop();
  rmSync(work, { recursive: true, force: true });
});

function renderFile(image: string): string {
  return `
state: ${work}/state
batch: { kind: gridengine, queue: main.q, hostgroup: "@allhosts", qmaster: master }
machines: { master: 10.8.0.1 }
seats: { hosts: "node[001-006]", from: 10.8.0.101, network: 10.8.0.0/24 }
vpn: { kind: openvpn, server: 10.0.2.2, listen: 127.0.0.1 }
pools:
  - name: local
    slots: 2
    memory: 192M
    max-nodes: 3
    provider:
      kind: uml
      image: ${image}
      user: ada
      host-loopback: true
      binds: ["${engine.directory}/home:/home"]
policies: [bin-pack, { idle: { time: 2s } }]
limits: { interval: 1s, cool-down: 1s, cordon-share: 1, missing-listings: 2, orphan-grace: 5s, lease: 120s }
`;
}

interface Nodes {
  readonly nodes: readonly {
    readonly name: string;
    readonly phase: string;
    readonly seat: { readonly host: string };
    readonly used: number;
  }[];
}

const nodes = async (): Promise<Nodes['nodes']> => (await desk.ask<Nodes>('nodes')).nodes;

const asRoot = async (...argv: readonly string[]): Promise<string> =>
  (await engine.enter.run(argv)).stdout;

const home = (): string => join(engine.directory, 'home/ada');

const said = (): readonly string[] =>
  readdirSync(home())
    .filter((name) => name.startsWith('said.'))
    .map((name) => readFileSync(join(home(), name), 'utf8').trim());

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

const logs = (): string => `${existsSync(work) ? desk.log() : ''}\n${engine.log()}`;

/** The machine that a node runs on loses power: nobody is told. */
async function lose(name: string): Promise<void> {
  const place = join(work, 'state/nodes/local', name);
  const guest = `/tmp/apppot-2001/${name.split('-').at(-1)}`;
  await engine.enter.run([
    ...['sh', '-c'],
    `cut -d' ' -f1 "$1/claim" "$2/processes" | while read -r pid; do kill -s KILL -- "-$pid"; done`,
    ...['lose', place, guest],
  ]);
}

it('starts nodes for waiting jobs, survives the loss of a node and its own, and leaves nothing', async () => {
  const waits =
    'while [ ! -e go ]; do sleep 0.5; done; echo "$(hostname) $RESTARTED" >said.$JOB_ID';
  writeFileSync(join(home(), 'wait.sh'), `#!/bin/sh\n${waits}\n`, { mode: 0o755 });
  for (let i = 0; i < JOBS; i += 1) {
    await engine.user.run(['qsub', '-cwd', '-r', 'y', '-o', '/dev/null', '-j', 'y', 'wait.sh']);
  }
  await desk.start();
  await until('six jobs run on three nodes', async () => (await running()).size === 6, logs);
  expect(new Set((await running()).values()).size).toBe(3);

  const before = await running();
  const [first] = await nodes();
  const lost = first?.seat.host ?? '';
  await lose(first?.name ?? '');
  await until(
    'its jobs are put back, and another node is ready',
    async () =>
      (await nodes()).filter(({ phase }) => phase === 'ready').length === 3 &&
      !(await nodes()).some(({ name }) => name === first?.name),
    logs,
  );

  await desk.crash();
  await desk.start();
  await until('six jobs run again', async () => (await running()).size === 6, logs);
  const undisturbed = [...before].filter(([, host]) => host !== lost);
  expect([...(await running())].filter(([job]) => before.has(job))).toEqual(
    expect.arrayContaining(undisturbed),
  );

  await engine.user.run(['touch', 'go']);
  await until('all jobs have ended', async () => said().length === JOBS, logs);
  const restarted = said().filter((line) => line.endsWith(' 1'));
  expect(restarted).toHaveLength(before.size - undisturbed.length);

  await until('all nodes have ended', async () => (await nodes()).length === 0, logs);
  expect((await asRoot('qconf', '-sel')).trim()).toBe('master');
  expect((await asRoot('qconf', '-sh')).trim()).toBe('master');
  expect(await asRoot('qstat', '-u', '*')).toBe('');
  expect(await asRoot('ps', '-eo', 'args')).not.toMatch(/linux\.uml|slirp/);
  expect(await desk.ask('nodes', 'audit')).toMatchObject({ leaks: [], troubles: [] });
  expect(await desk.interrupt()).toBe(130);
  expect(await asRoot('ps', '-eo', 'args')).not.toMatch(/openvpn/);
});
