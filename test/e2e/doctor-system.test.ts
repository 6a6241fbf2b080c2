import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { afterCommands, afterMounts, denier, doctor } from '../kit/doctor.ts';
import { workDirectory } from '../kit/guest-run.ts';

const IS_ROOT = process.getuid?.() === 0;
const work = workDirectory();

describe('apppot doctor finds, of what is forbidden,', () => {
  /** A system call by its numbers on x86-64 and arm64. */
  const without = (x64: number, arm64: number): { by: string[] } => ({
    by: [denier(join(work.path, `deny-${x64}`)), String(process.arch === 'arm64' ? arm64 : x64)],
  });

  it('ptrace, by a filter of system calls', async () => {
    const { status, line } = await doctor([], without(101, 117));
    expect(status).toBe(7);
    expect(line('ptrace')).toEqual({
      verdict: 'fail',
      found: 'denied: PTRACE_TRACEME: Operation not permitted',
      remedy:
        'Have it allowed by the container: --security-opt seccomp=unconfined or --cap-add SYS_PTRACE.',
    });
    expect(line('boot')?.verdict).toBe('fail');
  });

  it('a filter that guests can live with', async () => {
    const { status, line } = await doctor([], without(167, 224));
    expect(status).toBe(0);
    expect(line('seccomp')).toEqual({
      verdict: 'warn',
      found: expect.stringMatching(/^system calls are filtered/),
      remedy: 'If something fails, run it outside of this container, or with seccomp=unconfined.',
    });
    expect(line('boot')?.verdict).toBe('ok');
  });

  it('landlock, by a filter of system calls', async () => {
    const { status, line } = await doctor([], without(444, 444));
    expect(status).toBe(0);
    expect(line('landlock')).toEqual({
      verdict: 'ok',
      found: 'this kernel has no Landlock; needed only without user namespaces',
    });
  });

  it('user namespaces, by a filter of system calls', async () => {
    const { status, line } = await doctor([], without(272, 97));
    expect(status).toBe(0);
    expect(line('namespaces')).toEqual({
      verdict: 'warn',
      found: 'denied: user namespace: Operation not permitted',
      remedy:
        'Ask the administrator, or run outside of this container: guests run unconfined without.',
    });
  });
});

describe.runIf(IS_ROOT)('apppot doctor finds, as root,', () => {
  it('that user namespaces are forbidden, and that root then may start nothing', async () => {
    const forbid = 'echo 0 >/proc/sys/user/max_user_namespaces; exec "$@"';
    const by = ['unshare', '--user', '--map-root-user', 'sh', '-ec', forbid, 'sh'];
    const { status, line } = await doctor([], { as: 'root', by });
    expect(status).toBe(7);
    expect(line('namespaces')).toEqual({
      verdict: 'warn',
      found: 'denied: user namespace: No space left on device',
      remedy: 'Ask the administrator for: sysctl user.max_user_namespaces=10000',
    });
    expect(line('confinement')).toEqual({
      verdict: 'fail',
      found:
        'Cannot start a guest as root: bwrap gets no user namespace here, and its root could reach every file of this machine',
      remedy: 'Start it as an ordinary user, install bubblewrap, or consent with --unconfined.',
    });
  });

  it('that nothing confines guests, where that was consented to', async () => {
    const { status, line } = await doctor(['--unconfined'], { as: 'root' });
    expect(status).toBe(0);
    expect(line('confinement')).toEqual({
      verdict: 'warn',
      found: 'none (as asked): root in a guest can do what you can',
      remedy:
        'Install bubblewrap, have user namespaces allowed, and start only guests that you trust.',
    });
    expect(line('user')?.verdict).toBe('warn');
  });
});

describe.runIf(IS_ROOT)('apppot doctor finds, of filesystems,', () => {
  it.for([
    ['noexec', 'mounted noexec'],
    ['size=4m', '4.0 MiB free'],
    ['ro', 'not writable: Read-only file system'],
  ])('/dev/shm mounted with %s', async ([options, found]) => {
    const { status, line } = await doctor(
      ['--confine', 'landlock'],
      afterMounts(`mount -t tmpfs -o mode=1777,${options} shm /dev/shm`),
    );
    expect(status).toBe(0);
    expect(line('memory-shared')).toEqual({
      verdict: 'warn',
      found,
      remedy: 'Guests use TMPDIR instead, which is slower.',
    });
    expect(line('memory-file')).toEqual({
      verdict: 'warn',
      found: 'in /tmp, which is slower than /dev/shm',
      remedy: 'Have more room there.',
    });
  });

  it('that a sandbox has a /dev/shm of its own', async () => {
    const { line } = await doctor([], afterMounts('mount -t tmpfs -o noexec shm /dev/shm'));
    expect(line('memory-file')).toEqual({ verdict: 'ok', found: 'in its own /dev/shm' });
    expect(line('boot')?.verdict).toBe('ok');
  });

  it('that there is no room for the memory of a guest', async () => {
    const mount = 'mount -t tmpfs -o noexec,mode=1777 none';
    const { status, line } = await doctor(
      ['--confine', 'landlock'],
      afterMounts(`${mount} /dev/shm; ${mount} /tmp`),
    );
    expect(status).toBe(7);
    expect(line('memory-file')).toEqual({
      verdict: 'fail',
      found:
        'Cannot place the guest\'s memory of 512 MiB: /dev/shm is mounted noexec, and "/tmp" is mounted noexec',
      remedy: 'Give the guest less with --mem, or set TMPDIR to a directory that can take it.',
    });
    expect(line('boot')?.verdict).toBe('fail');
  });

  it.for([
    ['size=256k', '/tmp takes no megabyte: No space left on device'],
    ['ro', '/tmp is not writable: Read-only file system'],
    ['nr_inodes=1', '/tmp is not writable: No space left on device'],
  ])('TMPDIR mounted with %s', async ([options, found]) => {
    const { status, line } = await doctor(
      [],
      afterMounts(`mount -t tmpfs -o mode=1777,${options} tmp /tmp`),
    );
    expect(status).toBe(7);
    expect(line('temporary')).toEqual({
      verdict: 'fail',
      found,
      remedy: 'Set TMPDIR to a directory of your own, on a local disk with room.',
    });
    expect(line('boot')?.found).toMatch(/^Cannot make a tiny guest in "\/tmp": /);
  });

  it('TMPDIR with little room', async () => {
    const { status, line } = await doctor(
      [],
      afterMounts('mount -t tmpfs -o mode=1777,size=100m tmp /tmp'),
    );
    expect(status).toBe(0);
    expect(line('temporary')).toMatchObject({ verdict: 'warn', found: '/tmp, 100 MiB free' });
  });

  it('that no name server is known', async () => {
    const { line } = await doctor(
      [],
      afterMounts('mount --bind /dev/null "$(realpath /etc/resolv.conf)"'),
    );
    expect(line('resolver')).toEqual({
      verdict: 'warn',
      found: 'none in /etc/resolv.conf: guests find no names',
      remedy: 'Name one there, or use addresses instead of names in jobs.',
    });
  });

  it('its own programs where none are executed, and guests nevertheless', async () => {
    const native = join(inject('installed').bin, '../apppot/dist/native');
    const { status, line } = await doctor(
      [],
      afterMounts(`mount --bind ${native} ${native}; mount -o remount,bind,noexec ${native}`),
    );
    expect(status).toBe(0);
    expect(line('kit')).toEqual({
      verdict: 'warn',
      found: expect.stringMatching(/^cannot be run from .*: EACCES; some things are not tried$/),
      remedy:
        'Install apppot again, for this kind of processor and where programs may be executed.',
    });
    expect(line('landlock')).toEqual({
      verdict: 'ok',
      found: 'apppot-confine is not installed; needed only without user namespaces',
    });
    expect(line('temporary')?.verdict).toBe('ok');
    expect(line('boot')?.verdict).toBe('ok');
  });

  it.runIf(existsSync('/dev/kvm'))('a /dev/kvm that is there, but of no use', async () => {
    const { status, line } = await doctor([], afterMounts('mount --bind /dev/null /dev/kvm'));
    expect(status).toBe(0);
    expect(line('kvm')).toEqual({
      verdict: 'warn',
      found: 'not usable: KVM_CREATE_VM: Inappropriate ioctl for device',
      remedy: 'Give QEMU the words "-accel tcg" here; guests of apppot need no KVM.',
    });
  });
});

describe('apppot doctor finds, of limits,', () => {
  it.for([
    ['-n 100', [], 'limit-files', 'warn', '100'],
    ['-u 200', [], 'limit-processes', 'warn', '200'],
    ['-f 100000', [], 'limit-file-size', 'fail', '97.7 MiB'],
    ['-v 6000000', ['--mem', '8G'], 'limit-memory', 'fail', '5.7 GiB'],
    ['-t 1000', [], 'limit-time', 'warn', '1000 s'],
  ] as const)('ulimit %s', async ([option, words, id, verdict, found]) => {
    const { line } = await doctor(words, afterCommands(`ulimit ${option}`));
    const remedy = `Raise it (ulimit ${option.slice(0, 2)}), or have the batch system raise it for the job.`;
    expect(line(id)).toEqual({ verdict, found, remedy });
  });

  it('a guest larger than this machine', async () => {
    const { line } = await doctor(['--mem', '9000G']);
    expect(line('memory-available')).toEqual({
      verdict: 'warn',
      found: expect.stringMatching(/^.* GiB for a guest of 8\.8 TiB$/),
      remedy: 'Give the guest less with --mem.',
    });
  });

  it.for([
    ['0777', 'fail', '0777 keeps you from your own new files'],
    ['0000', 'warn', '0000 lets everybody write to your new files'],
  ] as const)('umask %s', async ([umask, verdict, found]) => {
    const { line } = await doctor([], afterCommands(`umask ${umask}`));
    expect(line('umask')).toEqual({ verdict, found, remedy: 'Set it: umask 022' });
  });
});
