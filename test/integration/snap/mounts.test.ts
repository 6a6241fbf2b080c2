import { mkdirSync } from 'node:fs';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { recordBase } from '../../../src/snap/base.ts';
import { mergeBundle } from '../../../src/snap/merge.ts';
import { changesSince } from '../../../src/snap/ways.ts';
import { liveTree } from '../../../src/tree/live.ts';
import { parseManifest } from '../../../src/tree/manifest.ts';
import { CRAFTED_BASE, craftBundle } from '../../kit/crafted-bundle.ts';
import { shell } from '../../kit/shell.ts';
import { tempDirectory } from '../../kit/temp.ts';

const GUEST_MERGE = new URL('../../../image/guest/apppot-merge', import.meta.url).pathname;

let directory: string;

beforeEach(() => {
  directory = tempDirectory();
  mkdirSync(`${directory}/t`);
  shell(`${directory}/t`, 'mkdir -p m/sub d; echo x > m/under; echo x > d/f; echo file > file');
});

/** `tmpfs` over a directory, or a bind mount, which has the device number of what is around it. */
const MOUNTS = [
  ['another filesystem', 'mount -t tmpfs none t/m; echo host > t/m/host'],
  ['a bind mount', 'mkdir host; echo host > host/host; mount --bind host t/m'],
] as const;

function mount(script: string): void {
  shell(directory, script);
  onTestFinished(() => {
    shell(directory, 'umount t/m');
  });
}

describe.each(MOUNTS)('%s mounted below', (_, script) => {
  it('liveTree() lists it as an empty directory', () => {
    mount(script);
    const entries = [...liveTree(`${directory}/t`).entries()];
    expect(entries.map(({ path, mounted }) => [path, mounted])).toEqual([
      ['', undefined],
      ['d', undefined],
      ['d/f', undefined],
      ['file', undefined],
      ['m', true],
    ]);
  });

  it('changesSince() takes what it covers for unchanged', async () => {
    const { manifest } = await recordBase(liveTree(`${directory}/t`), { name: 'b', time: 0 });
    mount(script);
    shell(`${directory}/t`, 'echo y > d/f');
    const { changes } = await changesSince(
      parseManifest(manifest, 'm'),
      liveTree(`${directory}/t`),
    );
    expect(changes.map(({ kind, path }) => `${kind} ${path}`)).toEqual(['modify d/f']);
  });

  it('mergeBundle() neither erases nor enters it', async () => {
    mount(script);
    const into = craftBundle(`${directory}/into.tar.gz`, [{ name: 'm/x', text: 'x' }]);
    const away = craftBundle(`${directory}/away.tar.gz`, [{ name: '.wh.m' }], 1);
    for (const bundle of [into, away]) {
      await expect(mergeBundle(bundle, `${directory}/t`)).rejects.toThrow(
        expect.objectContaining({ code: 'MERGE_CONFLICT' }),
      );
    }
    expect(shell(directory, 'ls t/m; umount t/m; ls t/m; mount --bind t/m t/m')).toBe(
      'host\nsub\nunder\n',
    );
  });
});

it('changesSince() of a copied image, mounted elsewhere, names what changed and nothing else', async () => {
  shell(
    directory,
    `cp -a t source; truncate -s 8M image; mke2fs -q -t ext4 -d source image; mkdir here there
    mount -o loop image here`,
  );
  const recorded = await recordBase(liveTree(`${directory}/here`), { name: 'b', time: 0 });
  shell(directory, 'umount here; cp image copy; truncate -s 4M other; mke2fs -q other');
  shell(directory, 'mount -o loop other here; mount -o loop copy there');
  onTestFinished(() => {
    shell(directory, 'umount here there');
  });
  shell(
    `${directory}/there`,
    'touch -r file stamp; echo FILE > file; touch -r stamp file; rm stamp',
  );
  const base = parseManifest(recorded.manifest, 'm');
  const warnings: string[] = [];
  const warn = (text: string): void => void warnings.push(text);
  const { changes } = await changesSince(base, liveTree(`${directory}/there`), { warn });
  expect(changes.map(({ kind, path }) => `${kind} ${path}`)).toEqual(['modify ', 'modify file']);
  expect(warnings).toEqual([]);
});

it('apppot-merge does not erase another filesystem, at or below what goes', () => {
  shell(
    directory,
    `mkdir -p t/var/lib/apppot; echo ${CRAFTED_BASE} > t/var/lib/apppot/base.digest`,
  );
  mount(MOUNTS[0][1]);
  craftBundle(`${directory}/away.tar`, [{ name: '.wh.m' }], 1);
  expect(shell(directory, `${GUEST_MERGE} away.tar t 2>&1 || echo "status $?"; ls t/m`)).toMatch(
    /Cannot remove all that bundle .* deletes\nstatus 1\nhost\n$/,
  );
});
