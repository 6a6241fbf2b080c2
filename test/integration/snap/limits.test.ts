import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, it, onTestFinished } from 'vitest';
import { AppPotError } from '../../../src/base/errors.ts';
import { writeBundle } from '../../../src/snap/bundle.ts';
import { mergeBundle } from '../../../src/snap/merge.ts';
import { changesBetween } from '../../../src/snap/ways.ts';
import { liveTree } from '../../../src/tree/live.ts';
import { CRAFTED_BASE } from '../../kit/crafted-bundle.ts';
import { fullListing } from '../../kit/full-listing.ts';
import { shell } from '../../kit/shell.ts';
import { snapProgram } from '../../kit/snap-program.ts';
import { tempDirectory } from '../../kit/temp.ts';

const HEAD = { base: CRAFTED_BASE, name: 'b', time: 1, tool: 't' };

/** `now` and an empty `base`, and what differs. */
async function prepared(script: string) {
  const directory = tempDirectory();
  shell(directory, `mkdir base now; cd now; ${script}`);
  const now = liveTree(`${directory}/now`);
  return { directory, now, difference: await changesBetween(liveTree(`${directory}/base`), now) };
}

it('writeBundle() on a full disk fails clearly and leaves nothing', async () => {
  const { directory, now, difference } = await prepared('head -c 3M /dev/urandom > f');
  shell(directory, 'mkdir small; mount -t tmpfs -o size=1M none small');
  onTestFinished(() => {
    shell(directory, 'umount small');
  });
  for (const name of ['c.tar.gz', 'c.tar']) {
    await expect(writeBundle(`${directory}/small/${name}`, now, difference, HEAD)).rejects.toThrow(
      expect.objectContaining({ code: 'BUNDLE_UNWRITABLE' }),
    );
  }
  await expect(writeBundle(`${directory}/small/c.tar.zst`, now, difference, HEAD)).rejects.toThrow(
    AppPotError,
  );
  expect(readdirSync(`${directory}/small`)).toEqual([]);
});

it('writeBundle() keeps what it promised when files change while it reads', async () => {
  const { directory, now, difference } = await prepared(
    'echo 12345 > grown; echo 12345 > shrunk; echo x > gone; ln gone last',
  );
  shell(directory, 'echo 6789 >> now/grown; printf 12 > now/shrunk; rm now/gone');
  const warnings: string[] = [];
  const warn = (text: string): void => void warnings.push(text);
  await writeBundle(`${directory}/c.tar`, now, difference, { ...HEAD, warn });
  await mergeBundle(`${directory}/c.tar`, `${directory}/base`);
  expect(warnings).toEqual(['"gone" is left out: it vanished while it was read']);
  expect(shell(`${directory}/base`, 'cat grown; od -An -c shrunk; cat last')).toBe(
    '12345\n   1   2  \\0  \\0  \\0  \\0\nx\n',
  );
});

it('an ordinary user keeps and merges what is theirs', () => {
  const directory = tempDirectory();
  snapProgram(directory);
  shell(directory, 'mkdir w; chown 12345:12345 w; chmod 755 .');
  const user = 'setpriv --reuid 12345 --regid 12345 --clear-groups';
  const output = shell(
    `${directory}/w`,
    `${user} bash -euc '
    mkdir now; echo x > now/f; snap() { node ../apppot-snap.cjs "$@" 2>&1; }
    snap base --root now; cp -a now copy; echo y > now/f; chmod 2755 now/f; setfattr -n user.x -v 1 now/f
    snap changes c.tar.gz --root now; snap merge c.tar.gz --root copy
    stat -c "%a %u" copy/f; getfattr --only-values -n user.x copy/f'`,
  );
  expect(output).toMatch(/merged into copy: 0 added, 1 modified, 0 deleted\n2755 12345\n1$/);
});

/** Sums put right again, so that damage gets past them. */
function mutate(archive: Buffer, at: number, value: number): Buffer {
  const copy = Buffer.from(archive);
  copy[at] = value;
  const start = at - (at % 512);
  copy.fill(0x20, start + 148, start + 156);
  const sum = copy.subarray(start, start + 512).reduce((total, byte) => total + byte, 0);
  copy.write(`${sum.toString(8).padStart(6, '0')}\0 `, start + 148, 'latin1');
  return at % 512 >= 148 && at % 512 < 156 ? Buffer.from(archive).fill(value, at, at + 1) : copy;
}

it('a damaged bundle is refused with one clear error, or merged, and never leaves the root', async () => {
  const { directory, now, difference } =
    await prepared(`mkdir d; echo x > d/f; ln d/f h; ln -s /etc l; mkfifo p
    truncate -s 1M s; printf x >> s; setfattr -n user.x -v 1 d/f; touch "$(head -c 200 /dev/zero | tr '\\0' n)"`);
  await writeBundle(`${directory}/c.tar`, now, difference, HEAD);
  const archive = readFileSync(`${directory}/c.tar`);
  shell(directory, 'mkdir outside; echo s > outside/secret');
  const outside = fullListing(`${directory}/outside`);
  await fc.assert(
    fc.asyncProperty(fc.nat(archive.length - 1), fc.nat(255), async (at, value) => {
      writeFileSync(`${directory}/m.tar`, mutate(archive, at, value));
      shell(directory, 'rm -rf base; mkdir base');
      const failure = await mergeBundle(`${directory}/m.tar`, `${directory}/base`).catch((e) => e);
      if (failure instanceof Error) expect(failure).toBeInstanceOf(AppPotError);
      expect(readdirSync(directory).sort()).toEqual(['base', 'c.tar', 'm.tar', 'now', 'outside']);
    }),
    { numRuns: 300, seed: 11 },
  );
  expect(fullListing(`${directory}/outside`)).toEqual(outside);
});
