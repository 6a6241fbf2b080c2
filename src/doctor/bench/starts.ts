import type { Seconds } from '../../base/clock.ts';
import type { StartPlan } from '../../launch/launch.ts';
import { gauge, type Place } from '../place.ts';
import { tryGuest } from '../trial.ts';

const LIMIT: Seconds = 60;

/** Of a program that does nothing: here as a process, there as a whole guest with its end. */
export async function timeStarts(
  place: Place,
  plan: StartPlan,
  program: string,
): Promise<{ readonly native: Seconds; readonly guest: Seconds }> {
  const before = performance.now();
  await gauge(place, ['true'], LIMIT);
  const native = (performance.now() - before) / 1_000;
  const { took } = await tryGuest({ ...plan, command: [program, 'true'] }, LIMIT, place.signal);
  return { native, guest: took };
}
