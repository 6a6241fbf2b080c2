import { beforeEach, describe, expect, it } from 'vitest';
import { type PowerSetup, resume, suspend } from '../../../src/orchestrator/slurm-power.ts';
import { type DummyCloud, dummyCloud, NO_FAULTS } from '../../../src/provider/dummy.ts';

let time: number;
let cloud: DummyCloud;
let setup: PowerSetup;
beforeEach(() => {
  time = 1_000;
  let count = 0;
  const random = {
    bytes: (length: number) => {
      count += 1;
      return new Uint8Array(length).fill(count);
    },
    number: () => 0.5,
  };
  const clock = { now: () => time, sleep: async () => undefined };
  cloud = dummyCloud({ clock, random, bootTime: 10, endTime: 5, faults: NO_FAULTS });
  setup = {
    provider: cloud.open('dummy'),
    controller: 'c0ffee00-0000-4000-8000-000000000000',
    pool: 'uml',
    specHash: 'f00d',
    now: () => time,
    random,
    seatOf: (host) => {
      if (!host.startsWith('cl')) throw new Error(`no place is called "${host}"`);
      return { host, address: `10.8.0.${host.slice(2)}` };
    },
    files: ({ seat }) => new Map([['host', { contents: seat.host, secret: false }]]),
  };
});

async function hosts(): Promise<string[]> {
  const { instances } = await setup.provider.list();
  return instances.map(({ tags, state }) => `${tags?.seat.host} ${state}`);
}

describe('resume() and suspend()', () => {
  it('start a node for each host once, and end those asked for', async () => {
    await resume(setup, ['cl1', 'cl2']);
    await resume(setup, ['cl2', 'cl3']);
    expect(await hosts()).toEqual(['cl1 starting', 'cl2 starting', 'cl3 starting']);
    time += 10;
    await suspend(setup, ['cl1', 'cl3']);
    await suspend(setup, ['cl1', 'cl3', 'cl9']);
    expect(await hosts()).toEqual(['cl1 ending', 'cl2 running', 'cl3 ending']);
    await resume(setup, ['cl1']);
    expect(await hosts()).toEqual(['cl1 ending', 'cl2 running', 'cl3 ending', 'cl1 starting']);
  });

  it("leave another's nodes alone, though they have the same place", async () => {
    const other = { ...setup, controller: 'deadbeef-0000-4000-8000-000000000000' };
    await resume(other, ['cl1']);
    await suspend(setup, ['cl1']);
    expect(await hosts()).toEqual(['cl1 starting']);
  });

  it('do what they can, and tell what they cannot', async () => {
    await expect(resume(setup, ['cl1', 'x1', 'x2'])).rejects.toMatchObject({
      code: 'NODES_LEFT',
      message: 'Cannot start 2 of 3 nodes: no place is called "x1"; no place is called "x2"',
    });
    expect(await hosts()).toEqual(['cl1 starting']);
  });

  it('do nothing when not all can be seen', async () => {
    const { provider } = setup;
    const list = async () => ({ ...(await provider.list()), complete: false });
    const blind = { ...setup, provider: { ...provider, list } };
    await expect(resume(blind, ['cl1'])).rejects.toMatchObject({ code: 'NODES_LEFT' });
    await expect(suspend(blind, ['cl1'])).rejects.toMatchObject({ code: 'NODES_LEFT' });
    expect(await hosts()).toEqual([]);
  });

  it('pass on that a node may be ended whatever it says', async () => {
    await resume(setup, ['cl1']);
    const asked: unknown[] = [];
    const { provider } = setup;
    const terminate = async (_id: string, _signal?: AbortSignal, ending?: unknown) => {
      asked.push(ending);
    };
    const heard = { ...setup, provider: { ...provider, terminate } };
    await suspend(heard, ['cl1']);
    await suspend(heard, ['cl1'], { force: true });
    expect(asked).toEqual([{ force: false }, { force: true }]);
  });

  it('refuse what is no name of a host', async () => {
    await expect(resume(setup, ['cl1;id'])).rejects.toMatchObject({ code: 'BATCH_REFUSED' });
  });
});
