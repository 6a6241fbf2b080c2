import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { changesInImage, listImage, readInImage } from '../../kit/image-listing.ts';
import { type Outcome, stagePackage } from '../../kit/staged-package.ts';

// A real Debian takes a while to install. The installed packages are kept where builds keep them,
// so that this happens once on a machine, and as an ordinary user: that is the harder way.
const STORE = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'apppot');

const IS_ROOT = process.getuid?.() === 0;
const UID = IS_ROOT ? 65_534 : (process.getuid?.() ?? 0);
const INSTALL_MS = 300_000;

const RECIPE = `
extends: minimal
files:
  - {path: /srv/given, content: "given\\n", owner: "33:34"}
run:
  - |
    test "$(id -u)" = 0
    chown 7:8 /srv/given
    su www-data -s /bin/sh -c 'id -un' > /srv/ran
  - cat /srv/ran > /srv/ran-again
size: 400M
`;

let home: string;
let image: string;
let outcome: Outcome;

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'debian-test-'));
  chmodSync(home, 0o755);
  const apppot = await stagePackage(join(home, 'package'), 'real');
  for (const name of ['.cache', '.cache/apppot', 'tmp', 'out']) {
    mkdirSync(join(home, name));
    if (IS_ROOT) chownSync(join(home, name), UID, UID);
  }
  image = join(home, 'out/debian.img');
  writeFileSync(join(home, 'debian.yaml'), RECIPE);
  const env = { PATH: '/usr/bin:/bin', HOME: home, TMPDIR: join(home, 'tmp') };
  const build = (...options: string[]): Promise<Outcome> =>
    apppot(['image', 'build', join(home, 'debian.yaml'), '-o', image, '--json', ...options], {
      ...(IS_ROOT && { uid: UID }),
      env,
    });
  const tar = `bootstrap-${firstKey((await build('--dry-run')).stdout)}.tar`;
  copyIfThere(join(STORE, tar), join(home, '.cache/apppot', tar));
  outcome = await build();
  mkdirSync(STORE, { recursive: true });
  copyIfThere(join(home, '.cache/apppot', tar), join(STORE, tar));
}, INSTALL_MS);

afterAll(() => {
  rmSync(home, { recursive: true });
});

function firstKey(plan: string): string {
  const { stages } = JSON.parse(plan) as { stages: { key: string }[] };
  return stages[0]?.key.slice(0, 32) ?? '';
}

function copyIfThere(from: string, to: string): void {
  if (!existsSync(from) || existsSync(to)) return;
  const temporary = `${to}.${process.pid}`;
  copyFileSync(from, temporary);
  chmodSync(temporary, 0o444);
  renameSync(temporary, to);
}

it('an ordinary user builds a Debian image, with steps that run as root in guests', () => {
  expect({ status: outcome.status, failure: failureOf(outcome) }).toEqual({
    status: 0,
    failure: '',
  });
  execFileSync('/sbin/e2fsck', ['-fn', image], { stdio: 'pipe' });
  expect(readInImage(image, 'srv/ran')).toBe('www-data\n');
  expect(readInImage(image, 'srv/ran-again')).toBe('www-data\n');
});

function failureOf({ status, stderr }: Outcome): string {
  return status === 0 ? '' : stderr;
}

it('the image has the owners, modes and links of a Debian system and of a guest', () => {
  const lines = listImage(image);
  const wanted = [
    'bin symlink 777 0:0 -> usr/bin',
    'dev/null char 666 0:0',
    'etc/resolv.conf symlink 777 0:0 -> ../run/apppot/resolv.conf',
    'home/user directory 755 1000:1000',
    'home/user/job directory 755 1000:1000',
    'root directory 700 0:0',
    'srv/given file 644 7:8 6',
    'tmp directory 1777 0:0',
    'var/lib/extrausers/passwd symlink 777 0:0 -> /run/apppot/passwd',
  ];
  expect(wanted.filter((line) => !lines.includes(line))).toEqual([]);
  expect(lines.filter((line) => /^etc\/shadow |^usr\/bin\/su /.test(line))).toEqual([
    expect.stringMatching(/^etc\/shadow file 640 0:42 \d+$/),
    expect.stringMatching(/^usr\/bin\/su file 4755 0:0 \d+$/),
  ]);
  expect(lines.filter((line) => /^usr\/share\/(?:man|locale)\/.* file/.test(line))).toEqual([]);
});

it('the base manifest inside describes the image', async () => {
  expect(await changesInImage(image)).toEqual([]);
});

it('the record lists the packages with their versions', () => {
  const { packages } = JSON.parse(readFileSync(`${image}.json`, 'utf8')) as {
    packages: { name: string; version: string }[];
  };
  const version = (name: string): string | undefined =>
    packages.find((installed) => installed.name === name)?.version;
  expect(['libnss-extrausers', 'zstd', 'nodejs'].map(version)).toEqual([
    expect.stringMatching(/^\d/),
    expect.stringMatching(/^\d/),
    undefined,
  ]);
});

it('nothing stays behind but the image, its record and the cache', () => {
  const cache = readdirSync(join(home, '.cache/apppot')).map((name) => name.replace(/-.*/, ''));
  expect([
    readdirSync(join(home, 'out')),
    cache.toSorted(),
    readdirSync(join(home, 'tmp')).filter((name) => !name.startsWith('apppot-')),
  ]).toEqual([['debian.img', 'debian.img.json'], ['assemble', 'bootstrap', 'run', 'run'], []]);
});
