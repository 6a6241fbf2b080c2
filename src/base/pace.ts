import type { Bytes } from './units.ts';

/** A part of long work. */
export interface Part {
  /** What is being done, as `comparing`. */
  readonly doing: string;
  /** How many entries there will be, when that is known. */
  readonly entries?: number;
  /** How many bytes there will be, when that is known. */
  readonly bytes?: Bytes;
  /** How many entries the base has that the work is compared with. */
  readonly base?: number;
}

/**
 * How long work tells how far it has come, and gives the rest of the process its turn: work that
 * waits for nothing would else keep signals waiting.
 */
export interface Pace {
  /** A part begins; its figures start at 0. */
  begin(part: Part): void;
  /** So much more is done. @returns whether {@link Pace.rest} is due; seldom, for that costs. */
  step(entries: number, bytes?: Bytes): boolean;
  /** @throws the signal's reason when the work is to stop. */
  rest(): Promise<void>;
}

/** For those who do not care. */
export const NO_PACE: Pace = {
  begin: () => undefined,
  step: () => false,
  rest: async () => undefined,
};
