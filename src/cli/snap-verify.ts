import { Command } from 'commander';
import { summarizeBundle } from '../snap/summary.ts';
import type { SnapDeps } from './snap-deps.ts';

export function verifyCommand(deps: SnapDeps): Command {
  return new Command('verify')
    .description('read a bundle to its end: whether it is whole, and safe to merge')
    .argument('<bundle>', 'the bundle')
    .option('--json', 'print the result as one JSON line', false)
    .action((file: string, flags: { readonly json: boolean }) => runVerify(file, flags, deps));
}

async function runVerify(
  file: string,
  { json }: { readonly json: boolean },
  deps: SnapDeps,
): Promise<void> {
  const { head, entries, deletions } = await summarizeBundle(file);
  const counts = { entries: entries.length, deletions: deletions.length };
  deps
    .output(json)
    .result(
      { file, base: head.base, ...counts },
      `${file} is whole: ${counts.entries} entries, ${counts.deletions} deletions, base ${head.base}`,
    );
}
