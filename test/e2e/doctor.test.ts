import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readFileSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { compiled, doctor, programs, shellScript } from '../kit/doctor.ts';
import { PEOPLE, run, workDirectory } from '../kit/guest-run.ts';

const work = workDirectory();

/** What may be so on any machine that tests run on. */
const OF_THIS_MACHINE = ['kvm', 'processors', 'build', 'seccomp', 'memory-available'];

describe('apppot doctor, where nothing is wrong', () => {
  it.for(PEOPLE)('finds no fault as %s, in an environment as bare as that of a job', async (as) => {
    const { status, line, all } = await doctor([], { as, stdin: 'closed' });
    expect(status).toBe(0);
    expect(all('warn').filter((id) => !OF_THIS_MACHINE.includes(id))).toEqual(
      as === 'root' ? ['home', 'user'] : ['jobdir', 'home', 'cache'],
    );
    expect(line('boot')?.found).toMatch(/^started, ran a program and ended in \d+\.\d\d s$/);
    expect(line('kernel')?.found).toMatch(/^\/.*linux.*, version \d+\.\d+/);
    expect(line('ptrace')).toEqual({ verdict: 'ok', found: 'a process may trace its children' });
    expect(line('terminal')).toEqual({ verdict: 'ok', found: 'not set, and no terminal here' });
  });

  it('tells what the system says', async () => {
    const { line } = await doctor([]);
    const count = readFileSync('/proc/sys/vm/max_map_count', 'utf8').trim();
    expect(line('memory-maps')?.found).toContain(count);
    expect(line('user')?.found).toMatch(/ \(\d+:\d+\)$/);
  });

  it('prints for people, and with -q only what is not well', async () => {
    const apppot = join(inject('installed').bin, 'apppot');
    const options = { as: 'user', env: { HOME: work.path } } as const;
    const all = await run([apppot, 'doctor'], { ...options, cwd: work.path });
    const few = await run([apppot, 'doctor', '-q'], options);
    expect(all.stdout.toString()).toMatch(/^kernel\n {2}ok {4}program {14}\/.*linux/);
    expect(all.stdout.toString()).toMatch(
      /\nGuests can run here: \d+ ok, \d+ warnings, 0 failures\.\n$/,
    );
    expect(few.stdout.toString()).not.toMatch(/^ {2}ok/m);
    expect(few.stdout.toString()).toMatch(
      /^ {2}warn {2}working directory {4}\/ is not writable\n {8}-> Go to/m,
    );
  });
});

describe('apppot doctor finds, of programs,', () => {
  it('that there is no kernel', async () => {
    const { status, line } = await doctor([], { env: { PATH: programs(`${work.path}/none`) } });
    expect(status).toBe(7);
    expect(line('kernel')).toEqual({
      verdict: 'fail',
      found: 'Cannot find a kernel: there is no program "linux" in this directory or in PATH',
      remedy: 'Install one (apt-get install user-mode-linux), or name it with --kernel.',
    });
    expect(line('boot')).toBeUndefined();
  });

  it('that there are none for networks, sandboxes and builds', async () => {
    const PATH = programs(`${work.path}/kernel`, '/usr/bin/linux.uml');
    const { status, line } = await doctor([], { env: { PATH } });
    expect(status).toBe(0);
    expect(line('network')).toEqual({
      verdict: 'warn',
      found: 'none: neither slirp4netns nor slirp is installed',
      remedy: 'Install slirp4netns (apt-get install slirp4netns).',
    });
    expect(line('build')).toEqual({
      verdict: 'warn',
      found: 'Cannot build an image: mmdebstrap, fakeroot not found',
      remedy: 'Install what is missing: apt-get install mmdebstrap fakeroot',
    });
    expect(line('boot')?.verdict).toBe('ok');
  });

  it('that there is only the slow network', async () => {
    const PATH = programs(`${work.path}/slow`, '/usr/bin/linux.uml', '/usr/bin/slirp');
    const { line } = await doctor([], { env: { PATH } });
    expect(line('network')).toEqual({
      verdict: 'warn',
      found: `${PATH}/slirp, which is slow`,
      remedy: 'Install slirp4netns (apt-get install slirp4netns).',
    });
  });

  it('a kernel that may not be executed', async () => {
    const kernel = join(work.path, 'linux');
    copyFileSync('/usr/bin/linux.uml', kernel);
    chmodSync(kernel, 0o644);
    const { status, line } = await doctor(['--kernel', kernel]);
    expect(status).toBe(7);
    expect(line('kernel')).toEqual({
      verdict: 'fail',
      found: `${kernel} may not be executed`,
      remedy: `chmod +x ${kernel}`,
    });
  });

  it('a program that is no kernel, or one for other processors', async () => {
    const foreign = join(work.path, 'foreign');
    writeFileSync(foreign, Buffer.from('\x7fELF\x02\x01\x01', 'latin1'));
    chmodSync(foreign, 0o755);
    const kernels = [
      ['/bin/true', 'it is no kernel of User-Mode Linux'],
      [foreign, 'it is no program'],
    ] as const;
    for (const [kernel, reason] of kernels) {
      const { status, line } = await doctor(['--kernel', kernel]);
      expect(status).toBe(7);
      expect(line('kernel')).toEqual({
        verdict: 'fail',
        found: `Cannot run the kernel "${kernel}": ${reason}`,
        remedy: 'Install one (apt-get install user-mode-linux), or name another with --kernel.',
      });
    }
  });

  it('a kernel without what guests need', async () => {
    const kernel = shellScript(
      join(work.path, 'poor'),
      '/usr/bin/linux.uml "$@" | sed s/^CONFIG_HOSTFS=y//',
    );
    const { line } = await doctor(['--kernel', kernel]);
    expect(line('kernel-features')).toEqual({
      verdict: 'fail',
      found: 'built without CONFIG_HOSTFS',
      remedy: 'Build it with these set to "y", or use the kernel of Debian (user-mode-linux).',
    });
  });

  it('a kernel that hangs', async () => {
    const kernel = shellScript(join(work.path, 'hanging'), 'while :; do sleep 1; done');
    const { status, line } = await doctor(['--kernel', kernel]);
    expect(status).toBe(7);
    expect(line('kernel')).toEqual({
      verdict: 'fail',
      found: `${kernel} does not answer`,
      remedy: 'Is its file server alive? Copy it here.',
    });
  });

  it('a guest that hangs', async () => {
    const kernel = compiled(
      join(work.path, 'asleep'),
      `#include <unistd.h>
       __attribute__((used, section(".uml.none"))) static char mark;
       int main(int count, char *words[]) {
         if (count == 2) return execv("/usr/bin/linux.uml", words);
         for (;;) pause();
       }`,
    );
    const { status, line } = await doctor(['--kernel', kernel]);
    expect(status).toBe(7);
    expect(line('boot')).toEqual({
      verdict: 'fail',
      found: 'it was not done after 15 s',
      remedy: 'See what it says: apppot start --console-log FILE',
    });
  });
});

describe('apppot doctor finds, of the surroundings,', () => {
  it('a HOME that is not set, or not writable', async () => {
    const unset = await doctor([]);
    const foreign = await doctor([], { env: { HOME: '/usr' } });
    const remedy = 'Set HOME to a directory of your own.';
    expect(unset.line('home')).toEqual({ verdict: 'warn', found: 'not set', remedy });
    expect(foreign.line('home')).toEqual({
      verdict: 'warn',
      found: '/usr is not writable',
      remedy,
    });
  });

  it('that there is no place for a cache, or none that can be written to', async () => {
    const nowhere = await doctor([]);
    const foreign = await doctor([], { env: { XDG_CACHE_HOME: '/usr' } });
    expect(nowhere.line('cache')).toEqual({
      verdict: 'warn',
      found: '/.cache/apppot is not writable: Permission denied',
      remedy:
        'Set XDG_CACHE_HOME to a directory with room: results of image builds are kept there.',
    });
    expect(foreign.line('cache')).toEqual({
      verdict: 'warn',
      found: '/usr/apppot is not writable: Permission denied',
      remedy:
        'Set XDG_CACHE_HOME to a directory with room: results of image builds are kept there.',
    });
  });

  it('a working directory that is not writable', async () => {
    const { line } = await doctor([], { cwd: '/usr' });
    expect(line('jobdir')).toEqual({
      verdict: 'warn',
      found: '/usr is not writable',
      remedy:
        'Go to a directory of your own, or name one with --jobdir, where jobs can leave results.',
    });
  });

  it('a TMPDIR whose name is too long for sockets', async () => {
    const long = join(work.path, 'd'.repeat(80));
    mkdirSync(long);
    chmodSync(long, 0o777);
    const { status, line } = await doctor([], { env: { TMPDIR: long } });
    expect([status, line('boot')]).toEqual([0, expect.objectContaining({ verdict: 'ok' })]);
    expect(line('sockets')).toEqual({
      verdict: 'warn',
      found: expect.stringMatching(/^do not fit below .*: guests use \/tmp\/apppot-\d+$/),
      remedy:
        'Set TMPDIR to a short path of letters and digits, if /tmp is not where guests shall write.',
    });
  });

  it('that a terminal has no type', async () => {
    const command = `${join(inject('installed').bin, 'apppot')} doctor --json`;
    const { stdout } = await run(['script', '-qec', command, '/dev/null'], { as: 'user' });
    expect(stdout.includes('\x1b[')).toBe(false);
    const { lines } = JSON.parse(stdout.toString());
    expect(lines.find(({ id }: { readonly id: string }) => id === 'terminal')).toMatchObject({
      verdict: 'warn',
      found: 'not set',
      remedy: 'Set it for shells in guests: --env TERM=xterm',
    });
  });

  it('the batch system and the container around it', async () => {
    const { line } = await doctor([], { env: { SLURM_JOB_ID: '7', container: 'lxc' } });
    expect(line('batch')).toEqual({ verdict: 'ok', found: 'a job of Slurm' });
    expect(line('container')?.found).toMatch(/^inside (lxc|Docker|Podman|Apptainer)$/);
  });
});

describe('apppot doctor --image', () => {
  it('checks and starts an image', async () => {
    const { image } = inject('installed');
    const { status, line } = await doctor(['--image', image]);
    expect(status).toBe(0);
    expect(line('image')).toEqual({ verdict: 'ok', found: image });
    expect(line('image-init')).toEqual({ verdict: 'ok', found: '/usr/lib/apppot/apppot-init' });
    expect(line('image-base')?.found).toMatch(/^(sha256:)?[0-9a-f]{64}$/);
    expect(line('image-record')?.found).toMatch(/^minimal, /);
    expect(line('image-boot')?.found).toMatch(/^started, ran a program and ended in/);
  });

  it('finds that it is missing, cut short, or none', async () => {
    const cut = join(work.path, 'cut.img');
    const none = join(work.path, 'none.img');
    copyFileSync(inject('installed').image, cut);
    chmodSync(cut, 0o644);
    truncateSync(cut, 2 ** 20);
    writeFileSync(none, 'no image');
    for (const [path, found] of [
      ['/no.img', /^Cannot read the image "\/no\.img": no such file$/],
      [cut, /^Cannot use the image ".*": it is truncated, 1\.0 MiB of/],
      [none, /^Cannot use the image ".*": it holds no ext2, ext3 or ext4 filesystem$/],
    ] as const) {
      const { status, line } = await doctor(['--image', path]);
      expect(status).toBe(7);
      expect(line('image')?.found).toMatch(found);
    }
  });

  it('finds that it has no process 1, no base and no record, and is writable', async () => {
    const image = join(work.path, 'empty.img');
    execFileSync('mke2fs', ['-q', '-t', 'ext4', image, '8M']);
    chmodSync(image, 0o666);
    const { status, line } = await doctor(['--image', image]);
    expect(status).toBe(7);
    expect(line('image')).toEqual({
      verdict: 'warn',
      found: `${image} is writable: guests change it`,
      remedy: `Protect it: chmod a-w ${image}`,
    });
    expect(line('image-init')).toEqual({
      verdict: 'fail',
      found: 'no /usr/lib/apppot/apppot-init',
      remedy: 'Use an image made by "apppot image build".',
    });
    expect(line('image-base')?.verdict).toBe('warn');
    expect(line('image-record')?.verdict).toBe('warn');
    expect(line('image-boot')?.verdict).toBe('fail');
  });
});
