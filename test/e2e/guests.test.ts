import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { quote } from '../../src/launch/shell.ts';
import {
  apppot,
  type LiveGuest,
  listed,
  processesNaming,
  startLive,
  WAITING,
} from '../kit/guest-live.ts';
import {
  CASES,
  type Finished,
  PEOPLE,
  run,
  start,
  USER_ID,
  workDirectory,
} from '../kit/guest-run.ts';

describe.each(CASES)('a running guest, by $way as $as', ({ way, as }) => {
  const work = workDirectory();
  const options = () => ({ as, cwd: work.path, env: { TMPDIR: work.path } });
  const exec = (...words: string[]) => apppot(['exec', ...words], options());
  let guest: LiveGuest;

  beforeAll(async () => {
    guest = await startLive(way, ['--id', 'solver', ...WAITING], { ...options(), isLasting: true });
  });
  afterAll(() => void guest?.owner.kill('SIGKILL'));

  it('is listed, with what it really takes', async () => {
    const [row, ...others] = await listed(work.path, options());
    expect({ others, ...row }).toMatchObject({
      others: [],
      name: 'solver',
      state: 'running',
      image: inject('installed').image,
      memory: 512 * 2 ** 20,
      network: { kind: 'slirp4netns' },
      segments: [],
      confined: true,
      command: WAITING,
    });
    expect(row?.memoryUsed).toBeGreaterThan(10 * 2 ** 20);
    expect(row?.memoryUsed).toBeLessThan(256 * 2 ** 20);
    const table = (await apppot(['ps'], options())).stdout.toString();
    expect(table).toMatch(
      /^NAME +STATE +AGE +MEMORY +NETWORK +IMAGE +JOB\n(.*\n)*solver +running /,
    );
    const names = (await apppot(['ps', '-q'], options())).stdout.toString().split('\n');
    expect(names).toContain('solver');
  });

  it('runs commands beside its job, with streams and a status of their own', async () => {
    const script = 'echo out; echo err >&2; pwd; id -u; exit 7';
    expect(await exec('solver', '--', 'sh', '-c', script)).toEqual({
      status: 7,
      stdout: Buffer.from(`out\n/home/user/job\n${as === 'root' ? 0 : USER_ID}\n`),
      stderr: 'err\n',
    });
    const asRoot = await exec(
      '--user',
      'root',
      '--env',
      'A=b',
      'solver',
      'sh',
      '-c',
      'id -u; echo $A',
    );
    expect(asRoot).toMatchObject({ status: 0, stdout: Buffer.from('0\nb\n') });
    expect(await exec('solver', 'no-such-program')).toMatchObject({
      status: 127,
      stderr: 'apppot: Cannot run "no-such-program": No such file or directory\n',
    });
  });

  it('passes bytes unchanged through commands beside its job, several at once', async () => {
    const sent = [3_000_000, 70_000, 1, 0].map((size) => randomBytes(size));
    const received = await Promise.all(
      sent.map((stdin) => apppot(['exec', 'solver', 'cat'], { ...options(), stdin })),
    );
    const digest = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
    expect(received.map(({ stdout }) => digest(stdout))).toEqual(sent.map(digest));
    expect(received.map(({ status }) => status)).toEqual([0, 0, 0, 0]);
  });

  it('ends a command when nobody reads it, or whoever runs it is killed', async () => {
    const reading = apppot(['exec', 'solver', 'yes'], {
      ...options(),
      onSpawn: (child) => child.stdout?.once('data', () => child.stdout?.destroy()),
    });
    expect(await reading).toMatchObject({ status: 141 });
    const killed = apppot(['exec', 'solver', 'sh', '-c', 'echo up; exec sleep 4242'], {
      ...options(),
      onSpawn: (child) => child.stdout?.once('data', () => child.kill('SIGKILL')),
    });
    expect(await killed).toMatchObject({ status: 'SIGKILL' });
    const gone = 'while grep -qsa "sl[e]ep.4242" /proc/[0-9]*/cmdline; do sleep 0.1; done';
    expect(await exec('solver', 'sh', '-c', gone)).toMatchObject({ status: 0 });
    expect(readdirSync(join(work.path, `apppot-${as === 'root' ? 0 : USER_ID}`))).toEqual([
      'solver',
    ]);
  });

  it('passes signals on to a command', async () => {
    const trap = 'trap "echo saved; exit 5" TERM; echo up; while :; do sleep 0.1; done';
    const { status, stdout } = await apppot(['exec', 'solver', 'sh', '-c', trap], {
      ...options(),
      onSpawn: (child) => child.stdout?.once('data', () => child.kill('SIGTERM')),
    });
    expect({ status, stdout: stdout.toString() }).toEqual({ status: 5, stdout: 'up\nsaved\n' });
  });

  it('shows its log', async () => {
    const { status, stdout } = await apppot(['logs', '-n', '3', 'solver'], options());
    expect(status).toBe(0);
    expect(stdout.toString().split('\n')).toHaveLength(4);
    expect((await apppot(['logs', 'solver'], options())).stdout.toString()).toMatch(/ptrace/);
  });

  it('opens a console of the size of the window, which ~. leaves', async () => {
    const command = ['apppot', 'console', '--user', 'root', 'solver'].map(quote).join(' ');
    const answers: [RegExp, string][] = [
      [/# $/, 'stty size; tty; id -u\r'],
      [/\/dev\/pts\/0\r\n0\r\n.*# $/, '~.'],
    ];
    let seen = '';
    const { status, stdout } = await run(
      ['script', '-qefc', `stty rows 33 cols 101; ${command}`, '/dev/null'],
      {
        ...options(),
        env: { TMPDIR: work.path, TERM: 'dumb' },
        stdin: 'open',
        onSpawn(child) {
          child.stdout?.on('data', (chunk: Buffer) => {
            seen += chunk.toString();
            const [next] = answers;
            if (next === undefined || !next[0].test(seen)) return;
            answers.shift();
            child.stdin?.write(next[1]);
          });
        },
      },
    );
    expect(stdout.toString()).toMatch(/33 101\r\n\/dev\/pts\/0\r\n0\r\n/);
    expect(status).toBe(129);
  });

  it('is asked to end, ends in order, and is listed no more', async () => {
    let following: Promise<Finished> | undefined;
    await new Promise<void>((ready) => {
      following = apppot(['logs', '-f', 'solver'], {
        ...options(),
        onSpawn: (child) => child.stdout?.once('data', () => ready()),
      });
    });
    expect(await apppot(['stop', 'solver'], options())).toMatchObject({
      status: 0,
      stderr: 'solver: stopped\n',
    });
    expect(await guest.ended).toMatchObject({ status: 143, stderr: '' });
    expect(await following).toMatchObject({ status: 0 });
    expect(await listed(work.path, options())).toEqual([]);
  });

  it('ends by force, and whoever started it is told why', async () => {
    const { ended } = await startLive(way, ['--id', 'stuck', ...WAITING], options());
    expect(await apppot(['kill', '-q', 'stuck'], options())).toMatchObject({
      status: 0,
      stderr: '',
    });
    expect(await ended).toMatchObject({
      status: 137,
      stderr: `${way === 'apppot-start' ? 'apppot-start' : 'apppot'}: Cannot finish the job: the guest was killed by "apppot kill"\n`,
    });
    expect(readdirSync(work.path).filter((name) => name.startsWith('apppot-'))).toEqual([]);
  });

  it('is killed when it takes longer to end than it is given', async () => {
    const stubborn = ['sh', '-c', 'trap "" TERM; echo up; while :; do sleep 1; done'];
    const { ended } = await startLive(way, ['--id', 'slow', ...stubborn], options());
    expect(await apppot(['stop', '--grace', '0.2', 'slow'], options())).toMatchObject({
      status: 0,
      stderr: 'slow: killed\n',
    });
    expect(await ended).toMatchObject({ status: 137 });
  });

  it('is listed as broken when whoever started it is dead, and then cleaned up', async () => {
    const { owner, ended } = await startLive(
      way,
      ['--id', 'orphan', '--unconfined', ...WAITING],
      options(),
    );
    owner.kill('SIGKILL');
    await ended;
    const { stdout } = await apppot(['ps'], options());
    expect(stdout.toString()).toMatch(
      /^orphan +broken .*\n {2}process \d+, which started it, is dead; what it left is removed$/m,
    );
    expect(await listed(work.path, options())).toEqual([]);
    expect(await processesNaming(work.path)).toEqual([]);
  });
});

describe.each(PEOPLE)('apppot as %s', (as) => {
  const work = workDirectory();
  const options = () => ({ as, cwd: work.path, env: { TMPDIR: work.path } });

  it('lists a guest with a record that cannot be read', async () => {
    const { owner, ended } = await startLive(
      'apppot-start',
      ['--id', 'odd', ...WAITING],
      options(),
    );
    const instance = join(work.path, `apppot-${as === 'root' ? 0 : USER_ID}`, 'odd');
    writeFileSync(join(instance, 'record.json'), '{"format":2}\n');
    expect(await listed(work.path, options())).toMatchObject([
      {
        name: 'odd',
        state: 'broken',
        error: 'its record cannot be read: it is no record of format 1',
      },
    ]);
    owner.kill('SIGTERM');
    expect(await ended).toMatchObject({ status: 143 });
  });

  it('ends those that it finds, and tells which it does not', async () => {
    const { ended } = await startLive('apppot-start', ['--id', 'found', ...WAITING], options());
    expect(await apppot(['stop', 'fuond', 'found'], options())).toEqual({
      status: 3,
      stdout: Buffer.from(''),
      stderr:
        'found: stopped\n' +
        'apppot: Cannot find the guest "fuond": you have none of this name\n' +
        '  Did you mean "found"? List them all: apppot ps\n' +
        'apppot: Cannot end 1 of 2 guests\n',
    });
    expect(await ended).toMatchObject({ status: 143 });
  });

  it.for([
    [
      ['stop', 'nobody'],
      4,
      'Cannot find the guest "nobody": you have none of this name\n  List them all: apppot ps\n',
    ],
    [
      ['exec', 'nobody', 'true'],
      127,
      'Cannot find the guest "nobody": you have none of this name\n  List them all: apppot ps\n',
    ],
    [
      ['stop'],
      2,
      'Cannot tell which guests to end: name some, or say --all\n  List them: apppot ps\n',
    ],
    [
      ['logs', '-n', 'few', 'nobody'],
      2,
      'Cannot read the number "few": expected something like 10\n',
    ],
  ] as const)('refuses %j', async ([words, status, message]) => {
    expect(await apppot(words, options())).toEqual({
      status,
      stdout: Buffer.from(''),
      stderr: `apppot: ${message}`,
    });
  });

  it('opens no console without a terminal', async () => {
    const { owner, ended } = await startLive(
      'apppot-start',
      ['--id', 'calm', ...WAITING],
      options(),
    );
    expect(await apppot(['console', 'calm'], options())).toMatchObject({
      status: 125,
      stderr:
        'apppot: Cannot open a console: stdin and stdout are no terminal\n' +
        '  Run a command without one: apppot exec NAME COMMAND\n',
    });
    owner.kill('SIGTERM');
    await ended;
  });

  it('has what it left removed before the next start, without a word among the words of that job', async () => {
    const { owner, ended } = await startLive(
      'apppot-start',
      ['--id', 'left', ...WAITING],
      options(),
    );
    owner.kill('SIGKILL');
    await ended;
    expect(await start('apppot-start', ['true'], options())).toMatchObject({
      status: 0,
      stderr: '',
    });
    expect(readdirSync(work.path)).toEqual([]);
  });
});
