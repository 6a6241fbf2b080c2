/** Machines as batch jobs meet them: full, forbidden, missing, limited. */

import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import {
  type Finished,
  PEOPLE,
  run,
  start,
  USER_ID,
  WAYS,
  workDirectory,
} from '../kit/guest-run.ts';
import { among } from '../kit/namespace.ts';

const work = workDirectory();
const at = (name: string): string => join(work.path, name);
const isRoot = PEOPLE.includes('root');
const ROOM_HINT = '  Set TMPDIR to a directory of your own that has room.\n';
const MEMORY_HINT =
  '  Give the guest less with --mem, or set TMPDIR to a directory that can take it.\n';

beforeAll(() => {
  for (const name of ['tmp', 'job']) {
    mkdirSync(at(name));
    chmodSync(at(name), 0o777);
  }
});

/** Runs a shell script as an ordinary user, among mounts of its own, where `start` starts a guest. */
async function within(mounts: string, script: string, words: readonly string[]): Promise<Finished> {
  const { bin, image } = inject('installed');
  const argv = [join(bin, 'apppot-start'), '--image', image, '--net', 'none', ...words];
  const shell = ['sh', '-c', `cd ${at('job')}; start() { "$@"; }\n${script}`, 'sh', ...argv];
  return run(among(mounts, 'user', shell));
}

const refusal = (status: number, message: string) => ({
  status,
  stdout: Buffer.from(''),
  stderr: `apppot-start: ${message}`,
});

describe.runIf(isRoot)('apppot-start refuses', () => {
  it.for([
    [
      'a TMPDIR that does not exist',
      '',
      'TMPDIR=T/none start "$@"',
      127,
      '"T/none": it does not exist',
    ],
    [
      'a TMPDIR that is a file',
      ': >T/file',
      'TMPDIR=T/file start "$@"',
      126,
      '"T/file": it is no directory',
    ],
    [
      'a read-only TMPDIR',
      'mount --bind T T; mount -o remount,bind,ro T',
      'TMPDIR=T start "$@"',
      126,
      '"T": it is read-only',
    ],
    [
      'a TMPDIR of others',
      'mkdir -p T/t; chmod 755 T/t',
      'TMPDIR=T/t start "$@"',
      126,
      '"T/t": it may not be written to',
    ],
    [
      'a full TMPDIR',
      'mount -t tmpfs -o size=1m,mode=1777 t T; head -c 600k /dev/zero >T/fill',
      'TMPDIR=T start "$@"',
      126,
      '"T": it has only 424 KiB free',
    ],
  ] as const)('%s', async ([, mounts, script, status, reason]) => {
    const inTmp = (text: string): string => text.replaceAll(/\bT\b/g, at('tmp'));
    expect(await within(inTmp(mounts), inTmp(script), ['true'])).toEqual(
      refusal(status, `Cannot use the temporary directory ${inTmp(reason)}\n${ROOM_HINT}`),
    );
  });

  it.for([
    [
      'has no room',
      'mount -t tmpfs -o size=64m,mode=1777 shm /dev/shm; mount -t tmpfs -o size=32m,mode=1777 t T',
      '/dev/shm has 64.0 MiB free, and "T" has 32.0 MiB free',
    ],
    [
      'may not be executed',
      'mount -o remount,noexec /dev/shm; mount -t tmpfs -o noexec,mode=1777 t T',
      '/dev/shm is mounted noexec, and "T" is mounted noexec',
    ],
    [
      'is not there, or is read-only',
      'mount -t tmpfs -o mode=755 dev /dev; mknod -m 666 /dev/null c 1 3; mount -t tmpfs -o size=32m,mode=1777 t T',
      '/dev/shm cannot be used (no such file or directory), and "T" has 32.0 MiB free',
    ],
  ] as const)('to place memory where it %s', async ([, mounts, reason]) => {
    const tmp = at('tmp');
    const words = ['--confine', 'none', '--mem', '256M', 'true'];
    expect(
      await within(mounts.replaceAll(/\bT\b/g, tmp), `TMPDIR=${tmp} start "$@"`, words),
    ).toEqual(
      refusal(
        126,
        `Cannot place the guest's memory of 256 MiB: ${reason.replace('"T"', `"${tmp}"`)}\n${MEMORY_HINT}`,
      ),
    );
  });

  it.for([
    [
      ['--mem', '256M'],
      'ulimit -f 400000',
      'a file may have 195 MiB here (ulimit -f), and the file behind its memory needs 1.3 GiB\n' +
        '  Raise the limit.\n',
    ],
    [
      ['--mem', '256M'],
      'ulimit -f 1200000',
      'a file may have 586 MiB here (ulimit -f), and the file behind its memory needs 1.3 GiB\n' +
        '  Raise the limit, or start by "setarch -R", which needs less.\n',
    ],
    [
      ['--mem', '8G'],
      'ulimit -v 8000000',
      'a process may have 7.6 GiB here (ulimit -v), and it needs 8.0 GiB\n  Raise the limit.\n',
    ],
  ] as const)('a start with %j under %s', async ([words, limit, message]) => {
    expect(await within('', `${limit}; start "$@"`, [...words, 'true'])).toEqual(
      refusal(126, `Cannot start the guest: ${message}`),
    );
  });

  it('a scratch disk that has no room', async () => {
    const tmp = at('tmp');
    const mounts = `mount -t tmpfs -o size=32m,mode=1777 t ${tmp}`;
    expect(await within(mounts, `TMPDIR=${tmp} start "$@"`, ['--scratch', '100M', 'true'])).toEqual(
      refusal(
        126,
        `Cannot make a scratch disk of 100 MiB: "${tmp}" has 32.0 MiB free\n` +
          '  Ask for less, or set TMPDIR to a directory with more room.\n',
      ),
    );
  });
});

describe.runIf(isRoot)('a guest runs', () => {
  const done = { status: 0, stdout: Buffer.from('done\n'), stderr: '' };
  const job = ['sh', '-c', 'echo done'];

  it.for(['bwrap', 'landlock', 'none'] as const)(
    'with its memory in TMPDIR where /dev/shm cannot take it, sandbox %s',
    async (sandbox) => {
      const small = 'mount -t tmpfs -o size=32m,mode=1777 shm /dev/shm';
      const words = ['--confine', sandbox, '--mem', '128M', ...job];
      const script = `TMPDIR=${at('tmp')} start "$@"`;
      expect(await within(small, script, words)).toEqual(done);
    },
  );

  it('under a limit on file sizes, without random addresses', async () => {
    const script = 'ulimit -f 1200000; start setarch -R "$@"';
    expect(await within('', script, ['--mem', '256M', ...job])).toEqual(done);
  });

  it('in a read-only directory, without HOME', async () => {
    const mounts = `mount --bind ${at('job')} ${at('job')}; mount -o remount,bind,ro ${at('job')}`;
    const look = ['sh', '-c', 'echo done; touch made 2>&1 | grep -o Read-only >&2'];
    expect(await within(mounts, 'unset HOME; start "$@"', look)).toMatchObject({
      stdout: done.stdout,
      stderr: 'Read-only\n',
    });
  });

  it('from a TMPDIR whose name is too long for sockets', async () => {
    const long = at(`tmp/${'x'.repeat(100)}`);
    mkdirSync(long);
    chmodSync(long, 0o777);
    expect(await within('', `TMPDIR=${long} start "$@"`, job)).toEqual(done);
  });

  it('over what a killed start left half-made, and under its name', async () => {
    const stale = at(`tmp/apppot-${USER_ID}/g9`);
    mkdirSync(join(stale, 'uml/g9'), { recursive: true });
    utimesSync(stale, 1, 1);
    execFileSync('chown', ['-R', `${USER_ID}`, at(`tmp/apppot-${USER_ID}`)]);
    chmodSync(at(`tmp/apppot-${USER_ID}`), 0o700);
    expect(await within('', `TMPDIR=${at('tmp')} start "$@"`, ['--id', 'g9', ...job])).toEqual(
      done,
    );
    expect(existsSync(stale)).toBe(false);
  });
});

describe.each(WAYS)('%s tells', (way) => {
  const program = way === 'apppot-start' ? 'apppot-start' : 'apppot';

  it.runIf(isRoot)('that the host has no room left for the memory', async () => {
    const shm = 'mount -t tmpfs -o size=100m,mode=1777 shm /dev/shm';
    const { bin, image } = inject('installed');
    const plan = ['--image', image, '--confine', 'none', '--net', 'none', '--mem', '80M'];
    const fill =
      'echo up; until [ -e go ]; do sleep .1; done; head -c 60M /dev/zero | tail >/dev/null';
    const argv = [join(bin, 'apppot-start'), ...plan, '--jobdir', at('job'), 'sh', '-c', fill];
    const words = way === 'apppot-start' ? argv : ['dash', await print(argv)];
    const found = await run(among(shm, 'root', words), {
      onSpawn: (child) =>
        child.stdout?.once('data', () => {
          const full = 'cat /dev/zero >/dev/shm/full; : >go';
          const enter = ['-t', String(child.pid), '-m', 'sh', '-c', `cd ${at('job')}; ${full}`];
          execFileSync('nsenter', enter, { stdio: 'ignore' });
        }),
    });
    execFileSync('rm', ['-f', at('job/go')]);
    expect({ ...found, stdout: '' }).toEqual({
      status: 125,
      stdout: '',
      stderr:
        `${program}: Cannot run the guest: the host has no room left for its memory\n` +
        '  Give the guest less with --mem, or set TMPDIR to a directory with more room.\n',
    });
  });

  it("that the job's memory comes in too many pieces", async () => {
    const source = join(import.meta.dirname, '../kit/scattered.c');
    execFileSync('gcc', ['-static', '-O1', '-o', at('job/scattered'), source]);
    const words = ['--net', 'none', '--mem', '500M', '--jobdir', at('job'), './scattered', '320'];
    expect(await start(way, words, { as: 'user' })).toEqual({
      status: 125,
      stdout: Buffer.from(''),
      stderr:
        `${program}: Cannot finish the job (status 137): its memory came in more pieces than ` +
        'the host allows (vm.max_map_count)\n  Ask for a higher vm.max_map_count on the host, ' +
        'or use less memory in one process.\n',
    });
  });
});

describe('a printed script tells', () => {
  it.for([
    [
      'ulimit -f 1200000',
      126,
      'Cannot run the guest: a file of it grew beyond the limit (ulimit -f)\n' +
        '  Raise the limit, or give the guest less with --mem.\n',
    ],
    [
      'ulimit -v 500000',
      126,
      'Cannot run the guest: a process may not have as many addresses here (ulimit -v)\n' +
        '  Raise the limit, or give the guest less with --mem.\n',
    ],
    [
      'TMPDIR=/none; export TMPDIR',
      127,
      'Cannot use the temporary directory "/none": it does not exist\n' +
        '  Set TMPDIR to a directory of your own that has room.\n',
    ],
  ] as const)('of %s', async ([limit, status, message]) => {
    const { bin, image } = inject('installed');
    const plan = ['--image', image, '--confine', 'none', '--net', 'none', '--mem', '700M', 'true'];
    const script = await print([join(bin, 'apppot-start'), ...plan]);
    expect(await run(['sh', '-c', `${limit}; exec dash ${script}`], { as: 'user' })).toEqual({
      status,
      stdout: Buffer.from(''),
      stderr: `apppot: ${message}`,
    });
  });
});

/** Prints a start as a script. */
async function print([program = '', ...words]: readonly string[]): Promise<string> {
  const { stdout } = await run([program, '--print-script', ...words], { as: 'user' });
  const script = at(`start-${words.length}.sh`);
  writeFileSync(script, stdout);
  return script;
}
