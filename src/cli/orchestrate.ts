import { Command } from 'commander';
import type { PowerKind } from '../orchestrator/rows.ts';
import type { Deps } from './deps.ts';
import { parseCount } from './numbers.ts';
import { type FileFlags, fileOption } from './orchestrator/file.ts';

export interface OrchestrateFlags extends FileFlags {
  readonly once: boolean;
  readonly dryRun: boolean;
  readonly maxCycles?: number;
  readonly frozen: boolean;
  readonly arm: boolean;
  readonly json?: boolean;
}

/** `apppot orchestrate` */
export function orchestrateCommand(deps: Deps): Command {
  return new Command('orchestrate')
    .description('grow a cluster with virtual nodes when the queue is long, and shrink it after')
    .enablePositionalOptions()
    .addOption(fileOption())
    .option('--once', 'look, do one cycle, then end; nodes go on', false)
    .option('--max-cycles <count>', 'end after so many cycles', parseCount)
    .option('--frozen', 'read the file once, and no newer version of it', false)
    .option('--arm', 'let the first sweep end what the store knows nothing of', false)
    .option('--dry-run', 'tell what a cycle would do now, and do nothing', false)
    .option('--json', 'print a line of JSON for each cycle')
    .action(async (flags: OrchestrateFlags) => {
      const { runOrchestrator } = await import('./orchestrator/run.ts');
      await runOrchestrator(flags, deps);
    })
    .addCommand(checkCommand(deps))
    .addCommand(powerCommand(deps))
    .addCommand(replayCommand(deps));
}

function powerCommand(deps: Deps): Command {
  return new Command('power')
    .description("be Slurm's ResumeProgram, SuspendProgram and ResumeFailProgram")
    .enablePositionalOptions()
    .addCommand(powering('resume', 'ask for nodes', deps))
    .addCommand(powering('suspend', 'ask for the end of nodes', deps))
    .addCommand(powering('fail', 'give up nodes that did not come in time', deps));
}

function powering(kind: PowerKind, description: string, deps: Deps): Command {
  return new Command(kind)
    .description(description)
    .argument('<nodes>', 'hosts as Slurm names them, such as node[001-004,7]')
    .addOption(fileOption())
    .option('--json', 'print JSON')
    .action(async (nodes: string, flags: FileFlags & { readonly json?: boolean }) => {
      const { requestPower } = await import('./orchestrator/request-power.ts');
      await requestPower(kind, nodes, flags, deps);
    });
}

function replayCommand(deps: Deps): Command {
  return new Command('replay')
    .description(
      'decide on the recorded cycles once more, by the file as it is now; nothing is done',
    )
    .addOption(fileOption())
    .option('--json', 'print JSON')
    .action(async (flags: FileFlags & { readonly json?: boolean }) => {
      const { replayCycles } = await import('./orchestrator/replay.ts');
      await replayCycles(flags, deps);
    });
}

function checkCommand(deps: Deps): Command {
  return new Command('check')
    .description('find everything that is wrong with a file, and with what it names')
    .argument('<file>', "the orchestrator's file, YAML or TypeScript")
    .option('--json', 'print JSON')
    .action(async (file: string, flags: { readonly json?: boolean }) => {
      const { checkOrchestratorFile } = await import('./orchestrator/check.ts');
      await checkOrchestratorFile(file, flags, deps);
    });
}
