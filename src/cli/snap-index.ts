import { Command } from 'commander';
import { formatSize } from '../base/units.ts';
import { recordIndex } from '../snap/base-index.ts';
import { openImage } from '../tree/ext4/image.ts';
import type { SnapDeps } from './snap-deps.ts';
import { atDesk, type Desk, type DeskFlags } from './snap-desk.ts';
import { addOutputFlags, parsePartition } from './snap-options.ts';
import { report } from './snap-report.ts';

interface Flags extends DeskFlags {
  readonly partition?: number;
}

export function indexCommand(deps: SnapDeps): Command {
  const command = new Command('index')
    .description('keep an index of a base image, which makes finding changes of it faster')
    .argument('<image>', 'the base image')
    .option('--partition <number>', 'of the image, when it has more than one', parsePartition)
    .action((image: string, _: Flags, own: Command) =>
      atDesk<Flags>(deps, own, (flags, desk) => runIndex(image, flags, desk)),
    );
  return addOutputFlags(command);
}

async function runIndex(image: string, flags: Flags, { out, pace, cache }: Desk): Promise<void> {
  const { partition } = flags;
  const tree = openImage(image, partition === undefined ? {} : { partition });
  try {
    pace.begin({ doing: 'indexing' });
    const { file, size } = await recordIndex(cache, tree);
    report(out, flags, { image, file, size }, [`indexed ${image}: ${formatSize(size)} in ${file}`]);
  } finally {
    tree.close();
  }
}
