import { stat } from 'node:fs/promises';
import { Command } from 'commander';
import { formatSize } from '../base/units.ts';
import { type BundleEntry, type BundleSummary, summarizeBundle } from '../snap/summary.ts';
import { showPath } from '../tree/byte-path.ts';
import type { SnapDeps } from './snap-deps.ts';
import { atDesk, type Desk } from './snap-desk.ts';
import { addOutputFlags } from './snap-options.ts';
import { renderCounts } from './snap-report.ts';

interface Flags {
  readonly paths: boolean;
  readonly json: boolean;
  readonly quiet?: boolean;
}

const LARGEST = 10;

export function showCommand(deps: SnapDeps): Command {
  const command = new Command('show')
    .description('tell what is inside a bundle: its base, counts, sizes, largest files')
    .argument('<bundle>', 'the bundle')
    .option('--paths', 'list every path: + put, - deleted', false)
    .action((file: string, _: Flags, own: Command) =>
      atDesk<Flags>(deps, own, (flags, desk) => runShow(file, flags, desk)),
    );
  return addOutputFlags(command);
}

async function runShow(file: string, flags: Flags, { out, pace }: Desk): Promise<void> {
  const summary = await summarizeBundle(file, pace);
  const { size } = await stat(file);
  const unpacked = summary.entries.reduce((sum, entry) => sum + entry.size, 0);
  const largest = summary.entries
    .filter((entry) => entry.size > 0)
    .sort((a, b) => b.size - a.size)
    .slice(0, LARGEST);
  const data = {
    ...summary.head,
    size,
    unpacked,
    largest: largest.map(toJson),
    ...listed(summary),
  };
  const { head } = summary;
  const facts = [
    `base      ${head.base}`,
    `name      ${head.name}`,
    `made      ${new Date(head.time * 1_000).toISOString()} by ${head.tool}`,
    `changes   ${renderCounts(head)}`,
    `size      ${formatSize(size)}, ${formatSize(unpacked)} unpacked`,
    ...largest.map((entry) => `${formatSize(entry.size).padStart(10)}  /${showPath(entry.path)}`),
  ];
  const lines = flags.paths ? [...facts, ...renderPaths(summary)] : facts;
  out.result(data, lines.join('\n'));
}

function renderPaths({ deletions, entries }: BundleSummary): readonly string[] {
  return [
    ...deletions.map((path) => `- /${showPath(path)}`),
    ...entries.map(({ path }) => `+ /${showPath(path)}`),
  ];
}

function listed({ deletions, entries }: BundleSummary): object {
  return { deletions: deletions.map((path) => `/${showPath(path)}`), entries: entries.map(toJson) };
}

function toJson({ path, type, size }: BundleEntry): object {
  return { path: `/${showPath(path)}`, type, size };
}
