import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';

type Start = () => ChildProcess;

/** Runs a command to its end. */
export async function finished(start: Start): Promise<number | null> {
  const [status] = await once(start(), 'close');
  return status;
}

/**
 * Runs a command again and again, each time killed, with its helpers, at another point of its life;
 * two at a time.
 *
 * @param lane Makes ready for a run of one of the two, which must not share what they write.
 * @returns how many runs did not come to their end.
 */
export async function killing(
  runs: number,
  seed: number,
  lane: (number: number) => {
    readonly start: Start;
    prepare(): void;
    check(): Promise<void>;
  },
): Promise<number> {
  const lanes = [lane(0), lane(1)];
  const life = Math.max(...(await Promise.all(lanes.map(lifeOf))));
  const delays = spread(runs, seed, life);
  let killed = 0;
  await Promise.all(
    lanes.map(async ({ start, prepare, check }) => {
      for (let delay = delays.pop(); delay !== undefined; delay = delays.pop()) {
        prepare();
        if (await isKilled(start(), delay)) killed += 1;
        await check();
      }
    }),
  );
  return killed;
}

/** Milliseconds that it takes, the longest of three times. */
async function lifeOf({ start, prepare }: { start: Start; prepare(): void }): Promise<number> {
  let longest = 0;
  for (let i = 0; i < 3; i += 1) {
    prepare();
    const begun = performance.now();
    await finished(start);
    longest = Math.max(longest, performance.now() - begun);
  }
  return longest;
}

/** One delay in each of equal parts of a command's life, in any order. */
function spread(count: number, seed: number, life: number): number[] {
  const parts = fc.sample(fc.double({ min: 0, max: 1, noNaN: true }), { numRuns: count, seed });
  const delays = parts.map((part, i) => ((i + part) / count) * life);
  const [order] = fc.sample(fc.shuffledSubarray(delays, { minLength: count, maxLength: count }), {
    numRuns: 1,
    seed,
  });
  return order ?? [];
}

async function isKilled(child: ChildProcess, delay: number): Promise<boolean> {
  const ended = once(child, 'close');
  await Promise.race([sleep(delay), ended]);
  if (child.exitCode === null && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  const [, signal] = await ended;
  return signal === 'SIGKILL';
}
