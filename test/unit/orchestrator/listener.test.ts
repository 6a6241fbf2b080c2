import { afterEach, expect, it } from 'vitest';
import { systemClock } from '../../../src/host/system-clock.ts';
import { systemRandom } from '../../../src/host/system-random.ts';
import { type Listener, listen } from '../../../src/orchestrator/listener.ts';
import { leaseReport, readyReport } from '../../../src/orchestrator/reports.ts';
import { memoryStore } from '../../../src/orchestrator/store/memory.ts';
import type { Store } from '../../../src/orchestrator/store/store.ts';
import { hashOf, newToken } from '../../../src/orchestrator/token.ts';
import { nodeRow } from '../../kit/rows.ts';

const open: Listener[] = [];

afterEach(async () => {
  for (const listener of open.splice(0)) await listener.close();
});

const token = newToken(systemRandom);
const lease = newToken(systemRandom);

async function started(perMinute = 100): Promise<{ store: Store; post: Post }> {
  const store = memoryStore('c');
  const epoch = store.claim();
  const secrets = { tokens: [hashOf(token)], leases: [hashOf(lease)] };
  const row = nodeRow('abc', {
    phase: 'booting',
    ...secrets,
    seat: { host: 'n', address: '127.0.0.1' },
  });
  store.step(epoch, (step) => step.putNode(row));
  const reporter = { store, epoch, clock: systemClock };
  const reports = {
    ready: (report: Parameters<typeof readyReport>[0]) => readyReport(report, reporter),
    lease: (report: Parameters<typeof leaseReport>[0]) => leaseReport(report, reporter),
  };
  const listener = await listen(reports, { clock: systemClock, perMinute });
  open.push(listener);
  const post = async (path: string, body: unknown, method = 'POST') => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const url = `http://${listener.host}:${listener.port}${path}`;
    const response = await fetch(url, { method, ...(method === 'POST' && { body: text }) });
    return `${response.status} ${(await response.text()).trim()}`.trim();
  };
  return { store, post };
}

type Post = (path: string, body: unknown, method?: string) => Promise<string>;

it('listen() takes a report once, and says so when it comes again', async () => {
  const { store, post } = await started();
  expect(await post('/ready', { node: 'abc', token })).toBe('204');
  expect(store.find('abc')).toMatchObject({
    phase: 'booting',
    tokens: [],
    usedToken: hashOf(token),
  });
  expect(await post('/ready', { node: 'abc', token })).toBe('409 taken before');
  expect(await post('/lease', { node: 'abc', lease })).toBe('204');
  expect(store.find('abc')?.leaseAt).toBeGreaterThan(0);
});

it('listen() refuses all else with the same words, and fails only a node that lies about itself', async () => {
  const { store, post } = await started();
  const wrong = 'f'.repeat(64);
  const answers = [
    await post('/ready', { node: 'other', token }),
    await post('/ready', { node: 'abc', token: '' }),
    await post('/ready', { node: "abc' OR 1=1", token }),
    await post('/lease', { node: 'abc', lease: token }),
    await post('/lease', { node: 'abc', lease: wrong }),
    await post('/ready', 'x'.repeat(2_000)),
    await post('/ready', '[]'),
    await post('/ready', 'null'),
    await post('/else', { node: 'abc', token }),
    await post('/ready?token', '', 'GET'),
  ];
  expect([...new Set(answers)]).toEqual(['403 refused']);
  expect(store.find('abc')?.phase).toBe('failed');
  expect(store.journal({ node: 'abc' }).map(({ kind }) => kind)).toEqual(['alarm']);
});

it('readyReport() from elsewhere with a wrong token does not harm a node', () => {
  const store = memoryStore('c');
  const epoch = store.claim();
  store.step(epoch, (step) => step.putNode(nodeRow('abc', { phase: 'booting' })));
  const reporter = { store, epoch, clock: systemClock };
  const report = { node: 'abc', token: 'f'.repeat(64), from: '10.8.1.77' };
  expect(readyReport(report, reporter)).toBe('refused');
  expect(store.find('abc')?.phase).toBe('booting');
  expect(store.journal({}).map(({ kind }) => kind)).toEqual(['alarm']);
});

it('listen() gives no address more than its share', async () => {
  const { post } = await started(3);
  const answers = [];
  for (let i = 0; i < 5; i += 1) answers.push(await post('/lease', { node: 'abc', lease }));
  expect(answers).toEqual(['204', '204', '204', '429 later', '429 later']);
});

it('listen() names an address that it cannot have', async () => {
  const reports = { ready: () => 'refused' as const, lease: () => false };
  const { port } = await listen(reports, { clock: systemClock }).then((one) => {
    open.push(one);
    return one;
  });
  await expect(listen(reports, { clock: systemClock, port })).rejects.toThrow(
    expect.objectContaining({ code: 'LISTENER_UNUSABLE', kind: 'conflict' }),
  );
});
