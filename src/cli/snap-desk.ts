import type { Command } from 'commander';
import type { Pace } from '../base/pace.ts';
import { cacheDirectory } from './cache-directory.ts';
import { interruptible } from './interrupt.ts';
import { type Output, quietOutput } from './output.ts';
import { pacer } from './pacer.ts';
import { inPlaceOf, progressLine } from './progress-line.ts';
import type { SnapDeps } from './snap-deps.ts';
import { checkOptions, type Rule } from './snap-rules.ts';

export interface DeskFlags {
  readonly json: boolean;
  readonly quiet?: boolean;
}

/** What a command works with. */
export interface Desk {
  readonly out: Output;
  readonly pace: Pace;
  readonly signal: AbortSignal;
  /** Directory of what is kept to be faster the next time. */
  readonly cache: string;
  /** {@link SnapDeps.walkHelper} */
  readonly helper: URL | undefined;
}

export interface DeskOptions {
  /** What may not be asked for. */
  readonly rules?: readonly Rule[];
  /** What is so when the user stops the work. */
  readonly stopped?: string;
}

/**
 * Runs a command that may take long: with a line of progress on a terminal, and until the user stops it.
 *
 * @throws {UsageError} `USAGE`, and what the work throws.
 */
export async function atDesk<F extends DeskFlags>(
  deps: SnapDeps,
  command: Command,
  work: (flags: F, desk: Desk) => Promise<void>,
  { rules = [], stopped = 'nothing is left behind' }: DeskOptions = {},
): Promise<void> {
  checkOptions(command, rules, deps.program);
  const flags = command.optsWithGlobals<F>();
  const isQuiet = flags.quiet === true;
  const plain = deps.output(flags.json);
  const own = isQuiet ? quietOutput(plain) : plain;
  const line = isQuiet || !deps.terminal ? undefined : progressLine(deps.terminal);
  const out = line === undefined ? own : inPlaceOf(line, own);
  await interruptible(
    deps,
    async (signal) => {
      const now = (): number => performance.now();
      const pace = pacer({ now, signal, ...(line !== undefined && { show: line.show }) });
      try {
        await work(flags, {
          ...{ out, pace, signal },
          ...{ cache: cacheDirectory(deps.env), helper: deps.walkHelper },
        });
      } finally {
        line?.erase();
      }
    },
    stopped,
  );
}
