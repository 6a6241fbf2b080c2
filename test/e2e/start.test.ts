import { createHash, randomBytes } from 'node:crypto';
import { closeSync, openSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CASES, type RunOptions, start, USER_ID, workDirectory } from '../kit/guest-run.ts';

const NOISE = randomBytes(5_000_000);
const sha256 = (data: Buffer): string => createHash('sha256').update(data).digest('hex');

describe.each(CASES)('$way as $as', ({ way, as }) => {
  const work = workDirectory();
  const guest = (words: readonly string[], options: RunOptions = {}) =>
    start(way, words, { as, cwd: work.path, ...options });

  it.for([
    [['sh', '-c', 'exit 7'], 7],
    [['false'], 1],
    [['true'], 0],
    [['sh', '-c', 'kill -9 $$'], 137],
  ] as const)('ends with the status of %j: %i', async ([words, status]) => {
    expect(await guest(words)).toEqual({ status, stdout: Buffer.from(''), stderr: '' });
  });

  it('tells a missing command from one that cannot be run', async () => {
    expect(await guest(['no-such-command'])).toMatchObject({
      status: 127,
      stderr: 'apppot: Cannot run "no-such-command": No such file or directory\n',
    });
    expect(await guest(['/etc/passwd'])).toMatchObject({
      status: 126,
      stderr: 'apppot: Cannot run "/etc/passwd": Permission denied\n',
    });
  });

  it('tells its version', async () => {
    const { stdout } = await start('apppot-start', ['-V'], { as });
    expect(stdout.toString()).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it('keeps stdout and stderr apart, and neither is a terminal', async () => {
    const script = 'echo out; echo err >&2; test -t 0 || test -t 1 || test -t 2 || echo none';
    expect(await guest(['sh', '-c', script])).toEqual({
      status: 0,
      stdout: Buffer.from('out\nnone\n'),
      stderr: 'err\n',
    });
  });

  it('passes 5 MB through stdin and stdout unchanged', async () => {
    const { status, stdout, stderr } = await guest(['cat'], { stdin: NOISE });
    expect({ status, stderr, sha256: sha256(stdout) }).toEqual({
      status: 0,
      stderr: '',
      sha256: sha256(NOISE),
    });
  });

  it('reads stdin from a file', async () => {
    const file = join(work.path, 'input');
    writeFileSync(file, NOISE);
    const stdin = openSync(file, 'r');
    const { stdout } = await guest(['sha256sum'], { stdin });
    closeSync(stdin);
    expect(stdout.toString()).toBe(`${sha256(NOISE)}  -\n`);
  });

  it.for(['closed', 'ignore', 'open'] as const)('takes a stdin that is: %s', async (stdin) => {
    const script = stdin === 'open' ? 'echo end' : 'cat; echo end';
    expect(await guest(['sh', '-c', script], { stdin })).toEqual({
      status: 0,
      stdout: Buffer.from('end\n'),
      stderr: '',
    });
  });

  it('does not wait for input that the job does not read', async () => {
    expect(await guest(['head', '-c', '3'], { stdin: NOISE })).toMatchObject({
      status: 0,
      stdout: NOISE.subarray(0, 3),
    });
  });

  it('passes on any words', async () => {
    const words = [
      'a b',
      `q'"`,
      '$HOME `id` *',
      'ü€',
      '',
      'two\nlines',
      '-x',
      '\\n%s',
      'x'.repeat(100_000),
    ];
    const { stdout } = await guest(['printf', '%s\\0', ...words]);
    expect(stdout.toString().split('\0').slice(0, -1)).toEqual(words);
  });

  it('sets the variables asked for', async () => {
    const words = ['--env', 'A=x y=z', '--env', 'B', '--env', 'C'];
    const { stdout } = await guest([...words, 'sh', '-c', 'echo "$A/$B/$C"'], {
      env: { B: 'mine' },
    });
    expect(stdout.toString()).toBe('x y=z/mine/\n');
  });

  it('runs the job as its caller, in the job directory', async () => {
    const id = as === 'root' ? 0 : USER_ID;
    writeFileSync(join(work.path, 'here'), 'from the host', { mode: 0o666 });
    const script = 'id -u; id -g; pwd; cat here; echo made >made; mkdir -p ~/x && echo home';
    const { stdout, stderr } = await guest(['sh', '-c', script]);
    expect({ stderr, lines: stdout.toString().split('\n') }).toEqual({
      stderr: '',
      lines: [String(id), String(id), '/home/user/job', 'from the hosthome', ''],
    });
    expect(readFileSync(join(work.path, 'made'), 'utf8')).toBe('made\n');
    expect(statSync(join(work.path, 'made'))).toMatchObject({ uid: id, gid: id });
  });

  it('has a name for the user, with and without one on the host', async () => {
    const { stdout } = await guest(['sh', '-c', 'whoami; getent passwd $(id -u) | cut -d: -f1']);
    const name = as === 'root' ? 'root' : 'user';
    expect(stdout.toString()).toBe(`${name}\n${name}\n`);
  });

  it('runs apppot-run of the job directory when no command is given', async () => {
    writeFileSync(join(work.path, 'apppot-run'), '#!/bin/sh\necho ran; exit 3\n', { mode: 0o755 });
    expect(await guest(['--jobdir', work.path])).toMatchObject({
      status: 3,
      stdout: Buffer.from('ran\n'),
    });
  });

  it('is a filter for a shell script when there is nothing else to run', async () => {
    const jobdir = join(work.path, '..');
    expect(await guest(['--jobdir', jobdir], { stdin: 'echo one\nexit 4\n' })).toMatchObject({
      status: 4,
      stdout: Buffer.from('one\n'),
    });
  });

  it('ends the job at the time limit with status 124', async () => {
    expect(await guest(['--timeout', '1', 'sleep', '1000'])).toEqual({
      status: 124,
      stdout: Buffer.from(''),
      stderr: 'apppot: the job was ended after 1 s\n',
    });
  });

  it('forgets what the guest wrote to its disk, unless a COW file keeps it', async () => {
    const cow = join(work.path, `${as}-${way}.cow`);
    const read = ['sh', '-c', 'cat /home/user/kept 2>/dev/null || echo nothing'];
    const write = ['sh', '-c', 'echo kept >/home/user/kept'];
    await guest(write);
    expect((await guest(read)).stdout.toString()).toBe('nothing\n');
    expect(await guest(['--cow', cow, ...write])).toMatchObject({ status: 0, stderr: '' });
    expect((await guest(['--cow', cow, ...read])).stdout.toString()).toBe('kept\n');
    expect((await guest([`--image=${cow}`, ...read])).stdout.toString()).toBe('kept\n');
  });
});
