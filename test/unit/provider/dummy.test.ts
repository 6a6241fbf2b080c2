import { describe, expect, it } from 'vitest';
import { type DummyCloud, dummyCloud, NO_FAULTS } from '../../../src/provider/dummy.ts';
import { anOrder, providerContract } from '../../kit/provider-contract.ts';

/** Time that goes on by a second with each look at it. */
function cloud(faults = NO_FAULTS, numbers: readonly number[] = []): DummyCloud {
  let now = Date.now() / 1_000;
  let next = 0;
  return dummyCloud({
    clock: {
      now: () => {
        now += 1;
        return now;
      },
      sleep: async () => undefined,
    },
    random: { bytes: (length) => new Uint8Array(length), number: () => numbers[next++] ?? 0.99 },
    bootTime: 60,
    endTime: 20,
    faults,
  });
}

describe('dummyCloud()', () => {
  const shared = cloud();
  providerContract(() => ({
    provider: shared.open('dummy'),
    reopen: () => shared.open('dummy'),
    kill: (id) => shared.kill(id),
  }));

  it('does what is asked, and then loses the answer', async () => {
    const provider = cloud({ ...NO_FAULTS, lostReply: 0.5 }, [0.1]).open('dummy');
    const order = anOrder({});
    await expect(provider.create(order)).rejects.toMatchObject({ code: 'UNCERTAIN' });
    expect((await provider.list()).instances.map(({ name }) => name)).toEqual([order.name]);
    expect(await provider.create(order)).toBe(order.name);
  });

  it('says so when a listing lacks some', async () => {
    const provider = cloud({ ...NO_FAULTS, partial: 0.5 }, [0.9, 0.1, 0.9]).open('dummy');
    await provider.create(anOrder({}));
    expect((await provider.list()).complete).toBe(true);
    expect(await provider.list()).toMatchObject({ complete: false, instances: [] });
  });

  it('has no machine, refuses or is away, and then has done nothing', async () => {
    for (const [fault, code] of [
      ['noCapacity', 'NO_CAPACITY'],
      ['refused', 'REFUSED'],
      ['unreachable', 'UNREACHABLE'],
    ] as const) {
      const provider = cloud({ ...NO_FAULTS, [fault]: 0.5 }, [0.1]).open('dummy');
      await expect(provider.create(anOrder({}))).rejects.toMatchObject({ code });
      expect((await provider.list()).instances).toEqual([]);
    }
  });
});
