import { Command } from 'commander';
import { parseDuration } from '../base/units.ts';
import type { Deps } from './deps.ts';
import { type FileFlags, fileOption } from './orchestrator/file.ts';

interface ListFlags extends FileFlags {
  readonly all: boolean;
  readonly json?: boolean;
}

interface AskFlags extends FileFlags {
  readonly json?: boolean;
  readonly force?: boolean;
  readonly for?: number;
  readonly release?: boolean;
}

interface AuditFlags extends FileFlags {
  readonly arm: boolean;
  readonly json?: boolean;
}

const NODES = 'nodes, as "apppot nodes" lists them';

/** `apppot nodes` */
export function nodesCommand(deps: Deps): Command {
  return new Command('nodes')
    .description('list the nodes of an orchestrator')
    .enablePositionalOptions()
    .addOption(fileOption())
    .option('-a, --all', 'also those that are over', false)
    .option('--json', 'print JSON')
    .action(async (flags: ListFlags) => {
      const { listNodes } = await import('./orchestrator/list-nodes.ts');
      await listNodes(flags, deps);
    })
    .addCommand(drainCommand(deps))
    .addCommand(holdCommand(deps))
    .addCommand(stopNodeCommand(deps))
    .addCommand(auditCommand(deps));
}

function drainCommand(deps: Deps): Command {
  return asking('drain', 'let nodes take no more jobs, and end them after those they run').action(
    (names: readonly string[], flags: AskFlags) => ask('drain', names, flags, deps),
  );
}

function holdCommand(deps: Deps): Command {
  return asking('hold', 'keep nodes as they are, for a look at them')
    .option('--for <time>', 'how long; default: a day', parseDuration)
    .option('--release', 'let go what was held')
    .action((names: readonly string[], flags: AskFlags) =>
      ask(flags.release === true ? 'release' : 'hold', names, flags, deps),
    );
}

function stopNodeCommand(deps: Deps): Command {
  return asking('stop', 'end nodes as soon as no job runs on them')
    .option('--force', 'whatever runs on them: their jobs go back into the queue')
    .action((names: readonly string[], flags: AskFlags) =>
      ask(flags.force === true ? 'kill' : 'stop', names, flags, deps),
    );
}

function auditCommand(deps: Deps): Command {
  return new Command('audit')
    .description('find what is left of nodes, by the marks that it carries')
    .addOption(fileOption())
    .option('--arm', 'end what is found', false)
    .option('--json', 'print JSON')
    .action(async (flags: AuditFlags) => {
      const { auditNodes } = await import('./orchestrator/audit-nodes.ts');
      await auditNodes(flags, deps);
    });
}

function asking(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .argument('<nodes...>', NODES)
    .addOption(fileOption())
    .option('--json', 'print JSON');
}

async function ask(
  kind: 'drain' | 'hold' | 'release' | 'stop' | 'kill',
  names: readonly string[],
  flags: AskFlags,
  deps: Deps,
): Promise<void> {
  const { requestNodes } = await import('./orchestrator/request-nodes.ts');
  await requestNodes(kind, names, flags, deps);
}
