import type { Instant, Seconds } from '../../base/clock.ts';
import { linesOf, settingOf } from './printed.ts';
import type { Spread } from './qstat.ts';
import type { Ask } from './words.ts';

export interface Spreads {
  /** Asks about parallel environments that are not known yet, and about all of them now and then. */
  learn(signal?: AbortSignal): Promise<Spread>;
}

const KNOWN_FOR: Seconds = 600;

export function spreads(ask: Ask, now: () => Instant): Spreads {
  const known = new Map<string, number | undefined>();
  let learnt = now();
  return {
    learn: async (signal) => {
      if (now() - learnt > KNOWN_FOR) {
        known.clear();
        learnt = now();
      }
      const names = linesOf(await ask(['qconf', '-spl'], { signal }));
      for (const name of names) {
        if (!/^[\w.-]+$/.test(name) || known.has(name)) continue;
        known.set(name, slotsOnEach(await ask(['qconf', '-sp', name], { signal })));
      }
      return (name) => known.get(name);
    },
  };
}

/** A number is a rule of its own; `$pe_slots` keeps a job together, other words do not say. Source: sge_pe(5). */
function slotsOnEach(text: string): number | undefined {
  const rule = settingOf(text, 'allocation_rule') ?? '';
  return /^[1-9]\d*$/.test(rule) ? Number(rule) : undefined;
}
