import { Command } from 'commander';
import { VERSION } from '../base/version.ts';
import { SnapError } from '../snap/errors.ts';
import type { Conflict } from '../snap/judge.ts';
import { planRebase, type RebasePlan, rebaseBundle } from '../snap/rebase.ts';
import { openBase } from '../snap/recorded.ts';
import { showPath } from '../tree/byte-path.ts';
import type { Output } from './output.ts';
import type { SnapDeps } from './snap-deps.ts';
import { atDesk, type Desk } from './snap-desk.ts';
import { addOutputFlags, timeOf } from './snap-options.ts';
import { renderCounts, report } from './snap-report.ts';

interface Flags {
  readonly onto: string;
  readonly base: string;
  readonly output: string;
  readonly dryRun?: boolean;
  readonly json: boolean;
  readonly quiet?: boolean;
}

export function rebaseCommand(deps: SnapDeps): Command {
  const command = new Command('rebase')
    .description('bind a bundle to another base, less the paths that both sides changed')
    .argument('<bundle>', 'the bundle')
    .requiredOption(
      '--onto <base>',
      'the new base: a manifest, a directory that has one, or an image',
    )
    .requiredOption('--base <base>', 'the base that the bundle was made on, likewise')
    .requiredOption('-o, --output <file>', 'the new bundle')
    .option('-n, --dry-run', 'write nothing, only name the conflicts')
    .action((file: string, _: Flags, own: Command) =>
      atDesk<Flags>(deps, own, (flags, desk) => runRebase(file, flags, deps, desk)),
    );
  return addOutputFlags(command);
}

async function runRebase(
  file: string,
  flags: Flags,
  deps: SnapDeps,
  { out, pace }: Desk,
): Promise<void> {
  const newBase = await openBase(flags.onto, pace);
  const plan = await planRebase(file, await openBase(flags.base, pace), newBase, pace);
  const { digest: base, name } = newBase;
  const facts = { base, name, time: Math.floor(timeOf(deps)), tool: `apppot ${VERSION}` };
  if (!flags.dryRun) await rebaseBundle(file, flags.output, plan, facts, pace);
  say(out, flags, plan, base);
  if (plan.conflicts.length > 0) throw conflict(file, plan.conflicts);
}

function say(out: Output, flags: Flags, plan: RebasePlan, base: string): void {
  const { conflicts, added, entries, deletions } = plan;
  const counts = { added, modified: entries.size - added, deleted: deletions.size };
  const found = conflicts.map(({ path, ...rest }) => ({ path: `/${showPath(path)}`, ...rest }));
  report(out, flags, { base, ...counts, conflicts: found, file: flags.output }, [
    ...found.map((c) => `conflict ${c.path}: ${c.bundle} by the bundle, ${c.base} by the base`),
    `${flags.dryRun ? 'would put' : 'put'} ${renderCounts(counts)} into ${flags.output}`,
  ]);
}

function conflict(file: string, { length }: readonly Conflict[]): SnapError {
  return new SnapError(
    `Cannot rebase all of bundle "${file}": ${length} paths changed on both sides`,
    {
      kind: 'partial',
      code: 'REBASE_CONFLICT',
      hint: 'The new bundle is without them: merge it, make those changes again, and keep them.',
    },
  );
}
