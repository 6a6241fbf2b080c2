import { Command, Option } from 'commander';
import type { StartPlan } from '../launch/launch.ts';
import { planStart } from '../launch/plan.ts';
import { renderPlan } from '../launch/render.ts';
import { runStart } from '../launch/run.ts';
import { renderScript } from '../launch/script.ts';
import type { Deps } from './deps.ts';
import { helperEnvironment } from './environment.ts';
import { addGuestOptions, type GuestFlags, guestRequest, surroundings } from './guest-options.ts';
import { forwardSignals } from './signals.ts';
import { jobStreams } from './streams.ts';

interface StartFlags extends GuestFlags {
  readonly cow?: string;
  readonly rebaseCow: boolean;
  readonly printScript: boolean;
}

/** `apppot start`, also known as `apppot-start`. */
export function startCommand(deps: Deps): Command {
  const command = new Command('start')
    .description('start a guest from an image, run a command in it, and power it off')
    .argument('[command...]', 'what to run; without it ./apppot-run, ~/apppot-autorun or a shell');
  addGuestOptions(command)
    .option('--cow <file>', 'keep what the guest writes in this COW file; made when missing')
    .option('--rebase-cow', 'let the COW file follow its base image, if that holds the same', false)
    .option('--print-script', 'print a shell script that does this start', false)
    .passThroughOptions()
    .action(async (words: string[], flags: StartFlags) => start(words, flags, deps));
  for (const [old, name] of OLD_NAMES) addOldName(command, old, name);
  return command;
}

async function start(words: readonly string[], flags: StartFlags, deps: Deps): Promise<void> {
  const { env } = deps;
  const { cow, rebaseCow } = flags;
  const request = {
    ...guestRequest(words, flags, env),
    rebaseCow,
    ...(cow !== undefined && { cow }),
  };
  const plan = await planStart(request, surroundings(env));
  if (flags.dryRun) deps.output(flags.json).result(plan, renderPlan(plan));
  else if (flags.printScript) deps.output().result(plan, renderScript(plan, flags.id).trimEnd());
  else await run(plan, flags, deps);
}

async function run(plan: StartPlan, flags: StartFlags, deps: Deps): Promise<void> {
  const { streams, release } = jobStreams(process);
  const signals = forwardSignals();
  try {
    const { status, timedOut } = await runStart(plan, streams, {
      ...(flags.consoleLog === undefined ? {} : { consoleLog: flags.consoleLog }),
      onStop: signals.onStop,
      relay: async (...given) => (await import('../guests/relay.ts')).relay(...given),
      helperEnvironment: helperEnvironment(deps.env),
    });
    if (timedOut) deps.output().note(`apppot: the job was ended after ${plan.timeout} s`);
    deps.setStatus(status);
  } finally {
    signals.release();
    release();
  }
}

const OLD_NAMES = [
  ['apppot', 'image'],
  ['merge', 'changes'],
  ['linux', 'kernel'],
  ['uml', 'kernel'],
  ['umid', 'id'],
] as const;

/** Names of the original's flags that have a newer one here. */
function addOldName(command: Command, old: string, name: string): void {
  command.addOption(new Option(`--${old} <value>`).hideHelp());
  command.on(`option:${old}`, (value: string) => command.setOptionValue(name, value));
}
