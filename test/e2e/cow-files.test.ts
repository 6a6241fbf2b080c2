/** COW files that were moved, copied, cut, forgotten or are in use. */

import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  copyFileSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  truncateSync,
  utimesSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { PEOPLE, run, start, USER_ID, workDirectory } from '../kit/guest-run.ts';
import { among } from '../kit/namespace.ts';

const work = workDirectory();
const at = (name: string): string => join(work.path, name);
const isRoot = PEOPLE.includes('root');
const WRITE = ['sh', '-c', 'echo kept >~/kept'];
const READ = ['cat', '/home/user/kept'];
const KEPT = { status: 0, stdout: Buffer.from('kept\n'), stderr: '' };
const NAME_HINT =
  '  Name the base image that the COW file was made on, or start with a new COW file.\n';
const REBASE_HINT =
  '  If it is a copy of that, start once with --rebase-cow; else name the right image.\n';

const refusal = (status: number, message: string) => ({
  status,
  stdout: Buffer.from(''),
  stderr: `apppot-start: ${message}`,
});

const guest = (words: readonly string[], job: readonly string[] = ['true']) =>
  start('apppot-start', ['--net', 'none', ...words, ...job], { as: 'user' });

/** A base image of the test's own, with its record, and a COW file that somebody worked with. */
beforeAll(async () => {
  const { image } = inject('installed');
  execFileSync('cp', ['--sparse=always', image, at('base.img')]);
  chmodSync(at('base.img'), 0o444);
  copyFileSync(`${image}.json`, at('base.img.json'));
  await guest([`--image=${at('base.img')}`, '--cow', at('made.cow')], WRITE);
});

beforeEach(() => {
  execFileSync('cp', ['--sparse=always', '-p', at('made.cow'), at('a.cow')]);
});

const now = (path: string): string =>
  new Date(Math.floor(statSync(path).mtimeMs / 1e3) * 1e3).toISOString();

/** A copy of the base image that has another time. */
function copyOfBase(name: string): string {
  execFileSync('cp', ['--sparse=always', at('base.img'), at(name)]);
  utimesSync(at(name), 1_000_000_000, 1_000_000_000);
  return at(name);
}

describe('a COW file', () => {
  it('that names a base image which is gone is refused', async () => {
    renameSync(at('base.img'), at('gone.img'));
    const found = await guest([`--image=${at('a.cow')}`]);
    renameSync(at('gone.img'), at('base.img'));
    expect(found).toEqual(
      refusal(
        127,
        `Cannot use the COW file "${at('a.cow')}": its base image "${at('base.img')}" is not there\n` +
          `  Name the place where it is now: --image ${at('a.cow')}:IMAGE\n`,
      ),
    );
  });

  it('follows its base image to another place', async () => {
    mkdirSync(at('else where'), { recursive: true });
    execFileSync('cp', ['--sparse=always', '-p', at('base.img'), at('else where/b.img')]);
    expect(await guest([`--image=${at('a.cow')}:${at('else where/b.img')}`], READ)).toEqual(KEPT);
    expect(backingOf(at('a.cow'))).toBe(at('else where/b.img'));
    expect(await guest([`--image=${at('a.cow')}`], READ)).toEqual(KEPT);
  });

  it('whose base image has another time is refused', async () => {
    const copy = copyOfBase('touched.img');
    expect(await guest([`--image=${at('a.cow')}:${copy}`])).toEqual(
      refusal(
        126,
        `Cannot use the COW file "${at('a.cow')}": "${copy}" was last changed at ` +
          `2001-09-09T01:46:40.000Z, its own base image at ${now(at('base.img'))}\n${REBASE_HINT}`,
      ),
    );
  });

  it('is rebased on what is proven to be a copy of its base image', async () => {
    const copy = copyOfBase('copy.img');
    const words = ['--rebase-cow', `--image=${at('a.cow')}:${copy}`];
    expect(await guest([...words, '--print-script'])).toEqual(
      refusal(
        125,
        `Cannot rebase the COW file "${at('a.cow')}" from a printed script\n` +
          '  Start the guest once with apppot-start --rebase-cow, then print the script.\n',
      ),
    );
    const { stdout } = await guest([...words, '--dry-run']);
    expect(stdout.toString()).toContain(`${at('a.cow')} (its header will name this image)\n`);
    expect(await guest(words, READ)).toEqual(KEPT);
    expect(await guest([`--image=${at('a.cow')}`], READ)).toEqual(KEPT);
  });

  it('is not rebased on an image that was changed', async () => {
    const copy = copyOfBase('changed.img');
    const before = readFileSync(at('a.cow')).subarray(0, 8_192);
    chmodSync(copy, 0o644);
    writeAt(copy, statSync(copy).size - 1, 'x');
    expect(await guest(['--rebase-cow', `--image=${at('a.cow')}:${copy}`])).toEqual(
      refusal(
        126,
        `Cannot rebase the COW file "${at('a.cow')}": "${copy}" does not hold what its base image held\n` +
          `  If you know it to be an unchanged copy, give it its time back: touch -d @${seconds('base.img')} ${copy}\n`,
      ),
    );
    expect(readFileSync(at('a.cow')).subarray(0, 8_192)).toEqual(before);
  });

  it('is not rebased when nobody noted what its base image held', async () => {
    execFileSync('rm', [at('a.cow')]);
    execFileSync('uml_mkcow', [at('a.cow'), at('base.img')]);
    chmodSync(at('a.cow'), 0o666);
    const copy = copyOfBase('other.img');
    expect(await guest(['--rebase-cow', `--image=${at('a.cow')}:${copy}`])).toEqual(
      refusal(
        126,
        `Cannot rebase the COW file "${at('a.cow')}": it does not say what its base image held\n` +
          `  If you know it to be an unchanged copy, give it its time back: touch -d @${seconds('base.img')} ${copy}\n`,
      ),
    );
  });

  it('of an image of another size is refused, rebased or not', async () => {
    const copy = copyOfBase('grown.img');
    const { size } = statSync(copy);
    chmodSync(copy, 0o644);
    truncateSync(copy, size + 4_096);
    const message =
      `Cannot use the COW file "${at('a.cow')}": it was made on an image of ${size} bytes, ` +
      `"${copy}" has ${size + 4_096}\n${NAME_HINT}`;
    for (const words of [[], ['--rebase-cow']]) {
      expect(await guest([...words, `--image=${at('a.cow')}:${copy}`])).toEqual(
        refusal(126, message),
      );
    }
  });

  it('may name its base image from its own directory', async () => {
    writeAt(at('a.cow'), 32, 'base.img\0');
    expect(await guest([`--image=${at('a.cow')}`], READ)).toEqual(KEPT);
  });

  it('that was cut off is refused', async () => {
    truncateSync(at('a.cow'), 1_000_000);
    const found = await guest([`--image=${at('a.cow')}`]);
    expect({ ...found, stderr: found.stderr.replace(/of [\d.]+ MiB/, 'of SIZE') }).toEqual(
      refusal(
        126,
        `Cannot use the COW file "${at('a.cow')}": it is truncated, 977 KiB of SIZE\n` +
          '  Copy it again, with cp --sparse=always or rsync -S.\n',
      ),
    );
  });

  it('whose holes a copy has filled works, and --dry-run says what that costs', async () => {
    execFileSync('cp', ['--sparse=never', at('made.cow'), at('full.cow')]);
    chmodSync(at('full.cow'), 0o666);
    const { stdout } = await guest([`--image=${at('full.cow')}`, '--dry-run']);
    expect(stdout.toString()).toMatch(
      /full\.cow \(a copy filled its holes: 5\d\d MiB more than "cp --sparse=always" makes\)\n/,
    );
    expect(await guest([`--image=${at('full.cow')}`], READ)).toEqual(KEPT);
    execFileSync('rm', [at('full.cow')]);
  });

  it('under another COW file is refused', async () => {
    expect(await guest([`--image=${at('a.cow')}`, '--cow', at('b.cow')])).toEqual(
      refusal(
        126,
        `Cannot use the COW file "${at('b.cow')}": "${at('a.cow')}" is a COW file, too\n` +
          `  Merge that into its base image first: uml_moo ${at('a.cow')} NEW\n`,
      ),
    );
  });

  it.runIf(isRoot)('that may not be written is refused', async () => {
    chmodSync(at('a.cow'), 0o444);
    execFileSync('chown', ['0', at('a.cow')]);
    expect(await guest([`--image=${at('a.cow')}`])).toEqual(
      refusal(
        126,
        `Cannot write to the COW file "${at('a.cow')}": permission denied\n` +
          '  Choose a place for it with --cow, where you may write.\n',
      ),
    );
    execFileSync('chown', [String(USER_ID), at('a.cow')]);
  });
});

describe('a COW file or image in use', () => {
  it.for([
    ['the COW file', (cow: string) => ['--cow', cow], 'write to the COW file'],
    ['the image', () => [`--image=${at('mine.img')}`], 'write to the image'],
  ] as const)('is refused, with the name of who has it: %s', async ([, choose, verb]) => {
    execFileSync('cp', ['--sparse=always', at('base.img'), at('mine.img')]);
    chmodSync(at('mine.img'), 0o666);
    const words = choose(at('a.cow'));
    const base = verb === 'write to the image' ? [] : [`--image=${at('base.img')}`];
    let second: ReturnType<typeof guest> | undefined;
    const job = ['sh', '-c', 'echo up; sleep 1000'];
    await start('apppot-start', ['--id', 'holder', '--net', 'none', ...base, ...words, ...job], {
      as: 'user',
      onSpawn: (child) =>
        child.stdout?.once('data', () => {
          second = guest([...base, ...words]).finally(() => child.kill());
        }),
    });
    const found = await second;
    const path = verb === 'write to the image' ? at('mine.img') : at('a.cow');
    expect({ ...found, stderr: found?.stderr.replace(/process \d+/, 'process N') }).toEqual(
      refusal(
        126,
        `Cannot ${verb} "${path}": the guest "holder" (process N) is using it\n` +
          '  Give each guest a COW file of its own, or make the base image read-only.\n',
      ),
    );
  });
});

describe.runIf(isRoot)('a new COW file is refused', () => {
  const HINT = '  Choose a place for it with --cow, where you may write.\n';

  it.for([
    ['in no directory', ':', 'cannot be used (no such file or directory)', 'none/'],
    ['in a read-only one', 'mount --bind D D; mount -o remount,bind,ro D', 'is read-only', ''],
    [
      'in a full one',
      'mount -t tmpfs -o size=1m,mode=1777 t D; head -c 700k /dev/zero >D/x',
      'has only 324 KiB free',
      '',
    ],
  ] as const)('%s', async ([, mounts, reason, below]) => {
    mkdirSync(at('dir'), { recursive: true });
    chmodSync(at('dir'), 0o777);
    const { bin, image } = inject('installed');
    const cow = `${at('dir')}/${below}new.cow`;
    const argv = [join(bin, 'apppot-start'), '--image', image, '--cow', cow, 'true'];
    const inDir = mounts.replaceAll(/\bD\b/g, at('dir'));
    expect(await run(among(inDir, 'user', argv))).toEqual(
      refusal(126, `Cannot make the COW file "${cow}": "${join(cow, '..')}" ${reason}\n${HINT}`),
    );
  });
});

describe.runIf(isRoot)('a quota on the disk', () => {
  /** A directory that grants 8 MiB; its file is removed by the work directory's end. */
  const GRANT = `PATH=$PATH:/usr/sbin
    truncate -s 200M Q.img && mkfs.btrfs -qf Q.img && mkdir -p Q && mount -o loop Q.img Q &&
    btrfs quota enable Q && btrfs subvolume create Q/sub && btrfs qgroup limit 8M Q/sub &&
    chmod 777 Q/sub`;

  const under = (more: string, words: readonly string[]) => {
    const { bin, image } = inject('installed');
    const grant = `{ ${GRANT}\n${more}\n} >/dev/null 2>&1`.replaceAll(/\bQ\b/g, at('quota'));
    const plan = ['--image', image, '--cow', at('quota/sub/q.cow'), '--net', 'none'];
    return run(among(grant, 'user', [join(bin, 'apppot-start'), ...plan, ...words]));
  };

  it('that leaves no room for a COW file is told', async () => {
    expect(await under('cat /dev/zero >Q/sub/full', ['true'])).toEqual(
      refusal(
        126,
        `Cannot make the COW file "${at('quota/sub/q.cow')}": disk quota exceeded\n` +
          '  Choose a place for it with --cow, where you may write.\n',
      ),
    );
  });

  it('that the guest runs into is told', async () => {
    const fill = 'dd if=/dev/urandom of=/home/user/big bs=1M count=20 2>/dev/null';
    expect(await under('', ['sh', '-c', fill])).toEqual(
      refusal(
        125,
        "Cannot keep what the job wrote: the guest's disk could not be written; " +
          'see whether the disk under the image or COW file is full\n',
      ),
    );
  });
});

function writeAt(path: string, offset: number, text: string): void {
  const file = openSync(path, 'r+');
  writeSync(file, text, offset);
  closeSync(file);
}

function backingOf(cow: string): string {
  const head = readFileSync(cow).subarray(32, 32 + 4_096);
  return head.toString('utf8', 0, head.indexOf(0));
}

function seconds(name: string): number {
  return Math.floor(statSync(at(name)).mtimeMs / 1_000);
}
