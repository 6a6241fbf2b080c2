import { chownSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { localHost } from '../../src/host/local.ts';
import type { Order } from '../../src/provider/provider.ts';
import { umlProvider } from '../../src/provider/uml.ts';
import { ADA, LEASE, type NodeLab, nodeLab, TOKEN } from '../kit/node-lab.ts';
import { providerContract } from '../kit/provider-contract.ts';
import { until } from '../kit/until.ts';

let lab: NodeLab;

beforeAll(async () => {
  lab = await nodeLab();
});
afterAll(() => lab?.stop());

const home = (name: string): string => join(lab.engine.directory, 'home/ada', name);
const log = (): string => `${lab.log()}\n${lab.engine.log()}`;
const states = async (): Promise<readonly string[]> =>
  (await lab.provider.list()).instances.map(({ id, state }) => `${id} ${state}`);
const queue = async (...words: readonly string[]): Promise<string> =>
  (await lab.engine.enter.run(['qstat', '-u', '*', ...words])).stdout;

/** A job that runs on a host until it is let go. */
async function longJob(host: string): Promise<{ end(): Promise<void> }> {
  const words = ['qsub', '-cwd', '-j', 'y', '-N', 'long', '-l', `h=${host}`, '-b', 'y'];
  await lab.engine.user.run([...words, 'sh', '-c', '"while [ ! -e go ]; do sleep 1; done"']);
  await until(
    'the long job runs',
    async () => (await queue('-s', 'r')).includes(`main.q@${host}`),
    log,
  );
  return {
    end: async () => {
      writeFileSync(home('go'), '');
      chownSync(home('go'), ADA, ADA);
      await until('the long job ends', async () => (await queue()) === '', log);
      rmSync(home('go'));
    },
  };
}

async function start(order: Order): Promise<string> {
  const id = await lab.provider.create(order);
  const { node } = order.tags;
  await until(
    `${node} reports`,
    () => lab.listener.heard.some(({ path, body }) => path === '/ready' && body?.node === node),
    log,
  );
  return id;
}

describe('a node', () => {
  it('joins the cluster, runs a job, keeps its lease, refuses to end under a job, and ends when told', async () => {
    const order = await lab.order(1);
    const { node } = order.tags;
    const id = await start(order);
    const said = (path: string) => lab.listener.heard.find((one) => one.path === path)?.body;
    expect(said('/ready')).toEqual({ node, token: TOKEN });
    await until('the VPN shows it', async () => (await lab.vpn.connected()).has(node), log);
    expect(await lab.reopen().list()).toMatchObject({
      complete: true,
      instances: [{ id, name: id, state: 'running', tags: order.tags }],
    });

    await lab.engine.user.run(['qsub', '-cwd', '-j', 'y', '-N', 'hello', '-b', 'y', 'hostname']);
    const output = (): string => {
      const file = readdirSync(home('')).find((name) => name.startsWith('hello.o'));
      return file === undefined ? '' : readFileSync(home(file), 'utf8');
    };
    await until('the job says where it is', () => output() === 'node001\n', log);
    await until('a lease is renewed', () => said('/lease') !== undefined, log);
    expect(said('/lease')).toEqual({ node, lease: LEASE });
    const told = join(lab.directory, 'nodes', id, 'job/node');
    expect(readdirSync(told).filter((name) => /token|lease|key/.test(name))).toEqual([]);

    const job = await longJob('node001');
    await expect(lab.provider.terminate(id)).rejects.toMatchObject({ code: 'VETOED' });
    expect(await states()).toEqual([`${id} running`]);
    await job.end();
    await lab.provider.terminate(id);
    expect(await states()).toEqual([]);
    await until('the VPN misses it', async () => (await lab.vpn.connected()).size === 0, log);
    expect(await lab.provider.create(order)).toBe(id);
    expect(await states()).toEqual([]);
  });

  it('leaves nothing alive when its kernel is killed, and is missed at once', async () => {
    const order = await lab.order(2);
    const id = await start(order);
    const kernel = (): string[] => guestsOf(order);
    expect(kernel().length).toBeGreaterThan(1);
    process.kill(Number(kernel()[0]), 'SIGKILL');
    await until(
      'the VPN misses it',
      async () => !(await lab.vpn.connected()).has(order.tags.node),
      log,
    );
    await until('it is listed no more', async () => (await states()).length === 0, log);
    expect(kernel()).toEqual([]);
    expect(existsSync(join(lab.directory, 'nodes', id))).toBe(false);
  });

  it('powers off when the VPN does not come, and says why', async () => {
    const order = await lab.order(3, { 'vpn-patience': '6' });
    await lab.vpn.revoke(order.tags.node);
    const id = await lab.provider.create(order);
    await until('it has ended', async () => (await states()).length === 0, log);
    const words = readFileSync(join(lab.directory, 'nodes/.ended', id), 'utf8');
    expect(words).toMatch(/^failed the VPN did not come in 6 s: /);
    expect(words).toContain('Cannot be a node: the VPN did not come in 6 s');
  });

  it('ends by itself when its lease is over, but not under a job', async () => {
    const order = await lab.order(4, { 'lease-time': '6', patience: '600' });
    const id = await start(order);
    const job = await longJob('node004');
    lab.listener.close();
    const state = (): string =>
      readFileSync(join(lab.directory, 'nodes', id, 'job/node/state'), 'utf8');
    await until('it would end', () => state() === 'vetoed - its lease is over\n', log);
    expect(await states()).toEqual([`${id} running`]);
    await job.end();
    await until('it has ended', async () => (await states()).length === 0, log);
    const words = readFileSync(join(lab.directory, 'nodes/.ended', id), 'utf8');
    expect(words).toMatch(/^ended its lease is over\n/);
  });
});

describe('umlProvider()', () => {
  const settings = 'node=n\nhost=node\ndaemon=none\nvpn=none\nreport=\n';
  const open = () =>
    umlProvider({
      name: 'here',
      host: localHost,
      base: join(lab.directory, 'others'),
      temporary: tmpdir(),
      path: '/usr/bin:/bin',
      caller: { uid: ADA, gid: ADA, user: 'ada', group: 'ada', umask: 0o22 },
      isOther: true,
      image: lab.image,
      memory: 96 * 2 ** 20,
      most: 2,
      now: () => Date.now() / 1_000,
    });
  const files = new Map([['settings', { contents: settings, secret: false }]]);
  providerContract(() => ({
    provider: open(),
    reopen: open,
    files,
    places: [join(lab.directory, 'others')],
    kill: (id) => {
      const [pid] = readFileSync(join(lab.directory, 'others', id, 'claim'), 'utf8').split(' ');
      process.kill(-Number(pid), 'SIGKILL');
    },
    log: () => '',
  }));
});

/** Numbers of the processes of a node's guest, its kernel first. */
function guestsOf({ tags }: Order): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => wordsOf(pid).includes(`umid=${tags.node}`))
    .filter((pid) => wordsOf(pid)[0]?.endsWith('/linux.uml'));
}

function wordsOf(pid: string): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return [];
  }
}
