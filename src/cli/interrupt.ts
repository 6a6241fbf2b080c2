import { constants } from 'node:os';

/** SIGINT and SIGTERM as an abort, so that work in progress is taken back before the end. */
export interface Interrupt {
  readonly signal: AbortSignal;
  /** 128 + the number of the signal that came, or undefined. */
  status(): number | undefined;
  /** Signals end the process again as before. */
  release(): void;
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export function catchInterrupt(): Interrupt {
  const controller = new AbortController();
  let status: number | undefined;
  const onSignal = (name: NodeJS.Signals): void => {
    status ??= 128 + constants.signals[name];
    controller.abort();
  };
  for (const name of SIGNALS) process.on(name, onSignal);
  return {
    signal: controller.signal,
    status: () => status,
    release() {
      for (const name of SIGNALS) process.off(name, onSignal);
    },
  };
}
