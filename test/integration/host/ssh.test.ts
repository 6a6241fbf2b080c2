import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { localHost } from '../../../src/host/local.ts';
import type { DistantMachine } from '../../../src/host/machine.ts';
import { freePort } from '../../../src/host/ports.ts';
import { sshMachine } from '../../../src/host/ssh/machine.ts';
import { filesContract } from '../../kit/files-contract.ts';
import { hostContract } from '../../kit/host-contract.ts';
import { type Sshd, startSshd } from '../../kit/sshd.ts';
import { temporaryDirectory } from '../../kit/temporary.ts';

const directory = temporaryDirectory();
const opened: DistantMachine[] = [];
let sshd: Sshd;
let machine: DistantMachine;
beforeAll(async () => {
  sshd = await startSshd();
  machine = open();
});
afterAll(async () => {
  for (const one of opened) await one.close();
  await sshd?.stop();
});

/** @param known What its user knows of machines; by default the right key. */
function open(wish: { destination?: string; known?: string; config?: string; home?: string } = {}) {
  const home = wish.home ?? join(directory.path, `home-${opened.length}`);
  if (wish.home === undefined) {
    mkdirSync(join(home, '.ssh'), { recursive: true });
    for (const name of ['id_ed25519', 'known_hosts']) {
      writeFileSync(join(home, '.ssh', name), readFileSync(join(sshd.home, '.ssh', name)), {
        mode: 0o600,
      });
    }
  }
  if (wish.known !== undefined) writeFileSync(join(home, '.ssh/known_hosts'), wish.known);
  writeFileSync(join(home, '.ssh/config'), wish.config ?? '');
  const fresh = sshMachine({
    destination: wish.destination ?? sshd.destination,
    caller: callerAt(home),
    deadline: 20,
    local: localHost,
  });
  opened.push(fresh);
  return fresh;
}

function callerAt(home: string) {
  return { user: 'nobody', home, accountHome: userInfo().homedir };
}

describe('a machine over ssh', () => {
  hostContract(() => machine);
  filesContract(
    () => machine.files,
    () => directory.path,
  );

  it('runs programs in a directory and with variables of ours', async () => {
    const script = 'pwd; printf "%s|" "$A" "$B"';
    const options = { cwd: directory.path, env: { A: "it's\n$x", B: undefined, HOME: '/' } };
    const { stdout } = await machine.run(['sh', '-c', script], options);
    expect(stdout).toBe(`${directory.path}\nit's\n$x||`);
  });

  it('hands on each line of messages', async () => {
    const lines: string[] = [];
    await machine.run(['sh', '-c', 'echo one >&2; echo two >&2'], {
      onLine: (line) => lines.push(line),
    });
    expect(lines).toEqual(['one', 'two']);
  });

  it('knows its home', async () => {
    expect(await machine.home()).toBe(sshd.account);
    expect((await machine.run(['sh', '-c', 'cd && pwd'])).stdout.trim()).toBe(sshd.account);
  });

  it('does many things at once', async () => {
    const words = Array.from({ length: 30 }, (_, index) => `${index}`);
    const said = await Promise.all(words.map((word) => machine.run(['echo', word])));
    expect(said.map(({ stdout }) => stdout.trim())).toEqual(words);
  });

  it('connects to places that it reaches, and says when it does not', async () => {
    const server = createServer((socket) => socket.end('hello')).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const stream = await machine.forward('127.0.0.1', port);
    const said: Buffer[] = [];
    for await (const piece of stream) said.push(piece as Buffer);
    server.close();
    expect(Buffer.concat(said).toString()).toBe('hello');
    const closed = await freePort();
    await expect(machine.forward('127.0.0.1', closed)).rejects.toMatchObject({
      code: 'HOST_UNREACHABLE',
      message: `Cannot reach "127.0.0.1:${closed}" from "${sshd.destination}": connection refused`,
    });
  });

  it('is connected anew after its connection was lost, and says that it was', async () => {
    const fragile = open();
    const { stdout } = await fragile.run(['sh', '-c', 'echo $PPID']);
    // Nobody ends it there.
    const cut = fragile.run(['sleep', '20']);
    cut.catch(() => undefined);
    await fragile.run(['sh', '-c', `kill -9 ${stdout.trim()}`]).catch(() => undefined);
    await expect(cut).rejects.toMatchObject({
      code: 'HOST_UNREACHABLE',
      message: `Cannot reach "${sshd.destination}" by ssh: the connection was lost`,
    });
    expect((await fragile.run(['echo', 'again'])).stdout.trim()).toBe('again');
    expect(await fragile.files.readText('/no/such')).toBeUndefined();
  });
});

describe('a machine is trusted', () => {
  const ours = (): string => `[127.0.0.1]:${sshd.port}`;
  const other = `ssh-ed25519 ${Buffer.from('another key').toString('base64')}`;

  it('when its key is known by a hashed name', async () => {
    const home = join(directory.path, 'hashed');
    mkdirSync(join(home, '.ssh'), { recursive: true });
    const known = join(home, '.ssh/known_hosts');
    writeFileSync(known, `${ours()} ${sshd.hostKey}\n`);
    execFileSync('ssh-keygen', ['-H', '-f', known], { stdio: 'pipe' });
    writeFileSync(join(home, '.ssh/id_ed25519'), readFileSync(join(sshd.home, '.ssh/id_ed25519')));
    const { stdout } = await open({ home }).run(['echo', 'in']);
    expect([stdout.trim(), readFileSync(known, 'utf8').includes('127.0.0.1')]).toEqual([
      'in',
      false,
    ]);
  });

  it.for<[string, (key: string) => string, RegExp]>([
    [
      'unknown',
      () => '',
      /^Cannot trust ".*@127\.0\.0\.1:\d+": its key SHA256:\S{43} is not known$/,
    ],
    ['of another port', (key) => `127.0.0.1 ${key}\n`, /is not known$/],
    ['another one', () => `${ours()} ${other}\n`, /is not the one that is known$/],
    ['revoked', (key) => `${ours()} ${key}\n@revoked * ${key}\n`, /is revoked$/],
  ])('but not when its key is %s', async ([, known, message]) => {
    await expect(open({ known: known(sshd.hostKey) }).run(['true'])).rejects.toMatchObject({
      code: 'HOST_UNTRUSTED',
      kind: 'conflict',
      message: expect.stringMatching(message),
    });
  });
});

describe('a user', () => {
  it('without a key that is accepted gets not in', async () => {
    const home = join(directory.path, 'stranger');
    mkdirSync(join(home, '.ssh'), { recursive: true });
    writeFileSync(
      join(home, '.ssh/known_hosts'),
      readFileSync(join(sshd.home, '.ssh/known_hosts')),
    );
    const stranger = open({ home });
    const refused = {
      code: 'HOST_FORBIDDEN',
      message: `Cannot log in to "${sshd.destination}" by ssh: it accepts none of our keys`,
    };
    await expect(stranger.run(['true'])).rejects.toMatchObject(refused);
    const key = join(home, '.ssh/id_ed25519');
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', 'secret', '-f', key]);
    await expect(stranger.run(['true'])).rejects.toMatchObject({
      ...refused,
      hint: `The key "${key}" is protected by a passphrase: give it to an agent with ssh-add.`,
    });
  });

  it('can use an agent', async () => {
    const socket = join(directory.path, 'agent');
    const said = execFileSync('ssh-agent', ['-s', '-a', socket], { encoding: 'utf8' });
    const SSH_AGENT_PID = /SSH_AGENT_PID=(?<pid>\d+)/.exec(said)?.groups?.pid ?? '';
    const env = { ...process.env, SSH_AUTH_SOCK: socket, SSH_AGENT_PID };
    try {
      execFileSync('ssh-add', ['-q', join(sshd.home, '.ssh/id_ed25519')], { env, stdio: 'pipe' });
      const home = join(directory.path, 'agent-home');
      mkdirSync(join(home, '.ssh'), { recursive: true });
      writeFileSync(
        join(home, '.ssh/known_hosts'),
        readFileSync(join(sshd.home, '.ssh/known_hosts')),
      );
      const own = sshMachine({
        destination: sshd.destination,
        caller: callerAt(home),
        agent: socket,
        deadline: 20,
        local: localHost,
      });
      opened.push(own);
      expect((await own.run(['echo', 'in'])).stdout.trim()).toBe('in');
    } finally {
      execFileSync('ssh-agent', ['-k'], { env, stdio: 'pipe' });
    }
  });

  it('can name a machine as OpenSSH knows it, on a way over another one', async () => {
    const [user] = sshd.destination.split('@');
    const config = [
      'Host inner',
      `  HostName localhost\n  Port ${sshd.port}\n  User ${user}`,
      `  HostKeyAlias [127.0.0.1]:${sshd.port}`,
      `  ProxyJump ${sshd.destination}`,
      '',
    ].join('\n');
    expect((await open({ destination: 'inner', config }).run(['echo', 'in'])).stdout.trim()).toBe(
      'in',
    );
  });
});

describe('a name', () => {
  it.each(['', '-oProxyCommand=x', 'me@', 'me@host:0', 'host:99999', 'a b', 'me@-host'])(
    'that is no machine is refused: "%s"',
    (destination) => {
      expect(() => open({ destination })).toThrow(
        `Cannot use "${destination}" as a machine: expected user@host or user@host:port`,
      );
    },
  );

  it('where nobody listens is unreachable', async () => {
    const destination = `127.0.0.1:${await freePort()}`;
    await expect(open({ destination }).run(['true'])).rejects.toMatchObject({
      code: 'HOST_UNREACHABLE',
      kind: 'remote',
      message: `Cannot reach "${destination}" by ssh: connection refused`,
    });
  });
});
