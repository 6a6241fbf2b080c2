import type { Seconds } from '../../../src/base/clock.ts';
import type { Chance } from './chance.ts';

/** How often what goes wrong: probabilities for one call or one machine, unless a unit is told. */
export interface Faults {
  /** A request gets lost: nothing is done, and no answer comes. */
  readonly lostRequest: number;
  /** It is done, but no answer comes. */
  readonly lostReply: number;
  /** It is done long after the caller has given up. */
  readonly lateRequest: number;
  /** It is done twice. */
  readonly twice: number;
  /** An error that says that nothing was done; and one that does not say. */
  readonly refused: number;
  readonly vague: number;
  /** A listing lacks a part, and says so. */
  readonly partial: number;
  /** A listing lacks one that is there, and does not say so. */
  readonly glitch: number;
  /** How late machines appear in listings, and disappear, at most. */
  readonly lag: Seconds;
  readonly noCapacity: number;
  /** An end is accepted, and comes late, or not at all until it is asked for again. */
  readonly slowEnd: number;
  readonly zombieEnd: number;
  /** Machines that never get up; that die; that are taken back. */
  readonly deadBoot: number;
  readonly death: number;
  readonly spot: number;
  /** The batch system's server is started anew: it shows no jobs for some looks. */
  readonly amnesia: number;
  /** The controller is killed at a call, before or after. */
  readonly kill: number;
  /** Another controller takes over while the first still runs. */
  readonly rival: number;
  /** Clock of each start of the controller, ahead or behind by at most. */
  readonly skew: Seconds;
}

export const CALM: Faults = {
  ...{ lostRequest: 0, lostReply: 0, lateRequest: 0, twice: 0, refused: 0, vague: 0 },
  ...{ partial: 0, glitch: 0, lag: 0, noCapacity: 0, slowEnd: 0, zombieEnd: 0 },
  ...{ deadBoot: 0, death: 0, spot: 0, amnesia: 0, kill: 0, rival: 0, skew: 0 },
};

const WORST: Faults = {
  ...{ lostRequest: 0.1, lostReply: 0.1, lateRequest: 0.05, twice: 0.05, refused: 0.1 },
  ...{ vague: 0.1, partial: 0.2, glitch: 0.02, lag: 120, noCapacity: 0.3, slowEnd: 0.3 },
  ...{ zombieEnd: 0.3, deadBoot: 0.3, death: 0.15, spot: 0.15, amnesia: 0.02, kill: 0.01 },
  ...{ rival: 0.002, skew: 90 },
};

/** Each kind of fault is there in half of the worlds, and then more or less often. */
export function someFaults(chance: Chance): Faults {
  const faults: Record<string, number> = {};
  for (const [name, worst] of Object.entries(WORST)) {
    faults[name] = chance.happens(0.5) ? worst * chance.number() : 0;
  }
  return faults as unknown as Faults;
}
