import { mkdirSync } from 'node:fs';
import { hostname } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { Command } from 'commander';
import { explain } from '../base/errno.ts';
import { writeAtomically } from '../host/atomic.ts';
import { HostError } from '../host/host.ts';
import { BASE_DIGEST, recordBase } from '../snap/base.ts';
import { showPath } from '../tree/byte-path.ts';
import { liveTree } from '../tree/live.ts';
import type { SnapDeps } from './snap-deps.ts';
import { atDesk, type Desk } from './snap-desk.ts';
import {
  addExcludeFlags,
  addOutputFlags,
  addRunFlags,
  addTreeFlags,
  exclusionOf,
  manifestPath,
  type TreeFlags,
} from './snap-options.ts';
import { outsideOf } from './snap-outputs.ts';
import { report } from './snap-report.ts';

interface Flags extends TreeFlags {
  readonly name?: string;
}

export function baseCommand(deps: SnapDeps): Command {
  const command = new Command('base')
    .description('record the tree as it is now: changes are found against it')
    .option('--name <name>', 'what the base is called (default: the directory or host name)')
    .action((_: Flags, own: Command) => atDesk(deps, own, runBase));
  return addOutputFlags(addExcludeFlags(addRunFlags(addTreeFlags(command))));
}

async function runBase(flags: Flags, { out, pace, helper }: Desk): Promise<void> {
  const manifest = manifestPath(flags);
  if (!flags.dryRun) makeRoom(manifest);
  const skip = outsideOf(flags.root, [manifest], exclusionOf(flags));
  const tree = liveTree(flags.root, { skip, warn: out.warn, helper });
  const name = flags.name ?? (basename(resolve(flags.root)) || hostname());
  const base = await recordBase(tree, {
    ...{ name, time: Date.now() / 1_000, skip, pace },
    ...(flags.verbose && { onPath: (path) => out.note(`/${showPath(path)}`) }),
  });
  if (!flags.dryRun) await store(flags, base);
  const { digest, entries } = base;
  const size = base.manifest.length;
  report(out, flags, { digest, name, entries, size, manifest }, [
    `${flags.dryRun ? 'would record' : 'recorded'} ${entries} entries in ${manifest}`,
    `base ${digest}`,
  ]);
}

/** Before the recording, because a new directory is a change of the one that it is in. */
function makeRoom(manifest: string): void {
  try {
    mkdirSync(dirname(manifest), { recursive: true });
  } catch (cause) {
    throw new HostError(`Cannot write "${manifest}": ${explain(cause)}`, {
      kind: 'conflict',
      code: 'FILE_UNWRITABLE',
      hint: 'Run it as root, or choose another place with --base.',
      cause,
    });
  }
}

async function store(
  flags: Flags,
  { manifest, digest }: { readonly manifest: Buffer; readonly digest: string },
): Promise<void> {
  await writeAtomically(manifestPath(flags), (file) => file.writeFile(manifest));
  if (flags.base !== undefined) return;
  await writeAtomically(join(flags.root, BASE_DIGEST), (file) => file.writeFile(`${digest}\n`));
}
