/** Machines as batch jobs meet them: full, forbidden, missing, limited. */

import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { startLive, WAITING } from '../kit/guest-live.ts';
import {
  type Finished,
  PEOPLE,
  run,
  start,
  USER_ID,
  WAYS,
  type Way,
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

  it('from a printed script, when another guest takes the directory of all guests away', async () => {
    const { bin, image } = inject('installed');
    const argv = [join(bin, 'apppot-start'), '--image', image, '--net', 'none', ...job];
    const script = await print(argv);
    const programs = at('meanwhile');
    mkdirSync(programs);
    const once = 'case "$1" in -p) [ -e once ] || { : >once; rmdir "$2"; } ;; esac';
    writeFileSync(join(programs, 'mkdir'), `#!/bin/sh\n/bin/mkdir "$@" && ${once}\n`, {
      mode: 0o755,
    });
    const env = { PATH: `${programs}:${bin}:/usr/bin:/bin`, TMPDIR: at('tmp') };
    const found = await run(['dash', script], { as: 'user', env, cwd: at('job') });
    expect({ ...found, isTried: existsSync(at('job/once')) }).toEqual({ ...done, isTried: true });
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
    compile('greedy');
    const found = await filling(way, ['./greedy', 'go', '32']);
    expect({ ...found, stdout: '' }).toEqual({
      status: 125,
      stdout: '',
      stderr:
        `${program}: Cannot run the guest: the host has no room left for its memory\n` +
        '  Give the guest less with --mem, or set TMPDIR to a directory with more room.\n',
    });
  });

  it.runIf(isRoot)('that the guest could not read its disk', async () => {
    // A file with a wrong checksum, which btrfs does not give out.
    const spoil = `PATH=$PATH:/usr/sbin
      truncate -s 120M B.img && mkfs.btrfs -qf B.img && mkdir -p B && mount -o loop B.img B &&
      yes to-be-spoilt | head -c 1M >B/disk && umount B &&
      at=$(grep -abom1 to-be-spoilt B.img | head -n 1 | cut -d: -f1) &&
      printf X | dd of=B.img bs=1 seek="$((at + 524288))" conv=notrunc && mount -o loop B.img B`;
    const mounts = `{ ${spoil}\n} >/dev/null 2>&1`.replaceAll(/\bB\b/g, at('spoilt'));
    const { bin, image } = inject('installed');
    const disk = ['-X', `ubd2r=${at('spoilt')}/disk`, '--confine', 'none', '--net', 'none'];
    const job = ['sh', '-c', 'cat /dev/ubdc >/dev/null 2>&1'];
    const argv = [join(bin, 'apppot-start'), '--image', image, ...disk, ...job];
    const words = way === 'apppot-start' ? argv : ['dash', await print(argv)];
    expect(await run(among(mounts, 'root', words))).toEqual({
      status: 125,
      stdout: Buffer.from(''),
      stderr:
        `${program}: Cannot finish the job (status 1): the guest could not read its disk; the ` +
        "image's file does not answer, or the host has no room left for the guest's memory\n" +
        '  Read the image as a whole (sha256sum IMAGE), and look at the room (df /dev/shm "$TMPDIR").\n',
    });
    rmSync(at('spoilt.img'));
  });

  it('that the kernel was killed', async () => {
    const name = `killed-${process.pid}`;
    const words = ['--id', name, '--confine', 'none', '--net', 'none', ...WAITING];
    const { ended } = await startLive(way, words, { as: 'user' });
    const list = execFileSync('ps', ['-eo', 'pid,args'], { encoding: 'utf8' }).split('\n');
    for (const line of list.filter((row) => row.includes(`umid=${name}`))) {
      process.kill(Number.parseInt(line, 10), 'SIGKILL');
    }
    expect(await ended).toMatchObject({
      status: 125,
      stderr:
        `${program}: Cannot run the guest: its kernel was killed, by somebody or by the host\n` +
        '  If memory is short here, or the job may have no more, give the guest less with --mem.\n',
    });
  });

  it("that the job's memory comes in too many pieces", async () => {
    compile('scattered');
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

describe.each(['dash', 'bash'])('a printed script, run by %s, tells', (shell) => {
  it.for([
    [
      'ulimit -f 200000',
      126,
      'Cannot make the COW file "WORK/new.cow"\n' +
        '  Choose a place for it with --cow, where you may write.\n',
    ],
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
    const plan = ['--image', image, '--cow', at('new.cow'), '--net', 'none', '--mem', '700M'];
    const script = await print([join(bin, 'apppot-start'), ...plan, '--confine', 'none', 'true']);
    const limited = ['dash', '-c', `${limit}; exec ${shell} ${script}`];
    expect(await run(limited, { as: 'user' })).toEqual({
      status,
      stdout: Buffer.from(''),
      stderr: `apppot: ${message.replace('WORK', work.path)}`,
    });
    rmSync(at('new.cow'), { force: true });
  });
});

/** Puts a program for guests into the job directory. */
function compile(name: string): void {
  const source = join(import.meta.dirname, `../kit/${name}.c`);
  execFileSync('gcc', ['-static', '-O1', '-o', at(`job/${name}`), source]);
}

/** Runs a job in a guest whose memory loses its room at the job's first word; then there is a file `go`. */
async function filling(way: Way, job: readonly string[]): Promise<Finished> {
  const shm = 'mount -t tmpfs -o size=100m,mode=1777 shm /dev/shm';
  const { bin, image } = inject('installed');
  const plan = ['--image', image, '--confine', 'none', '--net', 'none', '--mem', '80M'];
  const argv = [join(bin, 'apppot-start'), ...plan, '--jobdir', at('job'), ...job];
  const words = way === 'apppot-start' ? argv : ['dash', await print(argv)];
  const found = await run(among(shm, 'root', words), {
    onSpawn: (child) =>
      child.stdout?.once('data', () => {
        const full = 'cat /dev/zero >/dev/shm/full; : >go';
        const enter = ['-t', String(child.pid), '-m', 'sh', '-c', `cd ${at('job')}; ${full}`];
        execFileSync('nsenter', enter, { stdio: 'ignore' });
      }),
  });
  rmSync(at('job/go'), { force: true });
  return found;
}

/** Prints a start as a script. */
async function print([program = '', ...words]: readonly string[]): Promise<string> {
  const { stdout, stderr } = await run([program, '--print-script', ...words], { as: 'user' });
  expect(stderr).toBe('');
  const script = at(`start-${words.length}.sh`);
  writeFileSync(script, stdout);
  return script;
}
