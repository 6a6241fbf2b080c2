import { Command } from 'commander';
import { runSwitch, switchWords } from '../launch/net/switch.ts';
import type { Deps } from './deps.ts';
import { interruptible } from './interrupt.ts';

interface SwitchFlags {
  readonly listen: readonly string[];
  readonly link: readonly string[];
  readonly secret?: string;
  readonly attach?: string;
  readonly quiet: boolean;
  readonly dryRun: boolean;
}

/** `apppot switch` */
export function switchCommand(deps: Deps): Command {
  return new Command('switch')
    .description('connect guests, here and on other machines, by a private network')
    .argument('[path]', 'socket for guests of this machine, made here')
    .option('--listen <port>', '[ADDRESS:]PORT for switches elsewhere; repeatable', collect, [])
    .option(
      '--link <endpoint>',
      'join another switch: PATH, tcp:HOST:PORT or ssh:HOST:/PATH; repeatable',
      collect,
      [],
    )
    .option('--secret <file>', 'secret for TCP, readable by you only')
    .option('--attach <path>', 'attach stdin and stdout to the switch at this socket')
    .option('-q, --quiet', 'do not say when it is ready', false)
    .option('--dry-run', 'print the command and start nothing', false)
    .action(async (path: string | undefined, flags: SwitchFlags) => run(path, flags, deps));
}

async function run(path: string | undefined, flags: SwitchFlags, deps: Deps): Promise<void> {
  const { listen, link, secret, attach } = flags;
  const words = switchWords({
    ...{ listen, link },
    ...(path !== undefined && { path }),
    ...(secret !== undefined && { secret }),
    ...(attach !== undefined && { attach }),
  });
  if (flags.dryRun) return deps.output().result(words, words.join(' '));
  const note = (): void => {
    if (attach === undefined && !flags.quiet) deps.output().note('the switch is ready');
  };
  await interruptible(deps, (signal) => runSwitch(words, signal, note));
}

function collect(value: string, before: readonly string[]): string[] {
  return [...before, value];
}
