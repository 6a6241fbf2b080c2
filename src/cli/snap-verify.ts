import { Command } from 'commander';
import { summarizeBundle } from '../snap/summary.ts';
import type { SnapDeps } from './snap-deps.ts';
import { atDesk, type Desk, type DeskFlags } from './snap-desk.ts';
import { addOutputFlags } from './snap-options.ts';

export function verifyCommand(deps: SnapDeps): Command {
  const command = new Command('verify')
    .description('read a bundle to its end: whether it is whole, and safe to merge')
    .argument('<bundle>', 'the bundle')
    .action((file: string, _: DeskFlags, own: Command) =>
      atDesk<DeskFlags>(deps, own, (flags, desk) => runVerify(file, flags, desk)),
    );
  return addOutputFlags(command);
}

async function runVerify(
  file: string,
  { json, quiet = false }: DeskFlags,
  { out, pace }: Desk,
): Promise<void> {
  const { head, entries, deletions } = await summarizeBundle(file, pace);
  const counts = { entries: entries.length, deletions: deletions.length };
  if (quiet && !json) return;
  out.result(
    { file, base: head.base, ...counts },
    `${file} is whole: ${counts.entries} entries, ${counts.deletions} deletions, base ${head.base}`,
  );
}
