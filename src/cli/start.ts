import { Command, Option } from 'commander';
import { type Bytes, parseDuration } from '../base/units.ts';
import type { StartPlan } from '../launch/launch.ts';
import { planStart, type StartRequest } from '../launch/plan.ts';
import { renderPlan } from '../launch/render.ts';
import { runStart } from '../launch/run.ts';
import type { ConfinementWish } from '../launch/sandbox.ts';
import { renderScript } from '../launch/script.ts';
import { callerOf } from './caller.ts';
import type { Deps } from './deps.ts';
import { guestEnvironment, helperEnvironment } from './environment.ts';
import { parseMemory } from './memory.ts';
import { addNetworkOptions, type NetworkFlags, networkRequest } from './network-options.ts';
import { forwardSignals } from './signals.ts';
import { jobStreams } from './streams.ts';

interface StartFlags extends NetworkFlags {
  readonly image?: string;
  readonly cow?: string;
  readonly changes?: string;
  readonly mem?: Bytes;
  readonly kernel?: string;
  readonly id?: string;
  readonly jobdir: string;
  readonly bind: readonly string[];
  readonly scratch?: Bytes;
  readonly env: readonly string[];
  readonly extra: readonly string[];
  readonly timeout?: number;
  readonly bootTimeout?: number;
  readonly watchdog?: number;
  readonly consoleLog?: string;
  readonly confine: ConfinementWish;
  readonly unconfined: boolean;
  readonly dryRun: boolean;
  readonly printScript: boolean;
}

/** `apppot start`, also known as `apppot-start`. */
export function startCommand(deps: Deps): Command {
  const command = new Command('start')
    .description('start a guest from an image, run a command in it, and power it off')
    .argument('[command...]', 'what to run; without it ./apppot-run, ~/apppot-autorun or a shell')
    .option('--image <path>', 'base image, COW file, or COW:IMAGE (APPPOT_IMAGE, ./apppot.img)')
    .option('--cow <file>', 'keep what the guest writes in this COW file; made when missing')
    .option('--changes <bundle>', 'changes bundle to merge at boot')
    .option('--mem <size>', 'memory of the guest (APPPOT_MEM, 512M)', parseMemory)
    .option('--kernel <program>', 'kernel program (APPPOT_KERNEL, ./linux, linux)')
    .option('--id <name>', 'name of the guest')
    .option('--jobdir <dir>', "host directory seen as the job's own", '.')
    .option(
      '--bind <host:guest[:ro]>',
      'another host directory for the guest; repeatable',
      collect,
      [],
    )
    .option('--scratch <size>', 'empty disk at ~/scratch that goes with the guest', parseMemory)
    .option('--env <name=value>', 'set or pass on a variable; repeatable', collect, [])
    .option('-X, --extra <word>', "word for the kernel's command line; repeatable", collect, [])
    .option('--timeout <time>', 'end the job after this time, with status 124', parseDuration)
    .option('--boot-timeout <time>', 'a guest that takes longer to its job hangs', parseDuration)
    .option('--watchdog <time>', 'a guest that is silent for so long hangs', parseDuration)
    .option('--console-log <file>', 'keep what kernel and console say')
    .addOption(
      new Option('--confine <how>', "what keeps the guest's root from your files")
        .choices(['auto', 'bwrap', 'landlock', 'none'])
        .default('auto'),
    )
    .option('--unconfined', 'the same as --confine none', false)
    .option('--dry-run', 'print the plan and start nothing', false)
    .option('--print-script', 'print a shell script that does this start', false)
    .passThroughOptions();
  addNetworkOptions(command).action(async (words: string[], flags: StartFlags) =>
    start(words, flags, deps),
  );
  for (const [old, name] of OLD_NAMES) addOldName(command, old, name);
  return command;
}

async function start(words: readonly string[], flags: StartFlags, deps: Deps): Promise<void> {
  const { env } = deps;
  const plan = await planStart(toRequest(words, flags, env), {
    path: env.PATH ?? '/usr/local/bin:/usr/bin:/bin',
    temporary: env.TMPDIR || '/tmp',
    caller: callerOf(process),
  });
  if (flags.dryRun) deps.output().result(plan, renderPlan(plan));
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
      onSwept: (name) => deps.output().note(`apppot: removed what guest "${name}" left`),
      helperEnvironment: helperEnvironment(deps.env),
    });
    if (timedOut) deps.output().note(`apppot: the job was ended after ${plan.timeout} s`);
    deps.setStatus(status);
  } finally {
    signals.release();
    release();
  }
}

function toRequest(words: readonly string[], flags: StartFlags, env: Deps['env']): StartRequest {
  const { cow, changes, extra, timeout, bootTimeout, watchdog, jobdir, scratch } = flags;
  return given({
    name: flags.id ?? `apppot.${process.pid}`,
    image: flags.image ?? 'apppot.img',
    network: networkRequest(flags),
    command: words,
    environment: guestEnvironment(flags.env, env),
    kernel: flags.kernel,
    memory: flags.mem,
    confine: flags.unconfined ? 'none' : flags.confine,
    ...{ cow, changes, extra, timeout, bootTimeout, watchdog, jobdir, scratch },
  });
}

/** Without what is undefined. */
function given<T extends object>(values: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]: Exclude<T[K], undefined> };
}

function collect(value: string, before: readonly string[]): string[] {
  return [...before, value];
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
