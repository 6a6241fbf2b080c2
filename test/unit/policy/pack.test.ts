import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pack } from '../../../src/policy/pack.ts';
import { anyView, jobOf, jobsOf } from '../../kit/policy-view.ts';

const room = (slots: number, memory = 2 ** 33) => ({ slots, memory, features: [] });
const idsLeft = (...given: Parameters<typeof pack>) => pack(...given).map(({ id }) => id);

describe('pack()', () => {
  it('fills slots and memory, and leaves no part of a job of several machines behind', () => {
    expect(idsLeft(jobsOf(5), [room(2), room(1)])).toEqual(['4', '5']);
    expect(idsLeft(jobsOf(3, { memory: 2 ** 30 }), [room(8, 2 ** 31)])).toEqual(['3']);
    const wide = jobOf('wide', { slots: 4, hostCount: 2 });
    expect(idsLeft([wide, jobOf(1)], [room(2), room(1)])).toEqual(['wide']);
    expect(idsLeft([wide, jobOf(1)], [room(2), room(3)])).toEqual([]);
    const array = jobOf('array', { slots: 2, tasks: 75_000 });
    expect(pack([array, jobOf(1)], [room(5), room(3)])).toEqual([{ ...array, tasks: 74_997 }]);
  });

  it('leaves hosts of other queues alone', () => {
    const static4 = { ...room(4), queues: ['static'] };
    const elastic = jobOf('elastic', { queue: 'elastic' });
    const either = jobOf('either', { queue: 'elastic,static' });
    const jobs = [elastic, jobOf('static', { queue: 'static' }), either, jobOf('any')];
    expect(idsLeft(jobs, [static4])).toEqual(['elastic']);
    expect(idsLeft(jobs, [static4, room(1)])).toEqual([]);
  });

  it('places a short job where a longer one like it has no room', () => {
    const old = { ...room(4), maxLifetime: 600 };
    const jobs = [900, 600, 700, undefined].map((wallTime, id) =>
      jobOf(id, wallTime === undefined ? {} : { wallTime }),
    );
    expect(idsLeft(jobs, [old])).toEqual(['0', '2']);
  });

  it('never places more slots than there are, and goes on after what does not fit', () => {
    fc.assert(
      fc.property(anyView, fc.array(fc.nat(8), { maxLength: 6 }), ({ pending }, sizes) => {
        const before = structuredClone(pending);
        const left = pack(
          pending,
          sizes.map((slots) => room(slots)),
        );
        const slotsOf = (jobs: typeof pending) =>
          jobs.reduce((sum, { slots, tasks }) => sum + slots * tasks, 0);
        const total = sizes.reduce((sum, slots) => sum + slots, 0);
        expect(slotsOf(pending) - slotsOf(left)).toBeLessThanOrEqual(total);
        expect(pending).toEqual(before);
        // Whatever is left has no room beside what was placed: packing it again into nothing leaves it all.
        expect(pack(left, [])).toEqual(left);
      }),
    );
  });
});
