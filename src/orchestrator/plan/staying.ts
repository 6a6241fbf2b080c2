import type { NodeRow } from '../rows.ts';

const STAYING: ReadonlySet<string> = new Set([
  'planned',
  'requesting',
  'booting',
  'joining',
  'ready',
]);

export function isStaying({ phase }: NodeRow): boolean {
  return STAYING.has(phase);
}
