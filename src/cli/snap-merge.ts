import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { explain } from '../base/errno.ts';
import { BASE_DIGEST } from '../snap/base.ts';
import { SnapError } from '../snap/errors.ts';
import { mergeBundle } from '../snap/merge.ts';
import { showPath } from '../tree/byte-path.ts';
import { openManifest } from '../tree/manifest.ts';
import type { SnapDeps } from './snap-deps.ts';
import { atDesk, type Desk } from './snap-desk.ts';
import {
  addOutputFlags,
  addRunFlags,
  addTreeFlags,
  defaultBundle,
  type TreeFlags,
  timeOf,
} from './snap-options.ts';
import { renderCounts, report } from './snap-report.ts';
import { apart } from './snap-rules.ts';

interface Flags extends TreeFlags {
  readonly anyBase: boolean;
}

export function mergeCommand(deps: SnapDeps): Command {
  const command = new Command('merge')
    .description('merge a bundle into the tree that its base was recorded from, or a copy of it')
    .argument('[file]', 'the bundle (default: apppot.DATE.changes.tar.gz)')
    .option('--any-base', 'merge also onto another base, or onto none', false)
    .action((file: string | undefined, _: Flags, own: Command) =>
      atDesk<Flags>(deps, own, (flags, desk) => runMerge(file, flags, deps, desk), {
        rules: [apart('base', ['any-base'], 'where no base is asked for')],
        stopped: 'merge again to finish it',
      }),
    );
  return addOutputFlags(addRunFlags(addTreeFlags(command)));
}

async function runMerge(
  argument: string | undefined,
  flags: Flags,
  deps: SnapDeps,
  { out, pace }: Desk,
): Promise<void> {
  const file = argument ?? defaultBundle(timeOf(deps));
  const { root, dryRun = false, verbose } = flags;
  const head = await mergeBundle(file, root, {
    base: flags.anyBase ? undefined : digestOf(flags),
    dryRun,
    pace,
    ...(verbose && { onPath: (mark, path) => out.note(`${mark} /${showPath(path)}`) }),
  });
  report(out, flags, { ...head, file, root }, [
    `${dryRun ? 'would merge' : 'merged'} into ${root}: ${renderCounts(head)}`,
  ]);
}

function digestOf({ root, base }: Flags): string {
  if (base !== undefined) return openManifest(base).digest;
  const file = join(root, BASE_DIGEST);
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (cause) {
    throw new SnapError(`Cannot read the base digest "${file}": ${explain(cause)}`, {
      kind: 'missing',
      code: 'BASE_MISSING',
      hint: 'Record the base with "apppot-snap base", or merge with --any-base.',
      cause,
    });
  }
}
