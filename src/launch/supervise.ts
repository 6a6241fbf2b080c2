import type { Guest, Terminal } from './guest.ts';
import type { StartPlan } from './launch.ts';

/** Ends a guest on demand or at its time limit: asked first, killed when it does not listen. */
export interface Supervision {
  /** Asks the job to end, by a signal's number; a second call kills the guest. */
  readonly stop: (signal: number) => void;
  /** To be called at the guest's end. @returns the status when it is ours to say, not the job's. */
  finish(): { readonly status: number; readonly timedOut: boolean } | undefined;
}

/** The status when the time limit ended the job, as timeout(1) has it. */
const TIMED_OUT = 124;
/** After the guest's own grace: to end processes, write the disk and power off. */
const POWER_OFF_MS = 4_000;
const SIGTERM = 15;

export function supervise(
  guest: Guest,
  { timeout, grace }: StartPlan,
  terminal: Terminal | undefined,
): Supervision {
  const timers: NodeJS.Timeout[] = [];
  let asked: number | undefined;
  let killed = false;
  let timedOut = false;
  const kill = (): void => {
    killed = true;
    guest.kill();
  };
  const stop = (signal: number): void => {
    if (asked !== undefined) {
      kill();
      return;
    }
    asked = signal;
    guest.tell(`signal ${signal}`);
    timers.push(setTimeout(kill, grace * 1_000 + POWER_OFF_MS));
  };
  const expire = (): void => {
    timedOut = true;
    stop(SIGTERM);
  };
  if (timeout !== undefined) timers.push(setTimeout(expire, timeout * 1_000));
  terminal?.onResize((rows, columns) => guest.tell(`size ${rows} ${columns}`));
  return {
    stop,
    finish() {
      for (const timer of timers) clearTimeout(timer);
      if (timedOut) return { status: TIMED_OUT, timedOut };
      return killed ? { status: 128 + (asked ?? SIGTERM), timedOut } : undefined;
    },
  };
}
