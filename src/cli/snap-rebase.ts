import { statSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { VERSION } from '../base/version.ts';
import { BASE_MANIFEST } from '../snap/base.ts';
import { SnapError } from '../snap/errors.ts';
import type { Conflict } from '../snap/judge.ts';
import { planRebase, type RebasePlan, rebaseBundle } from '../snap/rebase.ts';
import { showPath } from '../tree/byte-path.ts';
import { openManifest } from '../tree/manifest.ts';
import type { Output } from './output.ts';
import type { SnapDeps } from './snap-deps.ts';
import { timeOf } from './snap-options.ts';
import { renderCounts, report } from './snap-report.ts';

interface Flags {
  readonly onto: string;
  readonly base: string;
  readonly output: string;
  readonly dryRun: boolean;
  readonly json: boolean;
}

export function rebaseCommand(deps: SnapDeps): Command {
  return new Command('rebase')
    .description('bind a bundle to another base, less the paths that both sides changed')
    .argument('<bundle>')
    .requiredOption('--onto <base>', 'the new base: its manifest, or a directory that has one')
    .requiredOption('--base <manifest>', 'the manifest of the base that the bundle was made on')
    .requiredOption('-o, --output <file>', 'the new bundle')
    .option('-n, --dry-run', 'write nothing, only name the conflicts', false)
    .option('--json', 'print the result as one JSON line', false)
    .action((file: string, flags: Flags) => runRebase(file, flags, deps));
}

async function runRebase(file: string, flags: Flags, deps: SnapDeps): Promise<void> {
  const out = deps.output(flags.json);
  const newBase = openManifest(manifestOf(flags.onto));
  const plan = await planRebase(file, openManifest(flags.base), newBase);
  const { digest: base, name } = newBase;
  const facts = { base, name, time: Math.floor(timeOf(deps)), tool: `apppot ${VERSION}` };
  if (!flags.dryRun) await rebaseBundle(file, flags.output, plan, facts);
  say(out, flags, plan, base);
  if (plan.conflicts.length > 0) throw conflict(file, plan.conflicts);
}

function manifestOf(onto: string): string {
  const isDirectory = statSync(onto, { throwIfNoEntry: false })?.isDirectory() === true;
  return isDirectory ? join(onto, BASE_MANIFEST) : onto;
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
