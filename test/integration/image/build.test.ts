import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { changesInImage, listImage, readInImage } from '../../kit/image-listing.ts';
import { type Outcome, stagePackage } from '../../kit/staged-package.ts';
import { endlessTar, fakeMmdebstrap } from '../../kit/tiny-system.ts';

const IS_ROOT = process.getuid?.() === 0;
const NOBODY = 65_534;
/** Who builds: root too where the tests may be root. */
const USERS = IS_ROOT ? [0, NOBODY] : [process.getuid?.() ?? NOBODY];

let directory: string;
let apppot: Awaited<ReturnType<typeof stagePackage>>;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'build-test-'));
  chmodSync(directory, 0o755);
  apppot = await stagePackage(join(directory, 'package'));
  fakeMmdebstrap(join(directory, 'fake'));
  endlessTar(join(directory, 'endless'));
});

afterAll(() => {
  rmSync(directory, { recursive: true });
});

interface Place {
  readonly uid: number;
  readonly home: string;
  path(name: string): string;
  write(name: string, text: string): string;
  run(args: readonly string[], options?: RunOptions): Promise<Outcome>;
}

interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly onStart?: (pid: number) => void;
}

/** A new, private home with its own cache and temporary directory. */
function place(uid: number): Place {
  const home = mkdtempSync(join(directory, 'home-'));
  mkdirSync(join(home, 'tmp'));
  for (const path of [home, join(home, 'tmp')]) if (IS_ROOT) chownSync(path, uid, uid);
  const path = (name: string): string => join(home, name);
  return {
    uid,
    home,
    path,
    write(name, text) {
      writeFileSync(path(name), text);
      return path(name);
    },
    run: (args, { env, ...options } = {}) =>
      apppot(args, {
        ...(IS_ROOT && { uid }),
        env: { PATH: `${directory}/fake:/usr/bin:/bin`, HOME: home, TMPDIR: path('tmp'), ...env },
        ...options,
      }),
  };
}

function leftovers({ home, path }: Place): string[] {
  const cache = path('.cache/apppot');
  return [
    ...readdirSync(home),
    ...readdirSync(path('tmp')),
    ...(existsSync(cache) ? readdirSync(cache) : []),
  ].filter((name) => /\.tmp$|^apppot-build-/.test(name));
}

const RECIPE = `
suite: tiny
packages: [nothing-real]
files:
  - {path: /srv/a/b.txt, content: "hello\\n", owner: "33:34", mode: "4750"}
  - {path: /home/user/.profile, content: "x=1\\n", owner: user}
  - {path: /bin/tool, content: "#!/bin/sh\\n", mode: "0755"}
user: {sudo: true}
size: 48M
hostname: node1
`;

describe.each(USERS)('apppot image build, as user %i', (uid) => {
  it('puts packages, guest files and recipe files together, owned as they should be', async () => {
    const here = place(uid);
    const image = here.path('tiny.img');
    const ran = await here.run([
      ...['image', 'build', here.write('tiny.yaml', RECIPE), '-o', image, '-q'],
    ]);
    expect(ran).toEqual({ status: 0, stdout: '', stderr: '' });
    expect(listImage(image).filter((line) => !line.startsWith('lost+found'))).toEqual([
      ' directory 755 0:0',
      'bin symlink 777 0:0 -> usr/bin',
      'etc directory 755 0:0',
      'etc/apppot directory 755 0:0',
      'etc/apppot/exclude file 644 0:0 6',
      'etc/fstab file 644 0:0 43',
      'etc/group file 644 0:0 24',
      'etc/hostname file 644 0:0 6',
      'etc/hosts file 644 0:0 77',
      'etc/nsswitch.conf file 644 0:0 99',
      'etc/resolv.conf symlink 777 0:0 -> ../run/apppot/resolv.conf',
      'etc/sudoers.d directory 755 0:0',
      'etc/sudoers.d/apppot file 440 0:0 36',
      'etc/systemd directory 755 0:0',
      'etc/systemd/system directory 755 0:0',
      'etc/systemd/system/apppot.service file 644 0:0 7',
      'etc/systemd/system/multi-user.target.wants directory 755 0:0',
      'etc/systemd/system/multi-user.target.wants/apppot.service symlink 777 0:0 -> ../apppot.service',
      'home directory 755 0:0',
      'home/user directory 755 1000:1000',
      'home/user/.profile file 644 1000:1000 4',
      'home/user/job directory 755 1000:1000',
      'srv directory 755 0:0',
      'srv/a directory 755 0:0',
      'srv/a/b.txt file 4750 33:34 6',
      'usr directory 755 0:0',
      'usr/bin directory 755 0:0',
      'usr/bin/apppot-rsh file 755 0:0 3',
      'usr/bin/tool file 755 0:0 10',
      'usr/lib directory 755 0:0',
      'usr/lib/apppot directory 755 0:0',
      'usr/lib/apppot/apppot-init file 755 0:0 4',
      'usr/lib/apppot/apppot-merge file 755 0:0 10',
      'var directory 755 0:0',
      'var/lib directory 755 0:0',
      'var/lib/apppot directory 755 0:0',
      'var/lib/apppot/base.digest file 644 0:0 72',
      expect.stringMatching(/^var\/lib\/apppot\/base.manifest file 644 0:0 \d+$/),
      'var/lib/dpkg directory 755 0:0',
      'var/lib/dpkg/status file 644 0:0 74',
      'var/lib/extrausers directory 755 0:0',
      'var/lib/extrausers/group symlink 777 0:0 -> /run/apppot/group',
      'var/lib/extrausers/passwd symlink 777 0:0 -> /run/apppot/passwd',
      'var/lib/extrausers/shadow symlink 777 0:0 -> /run/apppot/shadow',
      'var/run symlink 777 0:0 -> /run',
    ]);
    expect(readInImage(image, 'etc/group')).toBe('root:x:0:\napppot:x:990:\n');
    expect(readInImage(image, 'etc/nsswitch.conf')).toBe(
      'passwd:         files extrausers\ngroup:\tfiles extrausers\nshadow: files extrausers\nhosts: files dns\n',
    );
  });

  it('leaves a clean, read-only image and a record that fits it', async () => {
    const here = place(uid);
    const image = here.path('tiny.img');
    const recipe = here.write('tiny.yaml', RECIPE);
    await here.run(['image', 'build', recipe, '-o', image], {
      env: { SOURCE_DATE_EPOCH: '1700000000' },
    });
    execFileSync('/sbin/e2fsck', ['-fn', image], { stdio: 'pipe' });
    expect((statSync(image).mode & 0o777).toString(8)).toBe('444');
    expect(JSON.parse(readFileSync(`${image}.json`, 'utf8'))).toEqual({
      format: 'apppot-image-1',
      name: 'tiny',
      suite: 'tiny',
      arch: 'amd64',
      created: '2023-11-14T22:13:20.000Z',
      digest: execFileSync('sha256sum', [image], { encoding: 'utf8' }).slice(0, 64),
      base: readInImage(image, 'var/lib/apppot/base.digest').trim(),
      recipe: expect.stringMatching(/^[0-9a-f]{64}$/),
      size: 48 * 2 ** 20,
      allocated: statSync(image).blocks * 512,
      packages: [{ name: 'tiny', version: '1.0', arch: 'all' }],
      kernels: [],
    });
    expect([...leftovers(here), ...(await changesInImage(image))]).toEqual([]);
  });

  it('tells each stage, and takes an unchanged recipe from the cache', async () => {
    const here = place(uid);
    const recipe = here.write('tiny.yaml', RECIPE);
    const progress = async (...options: string[]): Promise<string> => {
      const args = ['image', 'build', recipe, '-o', here.path('tiny.img'), ...options];
      return (await here.run(args)).stderr.replaceAll(/\d+\.\d s/g, 'N s');
    };
    const rest = `[3/4] record the base manifest …
[3/4] record the base manifest … N s
[4/4] finish …
[4/4] finish … N s
`;
    const anew = `[1/4] bootstrap tiny, 3 packages asked for …
[1/4] bootstrap tiny, 3 packages asked for … N s
[2/4] assemble the filesystem …
[2/4] assemble the filesystem … N s
${rest}`;
    const cached = `[1/4] bootstrap tiny, 3 packages asked for … cached
[2/4] assemble the filesystem … cached
${rest}`;
    expect([await progress(), await progress(), await progress('--no-cache')]).toEqual([
      anew,
      cached,
      anew,
    ]);
  });

  it.for([
    ['packages are installed', 'endless', []],
    ['the image is put together', 'tiny', ['bootstrap']],
  ] as const)('takes back what it began when told to end while %s', async ([, suite, kept]) => {
    const here = place(uid);
    const recipe = here.write('r.yaml', `suite: ${suite}\n`);
    const { status, stderr } = await here.run(
      ['image', 'build', recipe, '-o', here.path('x.img')],
      {
        env: { PATH: `${directory}/endless:${directory}/fake:/usr/bin:/bin` },
        onStart: (pid) => whenBusy(here.path('tmp'), () => process.kill(pid, 'SIGTERM')),
      },
    );
    expect({ status, told: stderr.split('\n').at(-2) }).toEqual({
      status: 143,
      told: 'stopped by SIGTERM: nothing is left behind',
    });
    await expect.poll(() => processesOf(here.home)).toEqual([]);
    const cache = readdirSync(here.path('.cache/apppot')).map((name) => name.replace(/-.*/, ''));
    expect([...leftovers(here), ...cache]).toEqual(kept);
    expect(readdirSync(here.home).toSorted()).toEqual(['.cache', 'r.yaml', 'tmp']);
  });
});

/** Commands that run with this home in their environment. */
function processesOf(home: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => textOf(`/proc/${pid}/environ`).split('\0').includes(`HOME=${home}`))
    .map((pid) => textOf(`/proc/${pid}/cmdline`).replaceAll('\0', ' '));
}

/** Nothing where the process has ended, or is somebody else's. */
function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** Calls back when a fake program has begun. */
function whenBusy(temporary: string, then: () => void): void {
  const poll = setInterval(() => {
    if (!existsSync(temporary)) return clearInterval(poll);
    if (!readdirSync(temporary).some((name) => existsSync(join(temporary, name, 'busy')))) return;
    clearInterval(poll);
    then();
  }, 20);
}

describe('apppot image build', () => {
  it('gives root and an ordinary user the same image, bit by bit, when an epoch is set', async () => {
    const digests = USERS.map(async (uid) => {
      const here = place(uid);
      const args = ['image', 'build', here.write('tiny.yaml', RECIPE), '-o', here.path('a.img')];
      const { stdout } = await here.run([...args, '--json'], {
        env: { SOURCE_DATE_EPOCH: '1700000000' },
      });
      return (JSON.parse(stdout) as { digest: string }).digest;
    });
    expect(new Set(await Promise.all(digests)).size).toBe(1);
  });

  it.for([
    [
      'does not fit by the size of its files',
      { recipe: 'suite: tiny\nsize: 4k\n' },
      'Cannot put the image together: 10.0 KiB of files do not fit into 4.0 KiB',
    ],
    [
      'does not fit once the filesystem is made',
      { recipe: 'suite: tiny\nsize: 12M\n' },
      'Cannot put the image together: its files do not fit into 12.0 MiB',
    ],
    [
      'leads out of the image through a link',
      { recipe: 'suite: tiny\nfiles: [{path: /var/run/x, content: x}]\n' },
      'Cannot put the image together: /var/run/x leads out of the image through a link',
    ],
    [
      'asks for a package that nobody has',
      { recipe: 'suite: broken\n' },
      'Cannot install broken: the package archives have no package nosuch',
    ],
    [
      'goes where there is no directory',
      { recipe: 'suite: tiny\n', output: '/gone/a.img' },
      'Cannot write "/gone/a.img": no such file or directory in its directory',
    ],
    [
      'has no place for its cache',
      { recipe: 'suite: tiny\n', cache: '/dev/null/no' },
      'Cannot use the cache directory "/dev/null/no/apppot": not a directory',
    ],
    [
      'has steps where there is no kernel',
      { recipe: 'suite: tiny\nrun: [x]\n', bare: true },
      'Cannot find a kernel: there is no program "linux" in this directory or in PATH',
    ],
    [
      'finds no tools',
      { recipe: 'suite: tiny\n', path: '/gone' },
      'Cannot build an image: mmdebstrap not found',
    ],
  ] as const)('gives one clear line when a recipe %s', async ([, given, message]) => {
    const here = place(USERS[0] ?? 0);
    const output = 'output' in given ? given.output : here.path('a.img');
    const args = ['image', 'build', here.write('r.yaml', given.recipe), '-q', '-o', output];
    const { status, stderr } = await here.run(args, {
      env: {
        ...('path' in given && { PATH: given.path }),
        ...('bare' in given && { PATH: `${directory}/fake` }),
        ...('cache' in given && { XDG_CACHE_HOME: given.cache }),
      },
    });
    const [line = ''] = stderr.split('\n');
    expect({
      line: line.replace('mmdebstrap, fakeroot', 'mmdebstrap'),
      failed: status !== 0,
    }).toEqual({
      line: `apppot: ${message}`,
      failed: true,
    });
    expect([...leftovers(here), existsSync(output)]).toEqual([false]);
  });

  it('prints what it would do, and does nothing', async () => {
    const here = place(USERS[0] ?? 0);
    const recipe = here.write('tiny.yaml', RECIPE);
    const args = ['image', 'build', recipe, '-o', here.path('a.img'), '--dry-run', '--json'];
    const { stdout } = await here.run(args);
    const { stages } = JSON.parse(stdout) as { stages: { name: string; cached: boolean }[] };
    expect(stages.map(({ name, cached }) => [name, cached])).toEqual([
      ['bootstrap', false],
      ['assemble', false],
    ]);
    expect(readdirSync(here.home).toSorted()).toEqual(['tiny.yaml', 'tmp']);
  });
});

describe('apppot image inspect and ls', () => {
  it('show the record, and find an image that was written to', async () => {
    const here = place(USERS[0] ?? 0);
    const image = here.path('tiny.img');
    await here.run(['image', 'build', here.write('tiny.yaml', RECIPE), '-o', image]);
    const record = JSON.parse(readFileSync(`${image}.json`, 'utf8')) as { digest: string };
    const verified = await here.run(['image', 'inspect', image, '--verify']);
    expect(verified.stdout.split('\n')).toContain('verified  the digest is right');
    expect((await here.run(['image', 'ls', here.home])).stdout).toMatch(
      new RegExp(`^${image}\ttiny\ttiny amd64\t48.0 MiB \\(.*\\)\t20.*Z\n$`),
    );
    chmodSync(image, 0o644);
    writeFileSync(image, 'x', { flag: 'r+' });
    const found = execFileSync('sha256sum', [image], { encoding: 'utf8' }).slice(0, 64);
    const { status, stderr } = await here.run(['image', 'inspect', image, '--verify']);
    expect({ status, line: stderr.split('\n')[0] }).toEqual({
      status: 5,
      line: `apppot: Cannot trust "${image}": its SHA-256 is ${found}, but ${record.digest} was recorded`,
    });
  });
});
