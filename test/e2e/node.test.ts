import {
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { localHost } from '../../src/host/local.ts';
import { AGENT, TOLD } from '../../src/provider/guest-provider.ts';
import type { Order } from '../../src/provider/provider.ts';
import { umlProvider } from '../../src/provider/uml.ts';
import { ADA, LEASE, type NodeLab, nodeLab, TOKEN } from '../kit/node-lab.ts';
import { anOrder, openlyReadable, providerContract } from '../kit/provider-contract.ts';
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
    await expectSecrecy(order);
    await expectGuest(node);
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
  const open = (path = '/usr/bin:/bin') =>
    umlProvider({
      name: 'here',
      host: localHost,
      base: join(lab.directory, 'others'),
      temporary: tmpdir(),
      path,
      caller: { uid: ADA, gid: ADA, user: 'ada', group: 'ada', umask: 0o22 },
      isOther: true,
      image: lab.image,
      memory: 96 * 2 ** 20,
      most: 2,
      now: () => Date.now() / 1_000,
    });
  const files = new Map([['settings', { contents: settings, secret: false }]]);

  it.each([
    ['before', `rm -f "\${socket%/*}/processes"`],
    ['after', ''],
  ])(
    'ends the network helper of a node that was killed %s it was written down',
    async (when, forget) => {
      const bin = join(lab.directory, `bin-${when}`);
      mkdirSync(bin);
      const lines = [
        '#!/bin/sh',
        'for socket; do :; done',
        `until grep -q "^$$ " "\${socket%/*}/processes"; do sleep 0.01; done`,
        'kill -s KILL -- "-$PPID"',
        forget,
        'exec /usr/bin/slirp4netns "$@"',
      ];
      writeFileSync(join(bin, 'slirp4netns'), `${lines.join('\n')}\n`, { mode: 0o755 });
      const provider = open(`${bin}:/usr/bin:/bin`);
      const order = anOrder({ files });
      const helpers = (): readonly string[] =>
        readdirSync('/proc').filter((pid) => {
          const words = wordsOf(pid);
          return (
            words[0] === '/usr/bin/slirp4netns' &&
            words.some((word) => word.endsWith(`/${order.tags.node}/net.sock`))
          );
        });
      await provider.create(order);
      await until(
        'its helper is there, which its starter did not outlive',
        () => helpers().length > 0,
      );
      const isListed = async () => (await provider.list()).instances.length > 0;
      await until('it is listed no more', async () => !(await isListed()));
      await until('its helper has ended', () => helpers().length === 0);
    },
  );

  providerContract(() => ({
    provider: open(),
    reopen: () => open(),
    files,
    places: [join(lab.directory, 'others')],
    kill: (id) => {
      const [pid] = readFileSync(join(lab.directory, 'others', id, 'claim'), 'utf8').split(' ');
      process.kill(-Number(pid), 'SIGKILL');
    },
    log: () => '',
  }));
});

/** Nowhere, here or in the guest, is a secret a word of a program, in a log, or in a file that others can read. */
async function expectSecrecy({ files, tags }: Order): Promise<void> {
  const key = files.get('vpn.key')?.contents.split('\n')[1] ?? '';
  expect(key).toHaveLength(64);
  const here = await localHost.run(['ps', '-eo', 'args', 'ww']);
  const there = await asAda('exec', tags.node, 'ps', '-eo', 'args', 'ww');
  expect(there).toContain('openvpn --cd');
  const said = [here.stdout, there, await asAda('logs', tags.node), log()].join('\n');
  const places = [lab.directory, join(tmpdir(), `apppot-${ADA}`)];
  for (const secret of [TOKEN, LEASE, key]) {
    expect(said.includes(secret)).toBe(false);
    expect(places.flatMap((place) => openlyReadable(place, secret))).toEqual([]);
  }
}

/** A node is a guest of its user's, as any other. */
async function expectGuest(node: string): Promise<void> {
  const all: readonly { readonly name: string }[] = JSON.parse(await asAda('ps', '--json'));
  expect(all.find(({ name }) => name === node)).toMatchObject({
    state: 'running',
    command: [AGENT, TOLD],
  });
  expect(await asAda('logs', node)).toContain('Core dump limits');
  expect(await asAda('exec', node, 'cat', '/proc/sys/kernel/hostname')).toBe('node001');
}

async function asAda(...words: readonly string[]): Promise<string> {
  const as = ['setpriv', `--reuid=${ADA}`, `--regid=${ADA}`, '--clear-groups'];
  const { bin } = inject('installed');
  const surroundings = ['env', `HOME=${tmpdir()}`, `PATH=${bin}:/usr/bin:/bin`];
  return (await localHost.run([...as, ...surroundings, 'apppot', ...words])).stdout;
}

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
