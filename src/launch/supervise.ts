import type { Guest, Terminal } from './guest.ts';
import { mark } from './instance.ts';
import type { StartPlan } from './launch.ts';
import type { Killed } from './outcome.ts';
import { watchdog } from './watchdog.ts';
import type { InstancePaths } from './words.ts';

/** Ends a guest on demand, and kills it when it does not end: the time limit is the guest's to keep. */
export interface Supervision {
  /** Asks the job to end, by a signal's number; a second call kills the guest. */
  readonly stop: (signal: number) => void;
  /** To be called at the guest's end. @returns why we had to kill the guest, if we did. */
  finish(): Killed | undefined;
}

/** After the guest's own grace: to end processes, write the disk and power off. */
const POWER_OFF_MS = 4_000;

export function supervise(
  guest: Guest,
  plan: StartPlan,
  paths: InstancePaths,
  terminal: Terminal | undefined,
): Supervision {
  const timers: NodeJS.Timeout[] = [];
  let killed: Killed | undefined;
  let asked: number | undefined;
  const kill = (why: Killed): void => {
    killed ??= why;
    guest.kill();
  };
  const killAfter = (ms: number, why: Killed): void => {
    timers.push(setTimeout(() => kill(why), ms));
  };
  const patience = plan.grace * 1_000 + POWER_OFF_MS;
  if (plan.timeout !== undefined) {
    killAfter(plan.timeout * 1_000 + patience, { kind: 'time limit' });
  }
  const watching = watchdog(plan, paths, guest.tell, (hang) => kill({ kind: 'hang', hang }));
  terminal?.onResize((rows, columns) => guest.tell(`size ${rows} ${columns}`));
  return {
    stop(signal) {
      if (asked === undefined) guest.tell(`signal ${signal}`);
      killAfter(asked === undefined ? patience : 0, { kind: 'signal', signal });
      asked = signal;
      mark(paths.stopping);
    },
    finish() {
      watching.finish();
      for (const timer of timers) clearTimeout(timer);
      return killed;
    },
  };
}
