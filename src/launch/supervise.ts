import type { Guest, Terminal } from './guest.ts';
import type { StartPlan } from './launch.ts';

/** Ends a guest on demand, and kills it when it does not end: the time limit is the guest's to keep. */
export interface Supervision {
  /** Asks the job to end, by a signal's number; a second call kills the guest. */
  readonly stop: (signal: number) => void;
  /** To be called at the guest's end. @returns the status when we had to kill the guest. */
  finish(): { readonly status: number; readonly timedOut: boolean } | undefined;
}

/** The status when the time limit ended the job, as timeout(1) has it. */
const TIMED_OUT = 124;
/** After the guest's own grace: to end processes, write the disk and power off. */
const POWER_OFF_MS = 4_000;

export function supervise(
  guest: Guest,
  { timeout, grace }: StartPlan,
  terminal: Terminal | undefined,
): Supervision {
  const timers: NodeJS.Timeout[] = [];
  let killed: number | undefined;
  let asked: number | undefined;
  const killAfter = (ms: number, status: number): void => {
    const kill = (): void => {
      killed = status;
      guest.kill();
    };
    timers.push(setTimeout(kill, ms));
  };
  const patience = grace * 1_000 + POWER_OFF_MS;
  if (timeout !== undefined) killAfter(timeout * 1_000 + patience, TIMED_OUT);
  terminal?.onResize((rows, columns) => guest.tell(`size ${rows} ${columns}`));
  return {
    stop(signal) {
      if (asked === undefined) guest.tell(`signal ${signal}`);
      killAfter(asked === undefined ? patience : 0, 128 + signal);
      asked = signal;
    },
    finish() {
      for (const timer of timers) clearTimeout(timer);
      return killed === undefined ? undefined : { status: killed, timedOut: killed === TIMED_OUT };
    },
  };
}
