import type { Command } from 'commander';
import { COMMANDS } from '../../src/cli/commands.ts';
import type { Deps } from '../../src/cli/deps.ts';
import { main } from '../../src/cli/main.ts';
import { textOutput } from '../../src/cli/output.ts';
import { loadProgram } from '../../src/cli/program.ts';
import { localHost } from '../../src/host/local.ts';

export interface Said {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command line inside this process. */
export async function say(
  program: string,
  argv: readonly string[],
  env: Deps['env'] = {},
): Promise<Said> {
  const told = { status: 0, stdout: '', stderr: '' };
  const writer = (stream: 'stdout' | 'stderr') => ({
    write(text: string) {
      told[stream] += text;
    },
  });
  const streams = { stdout: writer('stdout'), stderr: writer('stderr') };
  await main(argv, {
    program,
    host: localHost,
    env,
    output: (json = false) => textOutput(streams, program, json),
    setStatus(status) {
      told.status = status;
    },
  });
  return told;
}

/** Every command, as the user finds them. */
export function commandTree(): Promise<Command> {
  return loadProgram(Object.values(COMMANDS), {
    program: 'apppot',
    host: localHost,
    env: {},
    output: (json = false) => textOutput(process, 'apppot', json),
    setStatus: () => undefined,
  });
}

/** The command at a path such as `image build`; undefined when there is none. */
export function commandAt(program: Command, path: string): Command | undefined {
  return path
    .split(' ')
    .reduce<Command | undefined>(
      (command, name) => command?.commands.find((child) => child.name() === name),
      program,
    );
}

/** Commands that have commands below them, and run without. */
const RUNNABLE: ReadonlySet<string> = new Set(['nodes', 'orchestrate']);

/** All commands that do something by themselves, with their paths. */
export function leavesOf(command: Command, path = ''): readonly [string, Command][] {
  if (command.commands.length === 0) return [[path, command]];
  const below = command.commands.flatMap((child) =>
    leavesOf(child, `${path} ${child.name()}`.trim()),
  );
  return RUNNABLE.has(path) ? [[path, command], ...below] : below;
}
