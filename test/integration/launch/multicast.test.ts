import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type NetNamespace, netNamespace } from '../../kit/net-namespace.ts';
import { groupKey, hchacha, nonceOf, poly1305, sealed, unsealed } from '../../kit/sealed.ts';
import { temporaryDirectory } from '../../kit/temporary.ts';
import { until } from '../../kit/until.ts';

// A network of the test's own needs root.
const isRoot = process.getuid?.() === 0;
const ROOT = join(import.meta.dirname, '../../..');
const SOURCES = join(ROOT, 'image/host/switch');
const PLACE = '239.255.82.77:8277';
const SECRET = 'a secret of many words\n';
const MAGIC = 'APPSW1\r\n';

const work = temporaryDirectory();
const program = () => join(work.path, 'apppot-switch');

function compile(path: string, sources: readonly string[]): void {
  const flags = ['-std=gnu11', '-D_GNU_SOURCE', '-g', '-O1', '-fsanitize=address,undefined'];
  execFileSync('cc', [
    ...flags,
    '-fno-sanitize-recover=all',
    `-I${SOURCES}`,
    '-o',
    path,
    ...sources,
  ]);
}

beforeAll(() => {
  // With checks of every access to memory; as built for users it has none.
  const sources = readdirSync(SOURCES).filter((name) => name.endsWith('.c'));
  compile(
    program(),
    sources.map((name) => join(SOURCES, name)),
  );
});

describe('XChaCha20-Poly1305', () => {
  it('is held against what the draft says', () => {
    const key = Buffer.from(Array.from({ length: 32 }, (_, index) => index));
    const nonce = Buffer.from('000000090000004a0000000031415927', 'hex');
    expect(hchacha(key, nonce).toString('hex')).toBe(
      '82413b4227b27bfed30e42508a877d73a0f9e4d58a74a853c12ec41326d3ecdc',
    );
  });

  it('sums as RFC 8439 has it, also where numbers come near to 2^130', () => {
    const path = join(work.path, 'poly1305');
    compile(path, [join(ROOT, 'test/kit/net/poly1305.c'), join(SOURCES, 'poly1305.c')]);
    const one = (first: number, rest: number): string =>
      first.toString(16).padStart(2, '0') + rest.toString(16).padStart(2, '0').repeat(15);
    const edges = [
      [one(2, 0), one(0, 0), one(255, 255)],
      [one(2, 0), one(255, 255), one(2, 0)],
      [one(1, 0), one(0, 0), one(255, 255) + one(240, 255) + one(17, 0)],
      [one(1, 0), one(0, 0), one(255, 255) + one(251, 254) + one(1, 1)],
      [one(2, 0), one(0, 0), one(253, 255)],
    ].map((parts) => parts.join(''));
    const random = Array.from({ length: 2_000 }, (_, index) =>
      randomBytes(32 + 16 * (index % 20)).toString('hex'),
    );
    const lines = [...edges, ...random];
    const said = execFileSync(path, { input: `${lines.join('\n')}\n`, encoding: 'utf8' });
    expect(said.trim().split('\n')).toEqual(
      lines.map((line) => {
        const bytes = Buffer.from(line, 'hex');
        return poly1305(bytes.subarray(0, 32), bytes.subarray(32)).toString('hex');
      }),
    );
  });
});

describe.runIf(isRoot)('a multicast group', () => {
  let network: NetNamespace;
  beforeAll(async () => {
    writeFileSync(join(work.path, 'key'), SECRET, { mode: 0o600 });
    network = await netNamespace();
    network.run('ip', 'link', 'set', 'lo', 'multicast', 'on');
    network.run('ip', 'route', 'add', '224.0.0.0/4', 'dev', 'lo');
  });
  afterAll(() => network?.end());

  /** Runs a program in the network while a task uses it; `bytes` is what it has said. */
  async function withProgram<T>(
    argv: readonly string[],
    task: (child: ChildProcess, bytes: () => Buffer, log: () => string) => Promise<T>,
  ): Promise<T> {
    const [first = '', ...rest] = [...network.words, ...argv];
    const child = spawn(first, rest, { stdio: 'pipe' });
    let said = Buffer.alloc(0);
    let complaints = '';
    child.stdout.on('data', (data: Buffer) => {
      said = Buffer.concat([said, data]);
    });
    child.stderr.on('data', (data: Buffer) => {
      complaints += String(data);
    });
    const ended = new Promise((resolve) => child.once('close', resolve));
    try {
      return await task(
        child,
        () => said,
        () => complaints,
      );
    } finally {
      child.kill();
      await ended;
    }
  }

  /** A switch between a stream, which is this test's, and the group, in which a stranger is, too. */
  function inGroup<T>(task: (lab: GroupLab) => Promise<T>): Promise<T> {
    const words = [`--secret=${join(work.path, 'key')}`, `link=mcast:${PLACE}`, 'link=stdio'];
    const peer = join(ROOT, 'test/kit/net/group-peer.cjs');
    return withProgram([process.execPath, peer, ...PLACE.split(':')], async (stranger, heard) => {
      await until('the stranger listens', () => heard().includes('ready\n'));
      return withProgram([program(), ...words], async (ours, said, log) => {
        ours.stdin?.write(MAGIC);
        await until('the switch greets', () => said().toString().startsWith(MAGIC), log);
        return task({
          send: (frame) => void ours.stdin?.write(Buffer.concat([head(frame.length), frame])),
          came: () => unpack(said().subarray(MAGIC.length)),
          inject: (datagram) => void stranger.stdin?.write(`${datagram.toString('hex')}\n`),
          overheard: () =>
            String(heard())
              .split('\n')
              .slice(1, -1)
              .map((line) => Buffer.from(line, 'hex')),
          log,
        });
      });
    });
  }

  it('hears each frame sealed, and under a new nonce; its sender does not hear it again', async () => {
    const key = groupKey(SECRET, PLACE);
    const frames = SIZES.map(frame);
    const datagrams = await inGroup(async ({ send, inject, came, overheard, log }) => {
      frames.forEach(send);
      await until('all is heard', () => overheard().length === frames.length, log);
      const all = overheard();
      inject(sealed(key, nonceOf(randomBytes(16), BigInt(Date.now()) * 1_000n), frame(77)));
      await until('another is there', () => came().length > 0, log);
      expect(came()).toEqual([frame(77)]);
      return all;
    });
    expect(datagrams.map((datagram) => unsealed(key, datagram))).toEqual(frames);
    expect(datagrams.filter((datagram) => datagram.includes(MARK))).toEqual([]);
    const nonces = datagrams.map((datagram) => datagram.subarray(0, 24).toString('hex'));
    expect(nonces).toEqual([...new Set(nonces)].sort());
  });

  it('is heard by those who know the secret, and never twice', async () => {
    const key = groupKey(SECRET, PLACE);
    const [salt, other, third] = [randomBytes(16), randomBytes(16), randomBytes(16)];
    const now = BigInt(Date.now()) * 1_000n;
    const minute = 60_000_000n;
    const good = SIZES.map((size, index) =>
      sealed(key, nonceOf(salt, now + BigInt(index)), frame(size)),
    );
    const flips = [0, 30, -1].map((at) => {
      const bad = sealed(key, nonceOf(other, now), frame(100));
      const index = at < 0 ? bad.length + at : at;
      bad[index] = (bad[index] ?? 0) ^ 1;
      return bad;
    });
    const last = frame(77);
    const came = await inGroup(async ({ inject, came: frames, log }) => {
      good.forEach(inject);
      [
        frame(100), // as the kernel's own transport had it
        Buffer.alloc(39),
        ...flips,
        sealed(groupKey('another secret of many words\n', PLACE), nonceOf(other, now), frame(100)),
        sealed(groupKey(SECRET, '239.255.82.77:8278'), nonceOf(other, now), frame(100)),
        sealed(key, nonceOf(other, now - 6n * minute), frame(100)),
        sealed(key, nonceOf(other, now + 7n * minute), frame(100)),
        ...good,
        sealed(key, nonceOf(salt, now - 1n), frame(100)),
        sealed(key, nonceOf(third, now), last),
      ].forEach(inject);
      await until('the last is there', () => frames().at(-1)?.equals(last) === true, log);
      return frames();
    });
    expect(came).toEqual([...good.map((datagram) => unsealed(key, datagram)), last]);
  });

  it('wants a secret, and makes one for its user alone', () => {
    const own = join(work.path, 'config/apppot/multicast.key');
    const probe = (word: string): string => {
      const script = `"$@" 2>&1 || true`;
      const words = [program(), '--probe', ...(word ? [word] : []), `link=mcast:${PLACE}`];
      return network.run('sh', '-c', script, 'sh', ...words);
    };
    expect(probe('')).toBe(
      `Cannot attach to mcast:${PLACE}: everybody may join, so a secret is needed\n` +
        '  Name its file with --secret.\n',
    );
    expect(probe(`--own-secret=${own}`)).toBe('');
    const made = readFileSync(own, 'utf8');
    expect(made).toMatch(/^[0-9a-f]{64}\n$/);
    expect(statSync(own).mode & 0o777).toBe(0o600);
    expect(probe(`--own-secret=${own}`)).toBe('');
    expect(readFileSync(own, 'utf8')).toBe(made);
    chmodSync(own, 0o640);
    expect(probe(`--own-secret=${own}`)).toBe(
      `Cannot use the secret "${own}": others may read it\n  Let nobody else read it: chmod 600.\n`,
    );
    expect(probe('--own-secret=/proc/none/multicast.key')).toBe(
      'Cannot make the secret "/proc/none/multicast.key": No such file or directory\n' +
        '  Name the file of another one: --switch-secret FILE.\n',
    );
  });
});

interface GroupLab {
  /** A frame comes from a guest. */
  send(frame: Buffer): void;
  /** The frames that went to a guest. */
  came(): readonly Buffer[];
  inject(datagram: Buffer): void;
  overheard(): readonly Buffer[];
  log(): string;
}

const MARK = 'what a guest says to another';
const SIZES = [14, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129, 1_414, 9_000, 20_000];

/** To everybody, from an address of its own. */
function frame(size: number): Buffer {
  const bytes = Buffer.alloc(size, MARK);
  bytes.fill(255, 0, 6);
  bytes.set([2, 0, 0, 0, size >> 8, size & 255], 6);
  return bytes;
}

function head(length: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(length);
  return bytes;
}

function unpack(bytes: Buffer): Buffer[] {
  const frames: Buffer[] = [];
  for (let at = 0; at + 4 <= bytes.length; ) {
    const end = at + 4 + bytes.readUInt32BE(at);
    if (end > bytes.length) break;
    frames.push(bytes.subarray(at + 4, end));
    at = end;
  }
  return frames;
}
