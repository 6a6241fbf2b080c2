import { Command } from 'commander';
import { AppPotError } from '../base/errors.ts';
import { parseDuration } from '../base/units.ts';
import { type End, killGuest, stopGuest } from '../guests/end.ts';
import { GuestError } from '../guests/errors.ts';
import { findGuest, guestNames } from '../guests/find.ts';
import type { InstancePaths } from '../launch/words.ts';
import type { Deps } from './deps.ts';
import { ownParents } from './guests.ts';

interface Flags {
  readonly all: boolean;
  readonly grace: number;
  readonly quiet: boolean;
}

/** Longer than a guest takes that keeps its own eight seconds of grace, then writes its disk. */
const GRACE = 15;

const QUIET = 'say only what failed';

/** `apppot stop` */
export function stopCommand(deps: Deps): Command {
  return new Command('stop')
    .description('ask guests to end: their jobs get SIGTERM, then they power off')
    .argument('[name...]', 'guests, as "apppot ps" lists them')
    .option('--all', 'all of yours', false)
    .option('-q, --quiet', QUIET, false)
    .option('--grace <time>', 'kill a guest that takes longer', parseDuration, GRACE)
    .action((names: string[], flags: Flags) =>
      endAll(names, flags, (paths) => stopGuest(paths, flags.grace), deps),
    );
}

/** `apppot kill` */
export function killCommand(deps: Deps): Command {
  return new Command('kill')
    .description('end guests at once; what they did not write to their disks is lost')
    .argument('[name...]', 'guests, as "apppot ps" lists them')
    .option('--all', 'all of yours', false)
    .option('-q, --quiet', QUIET, false)
    .action((names: string[], flags: Flags) => endAll(names, flags, killGuest, deps));
}

/** All at once: one that is slow does not hold up the others, nor does one that is missing. */
async function endAll(
  names: readonly string[],
  { all, quiet }: Flags,
  end: (paths: InstancePaths) => Promise<End>,
  deps: Deps,
): Promise<void> {
  const parents = ownParents(deps);
  if (all === names.length > 0) throw noChoice();
  const wanted = all ? guestNames(parents) : [...new Set(names)];
  const ends = await Promise.allSettled(
    wanted.map(async (name) => `${name}: ${WORDS[await end(findGuest(parents, name))]}`),
  );
  const failures: unknown[] = [];
  for (const settled of ends) {
    if (settled.status === 'rejected') failures.push(settled.reason);
    else if (!quiet) deps.output().note(settled.value);
  }
  report(failures, wanted.length, deps);
}

const WORDS: Readonly<Record<End, string>> = {
  stopped: 'stopped',
  killed: 'killed',
  removed: 'was dead already; what it left is removed',
};

/** One failure is ours; of several the last words sum them up. */
function report(failures: readonly unknown[], count: number, deps: Deps): void {
  const [first] = failures;
  if (failures.length === 0) return;
  if (failures.length === 1 && count === 1) throw first;
  for (const failure of failures) {
    if (!(failure instanceof AppPotError)) throw failure;
    deps.output().failure(failure);
  }
  throw new GuestError(`Cannot end ${failures.length} of ${count} guests`, {
    kind: 'partial',
    code: 'GUESTS_PARTIAL',
  });
}

function noChoice(): GuestError {
  return new GuestError('Cannot tell which guests to end: name some, or say --all', {
    kind: 'usage',
    code: 'GUEST_UNKNOWN',
    hint: 'List them: apppot ps',
  });
}
