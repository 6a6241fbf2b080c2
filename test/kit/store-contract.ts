import { expect, it } from 'vitest';
import type { Entry, NodeRow } from '../../src/orchestrator/rows.ts';
import type { Store } from '../../src/orchestrator/store/store.ts';
import { nodeRow } from './rows.ts';

const AT = 1_000;

/** What every store promises. */
export function storeContract(open: () => Store): void {
  it('step() keeps what it wrote, and read() gives the nodes that live', () => {
    const store = open();
    const epoch = store.claim();
    const rows = [nodeRow('a'), nodeRow('b', { phase: 'gone', overAt: AT })];
    store.step(epoch, (step) => {
      for (const row of rows) step.putNode(row);
      step.putHealth({ ...step.health('small'), failures: 3 });
      step.putPulse({ ...step.pulse(), jobs: 5 });
    });
    const health = {
      pool: 'small',
      failures: 3,
      probeWait: 0,
      backOffWait: 0,
      cordons: [],
      boots: [],
    };
    expect(store.read()).toEqual({
      nodes: [rows[0]],
      health: [health],
      strays: [],
      pulse: { frozen: 0, armed: false, said: {}, jobs: 5 },
      requests: [],
    });
    expect(store.find('b')).toEqual(rows[1]);
    expect(store.find('vb-abcdef-small-a')).toEqual(rows[0]);
    expect(store.find('c')).toBeUndefined();
    expect(store.all()).toHaveLength(2);
    expect(store.past(['a', 'b', 'c'])).toEqual(new Set(['b']));
    expect(store.vacated(AT - 1)).toEqual([{ seat: rows[1]?.seat, overAt: AT }]);
    expect(store.vacated(AT)).toEqual([]);
    expect(store.bills(AT - 1)).toEqual([rows[1]]);
    store.close();
  });

  it('step() reads its own writes, and writes nothing when it throws', () => {
    const store = open();
    const epoch = store.claim();
    const broken = () =>
      store.step(epoch, (step) => {
        step.putNode(nodeRow('a'));
        step.tell({ at: AT, kind: 'start', text: 'a' });
        expect(step.node('a')?.phase).toBe('planned');
        throw new Error('stop');
      });
    expect(broken).toThrow('stop');
    expect(store.all()).toEqual([]);
    expect(store.journal({})).toEqual([]);
    store.close();
  });

  it('step() refuses who has lost the epoch', () => {
    const store = open();
    const first = store.claim();
    const second = store.claim();
    expect(second).toBeGreaterThan(first);
    expect([store.isCurrent(first), store.isCurrent(second)]).toEqual([false, true]);
    expect(() => store.step(first, (step) => step.putNode(nodeRow('a')))).toThrow(
      expect.objectContaining({ code: 'EPOCH_LOST', kind: 'conflict' }),
    );
    expect(store.all()).toEqual([]);
    store.close();
  });

  it('putNode() refuses a name that another node has, or has had', () => {
    const store = open();
    const epoch = store.claim();
    const put = (row: NodeRow) => store.step(epoch, (step) => step.putNode(row));
    put(nodeRow('a', { phase: 'gone', overAt: AT }));
    const twin = nodeRow('b', { name: 'vb-abcdef-small-a' });
    expect(() => put(twin)).toThrow('that name was used before');
    store.prune(epoch, AT + 1);
    expect(store.all()).toEqual([]);
    expect(() => put(twin)).toThrow('that name was used before');
    store.close();
  });

  it('request() is read until it is answered', () => {
    const store = open();
    const request = { at: AT, kind: 'drain', node: 'a', by: 'ada' } as const;
    const [one, two] = [
      store.request(request),
      store.request({ ...request, kind: 'hold', until: 9 }),
    ];
    expect(store.read().requests).toEqual([
      { ...request, id: one },
      { ...request, id: two, kind: 'hold', until: 9 },
    ]);
    const epoch = store.claim();
    store.step(epoch, (step) => step.finishRequest(one, 'it drains'));
    expect(store.read().requests.map(({ id }) => id)).toEqual([two]);
    expect([store.answer(one), store.answer(two)]).toEqual(['it drains', undefined]);
    store.close();
  });

  it('journal() finds entries by node, job and time, the newest of them', () => {
    const store = open();
    const epoch = store.claim();
    const entries: readonly Entry[] = [
      { at: 1, kind: 'start', text: 'one', node: 'a', jobs: ['17', '18'] },
      { at: 2, kind: 'phase', text: 'two', node: 'a' },
      { at: 3, kind: 'denied', text: 'three', pool: 'small', jobs: ['18'], data: { x: 1 } },
    ];
    for (const entry of entries) store.step(epoch, (step) => step.tell(entry));
    const texts = (query: Parameters<Store['journal']>[0]) =>
      store.journal(query).map(({ text }) => text);
    expect(texts({})).toEqual(['one', 'two', 'three']);
    expect(texts({ node: 'a' })).toEqual(['one', 'two']);
    expect(texts({ job: '18' })).toEqual(['one', 'three']);
    expect(texts({ job: '18', node: 'a' })).toEqual(['one']);
    expect(texts({ since: 2 })).toEqual(['two', 'three']);
    expect(texts({ limit: 1 })).toEqual(['three']);
    expect(store.journal({ job: '17' })).toEqual([{ ...entries[0], seq: 1 }]);
    store.prune(epoch, 3);
    expect(texts({})).toEqual(['three']);
    store.close();
  });

  it('record() keeps the newest so many', () => {
    const store = open();
    const epoch = store.claim();
    const recorded = [1, 2, 3].map((at) => ({
      digest: `d${at}`,
      at,
      policy: 'p@1',
      text: `${at}`,
    }));
    for (const one of recorded) store.record(epoch, one, 2);
    expect(store.recorded()).toEqual([recorded[2], recorded[1]]);
    expect(store.recorded('d2')).toEqual([recorded[1]]);
    expect(store.recorded('d1')).toEqual([]);
    store.close();
  });

  it('strays come and go', () => {
    const store = open();
    const epoch = store.claim();
    const stray = {
      ...{ key: 'p/i', provider: 'p', instance: 'i', node: 'a', pool: 'small', firstSeen: 1 },
      ...{ seat: { host: 'h', address: '' }, listings: 1, lastListing: 1 },
    };
    store.step(epoch, (step) => step.putStray(stray));
    expect(store.read().strays).toEqual([stray]);
    store.step(epoch, (step) => step.dropStray('p/i'));
    expect(store.read().strays).toEqual([]);
    store.close();
  });
}
