import { linesOf, settingOf } from './printed.ts';
import type { Spread } from './qstat.ts';
import type { Ask } from './words.ts';

export interface Spreads {
  /** Asks about parallel environments that are not known yet. */
  learn(signal?: AbortSignal): Promise<Spread>;
}

export function spreads(ask: Ask): Spreads {
  const known = new Map<string, number | undefined>();
  return {
    learn: async (signal) => {
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
