import type { Clock, Instant, Seconds } from '../base/clock.ts';

const WINDOW: Seconds = 60;
/** Addresses that are remembered; then all are forgotten, rather than memory filled. */
const MOST_ADDRESSES = 10_000;

/** @returns whether an address may go on: so many times in each minute. */
export function rateLimit(clock: Clock, perMinute: number): (address: string) => boolean {
  const counts = new Map<string, number>();
  let start: Instant = clock.now();
  return (address) => {
    const now = clock.now();
    if (now - start >= WINDOW || now < start || counts.size > MOST_ADDRESSES) {
      counts.clear();
      start = now;
    }
    const count = (counts.get(address) ?? 0) + 1;
    counts.set(address, count);
    return count <= perMinute;
  };
}
