import { fill } from './bin-pack.ts';
import { chain, cheapest, leastWaste, spotFirst as spotFirstOf } from './expand.ts';
import type { Policy } from './policy.ts';

export interface CheapestFitOptions {
  /** Take nodes that may be taken back, where there are any. Default false. */
  readonly spotFirst?: boolean;
  /** Only while at least so many pools give such nodes; else firm ones. Default 1. */
  readonly spotKinds?: number;
  /** Most nodes in one answer. Default 100. */
  readonly step?: number;
}

/** The jobs that there is no room for, packed onto the nodes that cost least a slot. */
export function cheapestFit({
  spotFirst = false,
  spotKinds = 1,
  step = 100,
}: CheapestFitOptions = {}): Policy {
  const expander = spotFirst
    ? chain(spotFirstOf(spotKinds), cheapest, leastWaste)
    : chain(cheapest, leastWaste);
  return { name: 'cheapest-fit', version: '1', plan: (context) => fill(context, expander, step) };
}
