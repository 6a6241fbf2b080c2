import type { Instant } from '../../base/clock.ts';

/** ISO 8601 to the second, in UTC: `2026-11-26T08:34:06`. */
export function timeOf(at: Instant): string {
  return new Date(at * 1_000).toISOString().slice(0, 19);
}
