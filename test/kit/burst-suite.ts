import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import type { Host } from '../../src/host/host.ts';
import { type Head, head } from './burst.ts';
import { buildNodeImage } from './node-image.ts';
import { until } from './until.ts';

const JOBS = 12;

/** A real batch system on a machine of its own, `master` (10.8.0.1), with no room for the jobs of `ada` (2001). */
export interface BurstCluster {
  /** Runs programs on `master` as root. */
  readonly root: Host;
  /** Runs programs on `master` as `ada`, in her home. */
  readonly ada: Host;
  /** The words that come before a program's own, to run it on `master`. */
  readonly words: readonly string[];
  /** Where /home of `master` is on the outer machine. */
  readonly home: string;
  /** The section `batch` of the orchestrator's file. */
  readonly batch: string;
  /** Number of a job, and how often it was started before, as its own shell sees them. */
  readonly ofJob: { readonly id: string; readonly restarts: string };
  /** Queues the script of this name in ada's home, to be run again when its node is lost. */
  submit(script: string): Promise<unknown>;
  /** Host of each running job, by its number. */
  running(): Promise<ReadonlyMap<string, string>>;
  /** Hosts that it had not at its start, and all jobs, as it tells of them. */
  remains(): Promise<readonly string[]>;
  log(): string;
  stop(): Promise<void>;
}

interface Nodes {
  readonly nodes: readonly {
    readonly name: string;
    readonly phase: string;
    readonly seat: { readonly host: string };
  }[];
}

/**
 * A burst of a real cluster: a real OpenVPN, real guests, and the orchestrator as installed.
 *
 * @param start Makes the cluster. It may use the directory, which all can read.
 */
export function burstSuite(start: (directory: string) => Promise<BurstCluster>): void {
  let work = '';
  let cluster: BurstCluster;
  let desk: Head;

  beforeAll(async () => {
    work = mkdtempSync('/var/tmp/apppot-burst-');
    chmodSync(work, 0o755);
    buildNodeImage(work);
    cluster = await start(work);
    const file = join(work, 'orchestrator.yaml');
    writeFileSync(file, exampleFor(cluster));
    symlinkSync(cluster.home, join(work, 'home'));
    const { words, root: host } = cluster;
    desk = head({ words, host, bin: inject('installed').bin, file, directory: work });
  });

  afterAll(async () => {
    await desk?.crash();
    await cluster?.stop();
    rmSync(work, { recursive: true, force: true });
  });

  const nodes = async (): Promise<Nodes['nodes']> => (await desk.ask<Nodes>('nodes')).nodes;
  const logs = (): string => `${existsSync(work) ? desk.log() : ''}\n${cluster.log()}`;
  const processes = async (): Promise<string> =>
    (await cluster.root.run(['ps', '-eo', 'args'])).stdout;

  it('starts nodes for waiting jobs, survives the loss of a node and its own, and leaves nothing', async () => {
    const { running } = cluster;
    writeFileSync(join(cluster.home, 'ada/wait.sh'), waiting(cluster), { mode: 0o755 });
    for (let i = 0; i < JOBS; i += 1) await cluster.submit('wait.sh');
    await desk.start();
    await until('six jobs run on three nodes', async () => (await running()).size === 6, logs);
    expect(new Set((await running()).values()).size).toBe(3);

    const before = await running();
    const [first] = await nodes();
    const lost = first?.seat.host ?? '';
    await lose(cluster.root, work, first?.name ?? '');
    await until(
      'its jobs are put back, and another node is ready',
      async () => {
        const now = await nodes();
        const isGone = !now.some(({ name }) => name === first?.name);
        return isGone && now.filter(({ phase }) => phase === 'ready').length === 3;
      },
      logs,
    );

    await desk.crash();
    await desk.start();
    await until('six jobs run again', async () => (await running()).size === 6, logs);
    const undisturbed = [...before].filter(([, host]) => host !== lost);
    expect([...(await running())].filter(([job]) => before.has(job))).toEqual(
      expect.arrayContaining(undisturbed),
    );

    await cluster.ada.run(['touch', 'go']);
    await until('all jobs have ended', async () => said(cluster).length === JOBS, logs);
    const restarted = said(cluster).filter((line) => line.endsWith(' 1'));
    expect(restarted).toHaveLength(before.size - undisturbed.length);

    await until('all nodes have ended', async () => (await nodes()).length === 0, logs);
    expect(await cluster.remains()).toEqual([]);
    await until(
      'no process of a guest is left',
      async () => !/linux\.uml|slirp/.test(await processes()),
      logs,
    );
    expect(await desk.ask('nodes', 'audit')).toMatchObject({ leaks: [], troubles: [] });
    expect(await desk.interrupt()).toBe(130);
    expect(await processes()).not.toMatch(/openvpn/);
  }, 300_000);
}

/** The example as users read it, with the batch system that is tried. */
function exampleFor({ batch }: BurstCluster): string {
  const text = readFileSync(join(import.meta.dirname, '../../docs/examples/burst.yaml'), 'utf8');
  return text.replace(/^batch: .*$/m, `batch: ${batch}`);
}

/** A job that waits for a file, and says where it ran. */
function waiting({ ofJob: { id, restarts } }: BurstCluster): string {
  const waits = 'while [ ! -e go ]; do sleep 0.5; done';
  return `#!/bin/sh\n${waits}\necho "$(hostname) ${restarts}" >said.${id}\n`;
}

function said({ home }: BurstCluster): readonly string[] {
  const own = join(home, 'ada');
  return readdirSync(own)
    .filter((name) => name.startsWith('said.'))
    .map((name) => readFileSync(join(own, name), 'utf8').trim())
    .filter(Boolean);
}

/** The machine that a node runs on loses power: nobody is told. */
async function lose(root: Host, work: string, name: string): Promise<void> {
  const place = join(work, 'state/nodes/local', name);
  const guest = join(work, 'tmp/apppot-2001', name.split('-').at(-1) ?? '');
  await root.run([
    ...['sh', '-c'],
    `cut -d' ' -f1 "$1/claim" "$2/processes" | while read -r pid; do kill -s KILL -- "-$pid"; done`,
    ...['lose', place, guest],
  ]);
}
