import type { Command } from 'commander';
import type { CommandName } from './command-names.ts';
import type { Deps } from './deps.ts';
import { type Load, loadProgram } from './program.ts';

/** Each command's code and libraries are loaded when it is asked for. */
export const COMMANDS: Readonly<Record<string, Load<Deps>>> = {
  bench: async (deps) => (await import('./bench.ts')).benchCommand(deps),
  cluster: async (deps) => (await import('./cluster.ts')).clusterCommand(deps),
  completion: async (deps) =>
    (await import('./completion.ts')).completionCommand(deps, () => loadAll(deps)),
  config: async (deps) => (await import('./config.ts')).configCommand(deps, () => loadAll(deps)),
  console: async (deps) => (await import('./exec.ts')).consoleCommand(deps),
  doctor: async (deps) => (await import('./doctor.ts')).doctorCommand(deps),
  exec: async (deps) => (await import('./exec.ts')).execCommand(deps),
  explain: async (deps) => (await import('./explain.ts')).explainCommand(deps),
  image: async (deps) => (await import('./image.ts')).imageCommand(deps),
  init: async (deps) => (await import('./init.ts')).initCommand(deps),
  kill: async (deps) => (await import('./stop.ts')).killCommand(deps),
  logs: async (deps) => (await import('./logs.ts')).logsCommand(deps),
  nodes: async (deps) => (await import('./nodes.ts')).nodesCommand(deps),
  orchestrate: async (deps) => (await import('./orchestrate.ts')).orchestrateCommand(deps),
  ps: async (deps) => (await import('./ps.ts')).psCommand(deps),
  site: async (deps) => (await import('./site.ts')).siteCommand(deps),
  job: async (deps) => (await import('./job.ts')).jobCommand(deps),
  jobs: async (deps) => (await import('./jobs.ts')).jobsCommand(deps),
  snap: async (deps) => (await import('./snap.ts')).snapCommand(deps),
  start: async (deps) => (await import('./start.ts')).startCommand(deps),
  stop: async (deps) => (await import('./stop.ts')).stopCommand(deps),
  submit: async (deps) => (await import('./submit.ts')).submitCommand(deps),
  switch: async (deps) => (await import('./switch.ts')).switchCommand(deps),
} satisfies Record<CommandName, Load<Deps>>;

/** Commands whose exit status is a guest command's. */
export const GUEST_COMMANDS: ReadonlySet<string> = new Set([
  'cluster',
  'console',
  'exec',
  'start',
  'submit',
  'job wait',
]);

/** The whole tree of commands. */
export function loadAll(deps: Deps): Promise<Command> {
  return loadProgram(Object.values(COMMANDS), deps);
}
