import fc from 'fast-check';
import { expect, it } from 'vitest';
import { recordBase } from '../../../src/snap/base.ts';
import { writeBundle } from '../../../src/snap/bundle.ts';
import { mergeBundle } from '../../../src/snap/merge.ts';
import { changesBetween, changesSince } from '../../../src/snap/ways.ts';
import { liveTree } from '../../../src/tree/live.ts';
import { parseManifest } from '../../../src/tree/manifest.ts';
import { fullListing } from '../../kit/full-listing.ts';
import { shell } from '../../kit/shell.ts';
import { tempDirectory } from '../../kit/temp.ts';

/** Few names, so that edits meet: each is used as file, directory, link and anything else. */
const path = fc
  .array(fc.constantFrom('a', 'b', '.wh.c', "d'e", '-f'), { minLength: 1, maxLength: 3 })
  .map((parts) => `./${parts.join('/')}`.replaceAll("'", "'\\''"));
const time = fc.constantFrom('@-5.25', '@1', '@1700000000.123456789', '@9000000000');

/** One edit as shell; most fail on most trees, which is fine. */
const edit = fc.oneof(
  fc
    .tuple(path, fc.nat(9999))
    .map(([p, n]) => `mkdir -p "$(dirname '${p}')"; [ -p '${p}' ] || echo ${n} > '${p}'`),
  fc.tuple(path, fc.nat(99)).map(([p, n]) => `[ -p '${p}' ] || echo ${n} >> '${p}'`),
  path.map((p) => `rm -rf '${p}'`),
  path.map((p) => `mkdir -p '${p}'`),
  fc.tuple(path, path).map(([p, q]) => `mv -T '${p}' '${q}'`),
  fc.tuple(path, path).map(([p, q]) => `ln -T '${p}' '${q}'`),
  fc.tuple(path, path).map(([p, q]) => `ln -sfT '${p}' '${q}'`),
  fc.tuple(path, path).map(([p, q]) => `cp -aT '${p}' '${q}'`),
  fc
    .tuple(path, fc.constantFrom('600', '4755', '1777', '2555'))
    .map(([p, m]) => `chmod ${m} '${p}'`),
  fc.tuple(path, fc.nat(5)).map(([p, n]) => `chown -h ${n}:${n + 3} '${p}'`),
  fc.tuple(path, time).map(([p, t]) => `touch -hcd ${t} '${p}'`),
  fc.tuple(path, fc.nat(9)).map(([p, n]) => `setfattr -n user.x -v ${n} '${p}'`),
  path.map((p) => `setfacl -m u:7:rx '${p}'`),
  path.map((p) => `mkfifo '${p}'`),
  path.map((p) => `[ -p '${p}' ] || truncate -s 100000 '${p}'`),
);
const edits = fc.array(edit, { minLength: 1, maxLength: 25 });

it('merging the changes from base to x onto base gives x', { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(edits, edits, async (before, after) => {
      const directory = tempDirectory();
      const run = (script: readonly string[]): void => {
        shell(directory, `cd now; set +e; { ${script.join('\n')}; } 2>/dev/null; true`);
      };
      shell(directory, 'mkdir now');
      run(before);
      shell(directory, 'cp -a now base; cp -a now live');
      const start = liveTree(`${directory}/now`);
      const { manifest } = await recordBase(start, { name: 'b', time: Date.now() / 1_000 });
      run(after);
      const now = liveTree(`${directory}/now`);
      const base = parseManifest(manifest, 'm');
      const head = { base: base.digest, name: 'b', time: 1, tool: 't' };
      const between = await changesBetween(liveTree(`${directory}/base`), now);
      const since = await changesSince(base, now);
      for (const [copy, difference] of [
        ['base', between],
        ['live', since],
      ] as const) {
        const bundle = `${directory}/${copy}.tar`;
        await writeBundle(bundle, now, difference, head);
        await mergeBundle(bundle, `${directory}/${copy}`, { base: base.digest });
        expect(fullListing(`${directory}/${copy}`)).toEqual(fullListing(`${directory}/now`));
      }
    }),
    { numRuns: 40, seed: 7 },
  );
});
