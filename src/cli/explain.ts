import { Command } from 'commander';
import type { Deps } from './deps.ts';
import { type FileFlags, fileOption } from './orchestrator/file.ts';

interface Flags extends FileFlags {
  readonly json?: boolean;
}

/** `apppot explain` */
export function explainCommand(deps: Deps): Command {
  return new Command('explain')
    .description('tell why a node was started, not started, or ended')
    .addCommand(
      one(
        'job',
        'why a node was started for a job, or was not',
        'id',
        'of the batch system',
      ).action(async (id: string, flags: Flags) => {
        const { showJob } = await import('./orchestrator/show-story.ts');
        await showJob(id, flags, deps);
      }),
    )
    .addCommand(
      one('node', 'why a node was started and ended', 'node', 'by name or id').action(
        async (node: string, flags: Flags) => {
          const { showNode } = await import('./orchestrator/show-story.ts');
          await showNode(node, flags, deps);
        },
      ),
    );
}

function one(name: string, description: string, argument: string, what: string): Command {
  return new Command(name)
    .description(description)
    .argument(`<${argument}>`, what)
    .addOption(fileOption())
    .option('--json', 'print JSON');
}
