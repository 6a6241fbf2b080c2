import { Command } from 'commander';
import { formatSize } from '../base/units.ts';
import { VERSION } from '../base/version.ts';
import { type BundleOptions, writeBundle } from '../snap/bundle.ts';
import { countChanges } from '../snap/change.ts';
import type { Output } from './output.ts';
import type { SnapDeps } from './snap-deps.ts';
import { atDesk, type Desk } from './snap-desk.ts';
import { withPaused } from './snap-live.ts';
import {
  addOutputFlags,
  addRunFlags,
  addSourceFlags,
  addTreeFlags,
  defaultBundle,
  SOURCE_RULES,
  timeOf,
} from './snap-options.ts';
import { renderCounts, report } from './snap-report.ts';
import { needs, type Rule } from './snap-rules.ts';
import { findChanges, renderChange, type Source, type SourceFlags } from './snap-source.ts';

interface Flags extends SourceFlags {
  readonly output?: string;
}

export function changesCommand(deps: SnapDeps): Command {
  const command = new Command('changes')
    .description('keep what changed since the base as a bundle')
    .argument(
      '[file]',
      'the bundle: .tar.gz, .tar.zst or .tar (default: apppot.DATE.changes.tar.gz)',
    )
    .option('-o, --output <file>', 'the same as FILE')
    .action((file: string | undefined, _: Flags, own: Command) =>
      atDesk<Flags>(
        deps,
        own,
        (given, desk) =>
          withPaused(given, deps, desk, (flags) => runChanges(file, flags, deps, desk)),
        { rules: [...SOURCE_RULES, outputOnce(file)] },
      ),
    );
  return addOutputFlags(addSourceFlags(addRunFlags(addTreeFlags(command))));
}

function outputOnce(file: string | undefined): Rule {
  return needs('output', () => file === undefined, `no FILE beside it, but there is "${file}"`);
}

async function runChanges(
  argument: string | undefined,
  flags: Flags,
  deps: SnapDeps,
  { out, ...around }: Desk,
): Promise<void> {
  const time = timeOf(deps);
  const file = argument ?? flags.output ?? defaultBundle(time);
  const source = await findChanges(flags, [file], { warn: out.warn, ...around });
  try {
    const { base, name } = source;
    if (flags.verbose)
      for (const change of source.difference.changes) out.note(renderChange(change));
    const head = { base, name, time: Math.floor(time), tool: TOOL };
    if (flags.dryRun) sayOnly(out, flags, source, { ...head, file });
    else await keep(out, flags, source, file, { ...head, warn: out.warn, pace: around.pace });
  } finally {
    source.close();
  }
}

function sayOnly(out: Output, flags: Flags, { difference }: Source, facts: object): void {
  const counts = countChanges(difference.changes);
  report(out, flags, { ...facts, ...counts }, [`would keep: ${renderCounts(counts)}`]);
}

async function keep(
  out: Output,
  flags: Flags,
  { tree, difference }: Source,
  file: string,
  options: BundleOptions,
): Promise<void> {
  const written = await writeBundle(file, tree, difference, options);
  report(out, flags, { ...written, file }, [
    `${renderCounts(written)}: ${formatSize(written.size)} in ${file}`,
  ]);
}

const TOOL = `apppot ${VERSION}`;
