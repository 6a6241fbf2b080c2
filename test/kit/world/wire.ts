import type { Seconds } from '../../../src/base/clock.ts';
import type { Chance } from './chance.ts';
import type { VirtualClock } from './clock.ts';
import type { Faults } from './faults.ts';

const LATE: Seconds = 100;

/** What lies between a caller and the one who does it: where requests and answers get lost. */
export class Wire {
  private readonly clock: VirtualClock;
  private readonly chance: Chance;
  private readonly faults: () => Faults;

  constructor(clock: VirtualClock, chance: Chance, faults: () => Faults) {
    this.clock = clock;
    this.chance = chance;
    this.faults = faults;
  }

  /** @param errors Of a failure that says that nothing was done, and of one that does not say. */
  call<T>(work: () => T, errors: { clear(): Error; vague(): Error }): Promise<T> {
    const { clock, chance } = this;
    const faults = this.faults();
    return new Promise((resolve, reject) => {
      const answer = () => {
        const outcome = attempt(work);
        if (chance.happens(faults.twice)) clock.after(chance.between(0, LATE), () => attempt(work));
        if (chance.happens(faults.lostReply)) return;
        clock.after(chance.between(0, 2), () => {
          if (outcome.error !== undefined) reject(outcome.error);
          else if (chance.happens(faults.vague)) reject(errors.vague());
          else resolve(outcome.value as T);
        });
      };
      if (chance.happens(faults.lostRequest)) return;
      if (chance.happens(faults.refused)) {
        clock.after(1, () => reject(errors.clear()));
      } else if (chance.happens(faults.lateRequest)) {
        clock.after(chance.between(0, LATE), () => attempt(work));
      } else clock.after(chance.between(0, 2), answer);
    });
  }
}

function attempt<T>(work: () => T): { value?: T; error?: unknown } {
  try {
    return { value: work() };
  } catch (error) {
    return { error };
  }
}
