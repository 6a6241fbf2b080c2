import { type Command, Option } from 'commander';
import { type Bytes, parseDuration } from '../base/units.ts';
import type { StartRequest, Surroundings } from '../launch/plan.ts';
import type { ConfinementWish } from '../launch/sandbox.ts';
import { callerOf } from './caller.ts';
import type { Deps } from './deps.ts';
import { guestEnvironment } from './environment.ts';
import { parseMemory } from './memory.ts';
import { addNetworkOptions, type NetworkFlags, networkRequest } from './network-options.ts';

/** Options that say what a guest is like, for one guest or many. */
export interface GuestFlags extends NetworkFlags {
  readonly image?: string;
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
  readonly json: boolean;
}

export function addGuestOptions(command: Command): Command {
  command
    .option('--image <path>', 'base image, COW file, or COW:IMAGE (APPPOT_IMAGE, ./apppot.img)')
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
    .option('--json', 'with --dry-run: print the plan as one JSON line', false);
  return addNetworkOptions(command);
}

export function guestRequest(
  words: readonly string[],
  flags: GuestFlags,
  env: Deps['env'],
): StartRequest {
  const { changes, extra, timeout, bootTimeout, watchdog, jobdir, scratch } = flags;
  return given({
    name: flags.id ?? `apppot.${process.pid}`,
    image: flags.image ?? 'apppot.img',
    network: networkRequest(flags, env),
    command: words,
    environment: guestEnvironment(flags.env, env),
    kernel: flags.kernel,
    memory: flags.mem,
    confine: flags.unconfined ? 'none' : flags.confine,
    ...{ changes, extra, timeout, bootTimeout, watchdog, jobdir, scratch },
    binds: flags.bind,
  });
}

export function surroundings(env: Deps['env']): Surroundings {
  return {
    path: env.PATH ?? '/usr/local/bin:/usr/bin:/bin',
    temporary: env.TMPDIR || '/tmp',
    caller: callerOf(process),
  };
}

/** Without what is undefined. */
function given<T extends object>(values: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]: Exclude<T[K], undefined> };
}

function collect(value: string, before: readonly string[]): string[] {
  return [...before, value];
}
