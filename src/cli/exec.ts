import { Command, Option } from 'commander';
import { GuestError } from '../guests/errors.ts';
import { untilEscape } from '../guests/escape.ts';
import { findLiving } from '../guests/find.ts';
import { runSession } from '../guests/session.ts';
import type { Streams } from '../launch/guest.ts';
import type { Deps } from './deps.ts';
import { guestEnvironment } from './environment.ts';
import { ownParents } from './guests.ts';
import { forwardSignals } from './signals.ts';
import { jobStreams } from './streams.ts';

interface Flags {
  readonly user: 'root' | 'user';
  readonly terminal: boolean;
  readonly env: readonly string[];
}

/** `apppot exec` */
export function execCommand(deps: Deps): Command {
  return new Command('exec')
    .description('run a command in a running guest, beside its job')
    .argument('<name>', 'guest, as "apppot ps" lists it')
    .argument('<command...>', 'what to run; its status is the status')
    .addOption(userOption())
    .addOption(environmentOption())
    .option('-t, --terminal', 'give it this terminal', false)
    .passThroughOptions()
    .action((name: string, [first, ...rest]: string[], flags: Flags) =>
      enter(name, first === '--' ? rest : [first ?? '', ...rest], flags, deps),
    );
}

/** `apppot console` */
export function consoleCommand(deps: Deps): Command {
  return new Command('console')
    .description('open a shell in a running guest on this terminal; ~. on a new line leaves it')
    .argument('<name>', 'guest, as "apppot ps" lists it')
    .addOption(userOption())
    .addOption(environmentOption())
    .action((name: string, flags: Flags) => enter(name, [], { ...flags, terminal: true }, deps));
}

function userOption(): Option {
  return new Option('--user <who>', "whose rights it gets: the guest's root, or the job's user")
    .choices(['root', 'user'])
    .default('user');
}

function environmentOption(): Option {
  return new Option('--env <name=value>', 'set or pass on a variable; repeatable')
    .default([])
    .argParser((value, before: readonly string[]) => [...before, value]);
}

async function enter(
  name: string,
  command: readonly string[],
  { user, terminal, env }: Flags,
  deps: Deps,
): Promise<void> {
  const paths = findLiving(ownParents(deps), name);
  if (terminal && !(process.stdin.isTTY && process.stdout.isTTY)) throw noTerminal();
  const environment = guestEnvironment(env, terminal ? deps.env : {});
  const { streams, release } = jobStreams(process, terminal);
  const signals = forwardSignals();
  try {
    const request = { command, asRoot: user === 'root', environment };
    const { onStop } = signals;
    deps.setStatus(await runSession(paths, request, withEscape(streams), { onStop }));
  } finally {
    signals.release();
    release();
  }
}

function withEscape(streams: Streams): Streams {
  const { terminal } = streams;
  if (terminal === undefined) return streams;
  return { ...streams, stdin: untilEscape(terminal.typed) };
}

function noTerminal(): GuestError {
  return new GuestError('Cannot open a console: stdin and stdout are no terminal', {
    kind: 'usage',
    code: 'TERMINAL_MISSING',
    hint: 'Run a command without one: apppot exec NAME COMMAND',
  });
}
