import { expect, it } from 'vitest';
import { pacer, renderPart } from '../../../src/cli/pacer.ts';

/** A pace whose clock stands still until it is told otherwise. */
function paced() {
  const state = { time: 0, looks: 0 };
  const shown: string[] = [];
  const abort = new AbortController();
  const now = (): number => {
    state.looks += 1;
    return state.time;
  };
  const pace = pacer({ now, signal: abort.signal, show: (text) => shown.push(text) });
  const steps = (count: number): void => {
    for (let i = 0; i < count; i += 1) pace.step(1);
  };
  return { state, shown, abort, pace, steps };
}

it('says nothing in the first second, then a line five times a second', () => {
  const { state, shown, pace, steps } = paced();
  pace.begin({ doing: 'recording' });
  for (const time of [500, 999, 1_000, 1_100, 1_199, 1_200]) {
    state.time = time;
    steps(64);
  }
  expect(shown).toEqual(['recording: 192 entries', 'recording: 384 entries']);
});

it('counts each part from its beginning', () => {
  const { state, shown, pace, steps } = paced();
  pace.begin({ doing: 'checking' });
  steps(10);
  state.time = 2_000;
  pace.begin({ doing: 'merging', bytes: 4_096 });
  state.time = 3_000;
  pace.step(0, 2 ** 21);
  expect(shown).toEqual(['merging: 0 B of 4.0 KiB', 'merging: 2.0 MiB of 4.0 KiB']);
});

it('looks at the clock once in 64 entries, or in a megabyte', () => {
  const { state, pace, steps } = paced();
  const before = state.looks;
  steps(64 * 10);
  expect(state.looks - before).toBe(10);
  for (let i = 0; i < 4; i += 1) pace.step(0, 2 ** 18);
  expect(state.looks - before).toBe(11);
});

it('calls for a rest when one is due, in which the work may be stopped', async () => {
  const { state, abort, pace, steps } = paced();
  state.time = 49;
  steps(63);
  expect(pace.step(1)).toBe(false);
  state.time = 50;
  steps(63);
  expect(pace.step(1)).toBe(true);
  await pace.rest();
  steps(63);
  expect(pace.step(1)).toBe(false);
  abort.abort('SIGINT');
  await expect(pace.rest()).rejects.toBe('SIGINT');
});

it.for([
  [{ doing: 'pausing g' }, 0, 0, 'pausing g'],
  [{ doing: 'recording' }, 123_456, 0, 'recording: 123,456 entries'],
  [{ doing: 'comparing', base: 1_234 }, 5, 0, 'comparing: 5 entries, 1,234 in the base'],
  [{ doing: 'removing', entries: 20 }, 5, 0, 'removing: 5 of 20 entries'],
  [{ doing: 'packing', entries: 20 }, 5, 1_536, 'packing: 5 of 20 entries, 1.5 KiB'],
  [{ doing: 'merging', bytes: 2_048 }, 5, 1_536, 'merging: 5 entries, 1.5 KiB of 2.0 KiB'],
] as const)('renderPart() tells of %o', ([part, entries, bytes, wanted]) => {
  expect(renderPart(part, entries, bytes)).toBe(wanted);
});
