import { Command } from 'commander';
import { formatSize } from '../base/units.ts';
import { type Change, countChanges } from '../snap/change.ts';
import { showPath } from '../tree/byte-path.ts';
import type { SnapDeps } from './snap-deps.ts';
import { atDesk, type Desk } from './snap-desk.ts';
import { withPaused } from './snap-live.ts';
import { addOutputFlags, addSourceFlags, addTreeFlags, SOURCE_RULES } from './snap-options.ts';
import { renderCounts } from './snap-report.ts';
import { findChanges, renderChange, type SourceFlags } from './snap-source.ts';

interface Flags extends SourceFlags {
  readonly stat: boolean;
}

export function diffCommand(deps: SnapDeps): Command {
  const command = new Command('diff')
    .description('list what changed since the base: A added, M modified, D deleted')
    .option('--stat', 'counts and sizes only', false)
    .action((_: Flags, own: Command) =>
      atDesk<Flags>(
        deps,
        own,
        (given, desk) => withPaused(given, deps, desk, (flags) => runDiff(flags, desk)),
        { rules: SOURCE_RULES },
      ),
    );
  return addOutputFlags(addSourceFlags(addTreeFlags(command)));
}

async function runDiff(flags: Flags, { out, ...around }: Desk): Promise<void> {
  const source = await findChanges(flags, [], { warn: out.warn, ...around });
  source.close();
  const { base, name } = source;
  const { changes } = source.difference;
  const counts = countChanges(changes);
  const bytes = changes.reduce((sum, change) => sum + sizeOf(change), 0);
  const list = flags.stat ? {} : { changes: changes.map(toJson) };
  const stat = `${renderCounts(counts)}, ${formatSize(bytes)} to keep`;
  const text = flags.stat || changes.length === 0 ? stat : changes.map(renderChange).join('\n');
  out.result({ base, name, ...counts, bytes, ...list }, text);
}

function sizeOf(change: Change): number {
  return change.kind === 'delete' ? 0 : change.after.size;
}

function toJson(change: Change): object {
  const { type, size } = change.kind === 'delete' ? change.before : change.after;
  return { kind: change.kind, path: `/${showPath(change.path)}`, type, size };
}
