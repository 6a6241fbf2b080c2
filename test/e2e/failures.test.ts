import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { msdosDisk } from '../kit/disk.ts';
import { CASES, PEOPLE, run, start, workDirectory } from '../kit/guest-run.ts';
import { among } from '../kit/namespace.ts';

const QUIET = { stdio: 'ignore' } as const;

const work = workDirectory();
const at = (name: string): string => join(work.path, name);
const KERNEL_HINT =
  '  Install one (apt-get install user-mode-linux), or name another with --kernel.\n';
const IMAGE_HINT = '  Name a raw base image, such as one made by "apppot image build".\n';
const PANIC = ['-X', 'sysctl.vm.panic_on_oom=1', '--mem', '64M', 'tail', '/dev/zero'];

describe.each(CASES)('$way as $as tells in one line', ({ way, as }) => {
  const program = way === 'apppot-start' ? 'apppot-start' : 'apppot';

  it('that the guest panicked', async () => {
    expect(await start(way, PANIC, { as })).toEqual({
      status: 125,
      stdout: Buffer.from(''),
      stderr:
        `${program}: Cannot run the guest: its kernel panicked: ` +
        'Out of memory: system-wide panic_on_oom is enabled\n' +
        '  Run it again with --console-log FILE, and look at what comes before the panic.\n',
    });
  });

  it('that the guest ran out of memory', async () => {
    const found = await start(way, ['--mem', '64M', 'tail', '/dev/zero'], { as });
    expect(found).toMatchObject({
      status: 137,
      stderr:
        `${program}: Cannot finish the job: the guest ran out of memory, and its ` +
        'kernel killed 1 process; give it more, such as --mem 1G\n',
    });
  });

  it.runIf(process.getuid?.() === 0)('that the disk under the COW file was full', async () => {
    const small = at(`small-${way}-${as}`);
    mkdirSync(small);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=24m,mode=1777', 'tmpfs', small]);
    try {
      const fill = 'dd if=/dev/urandom of=/home/user/big bs=1M count=60 2>/dev/null';
      const words = ['--cow', join(small, 'full.cow'), 'sh', '-c', fill];
      expect(await start(way, words, { as })).toEqual({
        status: 125,
        stdout: Buffer.from(''),
        stderr:
          `${program}: Cannot keep what the job wrote: the guest's disk could not be written; ` +
          'see whether the disk under the image or COW file is full\n',
      });
    } finally {
      execFileSync('umount', [small]);
    }
  });

  it('that the image holds no guest', async () => {
    const bare = at(`bare-${way}-${as}.img`);
    execFileSync('mke2fs', ['-q', '-t', 'ext4', bare, '16M']);
    chmodSync(bare, 0o444);
    expect(await start(way, [`--image=${bare}`, 'true'], { as })).toMatchObject({
      status: 126,
      stderr:
        `${program}: Cannot run the guest: the image has no /usr/lib/apppot/apppot-init ` +
        'that can be executed\n  Use an image made by "apppot image build".\n',
    });
  });
});

describe.each(PEOPLE)('apppot-start as %s refuses', (as) => {
  it.for([
    [
      'a missing image',
      ['--image=/no/such.img'],
      127,
      'Cannot read the image "/no/such.img": no such file\n' +
        '  Build one: apppot image build minimal -o apppot.img\n',
    ],
    [
      'a missing kernel',
      ['--kernel', '/no/linux'],
      127,
      'Cannot find the kernel "/no/linux": no such program\n' +
        '  Install one (apt-get install user-mode-linux), or name it with --kernel.\n',
    ],
    [
      'a kernel that is none',
      ['--kernel', '/bin/ls'],
      126,
      `Cannot run the kernel "/bin/ls": it is no kernel of User-Mode Linux\n${KERNEL_HINT}`,
    ],
    [
      'a kernel that is a directory',
      ['--kernel', '/tmp'],
      126,
      `Cannot run the kernel "/tmp": it is no file\n${KERNEL_HINT}`,
    ],
    [
      'a kernel that may not be executed',
      ['--kernel', '/etc/passwd'],
      126,
      'Cannot run the kernel "/etc/passwd": it may not be executed\n' +
        '  Allow it: chmod +x /etc/passwd\n',
    ],
    [
      'an image that is a directory',
      ['--image=/tmp'],
      126,
      'Cannot read the image "/tmp": it is a directory\n' +
        '  Make the file readable for you, or name another with --image.\n',
    ],
    [
      'an image that is a program',
      ['--image=/bin/ls'],
      126,
      `Cannot use the image "/bin/ls": it holds no ext2, ext3 or ext4 filesystem\n${IMAGE_HINT}`,
    ],
    [
      'a missing bundle',
      ['--changes', '/no/such.tgz'],
      127,
      'Cannot read the changes bundle "/no/such.tgz": no such file or directory\n',
    ],
    [
      'a missing job directory',
      ['--jobdir', '/no/dir'],
      127,
      'Cannot read the job directory "/no/dir": no such file or directory\n',
    ],
    [
      'too little memory',
      ['--mem', '10M'],
      125,
      'Cannot start a guest with 10.0 MiB of memory: it needs 48.0 MiB\n' +
        '  Give more, such as --mem 512M.\n',
    ],
    [
      'memory that is no size',
      ['--mem', 'much'],
      125,
      'Cannot read the size "much": expected something like 512M or 2G\n',
    ],
    [
      'a variable without a name',
      ['--env', '=x'],
      125,
      'Cannot set the variable "=x": it has no name\n' +
        '  Write --env NAME=VALUE, or --env NAME to pass on your own.\n',
    ],
  ] as const)('%s', async ([, words, status, message]) => {
    expect(await start('apppot-start', [...words, 'true'], { as })).toEqual({
      status,
      stdout: Buffer.from(''),
      stderr: `apppot-start: ${message}`,
    });
  });

  it('an unknown option', async () => {
    expect(await start('apppot-start', ['--xyzzy', 'true'], { as })).toMatchObject({
      status: 125,
      stderr:
        "apppot-start: Cannot read the command line: unknown option '--xyzzy'\n" +
        '  Look at "apppot-start --help".\n',
    });
  });

  it.for([
    ['empty', 'truncate -s 0', 'it is empty', IMAGE_HINT],
    ['gz', 'gzip -c /bin/ls >', 'it is compressed by gzip', '  Unpack it: gunzip -k FILE\n'],
    ['xz', 'xz -c /bin/ls >', 'it is compressed by xz', '  Unpack it: unxz -k FILE\n'],
    ['tar', 'tar -cf', 'it is a tar archive', IMAGE_HINT],
  ] as const)('an image that is none: %s', async ([name, make, what, hint]) => {
    const image = at(`${name}-${as}.img`);
    execFileSync(
      'sh',
      ['-c', `${make} ${image} ${make.startsWith('tar') ? '/bin/ls' : ''}`],
      QUIET,
    );
    expect(await start('apppot-start', [`--image=${image}`, 'true'], { as })).toEqual({
      status: 126,
      stdout: Buffer.from(''),
      stderr: `apppot-start: Cannot use the image "${image}": ${what}\n${hint.replace('FILE', image)}`,
    });
  });

  it.runIf(process.getuid?.() === 0)('a kernel on a filesystem where nothing may run', async () => {
    const directory = at(`noexec-${as}`);
    mkdirSync(directory);
    const mounts = `mount -t tmpfs -o noexec t ${directory}; cp /usr/bin/linux.uml ${directory}/linux`;
    const { bin, image } = inject('installed');
    const kernel = join(directory, 'linux');
    const argv = [join(bin, 'apppot-start'), '--image', image, '--kernel', kernel, 'true'];
    expect(await run(among(mounts, as, argv))).toEqual({
      status: 126,
      stdout: Buffer.from(''),
      stderr:
        `apppot-start: Cannot run the kernel "${kernel}": its directory is mounted noexec\n` +
        '  Copy it to a directory where programs may run.\n',
    });
  });

  it('an image whose partition was cut off', async () => {
    const image = at(`part-${as}.img`);
    const content = Buffer.alloc(512 * 100);
    writeFileSync(image, msdosDisk(200, [{ start: 64, content }]).subarray(0, 512 * 150));
    expect(await start('apppot-start', [`--image=${image}`, 'true'], { as })).toMatchObject({
      status: 126,
      stderr:
        `apppot-start: Cannot use the image "${image}": it is truncated, 75.0 KiB of 82.0 KiB\n` +
        '  Copy it again, and compare its SHA-256 with the one in the .json file beside it.\n',
    });
  });

  it('an image that was cut off', async () => {
    const image = at(`cut-${as}.img`);
    execFileSync('mke2fs', ['-q', '-t', 'ext4', image, '16M']);
    truncateSync(image, 8 * 2 ** 20);
    expect(await start('apppot-start', [`--image=${image}`, 'true'], { as })).toMatchObject({
      status: 126,
      stderr:
        `apppot-start: Cannot use the image "${image}": it is truncated, 8.0 MiB of 16.0 MiB\n` +
        '  Copy it again, and compare its SHA-256 with the one in the .json file beside it.\n',
    });
  });
});

describe('apppot-start refuses', () => {
  it('an image that the user may not read', async () => {
    const image = at('private.img');
    copyFileSync('/etc/hostname', image);
    chmodSync(image, 0o000);
    expect(await start('apppot-start', [`--image=${image}`, 'true'], { as: 'user' })).toMatchObject(
      {
        status: 126,
        stderr:
          `apppot-start: Cannot read the image "${image}": permission denied\n` +
          '  Make the file readable for you, or name another with --image.\n',
      },
    );
  });

  it.runIf(process.getuid?.() === 0)('to run root without confinement', async () => {
    const bin = at('no-bwrap');
    mkdirSync(bin);
    const programs = [process.execPath, '/usr/bin/linux.uml', '/usr/bin/mkfifo', '/usr/bin/env'];
    for (const path of programs) symlinkSync(path, join(bin, basename(path)));
    const found = await start('apppot-start', ['true'], { as: 'root', env: { PATH: bin } });
    expect(found).toMatchObject({
      status: 126,
      stderr:
        'apppot-start: Cannot start a guest as root: bwrap is not installed, and its root could ' +
        'reach every file of this machine\n  Start it as an ordinary user, install bubblewrap, ' +
        'or consent with --unconfined.\n',
    });
    const consented = ['--unconfined', '--net', 'none', 'sh', '-c', 'exit 3'];
    expect(await start('apppot-start', consented, { as: 'root' })).toMatchObject({ status: 3 });
  });
});

describe('apppot-start --dry-run', () => {
  it('shows the plan and starts nothing', async () => {
    const { bin, image } = inject('installed');
    const argv = [join(bin, 'apppot-start'), '--image', image, '--dry-run', 'sh', '-c', 'exit 7'];
    const { status, stdout } = await run(argv);
    expect(status).toBe(0);
    expect(stdout.toString()).toMatch(/^writes to {6}a temporary COW file/m);
    expect(stdout.toString()).toMatch(/^command {8}sh -c 'exit 7'$/m);
    const json = await run([...argv.slice(0, 1), '--json', ...argv.slice(1)]);
    expect(JSON.parse(json.stdout.toString())).toMatchObject({
      image,
      disk: { kind: 'temporary' },
      command: ['sh', '-c', 'exit 7'],
    });
  });
});

describe('apppot-init', () => {
  it('says on the console what is missing, and powers off, when it is not told what to do', async () => {
    const disk = [`ubd0r=${inject('installed').image}`, 'root=/dev/ubda', 'ro'];
    const init = ['init=/usr/lib/apppot/apppot-init', 'con=null', 'con0=null,fd:1'];
    const kernel = ['linux.uml', 'mem=128M', ...disk, ...init, 'quiet', 'loglevel=1'];
    const { status, stdout } = await run([...kernel, `uml_dir=${work.path}/`]);
    expect(status).toBe(125);
    expect(stdout.toString()).toContain(
      'apppot-init: Cannot find the job: apppot.control= is not on the kernel command line',
    );
  });
});
