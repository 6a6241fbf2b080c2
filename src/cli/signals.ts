import { constants } from 'node:os';

/** Passes on the signals that would have ended us. */
export interface Forwarding {
  /** Takes the function that is called with each signal's number. */
  readonly onStop: (stop: (signal: number) => void) => void;
  /** Lets signals end us again. */
  release(): void;
}

/** From now on; what comes before there is somebody to tell is told then. */
export function forwardSignals(): Forwarding {
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  let early: number | undefined;
  let stop = (signal: number): void => {
    early = signal;
  };
  const forward = (name: (typeof names)[number]): void => stop(constants.signals[name]);
  for (const name of names) process.on(name, forward);
  return {
    onStop: (given) => {
      stop = given;
      if (early !== undefined) stop(early);
    },
    release: () => {
      for (const name of names) process.off(name, forward);
    },
  };
}
